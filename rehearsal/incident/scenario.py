"""Scenario files: what happens to the service, and what the alarms must make of it.

`load` reads and checks one file; every error gives the line, the key and the fix. What the parts mean is in
`schema` (keys), `faults` (faults) and docs/rehearsal.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitoring.spec import State
from rehearsal.errors import RehearsalError
from rehearsal.incident import durations, marked_yaml, notation
from rehearsal.incident.faults import FAULTS, Value
from rehearsal.incident.marked_yaml import Marked
from rehearsal.incident.schema import schema
from rehearsal.incident.service import Shape
from rehearsal.incident.traffic import Traffic

FOLDER = Path(__file__).with_name("scenarios")
HISTORY = "2d"
BEGINS = "2026-03-03T10:00Z"  # a Tuesday


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One fault; times in minutes after the scenario's start, `end` exclusive."""

    kind: str
    begin: int
    end: int
    given: Mapping[str, Value]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Explicit:
    """Values of a metric from minute `begin` on, in place of the simulated ones; NaN for none."""

    namespace: str
    metric: str
    begin: int
    values: NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class ExpectedPage:
    """A page of `alarm` not before `after` and not after `by`."""

    alarm: str
    by: int
    after: int
    where: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ExpectedState:
    """`alarm` is in `state` at some time up to `by`, or all the time from `begin` to `end` (inclusive)."""

    alarm: str
    state: State
    where: str
    by: int | None = None
    begin: int | None = None
    end: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Expect:
    """`pages` None: not said. Alarms in `allow` may page, those in `silent` must not; patterns."""

    pages: Sequence[ExpectedPage] | None
    allow: Sequence[str]
    silent: Sequence[str]
    states: Sequence[ExpectedState]


@dataclass(frozen=True, kw_only=True, slots=True)
class Scenario:
    """A scenario; `history` and `duration` in minutes, its minute 0 is at `begins`."""

    key: str
    file: str
    name: str
    why: str
    seed: int
    begins: datetime
    history: int
    duration: int
    traffic: Traffic
    latency: Mapping[str, float]
    faults: Sequence[Fault]
    series: Sequence[Explicit]
    expect: Expect

    def shape(self, budget_ms: float, cores: int) -> Shape:
        """The simulated service, for a stack's time budget and endpoint."""
        return Shape(
            budget_ms=budget_ms, cores=cores, usual_per_minute=max(self.traffic.per_minute, 1), **self.latency
        )


def load_all(paths: Sequence[Path]) -> list[Scenario]:
    """The scenarios of files and folders, by name of the file."""
    files = [file for path in paths for file in (sorted(path.glob("*.yaml")) if path.is_dir() else [path])]
    missing = [str(file) for file in files if not file.exists()]
    if missing or not files:
        raise RehearsalError(
            f"no scenario at {', '.join(missing) or ', '.join(map(str, paths))}; see {FOLDER.name}/"
        )
    return [load(file) for file in files]


def load(path: Path) -> Scenario:
    """One scenario. Raises `RehearsalError` with a line for each thing that is wrong."""
    document = marked_yaml.read(path)
    marked_yaml.validate(document, schema())
    data: dict[str, Any] = document.data
    duration = durations.minutes(data["duration"])
    return Scenario(
        key=path.stem,
        file=path.name,
        name=data["name"],
        why=data["why"],
        seed=data.get("seed", 1),
        begins=datetime.strptime(data.get("begins", BEGINS), "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC),
        history=durations.minutes(data.get("history", HISTORY)),
        duration=duration,
        traffic=Traffic(**data.get("traffic", {})),
        latency=data.get("latency", {}),
        faults=[_fault(document, i, entry, duration) for i, entry in enumerate(data.get("faults", []))],
        series=[_explicit(document, i, entry) for i, entry in enumerate(data.get("series", []))],
        expect=_expect(document, data["expect"], duration),
    )


def _fault(document: Marked, number: int, entry: Mapping[str, Any], duration: int) -> Fault:
    begin = durations.minutes(entry["at"])
    end = begin + durations.minutes(entry["for"]) if "for" in entry else duration
    path = ("faults", number, "for" if "for" in entry else "at")
    if not begin < end <= duration:
        raise RehearsalError(
            f"{document.at(path)}: the fault runs from {durations.text(begin)} to {durations.text(end)}, the "
            f"scenario only to {durations.text(duration)}; shorten it or lengthen `duration`"
        )
    kind = FAULTS[entry["fault"]]
    given = {name: entry.get(name, parameter.default) for name, parameter in kind.parameters.items()}
    return Fault(kind=entry["fault"], begin=begin, end=end, given=given)


def _explicit(document: Marked, number: int, entry: Mapping[str, Any]) -> Explicit:
    namespace, metric = entry["metric"].split()
    try:
        values = notation.expand(entry["values"])
    except RehearsalError as error:
        raise RehearsalError(f"{document.at(('series', number, 'values'))}: {error}") from None
    begin = durations.minutes(entry.get("at", "0m"))
    return Explicit(namespace=namespace, metric=metric, begin=begin, values=values)


def _expect(document: Marked, expect: Mapping[str, Any], duration: int) -> Expect:
    pages = [
        ExpectedPage(
            alarm=entry["alarm"],
            by=durations.minutes(entry["by"]),
            after=durations.minutes(entry.get("after", "0m")),
            where=document.at(("expect", "pages", number)),
        )
        for number, entry in enumerate(expect.get("pages") or [])
    ]
    return Expect(
        pages=pages if "pages" in expect else None,
        allow=expect.get("allow", ()),
        silent=expect.get("silent", ()),
        states=[
            _state(document.at(("expect", "states", number)), entry, duration)
            for number, entry in enumerate(expect.get("states", ()))
        ],
    )


def _state(where: str, entry: Mapping[str, Any], duration: int) -> ExpectedState:
    times = {name: durations.minutes(entry[name]) for name in ("by", "at", "from", "to") if name in entry}
    alarm, state = entry["alarm"], entry["is"]
    match sorted(times):
        case ["by"]:
            return ExpectedState(alarm=alarm, state=state, where=where, by=times["by"])
        case ["at"]:
            return ExpectedState(alarm=alarm, state=state, where=where, begin=times["at"], end=times["at"])
        case ["from"] | ["from", "to"]:
            end = times.get("to", duration)
            return ExpectedState(alarm=alarm, state=state, where=where, begin=times["from"], end=end)
        case _:
            raise RehearsalError(f"{where}: say when: either `by`, or `at`, or `from` with or without `to`")
