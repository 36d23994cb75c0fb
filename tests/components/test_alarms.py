"""Every spec becomes exactly one alarm, with the same values, that AWS's API would take."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator
from pulumi.runtime.mocks import MockMonitor

import config
from components.alarms import Alarms, AlarmsArgs
from monitoring import monitor_alarms, service_alarms
from monitoring.limits import children
from monitoring.spec import Alarm, CompositeAlarm, MetricAlarm, MetricQuery, MetricStat
from tests.components.harness import Made, Recorder, Run, run_program
from tests.monitoring.builders import GPU_INSTANCES, SERVERLESS, watched

TOPICS: dict[Any, str] = {
    "warn": "arn:aws:sns:eu-central-1:1:warn",
    "critical": "arn:aws:sns:eu-central-1:1:critical",
}
CLOUDWATCH = botocore.session.get_session().get_service_model("cloudwatch")
STACKS = {
    "service": service_alarms(watched()),
    "service on GPUs": service_alarms(watched(endpoint=GPU_INSTANCES)),
    "service without instances": service_alarms(watched(endpoint=SERVERLESS)),
    "monitor": monitor_alarms(watched()),
}


def render(alarms: tuple[Alarm, ...]) -> dict[str, Made]:
    recorder = Recorder()
    run_program(lambda: Alarms("alarms", AlarmsArgs(alarms=alarms, topic_arns=TOPICS)), recorder)
    return {made.name: made for made in recorder.made if made.type.startswith("aws:")}


def expected_query(query: MetricQuery) -> dict[str, Any]:
    shared = {"id": query.id, "label": query.label, "returnData": query.return_data}
    if not isinstance(query, MetricStat):
        return {**shared, "expression": query.expression}
    metric = {
        "namespace": query.namespace,
        "metricName": query.metric,
        "dimensions": dict(query.dimensions),
        "period": query.period_s,
        "stat": query.statistic,
        "unit": query.unit,
    }
    return {**shared, "accountId": query.account_id, "metric": given(metric)}


def given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def expected_inputs(alarm: Alarm) -> dict[str, Any]:
    topics = [TOPICS[alarm.level]] if alarm.level else []
    shared = {"alarmDescription": alarm.description, "alarmActions": topics, "okActions": topics}
    if isinstance(alarm, MetricAlarm):
        warm_up = {"warmUpPeriodDurationInMinutes": alarm.warm_up_min} if alarm.warm_up_min else None
        return given(
            {
                **shared,
                "name": alarm.name,
                "metricQueries": [given(expected_query(query)) for query in alarm.queries],
                "comparisonOperator": alarm.comparison,
                "evaluationPeriods": alarm.evaluation_periods,
                "datapointsToAlarm": alarm.datapoints_to_alarm,
                "threshold": alarm.threshold,
                "thresholdMetricId": alarm.band_id,
                "treatMissingData": alarm.missing_data,
                "evaluateLowSampleCountPercentiles": None if alarm.evaluate_low_samples else "ignore",
                "warmUpConfiguration": warm_up,
            }
        )
    suppressor = {"alarm": alarm.suppressor, "waitPeriod": alarm.wait_s, "extensionPeriod": alarm.extension_s}
    return given(
        {
            **shared,
            "alarmName": alarm.name,
            "alarmRule": alarm.rule,
            "actionsSuppressor": suppressor if alarm.suppressor else None,
        }
    )


@pytest.mark.parametrize("stack", STACKS)
def test_for_every_alarm_the_rendered_inputs_equal_the_spec_one_to_one(stack: str) -> None:
    made = render(STACKS[stack])
    assert {name: dict(resource.inputs) for name, resource in made.items()} == {
        f"alarms-{alarm.key}": expected_inputs(alarm) for alarm in STACKS[stack]
    }
    assert {name: resource.type for name, resource in made.items()} == {
        f"alarms-{alarm.key}": "aws:cloudwatch/metricAlarm:MetricAlarm"
        if isinstance(alarm, MetricAlarm)
        else "aws:cloudwatch/compositeAlarm:CompositeAlarm"
        for alarm in STACKS[stack]
    }


def test_a_percentile_that_ignores_low_samples_is_rendered_so() -> None:
    (alarm,) = (alarm for alarm in STACKS["service"] if alarm.key == "api-requests-warn")
    assert isinstance(alarm, MetricAlarm)
    spec = replace(alarm, evaluate_low_samples=False, level="warn")
    (made,) = render((spec,)).values()
    assert dict(made.inputs) == expected_inputs(spec)
    assert made.inputs["evaluateLowSampleCountPercentiles"] == "ignore"
    assert made.inputs["alarmActions"] == made.inputs["okActions"] == [TOPICS["warn"]]


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


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Every registration that the engine is asked for, by name; mocks only tell the inputs."""
    found: dict[str, Any] = {}
    register = MockMonitor.RegisterResource

    def record(self: MockMonitor, request: Any) -> Any:
        found[request.name] = request
        return register(self, request)  # type: ignore[no-untyped-call]  # Pulumi's mocks have no types here

    monkeypatch.setattr(MockMonitor, "RegisterResource", record)
    return found


def test_a_composite_waits_for_its_children_and_its_suppressor_to_exist(requests: dict[str, Any]) -> None:
    alarms = STACKS["monitor"]
    render(alarms)
    keys = {alarm.name: f"alarms-{alarm.key}" for alarm in alarms}
    checked = 0
    for alarm in alarms:
        if isinstance(alarm, CompositeAlarm):
            needed = {*children(alarm.rule), *([alarm.suppressor] if alarm.suppressor else [])}
            dependencies = requests[f"alarms-{alarm.key}"].dependencies
            assert {urn.rpartition("::")[2] for urn in dependencies} == {keys[name] for name in needed}
            checked += 1
    assert checked == 10


def test_every_alarm_is_a_child_of_the_component(requests: dict[str, Any]) -> None:
    render(STACKS["monitor"])
    parents = [
        request.parent.rpartition("::")[2] for request in requests.values() if request.type.startswith("aws:")
    ]
    assert parents == ["alarms"] * len(STACKS["monitor"])


def test_the_component_gives_every_arn_by_key() -> None:
    recorder = Recorder()
    made: list[Alarms] = []
    run_program(
        lambda: made.append(Alarms("a", AlarmsArgs(alarms=STACKS["monitor"], topic_arns=TOPICS))), recorder
    )
    assert made[0].arns.keys() == {alarm.key for alarm in STACKS["monitor"]}


def owners_by_metric(*runs: Run) -> dict[Any, set[str]]:
    """Over the rendered resources: for each metric the names of the alarms that breach when it is missing."""
    found: dict[Any, set[str]] = {}
    for run in runs:
        for made in run.of("MetricAlarm").values():
            for query in made.inputs["metricQueries"]:
                if metric := query.get("metric"):
                    identity = (
                        metric["namespace"],
                        metric["metricName"],
                        frozenset(metric["dimensions"].items()),
                    )
                    owners = found.setdefault(identity, set())
                    if made.inputs["treatMissingData"] == "breaching":
                        owners.add(made.inputs["name"])
    return found


@pytest.mark.parametrize("env", ["dev", "prod"])
def test_over_the_resources_of_both_stacks_each_metric_has_one_alarm_that_breaches_on_missing_data(
    env: str, request: pytest.FixtureRequest
) -> None:
    service, monitor = request.getfixturevalue(env), request.getfixturevalue(f"{env}_monitor")
    found = owners_by_metric(service, monitor)
    assert {metric: owners for metric, owners in found.items() if len(owners) != 1} == {}
    assert len(found) == {"dev": 24, "prod": 27}[env]


@pytest.mark.parametrize("env", ["dev", "prod"])
def test_the_stacks_deploy_exactly_the_catalogues_alarms(env: str, request: pytest.FixtureRequest) -> None:
    service, monitor = request.getfixturevalue(env), request.getfixturevalue(f"{env}_monitor")
    known = config.parse(config.read_stack(env)).watched()
    for run, alarms in ((service, service_alarms(known)), (monitor, monitor_alarms(known))):
        metric_names = {made.inputs["name"] for made in run.of("MetricAlarm").values()}
        composite_names = {made.inputs["alarmName"] for made in run.of("CompositeAlarm").values()}
        assert metric_names | composite_names == {alarm.name for alarm in alarms}
        assert not metric_names & composite_names


def test_every_page_notifies_the_topic_of_its_level_and_says_when_it_is_over(prod: Run) -> None:
    levels = {
        alarm.name: alarm.level for alarm in service_alarms(config.parse(config.read_stack("prod")).watched())
    }
    for made in prod.of("CompositeAlarm").values():
        (topic,) = made.inputs["alarmActions"]
        assert topic.endswith(f":inference-prod-{levels[made.inputs['alarmName']]}")
        assert made.inputs["okActions"] == [topic]
    for made in prod.of("MetricAlarm").values():
        assert (made.inputs["alarmActions"], made.inputs["okActions"]) == ([], [])
