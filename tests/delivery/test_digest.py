"""What a preview's JSON becomes: names of what changes, never a value."""

import json
from typing import Any

from delivery.digest import Step, read

URN = "urn:pulumi:prod::inference-watch::inference-watch:service:Service$aws:{}::{}"


def step(op: str, kind: str, name: str, **more: Any) -> dict[str, Any]:
    return {"op": op, "urn": URN.format(kind, name), **more}


STEPS = [
    step("same", "kms/key:Key", "key"),
    step("read", "kms/key:Key", "read"),
    step("refresh", "kms/key:Key", "refreshed"),
    step("update", "lambda/function:Function", "f", detailedDiff={"environment.variables.A": {}, "code": {}}),
    step("create-replacement", "sagemaker/model:Model", "m", diffReasons=["containers"]),
    step("replace", "sagemaker/model:Model", "m", diffReasons=["containers"]),
    step("delete-replaced", "sagemaker/model:Model", "m"),
    step("create", "sns/topic:Topic", "t", newState={"inputs": {"name": "a-value"}}),
    step("delete", "cloudwatch/metricAlarm:MetricAlarm", "a"),
]


def test_each_resource_is_one_line_and_what_is_lost_comes_first() -> None:
    found = read("prod", json.dumps({"steps": STEPS}), "", 0)
    assert [(each.what, each.type, each.name) for each in found.steps] == [
        ("deleted", "MetricAlarm", "a"),
        ("replaced", "Model", "m"),
        ("created", "Topic", "t"),
        ("updated", "Function", "f"),
    ]
    assert found.counts == "1 deleted, 1 replaced, 1 created, 1 updated"
    assert not found.failed


def test_only_the_names_of_inputs_are_told() -> None:
    found = read("prod", json.dumps({"steps": STEPS}), "", 0)
    assert found.steps[-1] == Step(what="updated", type="Function", name="f", inputs=["code", "environment"])
    assert found.steps[1].inputs == ["containers"]
    assert "a-value" not in repr(found)


def test_warnings_and_errors_are_told_without_colours() -> None:
    said = [
        {"severity": "info", "message": "working"},
        {"severity": "warning", "message": "<{%fg 3%}>NOBODY IS PAGED:\n<{%reset%}> no one"},
        {"severity": "info#err", "message": "\x1b[31mError\x1b[0m: no\n\n"},
        {"severity": "error", "message": "\n"},
        {"severity": "error", "message": "refused"},
    ]
    found = read("prod", json.dumps({"steps": [], "diagnostics": said}), "", 255)
    assert found.problems == ["warning: NOBODY IS PAGED: no one", "error: Error: no", "error: refused"]
    assert found.failed
    assert found.counts == "no change"


def test_a_preview_that_printed_no_json_is_told_with_its_error() -> None:
    assert read("prod", "", "error: no stack named 'prod'\n", 255).problems == [
        "error: error: no stack named 'prod'"
    ]
    assert read("prod", "", "", 1).problems == ["error: the preview failed without a word"]
