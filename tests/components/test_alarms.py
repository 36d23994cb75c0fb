"""Every spec becomes exactly one alarm, with the same values."""

from dataclasses import replace
from typing import Any

import pytest
from pulumi.runtime.mocks import MockMonitor

import config
from components.shared.alarms import Alarms, AlarmsArgs
from monitoring import evidence_alarms, monitor_alarms, service_alarms
from monitoring.alarms.limits import children
from monitoring.spec import Alarm, CompositeAlarm, MetricAlarm, MetricQuery, MetricStat
from monitoring.watched import Watched
from tests.components.harness import Recorder, Run, run_program
from tests.components.rendered_alarms import STACKS, TOPICS, given, render


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
        for made in run.metric_alarms().values():
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
def test_over_both_stacks_each_metric_but_dynamodbs_has_one_alarm_that_breaches_on_missing_data(
    env: str, request: pytest.FixtureRequest
) -> None:
    service, monitor = request.getfixturevalue(env), request.getfixturevalue(f"{env}_monitor")
    found = owners_by_metric(service, monitor)
    counts = {metric: len(owners) for metric, owners in found.items() if len(owners) != 1}
    # AWS ignores missing data of DynamoDB's metrics, so the owner's own expression fills them.
    assert counts == {metric: 0 for metric in found if metric[0] == "AWS/DynamoDB"}
    assert len(found) == {"dev": 26, "prod": 32}[env]  # prod: the account's quotas, too


@pytest.mark.parametrize("env", ["dev", "prod"])
def test_the_stacks_deploy_exactly_the_catalogues_alarms(env: str, request: pytest.FixtureRequest) -> None:
    service, monitor = request.getfixturevalue(env), request.getfixturevalue(f"{env}_monitor")
    known = Watched.of(config.parse(config.read_stack(env)))
    outside = (*monitor_alarms(known), *evidence_alarms(known.name, None))
    for run, alarms in ((service, service_alarms(known)), (monitor, outside)):
        metric_names = {made.inputs["name"] for made in run.metric_alarms().values()}
        composite_names = {made.inputs["alarmName"] for made in run.of("CompositeAlarm").values()}
        assert metric_names | composite_names == {alarm.name for alarm in alarms}
        assert not metric_names & composite_names


def test_every_page_notifies_the_topic_of_its_level_and_says_when_it_is_over(prod: Run) -> None:
    levels = {
        alarm.name: alarm.level
        for alarm in service_alarms(Watched.of(config.parse(config.read_stack("prod"))))
    }
    for made in prod.of("CompositeAlarm").values():
        (topic,) = made.inputs["alarmActions"]
        assert topic.endswith(f":inference-prod-{levels[made.inputs['alarmName']]}")
        assert made.inputs["okActions"] == [topic]
    for made in prod.metric_alarms().values():
        assert (made.inputs["alarmActions"], made.inputs["okActions"]) == ([], [])
