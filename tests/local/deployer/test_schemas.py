import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator

from local.deployer.errors import Unsupported
from local.deployer.resources.schemas import model_schema
from settings.service import load

SCHEMAS: dict[str, Any] = load("wine").contract.document["components"]["schemas"]
measurements = st.fixed_dictionaries(
    {},
    optional={
        "color_intensity": st.one_of(st.floats(-1, 60), st.text(max_size=2)),
        "hue": st.floats(-1, 6),
        "proline": st.integers(-1, 6000),
        "extra": st.none(),
    },
)
requests = st.fixed_dictionaries(
    {}, optional={"id": st.text("ab-_/", max_size=66), "measurements": measurements, "more": st.integers()}
)


def test_references_are_inlined_and_descriptive_keywords_dropped() -> None:
    schemas: dict[str, Any] = {
        "Lot": {"type": "object", "properties": {"example": {"$ref": "#/components/schemas/Id"}}},
        "Id": {"type": "string", "example": "lot-001", "nullable": True, "enum": ["a", {"$ref": "data"}]},
    }
    assert json.loads(model_schema(schemas["Lot"], schemas)) == {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "object",
        "properties": {"example": {"type": ["string", "null"], "enum": ["a", {"$ref": "data"}]}},
    }


def test_a_schema_inside_a_list_is_inlined_too() -> None:
    schemas: dict[str, Any] = {
        "A": {"anyOf": [{"$ref": "#/components/schemas/B"}, {"type": "null"}]},
        "B": {"type": "string"},
    }
    assert json.loads(model_schema(schemas["A"], schemas))["anyOf"] == [{"type": "string"}, {"type": "null"}]


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"$ref": "#/components/schemas/Loop"}, "contains itself"),
        ({"$ref": "#/components/schemas/Nowhere"}, "names no schema"),
        ({"$ref": "other.yaml#/Thing"}, "is not below #/components/schemas/"),
    ],
)
def test_a_reference_that_cannot_be_inlined_is_refused(schema: dict[str, Any], message: str) -> None:
    loop = {"Loop": {"properties": {"next": {"$ref": "#/components/schemas/Loop"}}}}
    with pytest.raises(Unsupported, match=message):
        model_schema(schema, loop)


@given(requests)
def test_the_model_accepts_exactly_what_the_contract_accepts(body: dict[str, object]) -> None:
    model = json.loads(model_schema(SCHEMAS["PredictionRequest"], SCHEMAS))
    Draft4Validator.check_schema(model)
    whole = {"$ref": "#/components/schemas/PredictionRequest", "components": {"schemas": SCHEMAS}}
    assert Draft4Validator(model).is_valid(body) == Draft4Validator(whole).is_valid(body)
