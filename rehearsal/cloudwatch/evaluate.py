"""CloudWatch's alarm evaluation: the state that an alarm takes from the datapoints it sees.

`state_at` is one evaluation, written as AWS describes it. `timeline` is every evaluation of every alarm over
a series, in numpy. `tests/rehearsal` holds the two against each other and both against AWS's tables.

Sources, all in the Amazon CloudWatch User Guide:
- "Alarm evaluation" (alarm-evaluation.html): evaluated every minute over windows that slide with it; once an
  hour, on data up to the full hour, when period x evaluation periods exceeds a day.
- "Configuring how CloudWatch alarms treat missing data" (alarms-and-missing-data.html): evaluation range,
  the four treatments, the two tables, premature alarms.
- "Percentile-based alarms and low data samples" (percentiles-with-low-samples.html).
- "Alarm warm-up periods" (alarm-warm-up.html): a new alarm waits until its evaluation window is filled, or
  its warm-up is over. A timeline's first minute is when its alarms were created.

Two things are not published and therefore named here: the size of the evaluation range (`EXTRA_POINTS`), and
the state of an alarm that has seen only breaching datapoints, too few and too young (`decide.state_codes`).
Wall clock windows are `wall_clock`'s; high-resolution alarms (periods under a minute) are refused.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from monitoring.spec import Alarm, CompositeAlarm, MetricAlarm, State
from rehearsal.cloudwatch import composite, rules, wall_clock
from rehearsal.cloudwatch.decide import ALARM, INSUFFICIENT_DATA, KEEP, OK, breaching, hold, state_codes
from rehearsal.cloudwatch.points import Points, check, low_sample_limit
from rehearsal.cloudwatch.series import MINUTE, Series

STATES: tuple[State, State, State] = ("OK", "ALARM", "INSUFFICIENT_DATA")

EXTRA_POINTS = 2
"""How many datapoints beyond `EvaluationPeriods` an evaluation may reach back for.

AWS: CloudWatch "attempts to retrieve a higher number of data points than the number specified"; its tables
show 5 for 3, and users report some three days for one period of a day. The size for others is not
published; reports therefore show which results hang on it.
"""

Minutes = NDArray[np.int64]
MULTI_DAY_S = 86_400
MULTI_DAY_MINUTE = 3
"""Multi-day alarms are evaluated hourly on data up to :00; in AWS's example that happens at :03."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Timeline:
    """The state of every alarm after every minute: `states[name][i]` indexes `STATES`.

    Entry i is the state at the end of minute i, that is at `start` + i + 1 minutes.
    """

    start: datetime
    minutes: int
    states: Mapping[str, NDArray[np.int8]]

    def state(self, name: str, minute: int) -> State:
        """The state of alarm `name` at the end of minute `minute`."""
        return STATES[self.states[name][minute]]

    def changes(self, name: str) -> list[tuple[int, State]]:
        """The minutes at whose end the alarm changed, and what it became; the first state counts."""
        codes = self.states[name]
        at = np.flatnonzero(np.diff(codes, prepend=-1))
        return [(int(i), STATES[codes[i]]) for i in at]

    def time(self, minute: int) -> datetime:
        """When the evaluation at the end of minute `minute` happened."""
        return self.start + (minute + 1) * MINUTE


def state_at(
    points: Sequence[float | None],
    alarm: MetricAlarm,
    previous: State,
    *,
    bounds: Sequence[tuple[float, float] | None] | None = None,
    samples: Sequence[float] | None = None,
    extra_points: int = EXTRA_POINTS,
) -> State:
    """One evaluation: the state after seeing `points`, oldest to newest, None for missing.

    Only the newest `EvaluationPeriods + extra_points` are looked at. `bounds` gives the (lower, upper) band
    per point for an anomaly alarm: a point without a band is missing. `samples` gives how many samples each
    point stands for and matters only where the alarm ignores percentiles with low samples: the state stays
    while any point that would decide has too few.
    """
    needed, to_alarm = alarm.evaluation_periods, alarm.datapoints_to_alarm
    size = needed + extra_points
    points = points[-size:]
    bands = [None] * len(points) if bounds is None else list(bounds)[-size:]
    verdicts = [_breaches(point, band, alarm) for point, band in zip(points, bands, strict=True)]
    real = [(age, verdict) for age, verdict in enumerate(reversed(verdicts)) if verdict is not None]
    latest = [verdict for _, verdict in real[:needed]]

    limit = low_sample_limit(alarm)
    if limit is not None and samples is not None:
        counts = list(samples)[::-1]
        if any(counts[age] < limit for age, _ in real[:needed]):
            return previous

    if alarm.missing_data == "breaching":
        latest += [True] * (needed - len(latest))
    if latest.count(True) >= to_alarm:
        return "ALARM"
    if len(real) >= needed or alarm.missing_data in ("breaching", "notBreaching") or False in latest:
        return "OK"
    # Fewer real points than needed, not one of them healthy, and missing ones count for nothing.
    premature = any(age + 1 >= to_alarm for age, _ in real)
    if alarm.missing_data == "ignore":
        return previous
    return "ALARM" if premature else "INSUFFICIENT_DATA"


def _breaches(point: float | None, band: tuple[float, float] | None, alarm: MetricAlarm) -> bool | None:
    """Whether the point breaches; None if it is missing or has nothing to be compared with."""
    if alarm.threshold is not None:
        band = (alarm.threshold, alarm.threshold)
    if point is None or band is None:
        return None
    low, high = map(np.float64, band)
    return bool(breaching(np.float64(point), alarm.comparison, low, high))


def timeline(
    alarms: Iterable[Alarm], series: Series, *, home: str | None = None, extra_points: int = EXTRA_POINTS
) -> Timeline:
    """The state of every alarm at the end of every minute of `series`.

    Alarms begin in INSUFFICIENT_DATA. `home` is the account they live in (None: any). Raises
    `RehearsalError` for alarms that CloudWatch would refuse or whose composites form a cycle, and
    `UnsupportedError` for what is not simulated.
    """
    listed = list(alarms)
    states = {
        alarm.name: metric_states(alarm, series, home=home, extra_points=extra_points)
        for alarm in listed
        if isinstance(alarm, MetricAlarm)
    }
    return of_states(listed, states, series)


def of_states(alarms: Sequence[Alarm], states: Mapping[str, NDArray[np.int8]], series: Series) -> Timeline:
    """The timeline of alarms whose metric alarms' states, by name, are known. Raises as `timeline` does."""
    known = dict(states)
    composites = [alarm for alarm in alarms if isinstance(alarm, CompositeAlarm)]
    for alarm, rule in composite.in_order(composites, known=frozenset(states)):
        in_alarm = rules.holds(rule, known, series.minutes)
        known[alarm.name] = np.where(in_alarm, ALARM, OK).astype(np.int8)
    ordered = {alarm.name: known[alarm.name] for alarm in alarms}
    return Timeline(start=series.start, minutes=series.minutes, states=ordered)


def metric_states(
    alarm: MetricAlarm, series: Series, *, home: str | None = None, extra_points: int = EXTRA_POINTS
) -> NDArray[np.int8]:
    """The codes of one metric alarm's states, shape (minutes,)."""
    check(alarm)
    size = alarm.evaluation_periods + extra_points
    minutes = np.arange(series.minutes, dtype=np.int64)
    codes = np.full(series.minutes, KEEP, dtype=np.int8)
    for seen_after, minutes, at in _evaluations(alarm, series):
        points = Points(alarm, series, home=home, size=size, seen_after=seen_after)
        for piece in points.pieces(len(minutes)):
            seen = points.at(at[piece])
            codes[minutes[piece]] = state_codes(seen.breaching, seen.real, seen.low, alarm)
        warming = minutes < alarm.warm_up_min
        if not alarm.warm_up_whole:
            warming[warming] = ~points.filled(at[warming])
        codes[minutes[warming]] = KEEP
    return hold(codes, INSUFFICIENT_DATA)


def dry_run(alarm: MetricAlarm) -> None:
    """Evaluate the alarm once on nothing: raises what a rehearsal of it would raise, whatever the data."""
    check(alarm)
    Points(alarm, Series(datetime(2026, 1, 1, tzinfo=UTC), 1, {}), home=None, size=1, seen_after=0).at(
        np.zeros(1, dtype=np.int64)
    )


def _evaluations(alarm: MetricAlarm, series: Series) -> Iterator[tuple[int, Minutes, Minutes]]:
    """When an alarm is evaluated, as (seen after, minutes, at).

    At the end of each of `minutes` it sees what an evaluation at the end of `at` sees, whose newest window
    ended `seen after` minutes before: once all data has arrived, it is the same at any later minute.
    """
    minutes = np.arange(series.minutes, dtype=np.int64)
    seen_after = 0
    if alarm.period_s * alarm.evaluation_periods > MULTI_DAY_S:
        # The state at the end of minute i is that of i + 1 minutes past the start.
        minutes = minutes[(series.clock_minute + minutes + 1) % 60 == MULTI_DAY_MINUTE]
        seen_after = MULTI_DAY_MINUTE
    if alarm.wall_clock is None:
        yield seen_after, minutes, minutes
        return
    ages = wall_clock.ages(alarm, series.start, minutes)
    seen = np.minimum(ages, series.horizon)
    for age in np.unique(seen):
        own = seen == age
        yield int(age), minutes[own], minutes[own] - ages[own] + age
