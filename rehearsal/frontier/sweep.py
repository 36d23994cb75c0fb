"""Every point of the grid, each at its worst."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import timedelta

import numpy as np

from rehearsal.cloudwatch.decide import ALARM
from rehearsal.cloudwatch.evaluate import EXTRA_POINTS
from rehearsal.cloudwatch.math.calls import band_calls
from rehearsal.frontier.begins import BEGINS
from rehearsal.frontier.grid import Grid, Heard, Incident, KindName, Point, Size
from rehearsal.frontier.hearing import Hearing
from rehearsal.frontier.strip import World
from rehearsal.frontier.watchers import watch
from rehearsal.sources.stack import AlarmSet


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """What is said of a kind of incident: the metrics it shows in, the times it begins at, the alarms that
    notify and cannot see it, with the reason, those that are in ALARM before it, by traffic, and the mute
    rules that may hold back what they say.
    """

    shows_in: Sequence[str]
    begins: Sequence[str]
    not_reached: Mapping[str, str]
    always_in_alarm: Mapping[int, Sequence[str]]
    mutes: Sequence[str]
    stand_in_band: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Frontier:
    """All points of an alarm set, and what there is to say of its alarms."""

    alarm_set: AlarmSet
    grid: Grid
    at: Sequence[str]
    points: Sequence[Point]
    kinds: Mapping[KindName, Kind]


def sweep(
    alarm_set: AlarmSet,
    grid: Grid,
    at: Sequence[str] = (),
    *,
    extra_points: int = EXTRA_POINTS,
    done: Callable[[], object] = lambda: None,
) -> Frontier:
    """Every point of the kinds that show in some alarm's metrics.

    `at`: the namespaces that incidents show in, instead of the front door. `done` is called for each size and
    traffic.
    """
    points: list[Point] = []
    kinds: dict[KindName, Kind] = {}
    for kind in grid.kinds:
        watching = watch(alarm_set, kind, at, extra_points)
        hearing = Hearing(alarm_set=alarm_set, watch=watching, extra_points=extra_points)
        in_alarm: dict[int, list[str]] = {}
        for requests in grid.traffic if watching.shows_in() else ():
            rest = {late: hearing.rest(requests, late) for late in grid.late_minutes}
            stuck = [a.key for a in watching.telling if any(rest[late][a.name] == ALARM for late in rest)]
            in_alarm |= {requests: stuck} if stuck else {}
            for size in (size for size in grid.sizes if size.kind == kind):
                points += _of_size(hearing, grid, size, requests, rest)
                done()
        kinds[kind] = Kind(
            shows_in=watching.shows_in(),
            begins=[(BEGINS + timedelta(minutes=offset)).isoformat() for offset in hearing.offsets()],
            not_reached=watching.not_reached(alarm_set.alarms),
            always_in_alarm=in_alarm,
            mutes=[rule.name for rule in hearing.mutes()],
            stand_in_band=any(band_calls(watcher.alarm.queries) for watcher in watching.moved),
        )
    return Frontier(alarm_set=alarm_set, grid=grid, at=at, points=points, kinds=kinds)


def again(frontier: Frontier, point: Point, extra_points: int) -> Point:
    """One point with another size of the evaluation range."""
    asked = point.incident
    one = replace(frontier.grid, sizes=[asked.size], durations=[asked.minutes], traffic=[asked.requests])
    return sweep(frontier.alarm_set, one, frontier.at, extra_points=extra_points).points[0]


def _of_size(
    hearing: Hearing, grid: Grid, size: Size, requests: int, rest: Mapping[int, Mapping[str, np.int8]]
) -> Iterator[Point]:
    found: dict[int, list[Heard]] = {duration: [] for duration in grid.durations}
    for late in grid.late_minutes:
        for phase_s in grid.phases_s:
            world = World(size=size, requests=requests, phase_s=phase_s, late=late)
            for duration, heard in hearing.heard(world, grid.durations, rest[late]):
                found[duration].append(heard)
    for duration, all_heard in found.items():
        yield _point(Incident(size=size, minutes=duration, requests=requests), all_heard, hearing)


def _point(incident: Incident, heard: Sequence[Heard], hearing: Hearing) -> Point:
    names = [field.name for field in fields(Heard)]
    worst = Heard(**{name: _latest([getattr(one, name) for one in heard]) for name in names})
    a_minute = incident.size.budget_per_minute(hearing.alarm_set.slo)
    told = worst.told
    return Point(
        incident=incident,
        heard=worst,
        spent=a_minute * incident.minutes,
        spent_until_told=None if told is None else a_minute * min(told, incident.minutes),
    )


def _latest(times: Sequence[float | None]) -> float | None:
    """The latest of them; None, never, is later than any."""
    known = [time for time in times if time is not None]
    return max(known) if len(known) == len(times) else None
