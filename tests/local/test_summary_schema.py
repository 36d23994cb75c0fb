"""The JSON Schema that ships beside `summary.json`'s model is the model's."""

import json
from pathlib import Path

from jsonschema import Draft202012Validator

from local import summary
from local.checks import summarise
from tests.local.made import findings

SHIPPED = Path(summary.__file__).with_name("summary.schema.json")


def test_the_shipped_schema_is_the_models() -> None:
    assert json.loads(SHIPPED.read_text(encoding="utf-8")) == summary.schema()


def test_a_summary_matches_the_shipped_schema_and_one_without_its_traces_does_not() -> None:
    document = json.loads(summarise(findings()).model_dump_json())
    validator = Draft202012Validator(json.loads(SHIPPED.read_text(encoding="utf-8")))
    validator.validate(document)
    del document["traces"]
    assert [error.message for error in validator.iter_errors(document)] == ["'traces' is a required property"]
