"""Usage plans: what each customer may send, and how its API key gets to it."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from settings.forms import PlanName, Section

CANARY = "canary"  # its usage plan, key and role are fixed names: the service account has to trust them


def _consecutive(generations: tuple[int, ...]) -> tuple[int, ...]:
    if len(generations) > 1 and generations[1] != generations[0] + 1:
        raise ValueError(
            "it should be one number, or one and the next: [1], to rotate [1, 2], and when everybody uses"
            " the new value [2]. Others would take a value away that is still in use"
        )
    return generations


# Which of a key's values are valid, counted from 1; the last is handed over. Two of them while it is rotated.
Generations = Annotated[
    tuple[Annotated[int, Field(ge=1)], ...],
    Field(min_length=1, max_length=2, strict=False),  # a list, where a validator has run before
    AfterValidator(_consecutive),
]


class Quota(Section):
    """A usage plan's quota: `limit` requests per key and period."""

    limit: Annotated[int, Field(ge=1)]
    period: Literal["DAY", "WEEK", "MONTH"]


class Key(Section):
    """A customer's API key; its name alone is short for a key that you hand over yourself.

    `caller` reads it from a secret of its own; `output` puts it into the secret stack output `api_keys`.
    """

    name: PlanName
    caller: PlanName | None = None
    output: bool = False
    generations: Generations = (1,)

    @model_validator(mode="before")
    @classmethod
    def _name_alone(cls, value: Any) -> Any:
        return {"name": value} if isinstance(value, str) else value


class UsagePlan(Section):
    """Rate, burst and quota hold for each of the plan's keys by itself, and for each value of a key."""

    name: PlanName
    rate_per_s: Annotated[float, Field(gt=0)]
    burst: Annotated[int, Field(ge=1)]
    quota: Quota | None = None
    keys: tuple[Key, ...]

    @model_validator(mode="after")
    def _keys_are_distinct(self) -> Self:
        names = [key.name for key in self.keys]
        if len(set(names)) != len(names):
            raise ValueError(f"plan {self.name!r} names a key twice; a key belongs to one plan once")
        return self


def rotated(plans: Iterable[UsagePlan]) -> list[Key]:
    """The keys that have two valid values."""
    return [key for plan in plans for key in plan.keys if len(key.generations) > 1]
