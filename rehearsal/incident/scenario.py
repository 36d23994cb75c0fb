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

from rehearsal import marked_yaml, notation
from rehearsal.cloudwatch.series import MetricKey
from rehearsal.errors import RehearsalError
from rehearsal.incident import durations, expected
from rehearsal.incident.conditions import Value
from rehearsal.incident.expected import Expect
from rehearsal.incident.faults import EITHER, FAULTS
from rehearsal.incident.schema import schema
from rehearsal.incident.simulation import Shape
from rehearsal.incident.traffic import Traffic
from rehearsal.marked_yaml import Marked
from rehearsal.sources.stack import AlarmSet

FOLDER = Path(__file__).with_name("scenarios")
HISTORY = "2d"
BEGINS = "2026-03-03T10:00Z"  # a Tuesday
YEARS = range(1971, 2200)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One fault; times in minutes after the scenario's start, `end` exclusive."""

    kind: str
    begin: int
    end: int
    given: Mapping[str, Value]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Explicit:
    """Values of a metric from minute `begin` on, which may be before the start; NaN for none.

    Without `dimensions` they stand in place of the simulated service's own metric of that name.
    """

    namespace: str
    metric: str
    dimensions: Mapping[str, str]
    begin: int
    values: NDArray[np.float64]


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
    quotas: Mapping[MetricKey, float]
    expect: Expect
    notes: Sequence[str] = ()

    def shape(self, alarm_set: AlarmSet) -> Shape:
        """The simulated service, for a stack's time budget, throttle and endpoint."""
        return Shape(
            budget_ms=alarm_set.budget_ms,
            cores=alarm_set.cores,
            gpus=alarm_set.gpus,
            rate_limit_per_s=alarm_set.rate_limit_per_s,
            usual_per_minute=max(self.traffic.per_minute, 1),
            **self.latency,
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
    duration = _length(document, "duration", data["duration"])
    history = _length(document, "history", data.get("history", HISTORY), low=0)
    series = _series(document, data.get("series", []), history, duration)
    return Scenario(
        key=path.stem,
        file=path.name,
        name=data["name"],
        why=data["why"],
        seed=data.get("seed", 1),
        begins=_begins(document, data.get("begins", BEGINS)),
        history=history,
        duration=duration,
        traffic=Traffic(**data.get("traffic", {})),
        latency=data.get("latency", {}),
        faults=[_fault(document, i, entry, duration) for i, entry in enumerate(data.get("faults", []))],
        series=series,
        quotas=_quotas(document, data.get("quotas", [])),
        expect=expected.read(document, data["expect"], duration),
        notes=[
            f"{path.name}: the last {durations.text(s.begin + len(s.values) - duration)} of {s.namespace} "
            f"{s.metric} are after the end and have no effect"
            for s in series
            if s.begin + len(s.values) > duration
        ],
    )


def _length(document: Marked, key: str, text: str, low: int = 1) -> int:
    length = durations.minutes(text)
    if not low <= length <= notation.LONGEST:
        raise RehearsalError(
            f"{document.at((key,))}: {text} is not between {low}m and {durations.text(notation.LONGEST)}; "
            "give as much time as the incident needs"
        )
    return length


def _begins(document: Marked, text: str) -> datetime:
    try:
        begins = datetime.strptime(text, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
    except ValueError:
        raise RehearsalError(
            f"{document.at(('begins',))}: {text} is no date and time; write 2026-03-03T10:00Z"
        ) from None
    if begins.year not in YEARS:
        raise RehearsalError(
            f"{document.at(('begins',))}: {text}; the year must be from {YEARS.start} to {YEARS.stop - 1}"
        )
    return begins


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
    for one, other in EITHER.items():
        if other in kind.parameters and (one in entry) == (other in entry):
            raise RehearsalError(
                f"{document.at(('faults', number, 'fault'))}: {entry['fault']} takes either `{one}` or "
                f"`{other}`; give one of them"
            )
    taken = {name: entry.get(name, parameter.default) for name, parameter in kind.parameters.items()}
    given = {name: value for name, value in taken.items() if value is not None}
    return Fault(kind=entry["fault"], begin=begin, end=end, given=given)


def _series(
    document: Marked, entries: Sequence[Mapping[str, Any]], history: int, duration: int
) -> list[Explicit]:
    found = [_explicit(document, number, entry) for number, entry in enumerate(entries)]
    for number, series in enumerate(found):
        if not -history <= series.begin < duration:
            raise RehearsalError(
                f"{document.at(('series', number, 'at'))}: it begins at {durations.text(series.begin)}, "
                f"the scenario runs from {durations.text(-history)} to {durations.text(duration)}; "
                "it would have no effect"
            )
    _no_doubles(document, "series", [MetricKey.of(s.namespace, s.metric, s.dimensions) for s in found])
    return found


def _explicit(document: Marked, number: int, entry: Mapping[str, Any]) -> Explicit:
    namespace, metric = entry["metric"].split()
    try:
        values = notation.expand(entry["values"])
    except RehearsalError as error:
        raise RehearsalError(f"{document.at(('series', number, 'values'))}: {error}") from None
    return Explicit(
        namespace=namespace,
        metric=metric,
        dimensions=entry.get("dimensions", {}),
        begin=durations.minutes(entry.get("at", "0m")),
        values=values,
    )


def _quotas(document: Marked, entries: Sequence[Mapping[str, Any]]) -> dict[MetricKey, float]:
    keys = [_key(entry) for entry in entries]
    _no_doubles(document, "quotas", keys)
    return {key: float(entry["value"]) for key, entry in zip(keys, entries, strict=True)}


def _key(entry: Mapping[str, Any]) -> MetricKey:
    namespace, metric = entry["metric"].split()
    return MetricKey.of(namespace, metric, entry.get("dimensions", {}))


def _no_doubles(document: Marked, section: str, keys: Sequence[MetricKey]) -> None:
    for number, key in enumerate(keys):
        if key in keys[:number]:
            raise RehearsalError(
                f"{document.at((section, number))}: {key.namespace} {key.metric} is there twice with these "
                "dimensions; put its values into one entry, with _x30 for a gap"
            )
