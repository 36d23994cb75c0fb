"""Every fault of the local run against both deployed stacks: what the API answers, what the canary says."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from handlers.canary.probes import Probe as Request
from local.deployer import stack_config
from local.emulator import MONITOR_ACCOUNT, SERVICE_ACCOUNT
from local.emulator.model_environment import trained
from local.report.fault import judge
from local.run import observe
from local.run.client import (
    Client,
    Sample,
    Signer,
    Target,
)
from local.run.customers import choose_plan, customer
from local.run.faults import (
    FAULTS,
    Fault,
    Lab,
    plan_overrides,
)
from local.run.observe import Probe
from monitoring.names import canary_name
from tests.local.asking import MEASURED, ask
from tests.local.deployed import Stacks, deployed
from tests.local.made import probe, sample

ROOT = Path(__file__).resolve().parents[3]
BASE = "inference-dev"
QUOTA = 25  # of the plan that one test uses up; the other tests have a plan of their own
USED_UP = "trial"
WAIT_S = 20.0


@pytest.fixture(scope="module")
def stacks() -> Iterator[Stacks]:
    """With the real model, a small quota, and no cache, so that a fault shows in the next request."""
    project, stack = stack_config.load(ROOT, "dev")
    plans = stack[f"{project}:usage_plans"]
    small = [{**plan, "rate_per_s": 300, "burst": 600} for plan in plans if plan["name"] == USED_UP]
    others = [plan for plan in plans if plan["name"] != USED_UP]
    used_up = plan_overrides(small, QUOTA)["usage_plans"]
    overrides = {"usage_plans": [*others, *used_up], "inference.cache_ttl_s": 0}
    with deployed(trained("wine"), overrides) as both:
        yield both


@pytest.fixture(scope="module")
def target(stacks: Stacks) -> Target:
    outputs = stacks.service.outputs
    return customer(
        stacks.emulator,
        SERVICE_ACCOUNT,
        role=f"{BASE}-customer",
        invoke_arn=f"arn:aws:execute-api:{outputs['api_region']}:{SERVICE_ACCOUNT}:{outputs['api_id']}/live/POST/v1/predictions",
        url=outputs["api_url"],
        region=outputs["api_region"],
        keys=choose_plan(stacks.emulator, SERVICE_ACCOUNT, outputs["api_id"], BASE).keys,
    )


def call(target: Target, sent: Request = ask()) -> Sample:  # noqa: B008  # frozen
    """A customer's request: the canary's own, unless told otherwise."""
    client = Client(target, Signer(target), target.api_keys[0], "during the fault")
    try:
        return client.call(sent)
    finally:
        client.close()


def probe_now(stacks: Stacks) -> Probe:
    """Run the deployed canary once, as its schedule does; the probe is what it published.

    Each in a second of its own, because CloudWatch's statistics tell seconds apart and no less.
    """
    time.sleep(1 - time.time() % 1)
    since = int(time.time())
    name = canary_name(BASE)
    answer = stacks.emulator.client("lambda", MONITOR_ACCOUNT).invoke(FunctionName=name, Qualifier="live")
    assert "FunctionError" not in answer, answer["Payload"].read()
    return observe.probes(stacks.emulator, MONITOR_ACCOUNT, BASE, since)[-1]


@contextmanager
def begun(stacks: Stacks, name: str) -> Iterator[Fault]:
    """The fault, begun as the command line begins it, and ended again."""
    fault = FAULTS[name]
    function = stacks.emulator.client("lambda", SERVICE_ACCOUNT).get_function_configuration(
        FunctionName=f"{BASE}-inference"
    )
    lab = Lab(
        emulator=stacks.emulator,
        model=stacks.model,
        monitor_account=MONITOR_ACCOUNT,
        canary_schedule=canary_name(BASE),
        time_budget_ms=int(function["Environment"]["Variables"]["TIME_BUDGET_MS"]),
    )
    try:
        fault.begin(lab)
        yield fault
    finally:
        stacks.emulator.clear_faults()
        stacks.model.start()


@pytest.mark.parametrize(
    ("name", "answer", "reason"),
    [
        ("model-slow", (504, "time_budget_exceeded"), "status"),
        ("model-down", (502, "model_failure"), "status"),
        ("model-wrong", (200, "wrong_value"), "value"),
        ("table-throttled", (503, "throttled"), "status"),
    ],
)
def test_a_broken_dependency_shows_to_customers_and_to_the_canary_and_is_over_when_it_ends(
    stacks: Stacks, target: Target, name: str, answer: tuple[int, str], reason: str
) -> None:
    assert call(target).ok
    assert call(target, ask(label="grignolino", measured={**MEASURED, "hue": 4.5})).ok
    with begun(stacks, name) as fault:
        answered, probed = call(target), probe_now(stacks)
    assert (answered.status, answered.code) == answer
    assert (probed.succeeded, probed.reason) == (False, reason)
    assert judge(fault, [answered], [probed]).as_expected
    assert call(target).ok
    assert probe_now(stacks).succeeded


def test_a_slow_model_is_answered_within_the_time_budget_not_after_it(stacks: Stacks, target: Target) -> None:
    with begun(stacks, "model-slow"):
        assert 1400 < call(target).latency_ms < 2000  # the budget is 1500 ms, the model takes 2000


def test_a_used_up_quota_refuses_customers_with_429_and_leaves_the_canary_alone(
    stacks: Stacks, target: Target
) -> None:
    keys = stacks.emulator.client("apigateway", SERVICE_ACCOUNT).get_api_keys(includeValues=True)["items"]
    (key,) = (key["value"] for key in keys if key["name"] == f"{BASE}-{USED_UP}")
    small = replace(target, api_keys=(key,))
    assert all(call(small).ok for _ in range(QUOTA))
    with begun(stacks, "quota-exhausted") as fault:
        refused = [call(small)]
        probed = probe_now(stacks)
    assert {(sample.status, sample.code) for sample in refused} == {(429, "too_many_requests")}
    assert judge(fault, refused, [probed]).as_expected
    observe.report_usage(stacks.emulator, SERVICE_ACCOUNT, f"{BASE}-usage-reporter", datetime.now(UTC).date())
    plans = stacks.service.outputs["watched"]["usage_plans"]
    used = observe.usage(stacks.emulator, SERVICE_ACCOUNT, BASE, plans, datetime.now(UTC).date())
    assert (used[USED_UP].used, used[USED_UP].limit, used[USED_UP].percent) == (QUOTA, QUOTA, 100.0)


def test_a_stopped_canary_keeps_its_schedule_but_for_being_disabled(stacks: Stacks) -> None:
    scheduler = stacks.emulator.client("scheduler", MONITOR_ACCOUNT)
    name = canary_name(BASE)

    def schedule() -> dict[str, Any]:
        found = scheduler.get_schedule(Name=name)
        return {key: found[key] for key in found if key not in {"LastModificationDate", "ResponseMetadata"}}

    before = schedule()
    with begun(stacks, "canary-stopped") as fault:
        assert schedule() == {**before, "State": "DISABLED"}
        assert judge(fault, [sample()], []).as_expected
    scheduler.update_schedule(
        **{
            key: before[key]
            for key in ("Name", "ScheduleExpression", "FlexibleTimeWindow", "Target", "State")
        }
    )


def test_a_disabled_schedule_does_not_fire(stacks: Stacks) -> None:
    scheduler, sqs = (stacks.emulator.client(name, MONITOR_ACCOUNT) for name in ("scheduler", "sqs"))
    url = sqs.create_queue(QueueName="fired")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    role = f"arn:aws:iam::{MONITOR_ACCOUNT}:role/any"
    soon = datetime.now(UTC) + timedelta(seconds=2)
    for state in ("DISABLED", "ENABLED"):
        scheduler.create_schedule(
            Name=f"once-{state.lower()}",
            ScheduleExpression=f"at({soon:%Y-%m-%dT%H:%M:%S})",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": arn, "RoleArn": role, "Input": json.dumps(state)},
            State=state,
        )
    fired: list[str] = []
    deadline = time.monotonic() + WAIT_S
    while not fired and time.monotonic() < deadline:
        found = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages", [])
        fired += [json.loads(message["Body"]) for message in found]
    assert fired == ["ENABLED"]


def test_every_fault_says_what_to_expect_and_only_a_silent_one_expects_no_probe() -> None:
    assert set(FAULTS) == {
        "model-slow",
        "model-down",
        "model-wrong",
        "table-throttled",
        "quota-exhausted",
        "canary-stopped",
    }
    assert all(fault.expected.endswith(".") and fault.codes for fault in FAULTS.values())
    assert [name for name, fault in FAULTS.items() if fault.silent] == ["canary-stopped"]
    assert [name for name, fault in FAULTS.items() if fault.quota] == ["quota-exhausted"]


def test_one_right_answer_amid_the_fault_is_not_the_fault_showing() -> None:
    down = FAULTS["model-down"]
    failed = sample(status=502, code="model_failure")
    assert down.answers_show([failed, failed])
    assert not down.answers_show([failed, sample()])
    assert not down.answers_show([])


def test_the_latest_probe_decides_because_the_first_may_meet_a_cache() -> None:
    throttled = FAULTS["table-throttled"]
    assert throttled.canary_shows([probe(60), probe(120, "status")])
    assert not throttled.canary_shows([probe(60, "status"), probe(120)])
    assert not throttled.canary_shows([probe(60, "timeout")])
    assert not throttled.canary_shows([])


def test_only_silence_shows_a_stopped_canary() -> None:
    stopped = FAULTS["canary-stopped"]
    assert stopped.canary_shows([])
    assert not stopped.canary_shows([probe(60)])


def test_what_was_seen_is_told_in_numbers() -> None:
    failed = sample(status=502, code="model_failure")
    found = judge(FAULTS["model-down"], [failed, failed, sample()], [probe(60, "status"), probe(120)])
    assert found.seen == (
        "3 requests: 2 x 502 model_failure, 1 x 200; canary: 1 failed (status), 1 succeeded."
    )
    assert not found.as_expected
    assert judge(FAULTS["canary-stopped"], [], []).seen == "0 requests: no answer; canary: no probe."


def test_the_quota_fault_gives_every_plan_one_key_and_the_quota() -> None:
    plans = [
        {"name": "gold", "rate_limit": 5, "keys": ["a", "b"], "quota": {"limit": 9, "period": "MONTH"}},
        {"name": "free", "rate_limit": 1, "keys": ["c"]},
    ]
    assert plan_overrides(plans, 60) == {
        "usage_plans": [
            {"name": "gold", "rate_limit": 5, "keys": ["a"], "quota": {"limit": 60, "period": "DAY"}},
            {"name": "free", "rate_limit": 1, "keys": ["c"], "quota": {"limit": 60, "period": "DAY"}},
        ]
    }
