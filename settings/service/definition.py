"""What `service.yaml` and the lines of `samples.jsonl` hold, as models: strict, frozen, unknown keys
refused."""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from settings.forms import Text, form

POINTER = re.compile(r"(/([^~/]|~[01])*)*")  # RFC 6901
MODULE = form(
    r"[a-z_][a-z0-9_]*", "it should be the name of a Python file beside `service.yaml`, without `.py`"
)
PROBE = form(
    r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?",
    "it should be 1 to 32 lower-case letters, digits and hyphens; metrics are named after it",
)


class Part(BaseModel):
    """A mapping in the service's files."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def _text(value: Any) -> Any:
    """A number in a path or a query is the text it is written as."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Texts = dict[str, Annotated[str, BeforeValidator(_text)]]
Seconds = Annotated[int, Field(ge=100, le=28_000)]


class Use(Part):
    """How one operation is answered: by which functions, with what of the pipeline."""

    functions: Annotated[str, MODULE] = "functions"
    reference: bool | None = None
    model: bool | None = None


class Request(Part):
    """A request: `body` is sent as JSON; `file` (beside `service.yaml`) and `base64` as they are."""

    body: Any = None
    file: Text | None = None
    base64: Text | None = None
    content_type: Text | None = None
    path: Texts = {}
    query: Texts = {}

    @model_validator(mode="after")
    def _one_body(self) -> Self:
        given = [name for name in ("body", "file", "base64") if name in self.model_fields_set]
        if len(given) > 1:
            raise ValueError(f"`{given[0]}` and `{given[1]}` are two bodies and one is sent; remove one")
        try:
            base64.b64decode(self.base64 or "", validate=True)
        except binascii.Error:
            raise ValueError(
                "`base64` is no base64, so there is nothing to send; encode the body anew"
            ) from None
        return self


class Value(Part):
    """What stands at a JSON pointer (RFC 6901) of the answer; `tolerance` is how far a number may be off."""

    pointer: str
    equals: Any
    tolerance: Annotated[float, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _can_hold(self) -> Self:
        if not POINTER.fullmatch(self.pointer):
            raise ValueError(
                "`pointer` is no JSON pointer, so it points at nothing; write it like /predictions/0/label"
            )
        number = isinstance(self.equals, int | float) and not isinstance(self.equals, bool)
        if self.tolerance is not None and not number:
            raise ValueError("`tolerance` is for numbers and `equals` is none; remove it, or give a number")
        return self


class Expect(Part):
    """What the answer must be: its status, the contract's schema of that status, values, and the time it
    took."""

    status: Annotated[int, Field(ge=200, le=599)] = 200
    fits: Annotated[bool, Field(alias="schema")] = True
    values: tuple[Value, ...] = ()
    max_ms: Annotated[int, Field(ge=1)] | None = None


class Example(Part):
    """A request of an operation, and its answer: what customers send in the local run."""

    operation: Text
    request: Request = Request()
    expect: Expect = Expect()


class Probe(Example):
    """What the canary sends; `reference` are the items that the service's own table must hold for it."""

    name: Annotated[str, PROBE]
    reference: tuple[dict[str, Any], ...] = ()


class Definition(Part):
    """`service.yaml`."""

    description: str = ""
    reference: bool = False
    model: bool = True
    time_budget_ms: Seconds | None = None
    operations: Mapping[str, Use] = {}
    probes: Annotated[tuple[Probe, ...], Field(min_length=1, max_length=10)]

    @model_validator(mode="after")
    def _names_are_distinct(self) -> Self:
        names = [probe.name for probe in self.probes]
        for number, name in enumerate(names):
            if name in names[:number]:
                raise ValueError(f"two probes are named {name!r}, so their metrics would be one; rename one")
        return self
