"""How much of a change of alarms `diff` sees: every alarm of production, changed in one thing at a time.

`python -m bench.diff [ALARM ...]`, with `--every N` for each Nth mutant only. All of them take a quarter of
an hour of CPU time, so `make bench` leaves it out. Only incidents made for the alarm are tried, no scenario.
A mutant that shows in none is listed with the reason why nobody could notice. Exit code 1 if fewer than
`TARGET` show of those that do not provably do the same. `docs/diff.py` writes it into docs/diff.md.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.alarm_mutants import Mutant, mutants
from monitoring.spec import Alarm, CompositeAlarm
from rehearsal.diff import unseen
from rehearsal.diff.comparison import probe
from rehearsal.diff.probing.combined import Triggers
from rehearsal.diff.probing.trial import Trial
from rehearsal.diff.probing.usual import Usual
from rehearsal.diff.sides import Side, pairs, same
from rehearsal.sources import stack
from rehearsal.sources.stack import AlarmSet

TARGET = 0.95
OUT = Path("build/bench/diff.json")


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What came of one mutant; `reason` is why nobody notices, None where somebody does."""

    alarm: str
    field: str
    what: str
    reason: str | None


class Mutation:
    """Tries mutants of a set's alarms."""

    def __init__(self, alarm_set: AlarmSet) -> None:
        self._set = alarm_set
        self._side = Side(alarm_set=alarm_set)
        self._usual = Usual(self._side, self._side)
        self._triggers = Triggers(self._usual)

    def of(self, alarms: Iterable[Alarm], every: int = 1) -> Iterator[Outcome]:
        """The outcome of every mutant, or of each `every`th, of the alarms."""
        pages = [a.name for a in self._set.alarms if isinstance(a, CompositeAlarm)]
        number = 0
        for alarm in alarms:
            mates = [name for name in pages if self._side.homes[name] == self._side.homes[alarm.name]]
            free = [name for name in mates if name not in self._side.reached([alarm.name])]
            for mutant in mutants(alarm, free):
                number += 1
                if number % every == 0:
                    yield self.outcome(alarm, mutant)

    def outcome(self, alarm: Alarm, mutant: Mutant) -> Outcome:
        """What the change from the alarm to the mutant changes for people."""
        new = Side(alarm_set=_with(self._set, mutant.alarm))
        reason: str | None = unseen.TEXT
        for pair in pairs(self._side, new):
            if pair.kind == "changed":
                known = mutant.field not in ("metric", "dimension", "account")
                usual = self._usual if known else Usual(self._side, new)
                trial = Trial(self._side, new, usual, same(self._side, new))
                tried = probe(pair, trial, self._triggers)
                reason = None if tried.noticed else unseen.reason(pair, tried, trial)
        return Outcome(alarm=alarm.key, field=mutant.field, what=mutant.what, reason=reason)


def _with(alarm_set: AlarmSet, changed: Alarm) -> AlarmSet:
    accounts = [
        replace(account, alarms=[changed if a.name == changed.name else a for a in account.alarms])
        for account in alarm_set.accounts
    ]
    return replace(alarm_set, accounts=accounts)


def table(outcomes: Sequence[Outcome]) -> list[tuple[str, int, int]]:
    """For each field how many mutants there are and how many show."""
    tried = Counter(outcome.field for outcome in outcomes)
    shown = Counter(outcome.field for outcome in outcomes if outcome.reason is None)
    return [(field, count, shown[field]) for field, count in tried.items()]


def main(arguments: Sequence[str] | None = None) -> int:
    """Try all of them, or those asked for; kept in build/bench/diff.json."""
    parser = argparse.ArgumentParser(prog="python -m bench.diff")
    parser.add_argument("alarms", nargs="*", metavar="ALARM", help="keys of alarms (default: all)")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only each Nth mutant")
    given = parser.parse_args(arguments)
    alarm_set = stack.of_stack("prod")
    chosen = [alarm for alarm in alarm_set.alarms if not given.alarms or alarm.key in given.alarms]
    begin = time.process_time()
    outcomes = list(Mutation(alarm_set).of(chosen, given.every))
    seconds = time.process_time() - begin
    shown = sum(outcome.reason is None for outcome in outcomes)
    console = Console()
    printed = Table("changed", "mutants", "show", title="diff", title_justify="left")
    for field, count, seen in table(outcomes):
        printed.add_row(field, str(count), str(seen))
    console.print(printed)
    for outcome in outcomes:
        if outcome.reason is not None:
            console.print(
                f"{outcome.alarm}, {outcome.field} {outcome.what}: {outcome.reason}",
                highlight=False,
                style="dim",
            )
    equal = sum(outcome.reason in unseen.PROVEN for outcome in outcomes)
    share = shown / max(len(outcomes) - equal, 1)
    console.print(
        f"target {TARGET:.0%}: {shown} of {len(outcomes)} show, {share:.1%} but for {equal} of no effect; "
        f"{seconds:.0f} s of CPU time",
        highlight=False,
    )
    OUT.parent.mkdir(parents=True, exist_ok=True)
    figures = {
        "every": given.every,
        "outcomes": [asdict(outcome) for outcome in outcomes],
        "seconds": seconds,
    }
    OUT.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0 if share >= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
