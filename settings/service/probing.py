"""A service's probes as the service stack exports them, and as the canary's package holds them."""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

from settings.service.definition import Example
from settings.service.reading import Service
from settings.service.sending import sent
from settings.service.validators import module

GENERATED = "handlers/canary/generated"


def exported(service: Service) -> str:
    """All probes, as JSON: what is sent, and what must come back, with the schema that the contract gives it.

    As text, so that the same probes are the same bytes on the other side of a StackReference.
    """
    probes = [{"name": probe.name, **described(service, probe)} for probe in service.definition.probes]
    return json.dumps(probes, sort_keys=True)


def described(service: Service, example: Example) -> dict[str, Any]:
    """A request and its expected answer, independent of the service's files; a body is base64."""
    wire, expect = sent(service, example), example.expect
    return {
        "method": wire.method,
        "target": wire.target,
        "content_type": wire.content_type,
        "body": None if wire.body is None else base64.b64encode(wire.body).decode(),
        "status": expect.status,
        "schema": service.operation(example).answer_schema(expect.status) if expect.fits else None,
        "values": [value.model_dump() for value in expect.values],
        "max_ms": expect.max_ms,
    }


def files(probes: str) -> dict[str, bytes]:
    """What the canary's package holds of exported probes, by path. Raises ValueError for other text."""
    listed: Sequence[Mapping[str, Any]] = json.loads(probes)
    schemas = {_check(number): probe["schema"] for number, probe in enumerate(listed) if probe["schema"]}
    known = [
        {**{key: value for key, value in probe.items() if key != "schema"}, "check": _check(number)}
        for number, probe in enumerate(listed)
    ]
    return {
        f"{GENERATED}/probes.json": (json.dumps(known, indent=1, sort_keys=True) + "\n").encode(),
        f"{GENERATED}/checks.py": module(schemas, "from the contract of the service that is probed").encode(),
    }


def _check(number: int) -> str:
    return f"answer_{number}"
