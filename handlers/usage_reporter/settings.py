"""What the usage reporter reads from its environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from handlers.environment import text

ENVIRONMENT: tuple[str, ...] = ("SERVICE", "REST_API_ID")


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """`service` is the metrics' dimension and the prefix of the plans' and keys' physical names."""

    service: str
    rest_api_id: str

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read `ENVIRONMENT`. Raises `SettingsError`."""
        return cls(service=text(environ, "SERVICE"), rest_api_id=text(environ, "REST_API_ID"))
