"""The probes that the package was built for: requests, and what their answers must be."""

import base64
import importlib
import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from handlers.environment import SettingsError

PROBES = os.path.join(os.path.dirname(__file__), "generated", "probes.json")
HEARTBEAT = re.compile(r"(https://|http://(127\.0\.0\.1|localhost)[:/])[\x21-\x7e]+")  # an address


@dataclass(frozen=True, kw_only=True, slots=True)
class Value:
    """What must stand at a JSON pointer (RFC 6901); a number may be off by `tolerance`."""

    pointer: str
    equals: Any
    tolerance: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class HeaderValue:
    """What a header of the answer must be: a text, or what `matches` matches as a whole."""

    name: str
    equals: str | None = None
    matches: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Take:
    """A value out of an answer: at a JSON pointer, or in a header, there the first group of `matches`."""

    pointer: str | None = None
    header: str | None = None
    matches: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class HeaderSecret:
    """A header whose value is the secret of this name."""

    name: str
    secret: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OAuth:
    """Client credentials; `client_secret` is the name of a secret."""

    token_url: str
    client_id: str
    client_secret: str
    scope: str | None = None
    client_authentication: str = "basic"
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Authorization:
    """What a request carries. `api_key` is True for the service's own key; other texts name secrets."""

    iam: bool = False
    api_key: bool | str = False
    bearer: str | None = None
    header: HeaderSecret | None = None
    oauth: OAuth | None = None


SIGNED = Authorization(iam=True, api_key=True)  # of this program's own APIs


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A call. `target` is path and query below the address of the stage, or of `url`; `check` is generated.

    `target`, `headers`, `document`, `form` and known values may refer to what is known only in a run; see
    `templates`. There is at most one of `body`, `document` (sent as JSON) and `form`.
    """

    name: str
    method: str
    target: str
    url: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str | None = None
    body: bytes | None = None
    document: Any = None
    form: Mapping[str, str] | None = None
    authorization: Authorization = SIGNED
    status: int = 200
    check: Callable[[Any], object] | None = None
    values: Sequence[Value] = ()
    answer_headers: Sequence[HeaderValue] = ()
    max_ms: float | None = None
    take: Mapping[str, Take] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Probe(Step):
    """A call with steps before it and clean-up after it; `heartbeat` names a secret."""

    before: Sequence[Step] = ()
    cleanup: Sequence[Step] = ()
    heartbeat: str | None = None


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
    return tuple(Probe(**_parts(probe, checks)) for probe in probes)


def _parts(step: Mapping[str, Any], checks: Mapping[str, Any]) -> dict[str, Any]:
    parts = {
        **step,
        "body": None if step["body"] is None else base64.b64decode(step["body"]),
        "check": checks.get(step["check"]),
        "values": tuple(Value(**value) for value in step["values"]),
        "answer_headers": tuple(HeaderValue(**header) for header in step.get("answer_headers", ())),
        "take": {name: Take(**take) for name, take in step.get("take", {}).items()},
    }
    if "authorization" in step:
        parts["authorization"] = _authorization(step["authorization"])
    for name in ("before", "cleanup"):
        if name in step:
            parts[name] = tuple(Step(**_parts(inner, checks)) for inner in step[name])
    return parts


def _authorization(said: Mapping[str, Any]) -> Authorization:
    header, oauth = said.get("header"), said.get("oauth")
    return Authorization(
        **{
            **said,
            "header": HeaderSecret(**header) if header else None,
            "oauth": OAuth(**oauth) if oauth else None,
        }
    )
