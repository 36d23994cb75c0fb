"""Who may call the deployed API: the monitor account's canary with its key, and nobody else.

Both stacks as the program makes them; the model is a stand-in.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.credentials import Credentials

from local.emulator import MONITOR_ACCOUNT, SERVICE_ACCOUNT
from monitoring.names import canary_name
from tests.local.deployed import Stacks
from tests.local.emulated_api import assume, make_role, root

THIRD_ACCOUNT = "333333333333"
INVOKE = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}


def refused(answer: tuple[int, Any]) -> bool:
    status, body = answer
    assert set(body["error"]) == {"code", "message", "request_id"}
    return (status, body["error"]["code"]) == (403, "forbidden")


def test_the_canarys_role_with_its_key_gets_its_prediction(
    stacks: Stacks, canary: Credentials, key: str
) -> None:
    status, body = stacks.call(canary, key)
    assert (status, body["prediction"]) == (200, "barolo")
    assert (body["id"], body["model_version"]) == ("lot-001", "stand-in")


@pytest.mark.parametrize("wrong", [None, "not-a-key-of-any-usage-plan-at-all"])
def test_the_canary_without_a_valid_key_is_refused(
    stacks: Stacks, canary: Credentials, wrong: str | None
) -> None:
    assert refused(stacks.call(canary, wrong))


def test_an_unsigned_call_with_the_key_is_refused(stacks: Stacks, key: str) -> None:
    assert refused(stacks.call(None, key))


def test_a_call_with_a_broken_signature_is_refused(stacks: Stacks, canary: Credentials, key: str) -> None:
    forged = Credentials(canary.access_key, "not the secret", canary.token)
    assert refused(stacks.call(forged, key))


def test_a_third_account_is_refused_even_if_its_own_policy_allows_everything(
    stacks: Stacks, key: str
) -> None:
    make_role(stacks.emulator, THIRD_ACCOUNT, "stranger", INVOKE)
    assert refused(stacks.call(assume(stacks.emulator, THIRD_ACCOUNT, "stranger"), key))
    assert refused(stacks.call(root(THIRD_ACCOUNT), key))


def test_another_role_of_the_monitor_account_is_refused(stacks: Stacks, key: str) -> None:
    make_role(stacks.emulator, MONITOR_ACCOUNT, "neighbour", INVOKE)
    assert refused(stacks.call(assume(stacks.emulator, MONITOR_ACCOUNT, "neighbour"), key))


def test_the_deployed_canary_succeeds_from_its_own_account(stacks: Stacks) -> None:
    name = canary_name(stacks.service.outputs["watched"]["name"])
    answer = stacks.emulator.client("lambda", MONITOR_ACCOUNT).invoke(FunctionName=name, Qualifier="live")
    assert "FunctionError" not in answer, answer["Payload"].read()
    now = datetime.now(UTC)
    cloudwatch = stacks.emulator.client("cloudwatch", MONITOR_ACCOUNT)
    sums = {
        metric: sum(
            point["Sum"]
            for point in cloudwatch.get_metric_statistics(
                Namespace="InferenceWatch",
                MetricName=metric,
                Dimensions=[{"Name": "Service", "Value": "inference-dev"}],
                StartTime=now - timedelta(minutes=10),
                EndTime=now + timedelta(minutes=1),
                Period=60,
                Statistics=["Sum"],
            )["Datapoints"]
        )
        for metric in ("CanarySuccess", "CanaryFailure")
    }
    assert sums["CanarySuccess"] >= 1
    assert sums["CanaryFailure"] == 0


def test_every_resource_is_in_its_own_account(stacks: Stacks) -> None:
    assert {resource.account for resource in stacks.service.resources} == {SERVICE_ACCOUNT}
    assert {resource.account for resource in stacks.monitor.resources} == {MONITOR_ACCOUNT}


def test_the_link_leads_from_the_service_account_to_the_monitors_sink(stacks: Stacks) -> None:
    (link,) = stacks.emulator.client("oam", SERVICE_ACCOUNT).list_links()["Items"]
    (sink,) = stacks.emulator.client("oam", MONITOR_ACCOUNT).list_sinks()["Items"]
    assert link["SinkArn"] == sink["Arn"]


def test_the_api_key_is_in_no_output_but_the_secret_one(stacks: Stacks, key: str) -> None:
    assert stacks.service.secret_outputs == {"canary_api_key", "subscriptions"}
    assert stacks.monitor.secret_outputs == frozenset()
    public = {name: value for name, value in stacks.service.outputs.items() if name != "canary_api_key"}
    assert key not in json.dumps([public, stacks.monitor.outputs])
    assert key not in repr((stacks.service, stacks.monitor))
