"""Every point of the grid, each at its worst."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

from rehearsal.frontier.grid import Grid, Heard, Incident, KindName, Point
from rehearsal.frontier.hearing import BEGINS, Hearing
from rehearsal.frontier.strip import World
from rehearsal.frontier.watchers import watch
from rehearsal.sources.stack import AlarmSet


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """What is said of a kind of incident: the metrics it shows in, the alarms that notify and cannot see it,
    the times of day it begins at.
    """

    shows_in: Sequence[str]
    not_reached: Sequence[str]
    begins: Sequence[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Frontier:
    """All points of an alarm set, and what there is to say of its alarms."""

    alarm_set: AlarmSet
    grid: Grid
    points: Sequence[Point]
    kinds: Mapping[KindName, Kind]
    notes: Sequence[str]


def sweep(alarm_set: AlarmSet, grid: Grid, at: Sequence[str] = ()) -> Frontier:
    """Every point. `at`: the namespaces that incidents show in, instead of the front door."""
    points: list[Point] = []
    kinds: dict[KindName, Kind] = {}
    for kind in grid.kinds:
        hearing = Hearing(alarm_set=alarm_set, watch=watch(alarm_set, kind, at))
        kinds[kind] = Kind(
            shows_in=hearing.watch.shows_in(),
            not_reached=[
                alarm.key
                for alarm in alarm_set.alarms
                if alarm.level is not None and alarm.name not in hearing.watch.reached
            ],
            begins=[BEGINS.isoformat()],
        )
        points += _of_kind(hearing, grid, kind)
    return Frontier(alarm_set=alarm_set, grid=grid, points=points, kinds=kinds, notes=())


def _of_kind(hearing: Hearing, grid: Grid, kind: KindName) -> Iterator[Point]:
    for requests in grid.traffic:
        rest = {late: hearing.rest(requests, late) for late in grid.late_minutes}
        for size in (size for size in grid.sizes if size.kind == kind):
            found: dict[int, list[Heard]] = {duration: [] for duration in grid.durations}
            for late in grid.late_minutes:
                for phase_s in grid.phases_s:
                    world = World(size=size, requests=requests, phase_s=phase_s, late=late)
                    for duration, heard in hearing.heard(world, grid.durations, (0,), rest[late]):
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
