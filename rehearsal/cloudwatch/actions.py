"""What the state changes lead to: which pages go out, when, and which are muted and by what.

An alarm acts "only when the alarm changes state"; a page here is the action on entering ALARM. Composites
with a suppressor follow "Suppressing composite alarm actions" (Create_Composite_Alarm_Suppression.html),
whose six examples are tests. Not published, and assumed: an action that already went out is not repeated when
a suppressor comes and goes.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.spec import Alarm, CompositeAlarm, Level
from rehearsal.cloudwatch.decide import ALARM, OK
from rehearsal.cloudwatch.evaluate import Timeline
from rehearsal.cloudwatch.rules import alarm_name

WAIT = "WaitPeriod"  # CloudWatch's ActionsSuppressedBy


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A notification on entering ALARM at the end of minute `minute`; muted ones were never sent.

    For an action delayed by a suppressor's wait, `minute` is when it was sent and `entered` when the alarm
    went off. `muted_by` names the suppressor, or is `WAIT` if the alarm was over before the wait was.
    """

    alarm: str
    key: str
    level: Level
    entered: int
    minute: int
    muted_by: str | None = None


def pages(alarms: Iterable[Alarm], timeline: Timeline) -> list[Page]:
    """Every page of the alarms that have a level, sent or muted, by minute."""
    found: list[Page] = []
    for alarm in alarms:
        if alarm.level is None:
            continue
        states = timeline.states[alarm.name]
        if isinstance(alarm, CompositeAlarm) and alarm.suppressor is not None:
            suppressor = timeline.states[alarm_name(alarm.suppressor)]
            found += _suppressed(alarm, alarm.level, states, suppressor)
        else:
            found += [_page(alarm, alarm.level, minute, minute) for minute in entries(states)]
    return sorted(found, key=lambda page: (page.minute, page.alarm))


def entries(states: NDArray[np.int8]) -> list[int]:
    """The minutes at whose end the state became ALARM."""
    in_alarm = states == ALARM
    return [int(i) for i in np.flatnonzero(in_alarm & ~np.concatenate([[False], in_alarm[:-1]]))]


def _suppressed(
    alarm: CompositeAlarm, level: Level, states: NDArray[np.int8], suppressor: NDArray[np.int8]
) -> list[Page]:
    """Pages of a composite with a suppressor.

    A change of the composite starts a WaitPeriod; a suppressor in ALARM ends it and holds the action; when
    the suppressor leaves ALARM an ExtensionPeriod starts. When a period ends with the suppressor out of
    ALARM, the action for the current state goes out.
    """
    found: list[Page] = []
    pending = was_held = False
    entered = 0
    free_at = 0.0  # seconds: when the running wait or extension ends
    before, held_before = (OK, False)
    for minute in map(int, np.flatnonzero(_relevant(states, suppressor, alarm))):
        now = minute * 60.0
        state, held = states[minute], bool(suppressor[minute] == ALARM)
        if state != before:
            if pending and before == ALARM:  # it came and went without a page
                found.append(
                    _page(alarm, level, entered, minute, muted_by=alarm.suppressor if was_held else WAIT)
                )
            pending, was_held, entered = True, False, minute
            free_at = now + alarm.wait_s
        elif held_before and not held:
            free_at = now + alarm.extension_s
        was_held = was_held or held
        if pending and not held and now >= free_at:
            pending = False
            if state == ALARM:
                found.append(_page(alarm, level, entered, minute))
        before, held_before = state, held
    if pending and before == ALARM and was_held:
        found.append(_page(alarm, level, entered, entered, muted_by=alarm.suppressor))
    return found


def _page(alarm: Alarm, level: Level, entered: int, minute: int, *, muted_by: str | None = None) -> Page:
    return Page(
        alarm=alarm.name, key=alarm.key, level=level, entered=entered, minute=minute, muted_by=muted_by
    )


def _relevant(
    states: NDArray[np.int8], suppressor: NDArray[np.int8], alarm: CompositeAlarm
) -> NDArray[np.bool_]:
    """The minutes at which something can happen: changes, and as long after them as a period may run."""
    changed = np.ones(len(states), dtype=bool)
    changed[1:] = (states[1:] != states[:-1]) | (suppressor[1:] != suppressor[:-1])
    reach = -(-max(alarm.wait_s, alarm.extension_s) // 60) + 1
    near = np.convolve(changed, np.ones(reach, dtype=np.int64))[: len(states)]
    return near > 0
