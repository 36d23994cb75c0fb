"""A contract's schemas as API Gateway models, which are JSON Schema draft 4."""

import json
from collections.abc import Mapping
from typing import Any

from local.deployer.errors import Unsupported
from settings.service import schemas as contract


def model_schema(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    """A schema as the JSON text of a model; `schemas` are `components.schemas`.

    Raises `Unsupported` for a reference that cannot be resolved or leads back to itself.
    """
    try:
        return json.dumps({"$schema": contract.DRAFT_4, **contract.draft4(schema, schemas)})
    except contract.SchemaError as error:
        raise Unsupported(str(error)) from None


def model_name(reference: str) -> str:
    """The schema that a local reference names. Raises `Unsupported` for any other reference."""
    try:
        return contract.model_name(reference)
    except contract.SchemaError as error:
        raise Unsupported(str(error)) from None
