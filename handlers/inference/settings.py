"""What the inference function reads from its environment, besides AWS's own variables."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from handlers.environment import text, whole_number

ENVIRONMENT: tuple[str, ...] = ("TABLE_NAME", "ENDPOINT_NAME", "TIME_BUDGET_MS", "CACHE_TTL_S", "CACHE_SIZE")


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """`cache_size` counts reference items; 0 there or in `cache_ttl_s` turns the cache off."""

    table_name: str
    endpoint_name: str
    time_budget_ms: int
    cache_ttl_s: int
    cache_size: int

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read `ENVIRONMENT`. Raises `SettingsError`."""
        return cls(
            table_name=text(environ, "TABLE_NAME"),
            endpoint_name=text(environ, "ENDPOINT_NAME"),
            time_budget_ms=whole_number(environ, "TIME_BUDGET_MS", minimum=1),
            cache_ttl_s=whole_number(environ, "CACHE_TTL_S", minimum=0),
            cache_size=whole_number(environ, "CACHE_SIZE", minimum=0),
        )
