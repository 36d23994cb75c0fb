"""What the inference function reads from its environment, besides AWS's own variables."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from handlers.environment import text, whole_number

ENVIRONMENT: tuple[str, ...] = ("TIME_BUDGET_MS",)
REFERENCE_ENVIRONMENT: tuple[str, ...] = ("TABLE_NAME", "CACHE_TTL_S", "CACHE_SIZE")
MODEL_ENVIRONMENT: tuple[str, ...] = ("ENDPOINT_NAME",)


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """`cache_size` counts reference items; 0 there or in `cache_ttl_s` turns the cache off.

    Without a table or an endpoint its name is empty.
    """

    time_budget_ms: int
    table_name: str = ""
    cache_ttl_s: int = 0
    cache_size: int = 0
    endpoint_name: str = ""

    @classmethod
    def from_env(cls, environ: Mapping[str, str], *, reference: bool, model: bool) -> Self:
        """Read `ENVIRONMENT`, and what reference data or a model need. Raises `SettingsError`."""
        return cls(
            time_budget_ms=whole_number(environ, "TIME_BUDGET_MS", minimum=1),
            table_name=text(environ, "TABLE_NAME") if reference else "",
            cache_ttl_s=whole_number(environ, "CACHE_TTL_S", minimum=0) if reference else 0,
            cache_size=whole_number(environ, "CACHE_SIZE", minimum=0) if reference else 0,
            endpoint_name=text(environ, "ENDPOINT_NAME") if model else "",
        )
