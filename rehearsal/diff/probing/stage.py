"""One series on which alarms of both sides are evaluated, each different one once, and whom they tell.

The evaluator is `rehearsal.cloudwatch`'s; here it is only kept from doing the same thing twice, and from
doing what is known: an alarm that reads none of the metrics that an incident touches is as it always is.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from monitoring.spec import Actions, Alarm, MetricAlarm, State
from rehearsal.cloudwatch.actions import notifications, tells_people
from rehearsal.cloudwatch.evaluate import Timeline, metric_states, of_states
from rehearsal.cloudwatch.series import Series
from rehearsal.diff.fields import evaluated
from rehearsal.diff.sides import Side

Codes = NDArray[np.int8]
AsAlways = Callable[[MetricAlarm, str | None], int | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """Actions of an alarm on entering a state at the end of `minute`: of which alarm, and where they go."""

    alarm: str
    targets: tuple[str, ...]
    state: State
    minute: int

    @property
    def is_page(self) -> bool:
        """Whether people are told that something is wrong."""
        return self.state == "ALARM" and any(map(tells_people, self.targets))


class Stage:
    """Evaluates on one series. `as_always` gives the code of an alarm that it does not touch, or None."""

    def __init__(self, series: Series, as_always: AsAlways | None = None) -> None:
        self.series = series
        self._as_always = as_always
        self._codes: dict[tuple[str, str | None], Codes] = {}

    def codes(self, alarm: MetricAlarm, home: str | None) -> Codes:
        """The alarm's state after every minute."""
        key = (evaluated(alarm), home)
        if key not in self._codes:
            still = self._as_always(alarm, home) if self._as_always else None
            self._codes[key] = (
                metric_states(alarm, self.series, home=home)
                if still is None
                else np.full(self.series.minutes, still, dtype=np.int8)
            )
        return self._codes[key]

    def timeline(self, side: Side, names: Collection[str]) -> Timeline:
        """The states of the alarms `names`, which are with all that they look at."""
        alarms = [side.alarms[name] for name in names]
        states = {a.name: self.codes(a, side.homes[a.name]) for a in alarms if isinstance(a, MetricAlarm)}
        return of_states(alarms, states, self.series)

    def told(
        self, side: Side, telling: Iterable[str], timeline: Timeline, labels: Mapping[str, str]
    ) -> list[Told]:
        """What the alarms `telling` do, by minute; what is muted is not done. `labels` are by alarm name."""
        alarms = [acting(side.alarms[name]) for name in telling]
        return [
            Told(
                alarm=labels.get(done.alarm, done.alarm),
                targets=done.targets,
                state=done.state,
                minute=done.minute,
            )
            for done in notifications(alarms, timeline, side.alarm_set.mutes)
            if done.muted_by is None
        ]


def acting(alarm: Alarm) -> Alarm:
    """The alarm with its actions: the catalogue's tell the topic of their level of ALARM and of OK."""
    if alarm.actions is not None:
        return alarm
    topics = (alarm.level,) if alarm.level else ()
    return replace(alarm, actions=Actions(alarm=topics, ok=topics))


def telling(alarms: Iterable[Alarm]) -> Sequence[str]:
    """The names of those that act on anything at all."""
    return [a.name for a in map(acting, alarms) if a.actions is not None and any(_lists(a.actions))]


def _lists(actions: Actions) -> tuple[tuple[str, ...], ...]:
    return actions.alarm, actions.ok, actions.insufficient_data
