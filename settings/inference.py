"""The inference function: its size, its concurrency, and how long a request may take."""

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from settings.forms import Section


def _off(value: Any) -> Any:
    """YAML reads `off` as false, the Pulumi CLI writes it as text."""
    return None if value is False or value == "off" else value


class Inference(Section):
    """The inference function.

    `reserved_concurrency: off` reserves nothing. AWS keeps 100 of an account's concurrency unreserved, and a
    new account has 10 in all: there nothing can be reserved until AWS raises the limit.
    """

    memory_mb: Annotated[int, Field(ge=128, le=10240)] = 1024
    reserved_concurrency: Annotated[Annotated[int, Field(ge=1)] | None, BeforeValidator(_off)] = 50
    start: Literal["on_demand", "snap_start", "provisioned"] = "on_demand"
    provisioned_concurrency: Annotated[int, Field(ge=1)] | None = None
    time_budget_ms: Annotated[int, Field(ge=100, le=28_000)] = 1500
    cache_ttl_s: Annotated[int, Field(ge=0)] = 60
    cache_size: Annotated[int, Field(ge=0)] = 1000

    @property
    def timeout_s(self) -> int:
        """The function's own timeout: the time budget, rounded up, and a second to answer 504 in."""
        return -(-self.time_budget_ms // 1000) + 1

    @model_validator(mode="after")
    def _provisioned_fits(self) -> Self:
        if (self.start == "provisioned") != (self.provisioned_concurrency is not None):
            raise ValueError("`provisioned_concurrency` and `start: provisioned` go together")
        if (
            self.reserved_concurrency is not None
            and (self.provisioned_concurrency or 0) > self.reserved_concurrency
        ):
            raise ValueError("provisioned_concurrency is above reserved_concurrency; AWS refuses that")
        return self
