"""A service's probes as the service stack exports them, and as the canary's package holds them."""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

from handlers.canary.probes import Probe, assembled
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
    schemas: dict[str, Mapping[str, Any]] = {}  # most share one
    known = []
    for probe in listed:
        kept = {key: value for key, value in probe.items() if key != "schema"}
        known.append({**kept, "check": _check(probe["schema"], schemas)})
    return {
        f"{GENERATED}/probes.json": (json.dumps(known, indent=1, sort_keys=True) + "\n").encode(),
        f"{GENERATED}/checks.py": module(schemas, "from the contract of the service that is probed").encode(),
    }


def loaded(described: Sequence[Mapping[str, Any]]) -> tuple[Probe, ...]:
    """Described requests as the canary has them."""
    found = files(json.dumps(described))
    generated: dict[str, Any] = {}
    exec(found[f"{GENERATED}/checks.py"], generated)  # noqa: S102  # code that was generated
    return assembled(json.loads(found[f"{GENERATED}/probes.json"]), generated)


def _check(schema: Mapping[str, Any] | None, schemas: dict[str, Mapping[str, Any]]) -> str | None:
    """The name of the schema's check, which is added to `schemas`."""
    if not schema:
        return None
    known = next((name for name, other in schemas.items() if other == schema), f"answer_{len(schemas)}")
    schemas[known] = schema
    return known
