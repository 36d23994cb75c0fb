"""Rule 3: missing data of each metric has exactly one owner, over all accounts.

But for metrics of parts that may rest, whose silence is no fault.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from monitoring.alarms.rule import Entry
from monitoring.errors import MonitoringError
from monitoring.kpi import MetricId
from monitoring.spec import MetricAlarm, MetricStat


@dataclass(frozen=True, slots=True)
class Watchers:
    """The keys of the alarms that read a metric, and of those among them that own its silence.

    `may_rest`: its silence is no fault.
    """

    all: tuple[str, ...]
    owners: tuple[str, ...]
    may_rest: bool = False


def watchers(entries: Iterable[Entry]) -> Mapping[MetricId, Watchers]:
    """Who watches each metric, in the order given."""
    found: dict[MetricId, tuple[list[str], list[str]]] = {}
    resting: set[MetricId] = set()
    for entry in entries:
        alarm = entry.alarm
        if not isinstance(alarm, MetricAlarm):
            continue
        for metric in dict.fromkeys(_id(query) for query in alarm.queries if isinstance(query, MetricStat)):
            readers, owners = found.setdefault(metric, ([], []))
            readers.append(alarm.key)
            if entry.rule.owns_silence:
                owners.append(alarm.key)
            if entry.rule.kpi and not entry.rule.kpi.silence_owner:
                resting.add(metric)
    return {
        metric: Watchers(tuple(all_), tuple(owners), may_rest=metric in resting)
        for metric, (all_, owners) in found.items()
    }


def check(entries: Iterable[Entry], switched_off: Iterable[str] = ()) -> None:
    """Raise `MonitoringError` for every metric that has not exactly one owner.

    `entries` are those of both stacks; `switched_off` are keys of alarms that tuning took away.
    """
    off = ", ".join(sorted(switched_off)) or "none"
    problems = []
    for metric, seen in watchers(entries).items():
        if not seen.owners and not seen.may_rest:
            problems.append(
                f"{metric} is watched by {', '.join(seen.all)}, but no alarm would notice if it stopped. "
                f"Switch its owner on again, or these off as well (switched off now: {off})."
            )
        elif len(seen.owners) > 1:
            problems.append(
                f"{metric}: {', '.join(seen.owners)} all breach when it stops, so one silence would page "
                "several times. Let one of them breach, and the others ignore missing data."
            )
    if problems:
        raise MonitoringError("missing data must have exactly one owner per metric", problems)


def _id(query: MetricStat) -> MetricId:
    return MetricId(query.namespace, query.metric, tuple(sorted(query.dimensions.items())))
