"""What `service.yaml` holds, as models: strict, frozen, unknown keys refused."""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Field, model_validator

from settings.forms import form
from settings.probes.definition import Part, Probes, refuse_twins

MODULE = form(
    r"[a-z_][a-z0-9_]*", "it should be the name of a Python file beside `service.yaml`, without `.py`"
)
Seconds = Annotated[int, Field(ge=100, le=28_000)]


class Use(Part):
    """How one operation is answered: by which functions, with what of the pipeline."""

    functions: Annotated[str, MODULE] = "functions"
    reference: bool | None = None
    model: bool | None = None


class Definition(Part):
    """`service.yaml`."""

    description: str = ""
    reference: bool = False
    model: bool = True
    time_budget_ms: Seconds | None = None
    operations: Mapping[str, Use] = {}
    probes: Probes

    @model_validator(mode="after")
    def _names_are_distinct(self) -> Self:
        refuse_twins(self.probes)
        return self
