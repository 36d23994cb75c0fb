"""The models of this program as Pulumi's schema can say them, and what a program gave as those models.

Pulumi's analyzer refuses literals, unions, tuples and annotations. A model becomes a `TypedDict` of plain
kinds, whose texts another resource may supply; what is narrower than its kind is judged by the model itself.
"""

import types
import typing
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, NotRequired, TypeAlias, TypedDict

import pulumi
from pydantic import BaseModel

from monitoring.spec import Level
from monitoring.watched import Watched, WatchedParts
from package.wrong import judged, model_of
from settings.forms import AccountId, RegionName, form

TopicArn = Annotated[
    str,
    form(
        r"arn:aws:sns:[a-z0-9-]+:\d{12}:[\w.-]+",
        "it should be the ARN of an SNS topic; CloudWatch refuses alarms with another one",
    ),
]
Name = Annotated[
    str,
    form(
        r"[A-Za-z0-9][A-Za-z0-9_-]{0,47}",
        "it should be 1 to 48 letters, digits, hyphens and underscores; it begins the names of what is made,"
        " and AWS refuses others and longer ones",
    ),
]


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

    name: Name
    account_id: AccountId
    region: RegionName


if TYPE_CHECKING:  # their fields are known at run time
    PartsInput: TypeAlias = dict[str, Any]
    ServiceInput: TypeAlias = dict[str, Any]
else:
    PartsInput, ServiceInput = shape(WatchedParts), shape(Service)


def models() -> Iterator[type[BaseModel]]:
    """Every model that was taken into the schema."""
    seen: set[type[BaseModel]] = set()
    todo: list[type[BaseModel]] = [WatchedParts, Service]
    while todo:
        model = todo.pop()
        if model not in seen:
            seen.add(model)
            yield model
            todo += [inner for field in model.model_fields.values() for inner in _models(field.annotation)]


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in typing.get_args(annotation):
        yield from _models(argument)


def watched(given: Any) -> Watched:
    """The input `service` as this program has it. Raises `WrongInputError`."""
    service = model_of(Service, given, "service")
    return Watched(**{name: getattr(service, name) for name in Service.model_fields})


def topic_arns(topics: Topics) -> dict[Level, pulumi.Input[str]]:
    """By level, as alarms take them."""
    return {
        "warn": judged("topics.warn", TopicArn, topics["warn"]),
        "critical": judged("topics.critical", TopicArn, topics["critical"]),
    }
