"""What the package says of its service, read once: each operation, its checks and its functions."""

import importlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from handlers.environment import SettingsError
from handlers.inference.model import JSON, Wire
from handlers.inference.requests import Body, Inputs

CURRENT = os.path.join(os.path.dirname(__file__), "generated", "current.json")  # pathlib takes 3 ms to import


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """One operation: what it takes, and the service's functions that answer it; see docs/your-service.md."""

    id: str
    inputs: Inputs
    parse: Callable[[Mapping[str, Any]], Any]
    reference: Callable[[Any], str] | None
    features: Callable[[Any, Mapping[str, Any] | None], Any] | None
    format: Callable[[Any, Any, Mapping[str, str]], Any]
    gather: Callable[[list[Any], Mapping[str, str]], Any] | None
    model: bool
    wire: Wire


class Operations:
    """All operations of a service, by method and path."""

    def __init__(self, operations: Mapping[tuple[str, str], Operation]) -> None:
        self._operations = operations
        self._only = next(iter(operations.values())) if len(operations) == 1 else None

    def of(self, event: Mapping[str, Any]) -> Operation | None:
        """The operation that an event is a request of; an event that names none is one of the only one."""
        method, path = event.get("httpMethod"), event.get("resource")
        if method is None and path is None:
            return self._only
        return self._operations.get((str(method), str(path)))

    @property
    def use_reference(self) -> bool:
        """Whether any of them looks reference data up."""
        return any(operation.reference for operation in self._operations.values())

    @property
    def use_model(self) -> bool:
        """Whether any of them asks a model."""
        return any(operation.model for operation in self._operations.values())


def packaged() -> Operations:
    """The operations of the service that this package was built for. Raises `SettingsError` without one."""
    try:
        with open(CURRENT, encoding="utf-8") as file:
            current = json.load(file)
    except FileNotFoundError:
        raise SettingsError(
            "The package holds no service, so the function cannot start; build it with `make build`."
        ) from None
    return assembled(current, vars(importlib.import_module("handlers.inference.generated.checks")))


def assembled(current: Mapping[str, Any], checks: Mapping[str, Any]) -> Operations:
    """The operations that `current` describes; `checks` are generated functions by name."""
    return Operations(
        {(one["method"], one["path"]): _operation(one, checks) for one in current["operations"]}
    )


def _operation(described: Mapping[str, Any], checks: Mapping[str, Any]) -> Operation:
    functions: Any = importlib.import_module(described["functions"])
    model = described["model"]
    return Operation(
        id=described["id"],
        inputs=Inputs(
            bodies={
                media: Body(json=body["json"], check=checks.get(body["check"]), max_bytes=body["max_bytes"])
                for media, body in described["bodies"].items()
            },
            body_required=described["body_required"],
            parameters=described["parameters"],
            check_parameters=checks.get(described["check_parameters"]),
        ),
        parse=functions.parse,
        reference=functions.reference if described["reference"] else None,
        features=functions.features if model else getattr(functions, "features", None),
        format=functions.format,
        gather=getattr(functions, "gather", None),
        model=model,
        wire=Wire(
            to_model=getattr(functions, "to_model", None),
            from_model=getattr(functions, "from_model", None),
            content_type=getattr(functions, "MODEL_CONTENT_TYPE", None),
            accept=getattr(functions, "MODEL_ACCEPT", JSON),
        ),
    )
