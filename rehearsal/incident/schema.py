"""The JSON Schema of a scenario file, made from the table of faults.

`scenario.schema.json` beside this file is what editors use; a test holds that it is this. A property's
description is also the fix that an error message gives.
"""

import json
from pathlib import Path
from typing import Any

from rehearsal.incident.durations import PATTERN, SIGNED
from rehearsal.incident.faults import EITHER, FAULTS, Parameter

FILE = Path(__file__).with_name("scenario.schema.json")
STATES = ["OK", "ALARM", "INSUFFICIENT_DATA"]


def _number(meaning: str, low: float, high: float) -> dict[str, Any]:
    return {"type": "number", "minimum": low, "maximum": high, "description": meaning}


def _text(meaning: str) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "description": meaning}


def _pattern(meaning: str, pattern: str) -> dict[str, Any]:
    return {"type": "string", "pattern": pattern, "description": meaning}


def _duration(meaning: str) -> dict[str, Any]:
    return {"type": "string", "pattern": PATTERN, "description": f"{meaning}; write 90m, 2h, 1d or 1h30m"}


def _object(properties: dict[str, Any], required: list[str], description: str = "") -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": properties,
        "description": description or f"a mapping with {', '.join(properties)}",
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    if parameter.text:
        return _text(parameter.meaning)
    number = _number(parameter.meaning, parameter.low, parameter.high)
    return {**number, "type": "integer"} if parameter.whole else number


IF_LATE = _number(
    "only where the time budget allows answers that take so many times as long as promised, 1 to 10", 1, 10
)
IF_ALARM = _text("only where there is an alarm of this key, a pattern")
AT = _duration("when it begins, after the scenario's start")
FOR = _duration("how long it lasts; without it, to the end")


def fault(kind: str) -> dict[str, Any]:
    """What one kind of fault may look like."""
    parameters = FAULTS[kind].parameters
    either = {name for pair in EITHER.items() if set(pair) <= parameters.keys() for name in pair}
    required = [name for name, p in parameters.items() if p.default is None and name not in either]
    own = {name: _parameter(parameter) for name, parameter in parameters.items()}
    listed = ", ".join(["fault", "at", "for", *own])
    return _object(
        {"fault": {"const": kind}, "at": AT, "for": FOR, **own},
        ["fault", "at", *required],
        f"{FAULTS[kind].meaning} It takes {listed}",
    )


METRIC = _pattern("`Namespace Metric`, such as `AWS/Lambda Errors`", r"^\S+ \S+$")
DIMENSIONS = {
    "type": "object",
    "additionalProperties": _text("the dimension's value"),
    "description": "the metric's dimensions, such as {QueueName: orders}; without it, none",
}


def _alarm() -> dict[str, Any]:
    return _text("the alarm's key in the catalogue, or its name")


def _alarms(meaning: str) -> dict[str, Any]:
    return {
        "type": "array",
        "items": _alarm(),
        "description": f"a list of alarms ({meaning}); * stands for any",
    }


def schema() -> dict[str, Any]:
    """The whole schema."""
    traffic = {
        "per_minute": _number("mean requests a minute over a day, 0 to 1,000,000", 0, 1_000_000),
        "swing": _number("how far traffic swings around its mean over a day, 0 to 1", 0, 1),
        "peak_hour": _number("the hour (UTC) of most traffic, 0 to 24", 0, 24),
        "noise": _number("relative noise from minute to minute, 0 to 2", 0, 2),
    }
    latency = {
        "model_ms": _number("the model's median latency in ms, 1 to 100000", 1, 100_000),
        "spread": _number("sigma of the log-normal latencies, 0.01 to 2", 0.01, 2),
    }
    series = _object(
        {
            "metric": METRIC,
            "dimensions": DIMENSIONS,
            "at": _pattern("when it begins; -90m is before the scenario's start", SIGNED),
            "values": _text("one value a minute: 5, 5x3, 5+2x3, _ for a gap, _x3"),
        },
        ["metric", "values"],
    )
    page = _object(
        {
            "alarm": _alarm(),
            "by": _duration("the latest time"),
            "after": _duration("the earliest time"),
            "if_late": IF_LATE,
            "if_alarm": IF_ALARM,
        },
        ["alarm", "by"],
    )
    state = _object(
        {
            "alarm": _alarm(),
            "is": {"enum": STATES, "description": "one of " + ", ".join(STATES)},
            "by": _duration("reached at this time at the latest"),
            "at": _duration("the state at exactly this time"),
            "from": _duration("the state all the time from here, until `to` or the end"),
            "to": _duration("until here, with `from`"),
            "if_late": IF_LATE,
            "if_alarm": IF_ALARM,
        },
        ["alarm", "is"],
        "an alarm, the state it `is` in, and when: `by`, `at`, or `from` and `to`",
    )
    expect = {
        "pages": {"type": "array", "items": page, "description": "the pages that must go out, [] for none"},
        "allow": _alarms("their pages may go out or not"),
        "silent": _alarms("they must not page"),
        "states": {"type": "array", "items": state, "description": "a list of expected states"},
    }
    kinds = {"enum": list(FAULTS), "description": "one of " + ", ".join(FAULTS)}
    properties = {
        "name": _text("what happens, in a few words"),
        "why": _text("what the alarms have to show here"),
        "seed": {"type": "integer", "minimum": 0, "maximum": 2**63, "description": "a whole number, from 0"},
        "begins": {
            "type": "string",
            "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}Z$",
            "description": "the start in UTC, such as 2026-03-03T10:00Z, in quotes",
        },
        "history": _duration("how much ordinary operation comes before the start"),
        "duration": _duration("how long the scenario lasts from its start"),
        "traffic": _object(traffic, []),
        "latency": _object(latency, []),
        "faults": {
            "type": "array",
            "items": {"type": "object", "required": ["fault", "at"], "properties": {"fault": kinds}},
            "description": "a list of faults",
        },
        "quotas": {
            "type": "array",
            "items": _object(
                {
                    "metric": METRIC,
                    "dimensions": DIMENSIONS,
                    "value": _number("the quota of this usage metric", 0, 1e300),
                },
                ["metric", "value"],
            ),
            "description": "a list of quotas, for alarms with SERVICE_QUOTA",
        },
        "series": {"type": "array", "items": series, "description": "a list of explicit series"},
        "expect": _object(expect, []),
    }
    whole = _object(properties, ["name", "why", "duration", "expect"])
    whole["properties"]["faults"]["items"]["allOf"] = [
        {
            "if": {"properties": {"fault": {"const": kind}}, "required": ["fault"]},
            "then": fault(kind),
        }
        for kind in FAULTS
    ]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Rehearsal scenario", **whole}


def text() -> str:
    """The schema as it is shipped."""
    return json.dumps(schema(), indent=2) + "\n"
