"""A recorded decision made again: whether the evaluation takes the state that CloudWatch took, or why not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from monitoring.spec import MetricAlarm, MissingData, State
from rehearsal.cloudwatch.evaluate import EXTRA_POINTS, state_at
from rehearsal.fidelity.transitions import History, Point, Transition

Outcome = Literal["agrees", "disagrees", "not judged"]
TREATMENTS: tuple[MissingData, ...] = ("missing", "ignore", "breaching", "notBreaching")
MOST_EXTRA = 8  # datapoints beyond the evaluation periods, when looking for the range that explains a state


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """`ours` is the state that the evaluation takes, None where it was not judged; `why` is in words."""

    transition: Transition
    outcome: Outcome
    ours: State | None = None
    why: str = ""


def judge(transition: Transition, alarm: MetricAlarm | None, history: History, skipped: str = "") -> Verdict:
    """Make one decision again. `alarm` is None if it is not simulated, and `skipped` then says why."""
    reason = _unjudged(transition, alarm, history, skipped)
    if reason or alarm is None:
        return Verdict(transition=transition, outcome="not judged", why=reason)
    ours = decide(transition, alarm)
    if ours == transition.new:
        return Verdict(transition=transition, outcome="agrees", ours=ours)
    return Verdict(transition=transition, outcome="disagrees", ours=ours, why=_likely(transition, alarm))


def decide(transition: Transition, alarm: MetricAlarm, extra_points: int = EXTRA_POINTS) -> State:
    """The state after the recorded datapoints, with what is missing between them in its place."""
    points = list(_slots(transition.points, timedelta(seconds=alarm.period_s)))
    bands = dict(zip((point.at for point in transition.points), transition.bands, strict=False))
    return state_at(
        [point.value for point in points],
        alarm,
        transition.old,
        bounds=[bands.get(point.at) for point in points] if alarm.band_id else None,
        samples=[point.samples or 0 for point in points],
        extra_points=extra_points,
    )


def _slots(points: Sequence[Point], period: timedelta) -> Iterator[Point]:
    """The points with a missing one for each period that none of them stands for."""
    at = None
    for point in points:
        while at is not None and at + period * 1.5 < point.at:
            at += period
            yield Point(at=at, value=None)
        at = point.at
        yield point


def _unjudged(transition: Transition, alarm: MetricAlarm | None, history: History, skipped: str) -> str:
    """Why a change cannot be judged; empty if it can."""
    if alarm is None:
        return skipped or "not among the alarms"
    configured = history.configured.get(transition.alarm, transition.at)
    real = [point for point in transition.points if point.value is not None]
    then, now = transition.threshold, alarm.threshold
    reasons = {
        "set by hand or by another service (SetAlarmState): CloudWatch did not evaluate": (
            not transition.evaluated
        ),
        f"the alarm was changed afterwards, on {configured:%Y-%m-%d at %H:%M} UTC": configured
        > transition.at,
        "no datapoints are recorded with it": not transition.points,
        "an anomaly band, and not all of its bounds are recorded": (
            alarm.band_id is not None and len(transition.bands) != len(real)
        ),
        f"the threshold was {then} then, and is {now} in the alarms given": None not in (then, now)
        and then != now,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def _likely(transition: Transition, alarm: MetricAlarm) -> str:
    """The likely reason: the one setting under which the evaluation would agree, if there is one."""
    for treatment in TREATMENTS:
        if decide(transition, replace(alarm, missing_data=treatment)) == transition.new:
            return f"agrees with TreatMissingData {treatment}, not {alarm.missing_data}: was it changed?"
    for extra in range(MOST_EXTRA + 1):
        if decide(transition, alarm, extra) == transition.new:
            return (
                f"agrees with an evaluation range of {alarm.evaluation_periods + extra} datapoints, not "
                f"{alarm.evaluation_periods + EXTRA_POINTS}: AWS does not publish its size"
            )
    for of in range(1, alarm.evaluation_periods + 1):
        for needed in range(1, of + 1):
            other = replace(alarm, evaluation_periods=of, datapoints_to_alarm=needed)
            if decide(transition, other) == transition.new:
                return (
                    f"agrees with {needed} of {of} datapoints, not {alarm.datapoints_to_alarm} of "
                    f"{alarm.evaluation_periods}: was it changed?"
                )
    return "no setting explains it: the record may be cut, or CloudWatch does what is not published"
