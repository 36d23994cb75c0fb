"""The alarms that try the topics: one a level and account, which go the way of every page and never fire."""

import json
from typing import Any

import pytest

from monitoring.notify import drill
from tests.components.harness import Run, run_stack


@pytest.fixture(scope="module")
def stacks() -> dict[str, Run]:
    service = run_stack("dev")
    return {
        "inference-dev": service,
        "inference-dev-monitor": run_stack("dev-monitor", stack_outputs=service.outputs),
    }


def drills(run: Run) -> dict[str, Any]:
    return {
        made.inputs["name"]: made.inputs
        for made in run.of("MetricAlarm").values()
        if made.inputs["name"].endswith("-drill")
    }


@pytest.mark.parametrize("prefix", ["inference-dev", "inference-dev-monitor"])
def test_each_topic_has_one_that_notifies_it_both_ways(stacks: dict[str, Run], prefix: str) -> None:
    run = stacks[prefix]
    topics = {made.inputs["name"]: made.outputs["arn"] for made in run.of("Topic").values()}
    assert set(topics) == {f"{prefix}-warn", f"{prefix}-critical"}
    assert {
        name: (inputs["alarmActions"], inputs["okActions"], inputs.get("actionsEnabled", True))
        for name, inputs in drills(run).items()
    } == {f"{name}-drill": ([arn], [arn], True) for name, arn in topics.items()}
    assert run.outputs["topics"] == {level: topics[f"{prefix}-{level}"] for level in ("warn", "critical")}


def test_only_somebody_who_sets_its_state_moves_it(stacks: dict[str, Run]) -> None:
    for run in stacks.values():
        for inputs in drills(run).values():
            assert inputs["treatMissingData"] == "ignore"
            (query,) = inputs["metricQueries"]
            assert query["metric"]["namespace"] == "InferenceWatch"
            assert query["metric"]["metricName"] == "Drill"  # nothing publishes it
            assert inputs["alarmDescription"].startswith("This is a drill: nothing is wrong")


def test_no_dashboard_and_no_page_knows_it(stacks: dict[str, Run]) -> None:
    for run in stacks.values():
        assert not [made for made in run.of("Dashboard").values() if "drill" in json.dumps(dict(made.inputs))]
        rules = [made.inputs["alarmRule"] for made in run.of("CompositeAlarm").values()]
        assert not [rule for rule in rules if "drill" in rule]


def test_its_name_follows_the_topics() -> None:
    assert drill.name("inference-prod-warn") == "inference-prod-warn-drill"
    assert drill.alarm("inference-prod-warn", "warn").name == "inference-prod-warn-drill"
