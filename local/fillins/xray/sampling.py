"""X-Ray's sampling decision for calls that arrive without one: the first matching rule by priority.

A rule grants its reservoir every second and its fixed rate of the rest. There is one gateway here, so the
reservoir is not shared out as X-Ray shares it among hosts.
"""

import fnmatch
import random
import time
from typing import Any

from local.fillins.store import Store

Rule = dict[str, Any]

DEFAULT_RULE: Rule = {
    "RuleName": "Default",
    "RuleARN": "",
    "ResourceARN": "*",
    "Priority": 10000,
    "FixedRate": 0.05,
    "ReservoirSize": 1,
    "ServiceName": "*",
    "ServiceType": "*",
    "Host": "*",
    "HTTPMethod": "*",
    "URLPath": "*",
    "Version": 1,
    "Attributes": {},
}
_MATCHED = ("ServiceName", "ServiceType", "Host", "HTTPMethod", "URLPath", "ResourceARN")

rules = Store()
_granted: dict[tuple[str, int], int] = {}


def decide(account_rules: list[Rule], request: dict[str, str], account: str) -> bool:
    """Whether to trace `request` (keys as in `_MATCHED`), by the account's rules and then the default."""
    for rule in sorted(account_rules, key=lambda rule: int(rule["Priority"])):
        if matches(rule, request):
            return _draw(rule, account)
    return _draw(DEFAULT_RULE, account)


def matches(rule: Rule, request: dict[str, str]) -> bool:
    """Whether every criterion of the rule, with * and ? as wildcards, fits the request."""
    return all(fnmatch.fnmatchcase(request[name].lower(), str(rule[name]).lower()) for name in _MATCHED)


def _draw(rule: Rule, account: str) -> bool:
    slot = (f"{account}/{rule['RuleName']}", int(time.time()))
    used = _granted.get(slot, 0)
    if used < int(rule["ReservoirSize"]):
        if not used:
            for old in [key for key in _granted if key[0] == slot[0]]:
                del _granted[old]
        _granted[slot] = used + 1
        return True
    return random.random() < float(rule["FixedRate"])  # noqa: S311 # a sampling rate, not a secret
