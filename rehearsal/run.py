"""One rehearsal: a scenario against an alarm set, and everything there is to say about it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from monitoring.spec import MetricAlarm
from rehearsal.cloudwatch.actions import Notification, Page, entries, notifications, pages
from rehearsal.cloudwatch.evaluate import EXTRA_POINTS, Timeline, timeline
from rehearsal.cloudwatch.math.calls import band_calls
from rehearsal.cloudwatch.series import Series
from rehearsal.incident import expectations
from rehearsal.incident.expectations import Failure
from rehearsal.incident.faults import FAULTS
from rehearsal.incident.metrics import incident
from rehearsal.incident.scenario import Fault, Scenario
from rehearsal.sources.stack import AlarmSet

ALTERNATIVE_EXTRA_POINTS = (0, 5)
GRACE = 60  # minutes after a fault's end in which a page still counts as its detection


@dataclass(frozen=True, kw_only=True, slots=True)
class Detection:
    """A fault and the first page that went out because of it; minutes after the fault began.

    `missed`: customers were harmed, somebody ought to have been told, and nobody was.
    """

    fault: Fault
    page: Page | None
    after: int | None
    missed: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Doubt:
    """A page whose being sent, or its time, hangs on the unpublished size of the evaluation range."""

    alarm: str
    sent: int | None
    otherwise: int | None
    extra_points: int


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Result:
    """Minutes are those after the scenario's start; the timeline still counts from its history."""

    scenario: Scenario
    alarm_set: AlarmSet
    series: Series
    timeline: Timeline
    sent: Sequence[Page]
    muted: Sequence[Page]
    told: Sequence[Notification]
    tripped: Sequence[str]
    detections: Sequence[Detection]
    failures: Sequence[Failure]
    doubts: Sequence[Doubt]
    unknown_metrics: Sequence[str]
    idle_kpis: Sequence[str]
    stand_in_band: bool

    @property
    def passed(self) -> bool:
        """Every expectation was met."""
        return not self.failures


def run(scenario: Scenario, alarm_set: AlarmSet, *, check: bool = True, doubt: bool = True) -> Result:
    """Rehearse. `check` False leaves expectations alone (for other alarm sets than the scenario's own)."""
    found = incident(scenario, alarm_set)
    series = found.series
    line = _timeline(alarm_set, series, EXTRA_POINTS)
    every = _pages(alarm_set, line, scenario.history)
    sent = [page for page in every if page.muted_by is None]
    return Result(
        scenario=scenario,
        alarm_set=alarm_set,
        series=series,
        timeline=line,
        sent=sent,
        muted=[page for page in every if page.muted_by is not None],
        told=_told(alarm_set, line, scenario.history),
        tripped=[
            a.name
            for a in alarm_set.alarms
            if any(i >= scenario.history for i in entries(line.states[a.name]))
        ],
        detections=[_detection(scenario, fault, sent) for fault in scenario.faults],
        failures=_failures(scenario, alarm_set, line, sent) if check else [],
        doubts=_doubts(scenario, alarm_set, series, sent) if doubt else [],
        unknown_metrics=found.unknown,
        idle_kpis=found.idle,
        stand_in_band=any(
            isinstance(a, MetricAlarm) and bool(band_calls(a.queries)) for a in alarm_set.alarms
        ),
    )


def _timeline(alarm_set: AlarmSet, series: Series, extra_points: int) -> Timeline:
    lines = [
        timeline(account.alarms, series, home=account.id, extra_points=extra_points)
        for account in alarm_set.accounts
    ]
    states = {name: codes for line in lines for name, codes in line.states.items()}
    return replace(lines[0], states=states)


def _failures(
    scenario: Scenario, alarm_set: AlarmSet, line: Timeline, sent: Sequence[Page]
) -> Sequence[Failure]:
    late = alarm_set.budget_ms / alarm_set.slo.latency_p90_ms
    return expectations.check(scenario, alarm_set.alarms, line, sent, late=late)


def _pages(alarm_set: AlarmSet, line: Timeline, history: int) -> list[Page]:
    """Pages for what went off after the history, in minutes after the scenario's start."""
    found = [page for account in alarm_set.accounts for page in pages(account.alarms, line, alarm_set.mutes)]
    kept = [page for page in found if page.minute >= history]
    moved = [replace(p, minute=p.minute + 1 - history, entered=p.entered + 1 - history) for p in kept]
    return sorted(moved, key=lambda page: (page.minute, page.alarm))


def _told(alarm_set: AlarmSet, line: Timeline, history: int) -> list[Notification]:
    """What alarms with known actions did after the history, in minutes after the scenario's start."""
    found = notifications(alarm_set.alarms, line, alarm_set.mutes)
    kept = [told for told in found if told.minute >= history]
    return [replace(t, minute=t.minute + 1 - history, entered=t.entered + 1 - history) for t in kept]


def _detection(scenario: Scenario, fault: Fault, sent: Sequence[Page]) -> Detection:
    following = [other.begin for other in scenario.faults if other.begin >= fault.end]
    last = min([fault.end + GRACE, *following])  # what comes after the next fault began is the next one's
    during = [page for page in sent if fault.begin < page.minute <= last]
    first = during[0] if during else None
    ought = FAULTS[fault.kind].harm and scenario.expect.pages != []
    return Detection(
        fault=fault,
        page=first,
        after=first.minute - fault.begin if first else None,
        missed=first is None and ought,
    )


def _doubts(scenario: Scenario, alarm_set: AlarmSet, series: Series, sent: Sequence[Page]) -> list[Doubt]:
    found: list[Doubt] = []
    now = _first_times(sent)
    for extra_points in ALTERNATIVE_EXTRA_POINTS:
        line = _timeline(alarm_set, series, extra_points)
        other = _first_times([p for p in _pages(alarm_set, line, scenario.history) if p.muted_by is None])
        found += [
            Doubt(alarm=alarm, sent=now.get(alarm), otherwise=other.get(alarm), extra_points=extra_points)
            for alarm in sorted({*now, *other})
            if now.get(alarm) != other.get(alarm)
        ]
    return found


def _first_times(sent: Sequence[Page]) -> dict[str, int]:
    return {page.key: page.minute for page in reversed(sent)}
