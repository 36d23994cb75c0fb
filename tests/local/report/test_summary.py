"""The summary's numbers, and the JSON Schema that ships with it."""

import json
import math
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from local import summary
from local.report.checks import summarise
from local.run.findings import Findings
from local.summary import Summary
from tests.local.made import faulty, findings, sample

ROOT = Path(__file__).resolve().parents[3]
SHIPPED = json.loads((ROOT / "local" / "summary.schema.json").read_text())
PROMISED = {  # what those who read summary.json may count on
    "availability_pct",
    "requests",
    "failed",
    "p50_ms",
    "p90_ms",
    "p99_ms",
    "canary",
    "usage",
    "resources",
    "alarms",
    "wall_s",
}


def test_the_shipped_schema_is_the_models() -> None:
    assert summary.schema() == SHIPPED, "run `python -m local.summary > local/summary.schema.json`"


def test_the_module_prints_the_schema() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "local.summary"], cwd=ROOT, capture_output=True, check=True, timeout=60
    )
    assert json.loads(done.stdout) == SHIPPED


def test_the_schema_is_valid_requires_everything_and_describes_every_field() -> None:
    Draft202012Validator.check_schema(SHIPPED)
    assert set(SHIPPED["required"]) == set(SHIPPED["properties"])
    assert set(SHIPPED["required"]) >= PROMISED
    for part in [SHIPPED, *SHIPPED["$defs"].values()]:
        assert not part["additionalProperties"]
        fields = part["properties"].items()
        assert [name for name, field in fields if not ("description" in field or "$ref" in field)] == []


@pytest.mark.parametrize(
    "found",
    [findings(), faulty("model-down", "model_failure", 502, "status"), findings(samples=(), probes=())],
)
def test_a_summary_as_written_validates_and_reads_back(found: Findings) -> None:
    made = summarise(found)
    text = made.model_dump_json(indent=2)
    Draft202012Validator(SHIPPED).validate(json.loads(text))
    assert Summary.model_validate_json(text) == made


def test_a_summary_without_one_of_its_fields_is_refused() -> None:
    document = json.loads(summarise(findings()).model_dump_json())
    del document["traces"]
    errors = [error.message for error in Draft202012Validator(SHIPPED).iter_errors(document)]
    assert errors == ["'traces' is a required property"]


def test_an_unknown_key_and_a_changed_summary_are_refused() -> None:
    made = summarise(findings())
    with pytest.raises(ValidationError, match="surprise"):
        Summary.model_validate({**made.model_dump(), "surprise": 1})
    with pytest.raises(ValidationError, match="frozen"):
        made.failed = 0


@given(st.lists(st.floats(min_value=0, max_value=1e6), min_size=1), st.integers(min_value=1, max_value=100))
def test_a_percentile_is_the_smallest_value_that_covers_its_share(values: list[float], pct: int) -> None:
    ordered = sorted(values)
    found = summary.percentile(ordered, pct)
    need = math.ceil(len(ordered) * pct / 100)
    assert sum(value <= found for value in ordered) >= need
    assert sum(value < found for value in ordered) < need


def test_percentiles_of_a_hundred_requests_are_its_ranks() -> None:
    found = summary.traffic([sample(latency_ms=float(ms)) for ms in range(100, 0, -1)])
    assert (found.p50_ms, found.p90_ms, found.p99_ms) == (50.0, 90.0, 99.0)


def test_failed_answers_count_for_latency_and_unanswered_requests_do_not() -> None:
    found = summary.traffic(
        [
            sample(latency_ms=10.0),
            sample(latency_ms=300.0, status=502, code="model_failure"),
            sample(latency_ms=30_000.0, status=0, code="timeout"),
        ]
    )
    assert (found.requests, found.failed, found.availability_pct) == (3, 2, 33.3333)
    assert (found.p50_ms, found.p99_ms) == (10.0, 300.0)
    assert found.statuses == {"0": 1, "200": 1, "502": 1}
    assert found.failures == {"model_failure": 1, "timeout": 1}


def test_without_requests_there_is_nothing_to_say_and_nothing_is_made_up() -> None:
    found = summary.traffic([])
    assert (found.requests, found.availability_pct, found.p50_ms, found.p99_ms) == (0, None, None, None)


@given(st.lists(st.sampled_from("abcd")))
def test_counts_are_complete_and_the_most_frequent_comes_first(values: list[str]) -> None:
    found = summary.counts(values)
    assert found == Counter(values)
    assert list(found) == sorted(found, key=lambda value: (-found[value], value))
