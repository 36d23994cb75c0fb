"""What is wrong with a service, for people: file and place, consequence, fix."""

import difflib
import re
from collections.abc import Collection, Iterator, Sequence

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

PLAIN = re.compile(r"[\w$-]+")  # a key
NOTHING = "nothing is there, and the key alone says nothing"
# What is wanted, by pydantic's word for what is wrong; its own words of the others are plain enough.
WANTED = {
    "string_type": "it should be text; put a number, a date or a truth value in quotes",
    "int_type": "it should be a whole number, without quotes",
    "float_type": "it should be a number, without quotes",
    "bool_type": "it should be true or false, without quotes",
    "model_type": "it should be a mapping, like `key: value`",
    "dict_type": "it should be a mapping, like `key: value`",
    "tuple_type": "it should be a list, each item after `- `",
    "too_short": "it is empty; at least {min_length} belongs there",
    "too_long": "it has {actual_length} items, and at most {max_length} may be there",
    "literal_error": "it should be one of {expected}",
    "string_too_short": "it is empty",
    "greater_than_equal": "it should be at least {ge}",
    "less_than_equal": "it should be at most {le}",
}


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
    details = error.errors(include_url=False)
    slips = {(*e["loc"][:-1], _near(model, e)) for e in details if e["type"] == "extra_forbidden"}
    for detail in details:
        if detail["type"] == "too_short" and detail["input"]:
            continue  # its items are wrong, which is told
        if detail["type"] == "missing" and detail["loc"] in slips:
            continue  # it is there, by a name with a slip
        place = tuple(part for part in detail["loc"] if part != "[key]")
        if detail["type"] == "extra_forbidden" and not PLAIN.fullmatch(str(place[-1])):
            place = place[:-1]  # where a colon is missing, a secret may be part of the key
        yield place, _said(model, detail)


def _near(model: type[BaseModel], error: ErrorDetails) -> str:
    """The key that is meant by one that is not known, if any."""
    known = _fields(model, error["loc"][:-1])
    return next(iter(difflib.get_close_matches(str(error["loc"][-1]), known, n=1)), "")


def _said(model: type[BaseModel], error: ErrorDetails) -> str:
    if error["type"] == "extra_forbidden":
        key = str(error["loc"][-1])
        known = _fields(model, error["loc"][:-1])
        if not PLAIN.fullmatch(key):
            known_keys = did_you_mean("", known)
            return f"a key of more than letters, digits, `-` and `_`; is a colon missing? {known_keys}"
        return f"unknown key; it would have no effect. {did_you_mean(key, known)}"
    if error["type"] == "missing":
        return "missing, and it has no default. Write it."
    if error["input"] is None:
        return f"{NOTHING}. Write it, or remove the key."
    wanted = WANTED.get(error["type"], "{msg}").format(msg=error["msg"], **error.get("ctx", {}))
    said = wanted.removeprefix("Value error, ").removesuffix(".")
    return f"{said}; nothing can be deployed with it. Correct it."


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
