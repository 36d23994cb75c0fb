"""What comes of incidents: the real evaluator over strips of them, then composites and notifications.

An alarm that is shown only what slides along is evaluated once for all durations, on a strip whose ordinary
stretches are as long as it remembers; that it came to rest in each of them is checked, and where it did not,
or where the time of day matters to it, each incident has a timeline of its own. Nothing here decides a state.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from monitoring.spec import Level
from rehearsal.cloudwatch import rules
from rehearsal.cloudwatch.actions import pages
from rehearsal.cloudwatch.decide import ALARM, OK
from rehearsal.cloudwatch.evaluate import Timeline, metric_states
from rehearsal.cloudwatch.mute import MuteRule
from rehearsal.cloudwatch.series import MetricKey, MetricSeries, Series
from rehearsal.frontier.begins import BEGINS, offsets
from rehearsal.frontier.grid import Heard, Size
from rehearsal.frontier.roles import Shown, shown
from rehearsal.frontier.strip import MINUTE_S, Strip, World
from rehearsal.frontier.watchers import Watch, Watcher, metrics_of
from rehearsal.incident.metrics import account_of
from rehearsal.sources.stack import AlarmSet

Codes = NDArray[np.int8]
SILENCE = Heard(warn=None, critical=None, told=None, ok=0.0)
BEFORE = 1  # minutes of a timeline before its incident


@dataclass(frozen=True, kw_only=True, slots=True)
class Hearing:
    """An alarm set before one kind of incident."""

    alarm_set: AlarmSet
    watch: Watch
    extra_points: int

    def offsets(self) -> list[int]:
        """When incidents begin, in minutes after `BEGINS`."""
        return offsets({watcher.clock for watcher in self.watch.moved} - {0}, self.mutes())

    def mutes(self) -> list[MuteRule]:
        """The mute rules that may hold back a notification of the incident."""
        telling = {alarm.name for alarm in self.watch.telling}
        return [rule for rule in self.alarm_set.mutes if rule.targets & telling]

    def rest(self, requests: int, late: int) -> dict[str, np.int8]:
        """The state of every alarm in ordinary times."""
        world = World(size=Size(kind="failing", share_ppm=0), requests=requests, phase_s=0, late=late)
        found: dict[str, np.int8] = {}
        for reach, group in _grouped([*self.watch.watchers.values()]):
            warm_up = max(watcher.alarm.warm_up_min for watcher in group)
            strip = Strip.of((), first=BEGINS, lead=reach + late + warm_up + 1, gap=0)
            series = self._series(world, strip, group)
            for watcher in group:
                found[watcher.alarm.name] = self._states(watcher, series)[-1]
        for alarm, rule in self.watch.composites:
            states = {name: np.full(1, code) for name, code in found.items()}
            found[alarm.name] = ALARM if rules.holds(rule, states, 1)[0] else OK
        return found

    def heard(
        self, world: World, durations: Sequence[int], rest: Mapping[str, np.int8]
    ) -> Iterator[tuple[int, Heard]]:
        """(duration, what comes of it) for each duration and time of beginning."""
        shared = [watcher for watcher in self.watch.moved if not watcher.own_time]
        alone = [watcher for watcher in self.watch.moved if watcher.own_time]
        once = self._codes(world, shared, durations, 0)
        for offset in self.offsets():
            for place, duration in enumerate(durations):
                codes = {name: found[place] for name, found in once.items()}
                own = self._codes(world, alone, [duration], offset)
                codes |= {name: found[0] for name, found in own.items()}
                yield duration, self._told(world, duration, offset, codes, rest)

    def _codes(
        self, world: World, watchers: Sequence[Watcher], durations: Sequence[int], offset: int
    ) -> dict[str, list[Codes]]:
        """Per alarm the codes from `BEFORE` minutes before each incident, until nothing is left of it."""
        found: dict[str, list[Codes]] = {}
        for reach, group in _grouped(watchers):
            gap = reach + world.late
            lead = gap + max(watcher.alarm.warm_up_min for watcher in group) + BEFORE
            strip = Strip.of(durations, first=BEGINS + timedelta(minutes=offset), lead=lead, gap=gap)
            series = self._series(world, strip, group)
            restless = []
            for watcher in group:
                codes = self._states(watcher, series)
                before = codes[[begin - BEFORE for begin in strip.begins]]
                if (before != before[0]).any():
                    restless.append(watcher)
                found[watcher.alarm.name] = [
                    codes[begin - BEFORE : begin + duration + 1 + gap]
                    for begin, duration in zip(strip.begins, durations, strict=True)
                ]
            for watcher in restless:
                found[watcher.alarm.name] = [
                    self._codes(world, [watcher], [duration], offset)[watcher.alarm.name][0]
                    for duration in durations
                ]
        return found

    def _states(self, watcher: Watcher, series: Series) -> Codes:
        return metric_states(watcher.alarm, series, home=watcher.home, extra_points=self.extra_points)

    def _series(self, world: World, strip: Strip, watchers: Sequence[Watcher]) -> Series:
        made: dict[tuple[Shown, bool, bool], MetricSeries] = {}
        metrics: dict[MetricKey, MetricSeries] = {}
        for query in (query for watcher in watchers for query in metrics_of(watcher.alarm)):
            found = shown(query)
            if found is None:
                continue
            moved = self.watch.shows.placed(query, found)
            late = query.namespace.lower().removeprefix("/").startswith("aws/")
            key = (found, moved, late)
            if key not in made:
                made[key] = world.metric(found, strip, moved=moved, late=late)
            account = account_of(query, self.alarm_set)
            metrics[MetricKey.of(query.namespace, query.metric, query.dimensions, account)] = made[key]
        return Series(strip.start, strip.minutes, metrics)

    def _told(
        self,
        world: World,
        duration: int,
        offset: int,
        codes: Mapping[str, Codes],
        rest: Mapping[str, np.int8],
    ) -> Heard:
        if all((known == rest[name]).all() for name, known in codes.items()):
            return SILENCE
        minutes = BEFORE + duration + 1 + world.late + self.watch.settle
        states: dict[str, Codes] = {
            name: np.broadcast_to(code, minutes) for name, code in rest.items() if name not in codes
        }
        for name, known in codes.items():
            states[name] = np.full(minutes, known[-1])
            states[name][: len(known)] = known
        for alarm, rule in self.watch.composites:
            if alarm.name in self.watch.reached:
                states[alarm.name] = np.where(rules.holds(rule, states, minutes), ALARM, OK).astype(np.int8)
        start = BEGINS + timedelta(minutes=offset - BEFORE)
        line = Timeline(start=start, minutes=minutes, states=states)
        sent = [
            (page.level, page.minute)
            for page in pages(self.watch.telling, line, self.alarm_set.mutes)
            if page.muted_by is None and page.entered >= BEFORE
        ]
        phase = world.phase_s / MINUTE_S

        def first(*levels: Level) -> float | None:
            at = min((minute for level, minute in sent if level in levels), default=None)
            return None if at is None else at + 1 - BEFORE - phase

        return Heard(
            warn=first("warn"),
            critical=first("critical"),
            told=first("warn", "critical"),
            ok=self._ok(states, duration + phase, rest),
        )

    def _ok(self, states: Mapping[str, Codes], end: float, rest: Mapping[str, np.int8]) -> float | None:
        last = -1
        for alarm in self.watch.telling:
            if rest[alarm.name] != ALARM:
                at = np.flatnonzero(states[alarm.name] == ALARM)
                last = max(last, int(at[-1]) if len(at) else -1)
            if last == len(states[alarm.name]) - 1:
                return None
        return max(last + 2 - BEFORE - end, 0.0) if last >= 0 else 0.0


def _grouped(watchers: Sequence[Watcher]) -> Iterator[tuple[int, list[Watcher]]]:
    """The watchers by how far they reach."""
    for reach in sorted({watcher.reach for watcher in watchers}):
        yield reach, [watcher for watcher in watchers if watcher.reach == reach]
