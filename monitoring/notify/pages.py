"""Composite alarms: one page for one incident (rule 4).

Metric alarms send nothing. They are gathered into few composites by signal and level, and each composite is
muted while the alarm that explains it is in ALARM. Errors and latency form a chain from the dependency to
the customer: a composite contains the one it is muted by, so it also mutes everything after it. Only
symptoms mute symptoms: a full disk never hides that customers get errors.

What is more than CloudWatch takes in one rule is gathered in composites that notify nobody, its parts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from monitoring.alarms import limits
from monitoring.alarms.rule import Entry, Rule, Scope, refuse_tuning
from monitoring.spec import CompositeAlarm

WAIT_S = 120  # for the muting alarm, whose windows are no longer than those of what it mutes
WARN_WAIT_S = 300  # a warning can wait to see whether it becomes critical
EXTENSION_S = 600  # while the numbers come down again, from critical through warn to fine


@dataclass(frozen=True, kw_only=True, slots=True)
class Page(Rule):
    """A composite to be made.

    It is in ALARM when all alarms of one of the groups in `when` (keys) are, or the page that it `includes`
    is; and only while `unless` is not. `muted_by` is the key of a page or metric alarm.
    """

    when: tuple[tuple[str, ...], ...]
    includes: str | None = None
    unless: str | None = None
    muted_by: str | None = None
    wait_s: int = WAIT_S
    extension_s: int = EXTENSION_S


def build(pages: Sequence[Page], alarms: Iterable[Entry], scope: Scope) -> tuple[Entry, ...]:
    """The composites whose alarms exist, in the order given (muting ones come first).

    A page without alarms of its own is left out; whatever it would have muted is muted by what mutes it.
    A page that is switched off is left out likewise.
    """
    known = {entry.key: entry.alarm.name for entry in alarms}
    stand_in: dict[str, str | None] = {}
    made: list[Entry] = []

    def present(key: str | None) -> str | None:
        while key in stand_in:
            key = stand_in[key]
        return key if key in known else None

    for page in pages:
        refuse_tuning(page.key, scope.tuning.of_alarm(page.key), ())
        groups = [group for group in page.when if all(key in known for key in group)]
        muted_by = present(page.muted_by)
        if not groups or not scope.enabled(page):
            stand_in[page.key] = muted_by
            continue
        included, unless = present(page.includes), present(page.unless)
        terms = [_term(group, known) for group in groups]
        more = [_term((included,), known)] if included else []
        closing = f" AND NOT {_term((unless,), known)}" if unless else ""
        parts = tuple(_parts(page, terms, scope)) if any(limits.of_rule(_rule(terms + more, closing))) else ()
        made += parts
        terms = [_alarm(part.alarm.name) for part in parts] or terms
        known[page.key] = scope.name(page.key)
        detail = f"Muted while {known[muted_by]} is in ALARM." if muted_by else "Nothing mutes it."
        made.append(
            Entry(
                alarm=CompositeAlarm(
                    key=page.key,
                    name=known[page.key],
                    description=scope.describe(page, detail, told=True),
                    rule=_rule(terms + more, closing),
                    level=page.severity,
                    suppressor=known[muted_by] if muted_by else None,
                    wait_s=page.wait_s,
                    extension_s=page.extension_s,
                ),
                rule=page,
            )
        )
    return tuple(made)


def _parts(page: Page, terms: Sequence[str], scope: Scope) -> Iterator[Entry]:
    """Composites of as many terms each as CloudWatch takes, in their order."""
    gathered: list[list[str]] = [[]]
    for term in terms:
        if any(limits.of_rule(_rule([*gathered[-1], term]))):
            gathered.append([])
        gathered[-1].append(term)
    for number, some in enumerate(gathered, 1):
        part = replace(page, key=f"{page.key}-part-{number}")
        detail = f"Part {number} of {len(gathered)} of {scope.name(page.key)}, which notifies."
        yield Entry(
            alarm=CompositeAlarm(
                key=part.key,
                name=scope.name(part.key),
                description=scope.describe(page, detail),
                rule=_rule(some),
            ),
            rule=part,
        )


def _rule(terms: Sequence[str], closing: str = "") -> str:
    """One of the terms, which are several alarms at once each, and `closing` besides."""
    several = len(terms) > 1
    rule = " OR ".join(f"({term})" if several and " AND " in term else term for term in terms)
    return f"({rule}){closing}" if several and closing else f"{rule}{closing}"


def _term(group: Sequence[str], known: Mapping[str, str]) -> str:
    return " AND ".join(_alarm(known[key]) for key in group)


def _alarm(name: str) -> str:
    return f'ALARM("{name}")'
