"""What the canary reads from its environment. No secret is in it, only where to find them.

What is probed is in the package: see `handlers.canary.probes`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from handlers.environment import SettingsError, optional, text, whole_number

ENVIRONMENT: tuple[str, ...] = ("SERVICE", "API_URL", "API_REGION", "TIMEOUT_MS")
# Where probes need the service's API key, or other secrets; from one of several locations; through the DNS
# name of a VPC endpoint, which serves many APIs.
API_KEY_ENVIRONMENT: tuple[str, ...] = ("API_KEY_SECRET_ARN",)
SECRETS_ENVIRONMENT: tuple[str, ...] = ("SECRETS_ARN",)
LOCATION_ENVIRONMENT: tuple[str, ...] = ("LOCATION", "METRICS_REGION")
PRIVATE_ENVIRONMENT: tuple[str, ...] = ("PRIVATE_API_ID",)


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """`api_url` is the stage's address. `timeout_ms` is for a whole probe, from looking the name up to the
    last byte of its last step. `metrics_region` is where alarms are, if that is not here."""

    service: str
    api_url: str
    api_region: str
    timeout_ms: int
    api_key_secret_arn: str | None = None
    secrets_arn: str | None = None
    location: str | None = None
    metrics_region: str | None = None
    private_api_id: str | None = None

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read `ENVIRONMENT` and what else is set. Raises `SettingsError`."""
        return cls(
            service=text(environ, "SERVICE"),
            api_url=_url(text(environ, "API_URL")),
            api_region=text(environ, "API_REGION"),
            timeout_ms=whole_number(environ, "TIMEOUT_MS", minimum=1),
            api_key_secret_arn=optional(environ, "API_KEY_SECRET_ARN"),
            secrets_arn=optional(environ, "SECRETS_ARN"),
            location=optional(environ, "LOCATION"),
            metrics_region=optional(environ, "METRICS_REGION"),
            private_api_id=optional(environ, "PRIVATE_API_ID"),
        )


def _url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError(f"API_URL={value!r} is no http(s) URL with a host, so nothing can be probed.")
    return value.rstrip("/")
