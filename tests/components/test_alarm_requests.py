"""Every rendered alarm is a request that AWS's API takes: boto3's validation and its model's own limits."""

import re
from collections.abc import Mapping
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from tests.components.rendered_alarms import STACKS, given, render

CLOUDWATCH = botocore.session.get_session().get_service_model("cloudwatch")


def request_of(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs as `PutMetricAlarm` or `PutCompositeAlarm` takes them: what the AWS provider sends."""
    renamed = {"name": "AlarmName", "okActions": "OKActions", "metricQueries": "Metrics"}
    whole = ("evaluationPeriods", "datapointsToAlarm")
    request: dict[str, Any] = {}
    for key, value in inputs.items():
        if key == "actionsSuppressor":
            request |= {
                "ActionsSuppressor": value["alarm"],
                "ActionsSuppressorWaitPeriod": int(value["waitPeriod"]),
                "ActionsSuppressorExtensionPeriod": int(value["extensionPeriod"]),
            }
            continue
        name = renamed.get(key, key[0].upper() + key[1:])
        request[name] = int(value) if key in whole else value
    if "Metrics" in request:
        request["Metrics"] = [metric_data_query(query) for query in inputs["metricQueries"]]
    if "WarmUpConfiguration" in request:
        minutes = int(inputs["warmUpConfiguration"]["warmUpPeriodDurationInMinutes"])
        request["WarmUpConfiguration"] = {"WarmUpPeriodDurationInMinutes": minutes}
    return request


def metric_data_query(query: Mapping[str, Any]) -> dict[str, Any]:
    converted = {
        "Id": query["id"],
        "ReturnData": query["returnData"],
        "Label": query.get("label"),
        "AccountId": query.get("accountId"),
        "Expression": query.get("expression"),
    }
    if metric := query.get("metric"):
        converted["MetricStat"] = {
            "Metric": {
                "Namespace": metric["namespace"],
                "MetricName": metric["metricName"],
                "Dimensions": [{"Name": k, "Value": v} for k, v in metric["dimensions"].items()],
            },
            "Period": int(metric["period"]),
            "Stat": metric["stat"],
        }
    return given(converted)


def violations(value: Any, shape: Any, path: str) -> list[str]:
    """What botocore does not check: maximum lengths, patterns and enumerations of its own model."""
    found: list[str] = []
    if shape.type_name == "structure":
        for name, inner in value.items():
            found += violations(inner, shape.members[name], f"{path}.{name}")
    elif shape.type_name == "list":
        if len(value) > shape.metadata.get("max", len(value)):
            found.append(f"{path}: {len(value)} items")
        for number, inner in enumerate(value):
            found += violations(inner, shape.member, f"{path}[{number}]")
    elif shape.type_name == "string":
        if len(value) > shape.metadata.get("max", len(value)):
            found.append(f"{path}: {len(value)} characters")
        if not re.fullmatch(shape.metadata.get("pattern", ".*"), value, re.DOTALL):
            found.append(f"{path}: {value!r} does not match")
        if value not in shape.metadata.get("enum", [value]):
            found.append(f"{path}: {value!r} is no {shape.name}")
    return found


def problems(kind: str, request: Mapping[str, Any]) -> str:
    shape = CLOUDWATCH.operation_model(f"Put{kind}").input_shape
    assert shape
    report = ParamValidator().validate(request, shape)
    return report.generate_report() or "\n".join(violations(request, shape, kind))


@pytest.mark.parametrize("stack", STACKS)
def test_every_rendered_alarm_passes_boto3s_validation_and_the_limits_of_its_model(stack: str) -> None:
    for name, made in render(STACKS[stack]).items():
        kind = made.type.rpartition(":")[2]
        assert problems(kind, request_of(made.inputs)) == "", name


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"evaluationPeriods": 0}, "valid min value: 1"),
        ({"comparisonOperator": "Above"}, "'Above' is no ComparisonOperator"),
        ({"alarmDescription": "d" * 1025}, "1025 characters"),
        ({"okActions": ["arn"] * 6}, "6 items"),
        ({"treatMissingData": 1}, "Invalid type for parameter TreatMissingData"),
        ({"colour": "red"}, "Unknown parameter in input"),
    ],
)
def test_the_validation_notices_what_aws_would_refuse(change: Mapping[str, Any], found: str) -> None:
    made = render(STACKS["service"])["alarms-api-requests-warn"]
    assert found in problems("MetricAlarm", request_of({**made.inputs, **change}))
