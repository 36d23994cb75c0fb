"""What the pulumi-aws classes say of themselves: the inputs and outputs of a type, at every depth.

Nothing of AWS is known here; a type token leads to the class that a program would use.
"""

import functools
import importlib
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi import _types as reflection

MODULES = {"lambda": "lambda_"}  # a module that Python reserves the name of


@dataclass(frozen=True, slots=True)
class Shape:
    """A resource class: `inputs` by name with their types, `outputs` that are no input as well."""

    inputs: Mapping[str, Any]
    outputs: frozenset[str]


@functools.cache
def shape(token: str) -> Shape:
    """The class behind `aws:module/x:Class`. Raises `LookupError` where pulumi-aws has none."""
    _, path, name = token.split(":")
    module = path.split("/")[0]
    try:
        home = importlib.import_module(f"pulumi_aws.{MODULES.get(module, module)}")
        # Another name where `...Args` is a structure inside another class.
        resource, args = getattr(home, name), getattr(home, f"{name}InitArgs", None)
        args = args or getattr(home, f"{name}Args")
    except (ImportError, AttributeError) as error:
        raise LookupError(f"pulumi-aws has no class {token}") from error
    inputs = _fields(args)
    outputs = frozenset(reflection.resource_py_to_pulumi_names(resource).values())
    return Shape(inputs=inputs, outputs=outputs - inputs.keys() - {"urn"})


def unknown_inputs(token: str, inputs: Mapping[str, Any]) -> list[str]:
    """The dotted names of inputs that the class does not have."""
    return sorted(_unknown(inputs, shape(token).inputs, ""))


def _unknown(value: Mapping[str, Any], fields: Mapping[str, Any], path: str) -> Iterator[str]:
    for key, inner in value.items():
        if key not in fields:
            yield f"{path}{key}"
        else:
            yield from _within(inner, fields[key], f"{path}{key}.")


def _within(value: Any, kind: Any, path: str) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _within(item, kind, path)
    elif isinstance(value, Mapping) and (nested := _nested(kind)):
        yield from _unknown(value, _fields(nested), path)


@functools.cache
def _fields(args: type) -> dict[str, Any]:
    names = reflection.input_type_py_to_pulumi_names(args).values()
    types = reflection.input_type_types(args)
    return {name: types.get(name) for name in names}


def _nested(kind: Any) -> type | None:
    """The class of a structure inside Optional, Input, Sequence and the like; None for plain values."""
    if isinstance(kind, type) and reflection.is_input_type(kind):
        return kind
    if typing.get_origin(kind) in (dict, Mapping) or kind is pulumi.Archive:
        return None
    return next((found for part in typing.get_args(kind) if (found := _nested(part))), None)
