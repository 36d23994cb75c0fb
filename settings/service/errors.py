"""What is wrong with a service, for people: file and place, consequence, fix."""

import difflib
from collections.abc import Collection, Iterator, Sequence

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails


class ServiceError(ValueError):
    """The service is wrong; each of `problems` is one line."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)


class NoServiceError(ServiceError):
    """There is no such service."""


def did_you_mean(name: str, known: Collection[str]) -> str:
    """The fix for a name that is not known."""
    near = difflib.get_close_matches(name, known, n=1)
    return f"Did you mean `{near[0]}`?" if near else f"There is: {', '.join(sorted(known)) or 'none'}."


def validation_problems(
    model: type[BaseModel], error: ValidationError
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Each thing that is wrong: its place in the data, and what to say of it."""
    for detail in error.errors(include_url=False):
        if detail["type"] == "too_short" and detail["input"]:
            continue  # its items are wrong, which is told
        yield detail["loc"], _said(model, detail)


def _said(model: type[BaseModel], error: ErrorDetails) -> str:
    if error["type"] == "extra_forbidden":
        known = _fields(model, error["loc"][:-1])
        return f"unknown key; it would have no effect. {did_you_mean(str(error['loc'][-1]), known)}"
    if error["type"] == "missing":
        return "missing, and it has no default. Write it."
    message = error["msg"].removeprefix("Value error, ").removesuffix(".")
    return f"{message}; nothing can be deployed with it. Correct it."


def _fields(model: type[BaseModel], place: Sequence[str | int]) -> list[str]:
    """The keys that belong where `place` leads to."""
    for part in place:
        if isinstance(part, str) and part in (fields := _by_key(model)):
            model = next(iter(_models(fields[part])), model)
    return list(_by_key(model))


def _by_key(model: type[BaseModel]) -> dict[str, object]:
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in getattr(annotation, "__args__", ()):
        yield from _models(inner)
