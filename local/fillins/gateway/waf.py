"""The web ACL in front of a stage: which of its rules blocks a request.

Rules are taken as `CreateWebACL` got them, by priority. Of AWS's managed groups only the rules of
`AWSManagedRulesCommonRuleSet` that look at size and `User-Agent` are applied; what other groups look for in
contents is let through. Sources: "Baseline rule groups", "Using rate-based rule statements".
"""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

COMMON = "AWSManagedRulesCommonRuleSet"
WINDOW_S = 300  # a rate-based rule's evaluation window unless it says otherwise
Rule = Mapping[str, Any]

# Rules of the common set by name, in the documented sizes (bytes).
COMMON_RULES: Mapping[str, Callable[["Seen"], bool]] = {
    "NoUserAgent_HEADER": lambda seen: not seen.headers.get("user-agent"),
    "SizeRestrictions_QUERYSTRING": lambda seen: len(seen.query) > 2048,  # noqa: PLR2004 # documented
    "SizeRestrictions_Cookie_HEADER": lambda seen: len(seen.headers.get("cookie", "")) > 10_240,  # noqa: PLR2004 # as above
    "SizeRestrictions_BODY": lambda seen: seen.body_bytes > 8192,  # noqa: PLR2004 # as above
    "SizeRestrictions_URIPATH": lambda seen: len(seen.path) > 1024,  # noqa: PLR2004 # as above
}
SIZES: Mapping[str, Callable[[int, int], bool]] = {
    "EQ": lambda found, given: found == given,
    "NE": lambda found, given: found != given,
    "LE": lambda found, given: found <= given,
    "LT": lambda found, given: found < given,
    "GE": lambda found, given: found >= given,
    "GT": lambda found, given: found > given,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What the web ACL sees of a request; header names are in lower case."""

    address: str
    path: str
    query: str
    headers: Mapping[str, str]
    body_bytes: int


class Rates:
    """Requests by address within each rate-based rule's window."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._times: dict[str, deque[tuple[float, str]]] = {}
        self._counts: dict[str, Counter[str]] = {}
        self._lock = threading.Lock()

    def exceeds(self, rule: str, address: str, limit: int, window_s: int) -> bool:
        """Count this request; whether its address is now over the limit."""
        now = self._clock()
        with self._lock:
            times = self._times.setdefault(rule, deque())
            counts = self._counts.setdefault(rule, Counter())
            while times and times[0][0] <= now - window_s:
                counts[times.popleft()[1]] -= 1
            times.append((now, address))
            counts[address] += 1
            return counts[address] > limit


rates = Rates()


def blocked_by(acl: Mapping[str, Any], seen: Seen, counted: Rates = rates) -> str | None:
    """The rule that blocks the request, by name (`Default`: the default action); None lets it through."""
    for rule in sorted(acl.get("Rules", ()), key=lambda one: int(one["Priority"])):
        action = _action(rule, _matches(rule, seen, f"{acl['ARN']}/{rule['Name']}", counted))
        if action == "Block":
            return str(rule["Name"])
        if action == "Allow":
            return None
    return "Default" if "Block" in acl.get("DefaultAction", {}) else None


def _action(rule: Rule, matched: str | None) -> str | None:
    """What the rule does with a request that its part `matched` (None: no match); counting ends nothing."""
    if matched is None or "Count" in rule.get("OverrideAction", {}):
        return None
    group = rule["Statement"].get("ManagedRuleGroupStatement")
    if group is None:
        return str(next(iter(rule["Action"])))
    excluded = {one["Name"] for one in group.get("ExcludedRules", ())}
    overrides = {one["Name"]: next(iter(one["ActionToUse"])) for one in group.get("RuleActionOverrides", ())}
    return "Count" if matched in excluded else overrides.get(matched, "Block")


def _matches(rule: Rule, seen: Seen, name: str, counted: Rates) -> str | None:
    """The name of the rule, or of the rule within a managed group, that the request matches."""
    statement = rule["Statement"]
    if group := statement.get("ManagedRuleGroupStatement"):
        found = [one for one, match in COMMON_RULES.items() if match(seen)] if group["Name"] == COMMON else []
        acting = [one for one in found if _action(rule, one) == "Block"]
        return next(iter([*acting, *found]), None)
    if rate := statement.get("RateBasedStatement"):
        window_s = int(rate.get("EvaluationWindowSec") or WINDOW_S)
        return (
            str(rule["Name"]) if counted.exceeds(name, seen.address, int(rate["Limit"]), window_s) else None
        )
    if size := statement.get("SizeConstraintStatement"):
        over = SIZES[size["ComparisonOperator"]](seen.body_bytes, int(size["Size"]))
        return str(rule["Name"]) if over else None
    return None
