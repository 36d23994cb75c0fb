"""What the canary reads from its environment. The API key is not in it, only where to find it.

What is probed is in the package: see `handlers.canary.probes`.
"""

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
    "TIMEOUT_MS",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """`api_url` is the stage's address. `timeout_ms` is for a whole probe, from looking the name up to the
    last byte."""

    service: str
    api_url: str
    api_region: str
    api_key_secret_arn: str
    timeout_ms: int

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read `ENVIRONMENT`. Raises `SettingsError`."""
        return cls(
            service=text(environ, "SERVICE"),
            api_url=_url(text(environ, "API_URL")),
            api_region=text(environ, "API_REGION"),
            api_key_secret_arn=text(environ, "API_KEY_SECRET_ARN"),
            timeout_ms=whole_number(environ, "TIMEOUT_MS", minimum=1),
        )


def _url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or len(parts.path) <= 1:
        raise SettingsError(f"API_URL={value!r} is no http(s) URL with a path, so nothing can be probed.")
    return value.rstrip("/")
