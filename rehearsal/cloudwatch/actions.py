"""What the state changes lead to: which actions are taken, when, and which are muted and by what.

An alarm acts "only when the alarm changes state"; a page is an action on entering ALARM that tells people.
Composites with a suppressor follow "Suppressing composite alarm actions"
(Create_Composite_Alarm_Suppression.html), whose six examples are tests; mute rules follow "Alarm mute
rules" (alarm-mute-rules.html): what is muted is done when the rule's time is over, if the alarm is still in
that state. Not published, and assumed: an action that already went out is not repeated when a suppressor
comes and goes.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.spec import Alarm, CompositeAlarm, Level, State
from rehearsal.cloudwatch.decide import ALARM, OK
from rehearsal.cloudwatch.evaluate import STATES, Timeline
from rehearsal.cloudwatch.mute import MuteRule
from rehearsal.cloudwatch.rules import alarm_name

WAIT = "WaitPeriod"  # CloudWatch's ActionsSuppressedBy
TELLING = ("sns", "ssm-incidents")
_SERVICE = re.compile(r"arn:(?:\$\{[^}]*\}|[^:]*):([^:]*):")


def tells_people(action: str) -> bool:
    """Whether the action, an ARN, tells people: a topic or a response plan, not a change of EC2, scaling, a
    function.

    What is only known once it is deployed counts as a topic.
    """
    match = _SERVICE.match(action)
    return match is None or match[1] in TELLING


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A notification on entering ALARM at the end of minute `minute`; muted ones were never sent.

    For an action delayed by a suppressor's wait, `minute` is when it was sent and `entered` when the alarm
    went off. `muted_by` names the suppressor or mute rule, or is `WAIT` if the alarm was over before the
    wait was.
    """

    alarm: str
    key: str
    level: Level
    entered: int
    minute: int
    muted_by: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Notification:
    """Actions taken on entering a state, with the ARNs they go to; else as `Page`."""

    alarm: str
    key: str
    state: State
    targets: tuple[str, ...]
    entered: int
    minute: int
    muted_by: str | None = None


@dataclass(frozen=True, slots=True)
class _Event:
    """An alarm's actions for `state`, a code."""

    state: int
    entered: int
    minute: int
    muted_by: str | None = None


def pages(alarms: Iterable[Alarm], timeline: Timeline, mutes: Sequence[MuteRule] = ()) -> list[Page]:
    """Every page of the alarms that have a level, sent or muted, by minute."""
    found = [
        Page(
            alarm=alarm.name,
            key=alarm.key,
            level=alarm.level,
            entered=event.entered,
            minute=event.minute,
            muted_by=event.muted_by,
        )
        for alarm in alarms
        if alarm.level is not None
        for event in _events(alarm, timeline, mutes)
        if event.state == ALARM
    ]
    return sorted(found, key=lambda page: (page.minute, page.alarm))


def notifications(
    alarms: Iterable[Alarm], timeline: Timeline, mutes: Sequence[MuteRule] = ()
) -> list[Notification]:
    """Every action of the alarms whose actions are known, taken or muted, by minute."""
    found = [
        Notification(
            alarm=alarm.name,
            key=alarm.key,
            state=STATES[event.state],
            targets=targets,
            entered=event.entered,
            minute=event.minute,
            muted_by=event.muted_by,
        )
        for alarm in alarms
        if alarm.actions is not None
        for event in _events(alarm, timeline, mutes)
        if (targets := (alarm.actions.ok, alarm.actions.alarm, alarm.actions.insufficient_data)[event.state])
    ]
    return sorted(found, key=lambda told: (told.minute, told.alarm))


def entries(states: NDArray[np.int8]) -> list[int]:
    """The minutes at whose end the state became ALARM."""
    in_alarm = states == ALARM
    return [int(i) for i in np.flatnonzero(in_alarm & ~np.concatenate([[False], in_alarm[:-1]]))]


def _events(alarm: Alarm, timeline: Timeline, mutes: Sequence[MuteRule]) -> Iterator[_Event]:
    """The alarm's actions. The state it begins in is no change, unless it is ALARM."""
    states = timeline.states[alarm.name]
    if isinstance(alarm, CompositeAlarm) and alarm.suppressor is not None:
        found = _suppressed(alarm, states, timeline.states[alarm_name(alarm.suppressor)])
    else:
        changed = np.diff(states, prepend=OK if len(states) and states[0] == ALARM else states[:1]) != 0
        found = [_Event(int(states[i]), int(i), int(i)) for i in np.flatnonzero(changed)]
    own = [rule for rule in mutes if alarm.name in rule.targets]
    active = [(rule.name, rule.active(timeline.start, timeline.minutes)) for rule in own]
    for event in found:
        yield _muted(event, states, active)


def _muted(
    event: _Event, states: NDArray[np.int8], active: Sequence[tuple[str, NDArray[np.bool_]]]
) -> _Event:
    """The event as mute rules leave it: later, or never."""
    muting = next((name for name, when in active if when[event.minute]), None)
    if event.muted_by is not None or muting is None:
        return event
    free = ~np.any([when for _, when in active], axis=0)
    after = np.flatnonzero(free[event.minute :])
    until = event.minute + int(after[0]) if len(after) else len(states)
    if until < len(states) and (states[event.minute : until + 1] == event.state).all():
        return _Event(event.state, event.entered, until)
    return _Event(event.state, event.entered, event.minute, muting)


def _suppressed(
    alarm: CompositeAlarm, states: NDArray[np.int8], suppressor: NDArray[np.int8]
) -> list[_Event]:
    """Actions of a composite with a suppressor.

    A change of the composite starts a WaitPeriod; a suppressor in ALARM ends it and holds the action; when
    the suppressor leaves ALARM an ExtensionPeriod starts. When a period ends with the suppressor out of
    ALARM, the action for the current state goes out.
    """
    found: list[_Event] = []
    pending = was_held = False
    entered = 0
    free_at = 0.0  # seconds: when the running wait or extension ends
    before, held_before = (int(OK), False)
    for minute in map(int, np.flatnonzero(_relevant(states, suppressor, alarm))):
        now = minute * 60.0
        state, held = int(states[minute]), bool(suppressor[minute] == ALARM)
        if state != before:
            if pending:  # it came and went without an action
                found.append(_Event(before, entered, minute, alarm.suppressor if was_held else WAIT))
            pending, was_held, entered = True, False, minute
            free_at = now + alarm.wait_s
        elif held_before and not held:
            free_at = now + alarm.extension_s
        was_held = was_held or held
        if pending and not held and now >= free_at:
            pending = False
            found.append(_Event(state, entered, minute))
        before, held_before = state, held
    if pending and was_held:
        found.append(_Event(before, entered, entered, alarm.suppressor))
    return found


def _relevant(
    states: NDArray[np.int8], suppressor: NDArray[np.int8], alarm: CompositeAlarm
) -> NDArray[np.bool_]:
    """The minutes at which something can happen: changes, and as long after them as a period may run."""
    changed = np.ones(len(states), dtype=bool)
    changed[1:] = (states[1:] != states[:-1]) | (suppressor[1:] != suppressor[:-1])
    reach = -(-max(alarm.wait_s, alarm.extension_s) // 60) + 1
    near = np.cumsum(changed)
    near[reach:] -= near[:-reach].copy()
    return near > 0
