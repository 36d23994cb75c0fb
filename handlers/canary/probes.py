"""The probes that the package was built for: requests, and what their answers must be."""

import base64
import importlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from handlers.environment import SettingsError

PROBES = os.path.join(os.path.dirname(__file__), "generated", "probes.json")


@dataclass(frozen=True, kw_only=True, slots=True)
class Value:
    """What must stand at a JSON pointer (RFC 6901); a number may be off by `tolerance`."""

    pointer: str
    equals: Any
    tolerance: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Probe:
    """`target` is path and query below the stage's address; `check` is the contract's schema, generated."""

    name: str
    method: str
    target: str
    content_type: str | None = None
    body: bytes | None = None
    status: int = 200
    check: Callable[[Any], object] | None = None
    values: Sequence[Value] = ()
    max_ms: float | None = None


def packaged() -> tuple[Probe, ...]:
    """The package's probes. Raises `SettingsError` when it has none."""
    try:
        with open(PROBES, encoding="utf-8") as file:
            probes = json.load(file)
    except FileNotFoundError:
        raise SettingsError(
            "The package holds no probes, so nothing can be probed; build it with `make build`."
        ) from None
    return assembled(probes, vars(importlib.import_module("handlers.canary.generated.checks")))


def assembled(probes: Sequence[Mapping[str, Any]], checks: Mapping[str, Any]) -> tuple[Probe, ...]:
    """The probes that are described; `checks` are generated functions by name."""
    return tuple(
        Probe(
            **{
                **probe,
                "body": None if probe["body"] is None else base64.b64decode(probe["body"]),
                "check": checks.get(probe["check"]),
                "values": tuple(Value(**value) for value in probe["values"]),
            }
        )
        for probe in probes
    )
