"""Probes as a service-account stack exports them, and as the canary's package holds them."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from handlers.canary.probes import HEARTBEAT, Probe, assembled
from handlers.canary.templates import REFERENCE, SECRETS, references
from settings.probes import definition
from settings.probes.authorization import SIGNED, Authorization
from settings.probes.definition import Call, Example, Step
from settings.probes.schemas import DRAFT_7, inlined
from settings.probes.wire import Sent
from settings.service.validators import module

ORIGIN = "from the contract of the service that is probed"
PATTERNS = "from handlers.canary import patterns as re"  # which end in time
GENERATED = "handlers/canary/generated"


class _Call(BaseModel):
    """What every exported call has; older exports have no more."""

    model_config = ConfigDict(extra="allow")

    name: str
    method: str
    target: str
    body: str | None
    status: int
    values: list[Any]


_EXPORTED = TypeAdapter(Annotated[list[_Call], Field(min_length=1)])


class Exported(BaseModel):
    """Exported probes, if that is what a text is."""

    text: str

    @property
    def names(self) -> tuple[str, ...]:
        """The probes' names."""
        return tuple(probe["name"] for probe in json.loads(self.text))

    @model_validator(mode="before")
    @classmethod
    def _read(cls, text: Any) -> Any:
        _EXPORTED.validate_json(text)
        return {"text": text}


@dataclass(frozen=True, kw_only=True, slots=True)
class Wired:
    """A call as it is sent, the schema that the contract gives its answer, and the authorization that it
    gives it where the call itself says none."""

    sent: Sent
    schema: Mapping[str, Any] | None
    authorization: Authorization


def exported(probes: Sequence[definition.Probe], wired: Callable[[Call], Wired]) -> str:
    """All probes, as JSON: what is sent, and what must come back.

    As text, so that the same probes are the same bytes on the other side of a StackReference. What is not set
    is left out, and so is the authorization of this program's own APIs.
    """
    return json.dumps([_probe(probe, wired) for probe in probes], sort_keys=True)


def _probe(probe: definition.Probe, wired: Callable[[Call], Wired]) -> dict[str, Any]:
    found = _step(probe, wired(probe))
    for name in ("before", "cleanup"):
        if steps := getattr(probe, name):
            found[name] = [_step(step, wired(step)) for step in steps]
    return found | ({"heartbeat": probe.heartbeat} if probe.heartbeat else {})


def _step(step: Step, wired: Wired) -> dict[str, Any]:
    authorization = step.authorization or (Authorization() if step.url else wired.authorization)
    said = authorization.model_dump(exclude_defaults=True)
    found = {"name": step.name, **described(step, wired.sent, wired.schema)}
    return found | ({} if authorization == SIGNED else {"authorization": said})


def described(example: Example, wire: Sent, contract: Mapping[str, Any] | None) -> dict[str, Any]:
    """A request and its expected answer, independent of any file; a body is base64."""
    expect = example.expect
    found = {
        "method": wire.method,
        "target": wire.target,
        "content_type": wire.content_type,
        "body": None if wire.body is None else base64.b64encode(wire.body).decode(),
        "status": expect.status,
        "schema": _schema(expect.fits, contract),
        "values": [value.model_dump() for value in expect.values],
        "max_ms": expect.max_ms,
    }
    sometimes = {
        "headers": dict(wire.headers),
        "document": wire.document,
        "form": wire.form,
        "answer_headers": [header.model_dump(exclude_none=True) for header in expect.headers],
    }
    if isinstance(example, Call):
        taken = {name: take.model_dump(exclude_none=True) for name, take in example.take.items()}
        sometimes |= {"url": example.url, "take": taken}
    return found | {key: value for key, value in sometimes.items() if value}


def _schema(said: Any, contract: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    if isinstance(said, bool):
        return contract if said else None
    return inlined({"$schema": DRAFT_7, **said})


def files(probes: str) -> dict[str, bytes]:
    """What the canary's package holds of exported probes, by path. Raises ValueError for other text."""
    listed: Sequence[Mapping[str, Any]] = json.loads(probes)
    schemas: dict[str, Mapping[str, Any]] = {}  # most share one
    known = [_packaged(probe, schemas) for probe in listed]
    return {
        f"{GENERATED}/probes.json": (json.dumps(known, indent=1, sort_keys=True) + "\n").encode(),
        f"{GENERATED}/checks.py": module(schemas, ORIGIN, PATTERNS).encode(),
    }


def loaded(described: Sequence[Mapping[str, Any]]) -> tuple[Probe, ...]:
    """Described requests as the canary has them."""
    found = files(json.dumps(described))
    generated: dict[str, Any] = {}
    exec(found[f"{GENERATED}/checks.py"], generated)  # noqa: S102  # code that was generated
    return assembled(json.loads(found[f"{GENERATED}/probes.json"]), generated)


def _packaged(step: Mapping[str, Any], schemas: dict[str, Mapping[str, Any]]) -> dict[str, Any]:
    """A probe or step with the name of its schema's check in place of the schema, which is added to
    `schemas`."""
    kept = {key: value for key, value in step.items() if key != "schema"}
    for name in ("before", "cleanup"):
        if name in kept:
            kept[name] = [_packaged(inner, schemas) for inner in kept[name]]
    return {**kept, "check": _check(step["schema"], schemas)}


def _check(schema: Mapping[str, Any] | None, schemas: dict[str, Mapping[str, Any]]) -> str | None:
    if not schema:
        return None
    known = next((name for name, other in schemas.items() if other == schema), f"answer_{len(schemas)}")
    schemas[known] = schema
    return known


def steps(probes: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every call of exported probes, with the name of its probe."""
    for probe in json.loads(probes):
        for step in (*probe.get("before", ()), probe, *probe.get("cleanup", ())):
            yield probe["name"], step


def authorization(step: Mapping[str, Any]) -> Authorization:
    """How an exported call is authorized."""
    said = step.get("authorization")
    return SIGNED if said is None else Authorization.model_validate(said, strict=False)


def secret_names(probes: str) -> dict[str, str]:
    """The secrets that exported probes name, each with the first probe that needs it."""
    found: dict[str, str] = {}
    for probe, step in steps(probes):
        parts = [step.get(key) for key in ("headers", "document", "form")]
        refers = [name.removeprefix(SECRETS) for name in references(parts) if name.startswith(SECRETS)]
        heartbeat = [step["heartbeat"]] if "heartbeat" in step else []
        for name in (*authorization(step).secrets, *refers, *heartbeat):
            found.setdefault(name, probe)
    return dict(sorted(found.items()))


def heartbeats(probes: str) -> dict[str, str]:
    """The secrets that hold addresses of heartbeats, each with the last probe that names it."""
    return {probe["heartbeat"]: probe["name"] for probe in json.loads(probes) if "heartbeat" in probe}


def callable_address(address: str) -> bool:
    """Whether a heartbeat is sent there, as the canary judges it."""
    return HEARTBEAT.fullmatch(address.strip("\r\n")) is not None


def needs_api_key(probes: str) -> bool:
    """Whether any call carries the key that the service's stack made for the canary."""
    return any(authorization(step).api_key is True for _, step in steps(probes))


def signed_calls(probes: str) -> list[str]:
    """What exported probes sign for: method and path of each, as IAM names them, with `*` for what varies."""
    signed = (step for _, step in steps(probes) if authorization(step).iam)
    return list(dict.fromkeys(f"{step['method']}{_resource(step['target'])}" for step in signed))


def _resource(target: str) -> str:
    return REFERENCE.sub("*", target.partition("?")[0])
