"""What the canary reads from its environment. The API key is not in it, only where to find it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from handlers.environment import SettingsError, text, whole_number

ENVIRONMENT: tuple[str, ...] = (
    "SERVICE",
    "API_URL",
    "API_REGION",
    "API_KEY_SECRET_ARN",
    "PROBE",
    "TIMEOUT_MS",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Probe:
    """The request (a lot with reference data, fresh measurements) and the prediction known for it."""

    id: str
    measurements: Mapping[str, float]
    prediction: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """`timeout_ms` is for the whole probe, from looking the name up to the last byte."""

    service: str
    api_url: str
    api_region: str
    api_key_secret_arn: str
    probe: Probe
    timeout_ms: int

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read `ENVIRONMENT`. Raises `SettingsError`."""
        return cls(
            service=text(environ, "SERVICE"),
            api_url=_url(text(environ, "API_URL")),
            api_region=text(environ, "API_REGION"),
            api_key_secret_arn=text(environ, "API_KEY_SECRET_ARN"),
            probe=_probe(text(environ, "PROBE")),
            timeout_ms=whole_number(environ, "TIMEOUT_MS", minimum=1),
        )


def _url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or len(parts.path) <= 1:
        raise SettingsError(f"API_URL={value!r} is no http(s) URL with a path, so nothing can be probed.")
    return value


def _probe(value: str) -> Probe:
    try:
        probe = Probe(**json.loads(value))
    except (ValueError, TypeError) as problem:
        raise _no_probe(value) from problem
    if not isinstance(probe.measurements, dict):
        raise _no_probe(value)
    return probe


def _no_probe(value: str) -> SettingsError:
    return SettingsError(
        f"PROBE={value!r} is no JSON object of id, measurements and prediction, so nothing can be probed."
    )
