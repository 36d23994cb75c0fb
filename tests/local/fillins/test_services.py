"""The smaller fill-ins, live: auto scaling, X-Ray's rules and groups, alarms, DynamoDB, the scheduler."""

import datetime
import time
from collections.abc import Callable, Iterator
from typing import Any

import botocore.exceptions
import pytest

from local.emulator import MONITOR_ACCOUNT, SERVICE_ACCOUNT, Emulator, EmulatorError
from tests.local.emulated_api import assume, make_function, make_role

OWN_ACCOUNT = "888888888888"  # where no other test lists anything
TARGET = {
    "ServiceNamespace": "sagemaker",
    "ResourceId": "endpoint/scaled/variant/main",
    "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
}


@pytest.fixture(autouse=True)
def no_faults_left(emulator: Emulator) -> Iterator[None]:
    yield
    emulator.clear_faults()


def within(seconds: float, condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False


def test_a_target_tracking_policy_reads_back_with_its_target(emulator: Emulator) -> None:
    client = emulator.client("application-autoscaling", OWN_ACCOUNT)
    client.register_scalable_target(**TARGET, MinCapacity=2, MaxCapacity=4)
    tracking = {
        "TargetValue": 100.0,
        "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
    }
    client.put_scaling_policy(
        **TARGET,
        PolicyName="track",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration=tracking,
    )
    (target,) = client.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"]
    (policy,) = client.describe_scaling_policies(ServiceNamespace="sagemaker", PolicyNames=["track"])[
        "ScalingPolicies"
    ]
    assert (target["MinCapacity"], target["MaxCapacity"], target["ResourceId"]) == (
        2,
        4,
        TARGET["ResourceId"],
    )
    assert policy["TargetTrackingScalingPolicyConfiguration"] == tracking


def test_a_policy_needs_its_target(emulator: Emulator) -> None:
    with pytest.raises(botocore.exceptions.ClientError, match="No scalable target registered"):
        emulator.client("application-autoscaling", OWN_ACCOUNT).put_scaling_policy(
            **TARGET | {"ResourceId": "endpoint/none/variant/main"}, PolicyName="x"
        )


def test_sampling_rules_read_back_with_the_default_last(emulator: Emulator) -> None:
    client = emulator.client("xray", OWN_ACCOUNT)
    rule = {
        "RuleName": "health",
        "Priority": 1,
        "FixedRate": 0.5,
        "ReservoirSize": 3,
        "ServiceName": "*",
        "ServiceType": "*",
        "Host": "*",
        "HTTPMethod": "GET",
        "URLPath": "/health",
        "ResourceARN": "*",
        "Version": 1,
    }
    client.create_sampling_rule(SamplingRule=rule)
    found = [record["SamplingRule"] for record in client.get_sampling_rules()["SamplingRuleRecords"]]
    assert [one["RuleName"] for one in found] == ["health", "Default"]
    assert {name: found[0][name] for name in rule} == rule
    with pytest.raises(botocore.exceptions.ClientError, match="already exists"):
        client.create_sampling_rule(SamplingRule=rule)


def test_a_trace_group_is_made_once(emulator: Emulator) -> None:
    client = emulator.client("xray", OWN_ACCOUNT)
    made = client.create_group(GroupName="slow", FilterExpression="responsetime > 0.2")["Group"]
    assert made["FilterExpression"] == "responsetime > 0.2"
    with pytest.raises(botocore.exceptions.ClientError, match="A group named slow already exists"):
        client.create_group(GroupName="slow")


@pytest.mark.parametrize(
    ("name", "params", "message"),
    [("meteorite", {}, "No fault 'meteorite'"), ("model-wrong", {"delay_ms": 1}, "no parameter delay_ms")],
)
def test_an_unknown_fault_is_refused(
    emulator: Emulator, name: str, params: dict[str, int], message: str
) -> None:
    with pytest.raises(EmulatorError, match=message):
        emulator.fault(name, **params)


def test_raw_datapoints_come_as_they_were_published(emulator: Emulator) -> None:
    at = datetime.datetime(2026, 11, 1, 12, tzinfo=datetime.UTC)
    statistics = {"SampleCount": 3.0, "Sum": 6.0, "Minimum": 1.0, "Maximum": 3.0}
    data: list[Any] = [
        {"MetricName": "one", "Value": 1.5, "Unit": "Percent", "Timestamp": at},
        {"MetricName": "many", "Values": [2.0, 3.0], "Counts": [4.0, 1.0], "Timestamp": at},
        {"MetricName": "set", "StatisticValues": statistics, "Timestamp": at},
    ]
    emulator.client("cloudwatch", MONITOR_ACCOUNT).put_metric_data(Namespace="Raw", MetricData=data)
    common = {"namespace": "Raw", "dimensions": {}, "timestamp": at.timestamp()}
    found = [point for point in emulator.datapoints(MONITOR_ACCOUNT) if point["namespace"] == "Raw"]
    assert sorted(found, key=lambda point: (point["metric"], point["value"])) == [
        common | {"metric": "many", "value": 2.0, "count": 4.0, "unit": "None"},
        common | {"metric": "many", "value": 3.0, "count": 1.0, "unit": "None"},
        common | {"metric": "one", "value": 1.5, "count": 1.0, "unit": "Percent"},
        common | {"metric": "set", "value": 2.0, "statistics": statistics, "unit": "None"},
    ]
    assert [point for point in emulator.datapoints(SERVICE_ACCOUNT) if point["namespace"] == "Raw"] == []


def test_a_role_needs_x_rays_permission_to_send_segments(emulator: Emulator) -> None:
    make_role(emulator, SERVICE_ACCOUNT, "no-tracing")
    given = assume(emulator, SERVICE_ACCOUNT, "no-tracing")
    client = emulator.session(SERVICE_ACCOUNT).client(
        "xray",
        endpoint_url=emulator.url,
        aws_access_key_id=given.access_key,
        aws_secret_access_key=given.secret_key,
        aws_session_token=given.token,
    )
    with pytest.raises(
        botocore.exceptions.ClientError, match="not authorized to perform: xray:PutTraceSegments"
    ):
        client.put_trace_segments(TraceSegmentDocuments=["{}"])


def test_an_operation_that_is_not_filled_in_says_so(emulator: Emulator) -> None:
    with pytest.raises(botocore.exceptions.ClientError, match="xray has no operation 'Insight' here"):
        emulator.client("xray", SERVICE_ACCOUNT).get_insight(InsightId="x")


def test_a_schedule_fires_in_its_own_account_within_two_seconds_of_its_time(emulator: Emulator) -> None:
    source = "def handler(event, context):\n    return event\n"
    role_arn = make_role(emulator, MONITOR_ACCOUNT, "scheduled")
    arn = make_function(emulator, MONITOR_ACCOUNT, "scheduled", source, role_arn)
    at = datetime.datetime.now(tz=datetime.UTC).replace(microsecond=0) + datetime.timedelta(seconds=2)
    emulator.client("scheduler", MONITOR_ACCOUNT).create_schedule(
        Name="once",
        ScheduleExpression=f"at({at:%Y-%m-%dT%H:%M:%S})",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": arn, "RoleArn": role_arn, "Input": "{}"},
    )

    def started(account: str) -> list[float]:
        return [
            point["timestamp"]
            for point in emulator.datapoints(account)
            if point["metric"] == "ConcurrentExecutions"
            and point["dimensions"] == {"FunctionName": "scheduled"}
        ]

    assert within(10, lambda: bool(started(MONITOR_ACCOUNT)))
    assert 0 <= started(MONITOR_ACCOUNT)[0] - at.timestamp() < 2
    assert started(SERVICE_ACCOUNT) == []
