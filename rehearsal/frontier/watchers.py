"""An alarm set as one kind of incident meets it: which alarms it can reach, and which stand still."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitoring.spec import Alarm, CompositeAlarm, Expression, MetricAlarm, MetricStat
from rehearsal.cloudwatch import band, composite, rules
from rehearsal.cloudwatch.evaluate import MULTI_DAY_S
from rehearsal.cloudwatch.math import functions
from rehearsal.cloudwatch.math.calls import band_calls
from rehearsal.errors import RehearsalError
from rehearsal.frontier.grid import KindName
from rehearsal.frontier.roles import FRONT, PROBE, Role, Shown, shown
from rehearsal.incident.metrics import named
from rehearsal.sources.stack import AlarmSet

MOVED: Mapping[KindName, frozenset[Role]] = {
    "failing": frozenset({"errors", "error-rate", "answered", "refused"}),
    "slow": frozenset({"latency"}),
}
HOUR, DAY = 60, 1440
WATCHES_NONE = "none of the alarms it looks at can see it"


@dataclass(frozen=True, kw_only=True, slots=True)
class Watcher:
    """A metric alarm in its account, and what of the incident it can see.

    `reach` is after how many minutes it remembers nothing of an incident; `own_time` if its incidents cannot
    share a timeline, because the time of day or the days before matter to it. `clock` is the period, in
    minutes, over which it matters when one begins; 0 if it does not.
    """

    alarm: MetricAlarm
    home: str | None
    reach: int
    own_time: bool
    clock: int
    moved: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Watch:
    """A set's alarms: the metric alarms by name, and the composites with their rules, in order.

    `reached` are the names of those that can change for the incident, `telling` those of them that notify;
    `settle` is after how many minutes without an incident all of them are at rest.
    """

    watchers: Mapping[str, Watcher]
    composites: Sequence[tuple[CompositeAlarm, rules.Rule]]
    reached: frozenset[str]
    telling: Sequence[Alarm]
    shows: "Shows"
    settle: int

    def not_reached(self, alarms: Sequence[Alarm]) -> dict[str, str]:
        """Why each of the alarms that notify and is not reached cannot see the incident, by key."""
        return {
            alarm.key: self.shows.why_not(alarm) if isinstance(alarm, MetricAlarm) else WATCHES_NONE
            for alarm in alarms
            if alarm.level is not None and alarm.name not in self.reached
        }

    @property
    def moved(self) -> list[Watcher]:
        """The metric alarms that the incident reaches."""
        return [watcher for watcher in self.watchers.values() if watcher.moved]

    def shows_in(self) -> list[str]:
        """The metrics that the incident shows in."""
        queries = [q for watcher in self.moved for q in metrics_of(watcher.alarm) if self.shows.moved(q)]
        return sorted({named(query) for query in queries})


class Shows:
    """In which metrics an incident of a kind shows.

    In those of the probes, and in those at the front door, or of the namespaces `at`; of a file's several
    services in the one that most of its alarms name, by each dimension.
    """

    def __init__(self, alarm_set: AlarmSet, kind: KindName, at: Sequence[str] = ()) -> None:
        self._stack = alarm_set.service_account is not None
        self._kind: KindName = kind
        self._at = frozenset(at)
        queries = [query for alarm in alarm_set.alarms for query in metrics_of(alarm)]
        counted = Counter((q.namespace, *item) for q in queries for item in q.dimensions.items())
        unknown = sorted(self._at - {q.namespace for q in queries})
        if unknown:
            known = ", ".join(sorted({q.namespace for q in queries})) or "no metric at all"
            raise RehearsalError(f"--at {unknown[0]}: no alarm reads a metric of it; they read {known}")
        self._own: dict[tuple[str, str], str] = {}
        for (namespace, name, value), _ in counted.most_common():
            self._own.setdefault((namespace, name), value)
        tiers = [
            found.tier
            for q in queries
            if (found := shown(q)) and found.tier != PROBE and found.role in MOVED[kind] and self.own(q)
        ]
        self._front = min(tiers, default=FRONT)

    def own(self, query: MetricStat) -> bool:
        """Whether the metric is the one service's."""
        return self._stack or all(
            self._own[query.namespace, name] == value for name, value in query.dimensions.items()
        )

    def moved(self, query: MetricStat) -> bool:
        """Whether the incident shows in the metric."""
        found = shown(query)
        return found is not None and self.placed(query, found) and found.role in MOVED[self._kind]

    def why_not(self, alarm: MetricAlarm) -> str:
        """Why the incident shows in none of the metrics of an alarm."""
        roles = [(q, shown(q)) for q in metrics_of(alarm)]
        if not any(found for _, found in roles):
            return "what its metrics would show of requests is not known, so they have no data"
        fitting = [q for q, found in roles if found and found.role in MOVED[self._kind]]
        if not fitting:
            return "its metrics do not show it"
        if not any(self.own(q) for q in fitting):
            return "it watches another service than most of the alarms"
        return f"it watches what is behind; `--at {fitting[0].namespace}` has it show there"

    def placed(self, query: MetricStat, found: Shown) -> bool:
        """Whether the metric is of a place where the incident shows."""
        here = query.namespace in self._at if self._at else found.tier == self._front
        return self.own(query) and (here or found.tier == PROBE)


def watch(alarm_set: AlarmSet, kind: KindName, at: Sequence[str], extra_points: int) -> Watch:
    """The alarm set before incidents of that kind, with that evaluation range."""
    shows = Shows(alarm_set, kind, at)
    watchers: dict[str, Watcher] = {}
    ordered: list[tuple[CompositeAlarm, rules.Rule]] = []
    for account in alarm_set.accounts:
        for alarm in account.alarms:
            if isinstance(alarm, MetricAlarm):
                watchers[alarm.name] = _watcher(alarm, account.id, shows, extra_points)
        ordered += composite.in_order(
            [a for a in account.alarms if isinstance(a, CompositeAlarm)],
            known=frozenset(a.name for a in account.alarms if isinstance(a, MetricAlarm)),
        )
    reached = {name for name, watcher in watchers.items() if watcher.moved}
    looks_at = {alarm.name: composite.references(alarm) for alarm, _ in ordered}
    while further := {name for name, seen in looks_at.items() if name not in reached and reached & seen}:
        reached |= further
    telling = [a for a in alarm_set.alarms if a.level is not None and a.name in reached]
    waits = [max(a.wait_s, a.extension_s) for a in telling if isinstance(a, CompositeAlarm) and a.suppressor]
    reach = max((w.reach for w in watchers.values() if w.moved), default=0)
    return Watch(
        watchers=watchers,
        composites=ordered,
        reached=frozenset(reached),
        telling=telling,
        shows=shows,
        settle=reach + sum(waits) // 60 + 1,
    )


def metrics_of(alarm: Alarm) -> list[MetricStat]:
    """The metrics that an alarm itself reads."""
    return [q for q in alarm.queries if isinstance(q, MetricStat)] if isinstance(alarm, MetricAlarm) else []


def _watcher(alarm: MetricAlarm, home: str | None, shows: Shows, extra_points: int) -> Watcher:
    period = alarm.period_s // 60
    banded = bool(band_calls(alarm.queries))
    clock = max(
        HOUR if alarm.period_s * alarm.evaluation_periods > MULTI_DAY_S else 0,
        period if alarm.wall_clock is not None else 0,
        DAY if _asks_the_time(alarm) else 0,
    )
    reach = (alarm.evaluation_periods + extra_points) * period
    return Watcher(
        alarm=alarm,
        home=home,
        reach=reach + clock + HOUR * bool(clock) + band.DAYS * band.DAY * banded,
        own_time=banded or clock > 0,
        clock=clock,
        moved=any(shows.moved(q) for q in metrics_of(alarm)),
    )


def _asks_the_time(alarm: MetricAlarm) -> bool:
    """Whether one of its expressions calls a function of the clock."""
    words = {w for q in alarm.queries if isinstance(q, Expression) for w in re.findall(r"\w+", q.expression)}
    return not words.isdisjoint(functions.CLOCK)
