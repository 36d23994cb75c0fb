"""The shipped scenarios, or anyone's, and the grid of faults: what people are told differently in each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rehearsal.diff.probing import grid
from rehearsal.diff.probing.stage import Stage, Told, telling
from rehearsal.diff.probing.trial import Trial
from rehearsal.diff.sides import Pair
from rehearsal.diff.verdict import Difference, differences
from rehearsal.incident.metrics import incident
from rehearsal.incident.scenario import Scenario


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Rehearsed:
    """An incident of the simulated service in which people are told something else than before.

    `scenario` is its key, None for one of the grid.
    """

    name: str
    scenario: str | None
    differences: Sequence[Difference]


def rehearsed(trial: Trial, pairs: Sequence[Pair], scenarios: Iterable[Scenario]) -> list[Rehearsed]:
    """The scenarios in which something differs. Minutes are those after the scenario's start."""
    found = []
    for scenario in scenarios:
        told = _told(trial, pairs, scenario)
        minutes = [_since(own, scenario.history) for own in told]
        changed = differences(*minutes)
        if changed:
            found.append(Rehearsed(name=scenario.name, scenario=scenario.key, differences=changed))
    return found


def of_grid(trial: Trial, pairs: Sequence[Pair]) -> list[Rehearsed]:
    """The faults of the grid in which something differs. Minutes are those after the fault began."""
    found = []
    for scenario in grid.scenarios():
        told = _told(trial, pairs, scenario)
        for fault in scenario.faults:
            begin = scenario.history + fault.begin
            end = scenario.history + fault.end + grid.BETWEEN
            changed = differences(
                *([t for t in _since(own, begin) if t.minute <= end - begin] for own in told)
            )
            if changed:
                name = f"{grid.words(fault)} {scenario.name}"
                found.append(Rehearsed(name=name, scenario=None, differences=changed))
    return found


def _told(trial: Trial, pairs: Sequence[Pair], scenario: Scenario) -> list[list[Told]]:
    """What each side's alarms do that the changes can reach; and, if that differs, all the others too."""
    series = incident(scenario, trial.usual.both).series
    stage = Stage(series)
    reached = [set().union(*names) for names in zip(*map(trial.reach, pairs), strict=True)]
    told = [_of(stage, trial, number, names) for number, names in enumerate(reached)]
    if any(differences(*(_since(own, scenario.history) for own in told))):
        told = [_of(stage, trial, number, trial.sides[number].alarms) for number in (0, 1)]
    return told


def _of(stage: Stage, trial: Trial, number: int, names: Iterable[str]) -> list[Told]:
    side = trial.sides[number]
    tellers = telling(side.alarms[name] for name in names)
    return stage.told(side, tellers, stage.timeline(side, side.needed(tellers)), trial.labels[number])


def _since(told: Iterable[Told], begin: int) -> list[Told]:
    return [
        Told(alarm=t.alarm, targets=t.targets, state=t.state, minute=t.minute + 1 - begin)
        for t in told
        if t.minute >= begin
    ]
