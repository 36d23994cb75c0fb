"""Recorded state changes: what `describe-alarm-history` prints, and EventBridge's events of alarms.

CloudWatch writes down, with each change of a metric alarm, the datapoints it decided by
(`evaluatedDatapoints`): a decision of CloudWatch's own that can be made again.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

from monitoring.spec import State
from rehearsal import text_files
from rehearsal.errors import RehearsalError
from rehearsal.sources import documents

STATES: tuple[State, ...] = get_args(State)


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """A datapoint that CloudWatch looked at; `value` None where it was missing."""

    at: datetime
    value: float | None
    samples: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Transition:
    """One change of state. `points` are oldest first; empty where none are recorded.

    `bands` are the lower and upper thresholds of an anomaly alarm, one a point. `source` is where it was
    published, if it was.
    """

    alarm: str
    at: datetime
    old: State
    new: State
    reason: str
    points: tuple[Point, ...] = ()
    bands: tuple[tuple[float, float], ...] = ()
    threshold: float | None = None
    evaluated: bool = False
    source: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """What was recorded, oldest first, and when each alarm's configuration was last changed."""

    transitions: tuple[Transition, ...]
    configured: Mapping[str, datetime]
    notes: tuple[str, ...] = ()


def read(path: Path) -> History:
    """The state changes in a file. Raises `RehearsalError` for a file without any."""
    transitions: list[Transition] = []
    configured: dict[str, datetime] = {}
    notes: list[str] = []
    for document in documents.parse(text_files.read(path), path.name):
        for item in _items(document):
            try:
                kind = item.get("HistoryItemType")
                if kind == "ConfigurationUpdate":
                    name, at = str(item["AlarmName"]), _time(item["Timestamp"])
                    configured[name] = max(at, configured.get(name, at))
                elif kind in (None, "StateUpdate"):
                    transitions.append(_event(item) if "detail" in item else _item(item))
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                notes.append(f"{path.name}: an item of {item.get('AlarmName')} is not readable: {error!r}")
    if not transitions:
        raise RehearsalError(
            f"{path.name}: no state changes in it; save the output of `aws cloudwatch describe-alarm-history "
            f"--history-item-type StateUpdate`"
        )
    return History(
        transitions=tuple(sorted(transitions, key=lambda transition: transition.at)),
        configured=configured,
        notes=tuple(notes),
    )


def _items(document: Any) -> Iterator[Mapping[str, Any]]:
    """History items and events, wherever they stand in a document."""
    if isinstance(document, list):
        for part in document:
            yield from _items(part)
    elif isinstance(document, Mapping):
        if "HistoryItemType" in document or "HistoryData" in document or "detail-type" in document:
            yield document
        else:
            for value in document.values():
                if isinstance(value, list | Mapping):
                    yield from _items(value)


def _item(item: Mapping[str, Any]) -> Transition:
    told = item["HistoryData"]
    told = json.loads(told) if isinstance(told, str) else told
    old, new = told["oldState"], told["newState"]
    return _transition(
        item["AlarmName"], item["Timestamp"], old["stateValue"], new["stateValue"],
        new.get("stateReason", ""), new.get("stateReasonData"), item.get("Source"),
    )  # fmt: skip


def _event(event: Mapping[str, Any]) -> Transition:
    """An event "CloudWatch Alarm State Change"."""
    detail = event["detail"]
    old, new = detail["previousState"], detail["state"]
    return _transition(
        detail["alarmName"], new.get("timestamp") or event["time"], old["value"], new["value"],
        new.get("reason", ""), new.get("reasonData"), event.get("Source"),
    )  # fmt: skip


def _transition(  # noqa: PLR0917  # the fields of two formats, side by side
    name: str, at: Any, old: Any, new: Any, reason: str, data: Any, source: str | None
) -> Transition:
    told: Mapping[str, Any] = (json.loads(data) if isinstance(data, str) else data) or {}
    low, high = (told.get(f"recent{which}Thresholds", ()) for which in ("Lower", "Upper"))
    if old not in STATES or new not in STATES:
        raise ValueError(f"{old!r} to {new!r} is no change of state")
    return Transition(
        alarm=name,
        at=_time(at),
        old=old,
        new=new,
        reason=reason,
        points=tuple(sorted(_points(told), key=lambda point: point.at)),
        bands=tuple(zip(low, high, strict=True)),
        threshold=told.get("threshold"),
        evaluated="queryDate" in told,
        source=source,
    )


def _points(told: Mapping[str, Any]) -> Iterator[Point]:
    """The datapoints as recorded; older records list the values alone, from a start date on."""
    if "evaluatedDatapoints" in told:
        for point in told["evaluatedDatapoints"]:
            at = _time(point["timestamp"])
            yield Point(at=at, value=point.get("value"), samples=point.get("sampleCount"))
    elif "startDate" in told and "period" in told:
        start, period = _time(told["startDate"]), timedelta(seconds=told["period"])
        for number, value in enumerate(told.get("recentDatapoints", ())):
            yield Point(at=start + number * period, value=value)


def _time(value: Any) -> datetime:
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    found = datetime.fromisoformat(value)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
