"""Usage plans: what each customer may send."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from settings.forms import PlanName, Section

CANARY = "canary"  # its usage plan, key and role are fixed names: the service account has to trust them


class Quota(Section):
    """A usage plan's quota: `limit` requests per key and period."""

    limit: Annotated[int, Field(ge=1)]
    period: Literal["DAY", "WEEK", "MONTH"]


class UsagePlan(Section):
    """Rate, burst and quota hold for each of the plan's keys by itself."""

    name: PlanName
    rate_per_s: Annotated[float, Field(gt=0)]
    burst: Annotated[int, Field(ge=1)]
    quota: Quota | None = None
    keys: tuple[PlanName, ...]

    @model_validator(mode="after")
    def _keys_are_distinct(self) -> Self:
        if len(set(self.keys)) != len(self.keys):
            raise ValueError(f"plan {self.name!r} names a key twice; a key belongs to one plan once")
        return self
