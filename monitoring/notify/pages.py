"""Composite alarms: one page for one incident (rule 4).

Metric alarms send nothing. They are gathered into few composites by signal and level, and each composite is
muted while the alarm that explains it is in ALARM. Errors and latency form a chain from the dependency to
the customer: a composite contains the one it is muted by, so it also mutes everything after it. Only
symptoms mute symptoms: a full disk never hides that customers get errors.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

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
        rule = _rule([*groups, (included,)] if included else groups, unless, known)
        known[page.key] = scope.name(page.key)
        detail = f"Muted while {known[muted_by]} is in ALARM." if muted_by else "Nothing mutes it."
        made.append(
            Entry(
                alarm=CompositeAlarm(
                    key=page.key,
                    name=known[page.key],
                    description=scope.describe(page, detail, told=True),
                    rule=rule,
                    level=page.severity,
                    suppressor=known[muted_by] if muted_by else None,
                    wait_s=page.wait_s,
                    extension_s=page.extension_s,
                ),
                rule=page,
            )
        )
    return tuple(made)


def _rule(groups: Sequence[tuple[str, ...]], unless: str | None, known: Mapping[str, str]) -> str:
    several = len(groups) > 1
    terms = []
    for group in groups:
        term = " AND ".join(f'ALARM("{known[key]}")' for key in group)
        terms.append(f"({term})" if several and len(group) > 1 else term)
    rule = " OR ".join(terms)
    if unless is None:
        return rule
    return f'{f"({rule})" if several else rule} AND NOT ALARM("{known[unless]}")'
