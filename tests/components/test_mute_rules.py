"""Planned work of the service stack mutes the alarms of both accounts."""

import pytest

from tests.components.harness import Made, Run, run_stack

WORK = {
    "name": "upgrade",
    "schedule": "cron(0 2 * * SUN)",
    "duration": "PT2H",
    "timezone": "Europe/London",
    "reason": "Database upgrade",
}


@pytest.fixture(scope="module")
def stacks() -> dict[str, Run]:
    service = run_stack("dev", {"maintenance": [{**WORK, "schedule": "cron(0 4 * * SUN)"}]})
    return {
        "inference-dev": service,
        "inference-dev-monitor": run_stack("dev-monitor", stack_outputs=service.outputs),
    }


def rule(run: Run) -> Made:
    return run.one("AlarmMuteRule")


@pytest.mark.parametrize("prefix", ["inference-dev", "inference-dev-monitor"])
def test_a_rule_mutes_every_page_of_its_account_and_no_drill(stacks: dict[str, Run], prefix: str) -> None:
    run = stacks[prefix]
    inputs = rule(run).inputs
    assert inputs["name"] == f"{prefix}-maintenance-upgrade"
    assert inputs["description"] == "Database upgrade"
    assert inputs["rule"] == {
        "schedule": {"expression": "cron(0 4 * * SUN)", "duration": "PT2H", "timezone": "Europe/London"}
    }
    pages = {made.inputs["alarmName"] for made in run.of("CompositeAlarm").values()}
    assert set(inputs["muteTargets"]["alarmNames"]) == pages


@pytest.mark.parametrize("prefix", ["inference-dev", "inference-dev-monitor"])
def test_a_rule_is_made_when_its_alarms_are_there(stacks: dict[str, Run], prefix: str) -> None:
    made = [each.name for each in stacks[prefix].made]
    alarms = [made.index(name) for name in stacks[prefix].of("CompositeAlarm")]
    assert max(alarms) < made.index(rule(stacks[prefix]).name)


def test_without_planned_work_there_is_no_rule() -> None:
    assert not run_stack("dev").of("AlarmMuteRule")
