"""The models of this program as Pulumi's schema can say them, and what a program gave as those models.

Pulumi's analyzer refuses literals, unions, tuples and annotations. A model becomes a `TypedDict` of plain
kinds, whose texts another resource may supply; what is narrower than its kind is judged by the model itself.
"""

import types
import typing
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, NotRequired, TypeAlias, TypedDict, TypeVar

import pulumi
from pulumi.provider.experimental.util import camel_case
from pydantic import BaseModel, ValidationError

import monitoring
from monitoring.spec import Level
from monitoring.watched import Watched, WatchedParts
from settings.service.errors import ServiceError

Model = TypeVar("Model", bound=BaseModel)


class Topics(TypedDict):
    """The ARNs of the SNS topics that alarms of each level go to."""

    warn: pulumi.Input[str]
    """Something to look at within the day."""
    critical: pulumi.Input[str]
    """Somebody is paged."""


@cache
def shape(model: type[BaseModel]) -> Any:
    """A model as the analyzer takes it, of the same name."""
    fields = {
        name: _kind(field.annotation) if field.is_required() else NotRequired[_kind(field.annotation)]
        for name, field in model.model_fields.items()
    }
    made: Any = TypedDict(model.__name__, fields)  # type: ignore[misc]  # its fields are those of the model
    made.__doc__ = model.__doc__
    return made


def _kind(annotation: Any) -> Any:
    """Raises TypeError for what has no kind in Pulumi's schema."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (Annotated, typing.Union, types.UnionType):
        parts = arguments[:1] if origin is Annotated else arguments
        (annotation,) = {_kind(part) for part in parts if part is not type(None)}
    elif origin is Literal:
        annotation = _kind(type(arguments[0]))
    elif origin in (tuple, list):
        annotation = list[_kind(arguments[0])]  # type: ignore[misc]  # at run time
    elif isinstance(origin, type) and issubclass(origin, Mapping):
        annotation = dict[str, _kind(arguments[1])]  # type: ignore[misc]  # at run time
    elif annotation is str:
        annotation = pulumi.Input[str]  # type: ignore[misc]  # an alias
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        annotation = shape(annotation)
    elif annotation not in (int, float, bool):
        raise TypeError(f"Pulumi's schema has no kind for {annotation!r}")
    return annotation


class Service(WatchedParts):
    """One service: what serves its requests, in an account and region."""

    account_id: str
    region: str


if TYPE_CHECKING:  # their fields are known at run time
    PartsInput: TypeAlias = dict[str, Any]
    ServiceInput: TypeAlias = dict[str, Any]
else:
    PartsInput, ServiceInput = shape(WatchedParts), shape(Service)


def watched(given: Any) -> Watched:
    """The input `service` as this program has it. Raises ValueError."""
    service = model_of(Service, given, "service")
    return Watched(**{name: getattr(service, name) for name in Service.model_fields})


def topic_arns(topics: Topics) -> dict[Level, pulumi.Input[str]]:
    """By level, as alarms take them."""
    return {"warn": topics["warn"], "critical": topics["critical"]}


def known(where: str, given: Any, make: Callable[[Any], Any]) -> pulumi.Output[Any]:
    """What is made of an input, `where` in Pulumi's schema, as soon as all of it is known.

    In a preview that may be never. What is wrong ends the run with a message and without a traceback.
    """

    def told(value: Any) -> Any:
        try:
            return make(value)
        except (monitoring.MonitoringError, ServiceError, ValueError) as error:
            raise pulumi.InputPropertyError(where, str(error)) from None

    return pulumi.Output.from_input(given).apply(told)


def model_of(model: type[Model], given: Any, where: str) -> Model:
    """What a program gave as this model; `where` is the input's name in Pulumi's schema.

    Raises ValueError with each wrong place, spelled as there. Values are not repeated: one may be a secret.
    """
    try:
        return model.model_validate(given, strict=False)
    except ValidationError as error:
        problems = [f"  - {_place(where, e['loc'])}: {e['msg']}" for e in error.errors(include_input=False)]
        raise ValueError("\n".join(["Nothing was made, for what was given is wrong:", *problems])) from None


def _place(where: str, path: Sequence[int | str]) -> str:
    return where + "".join(f"[{p}]" if isinstance(p, int) else f".{camel_case(p)}" for p in path)
