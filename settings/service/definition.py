"""What `service.yaml` holds, as models: strict, frozen, unknown keys refused."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from settings.forms import form
from settings.probes.definition import Probes
from settings.probes.forms import Part

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
