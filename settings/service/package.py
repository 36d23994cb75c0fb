"""What a function's package says of a service: `current.json`, and the generated checks beside it."""

import json
from collections.abc import Mapping
from typing import Any

from settings.service.contract import Operation, is_json
from settings.service.reading import Service
from settings.service.validators import module


def current(service: Service) -> dict[str, Any]:
    """The service as the inference function reads it when it starts; see `handlers.inference.current`."""
    return {
        "service": service.name,
        "operations": [
            {
                "id": operation.id,
                "method": operation.method,
                "path": operation.path,
                "functions": f"services.{service.name}.{pipeline.functions}",
                "reference": pipeline.reference,
                "model": pipeline.model,
                **inputs(operation),
            }
            for operation in service.contract.operations.values()
            for pipeline in [service.pipelines[operation.id]]
        ],
    }


def files(service: Service) -> dict[str, bytes]:
    """What the inference function's package holds of a service, by path: its modules, and what is
    generated."""
    generated = "handlers/inference/generated"
    found = {
        f"{generated}/current.json": _json(current(service)),
        f"{generated}/checks.py": checks(service).encode(),
    }
    for path in service.folder.glob("*.py"):
        found[f"services/{service.name}/{path.name}"] = path.read_bytes()
    return found


def inputs(operation: Operation) -> dict[str, Any]:
    """What an operation takes; a check is the name of its function in `checks`."""
    return {
        "bodies": {
            media: {
                "json": is_json(media),
                "check": _body(operation, number) if is_json(media) else None,
                "max_bytes": operation.max_bytes(media),
            }
            for number, media in enumerate(operation.bodies)
        },
        "body_required": operation.body_required,
        "parameters": {
            where: {p.name: _type(p.schema) for p in operation.parameters if p.where == where}
            for where in ("path", "query")
        },
        "check_parameters": f"{operation.id}_parameters" if operation.parameters else None,
    }


def checks(service: Service) -> str:
    """The module of all checks of requests."""
    schemas: dict[str, Mapping[str, Any]] = {}
    for operation in service.contract.operations.values():
        schemas |= request_schemas(operation)
    return module(schemas, f"from {service.shown}/openapi.yaml")


def request_schemas(operation: Operation) -> dict[str, Mapping[str, Any]]:
    """The schemas that an operation's requests are held to, by the name of their check."""
    found: dict[str, Mapping[str, Any]] = {
        _body(operation, number): schema
        for number, (media, schema) in enumerate(operation.bodies.items())
        if is_json(media)
    }
    if operation.parameters:
        found[f"{operation.id}_parameters"] = {
            "type": "object",
            "properties": {
                where: {
                    "type": "object",
                    "required": [p.name for p in own if p.required],
                    "properties": {p.name: p.schema for p in own},
                }
                for where in ("path", "query")
                if (own := [p for p in operation.parameters if p.where == where])
            },
        }
    return found


def _json(document: object) -> bytes:
    return (json.dumps(document, indent=1, sort_keys=True) + "\n").encode()


def _body(operation: Operation, number: int) -> str:
    return f"{operation.id}_body{number or ''}"


def _type(schema: Mapping[str, Any]) -> str:
    kind: str = schema["type"]
    return f"{schema.get('items', {}).get('type', 'string')}[]" if kind == "array" else kind
