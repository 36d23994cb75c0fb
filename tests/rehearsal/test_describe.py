"""Anyone's `describe-alarms` JSON, odd cases included."""

from pathlib import Path
from typing import Any

import pytest

from monitoring.spec import Actions, CompositeAlarm, Expression, MetricAlarm, MetricStat
from rehearsal.errors import RehearsalError
from rehearsal.peers.compare import FOLDER
from rehearsal.sources import files, stack
from rehearsal.sources.files import described

PLAIN: dict[str, Any] = {
    "AlarmName": "cpu",
    "AlarmArn": "arn:aws:cloudwatch:eu-west-1:111111111111:alarm:cpu",
    "ActionsEnabled": True,
    "AlarmActions": ["arn:aws:sns:eu-west-1:111111111111:ops"],
    "StateValue": "OK",
    "MetricName": "CPUUtilization",
    "Namespace": "AWS/EC2",
    "Statistic": "Average",
    "Dimensions": [{"Name": "InstanceId", "Value": "i-1"}],
    "Period": 300,
    "EvaluationPeriods": 3,
    "Threshold": 80.0,
    "ComparisonOperator": "GreaterThanThreshold",
}


def only(**fields: Any) -> MetricAlarm:
    entry = {key: value for key, value in {**PLAIN, **fields}.items() if value is not None}
    found = described({"MetricAlarms": [entry]}, "f")[0]
    assert isinstance(found, MetricAlarm)
    return found


def test_a_plain_alarm_keeps_everything_that_decides() -> None:
    assert only(Unit="Percent") == MetricAlarm(
        key="cpu",
        name="cpu",
        description="",
        queries=(
            MetricStat(
                id="m",
                namespace="AWS/EC2",
                metric="CPUUtilization",
                dimensions={"InstanceId": "i-1"},
                statistic="Average",
                period_s=300,
                unit="Percent",
                return_data=True,
            ),
        ),
        comparison="GreaterThanThreshold",
        evaluation_periods=3,
        datapoints_to_alarm=3,
        missing_data="missing",
        threshold=80.0,
        level="critical",
        actions=Actions(alarm=("arn:aws:sns:eu-west-1:111111111111:ops",)),
    )


def test_an_extended_statistic_and_low_samples_are_read() -> None:
    found = only(Statistic=None, ExtendedStatistic="p99.9", EvaluateLowSampleCountPercentile="ignore")
    query = found.queries[0]
    assert isinstance(query, MetricStat)
    assert (query.statistic, found.evaluate_low_samples) == ("p99.9", False)


def test_metric_math_across_accounts_is_read() -> None:
    metric = {"Namespace": "AWS/Lambda", "MetricName": "Errors", "Dimensions": []}
    metrics = [
        {"Id": "e", "Expression": "m / 60", "Label": "rate", "ReturnData": True},
        {
            "Id": "m",
            "AccountId": "222222222222",
            "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"},
            "ReturnData": False,
        },
    ]
    found = only(
        Metrics=metrics, Namespace=None, MetricName=None, Statistic=None, Period=None, DatapointsToAlarm=2
    )
    assert found.queries == (
        Expression(id="e", expression="m / 60", label="rate", return_data=True),
        MetricStat(
            id="m",
            namespace="AWS/Lambda",
            metric="Errors",
            dimensions={},
            statistic="Sum",
            period_s=60,
            account_id="222222222222",
        ),
    )
    assert found.datapoints_to_alarm == 2


def test_an_anomaly_alarm_has_a_band_and_no_threshold() -> None:
    metric = {"Metric": {"Namespace": "N", "MetricName": "M"}, "Period": 60, "Stat": "Sum"}
    metrics = [
        {"Id": "m1", "MetricStat": metric, "ReturnData": True},
        {"Id": "ad1", "Expression": "ANOMALY_DETECTION_BAND(m1, 2)", "ReturnData": True},
    ]
    found = only(
        Metrics=metrics,
        ThresholdMetricId="ad1",
        Threshold=None,
        ComparisonOperator="GreaterThanUpperThreshold",
    )
    assert (found.band_id, found.threshold) == ("ad1", None)


@pytest.mark.parametrize(
    ("namespace", "given", "treatment"),
    [
        ("AWS/DynamoDB", None, "ignore"),
        ("AWS/DynamoDB", "breaching", "breaching"),
        ("AWS/EC2", None, "missing"),
        ("AWS/EC2", "notBreaching", "notBreaching"),
    ],
)
def test_the_default_treatment_of_missing_data_is_the_namespace_s(
    namespace: str, given: str | None, treatment: str
) -> None:
    """ "Alarms that evaluate metrics in the AWS/DynamoDB namespace default to ignore missing data"."""
    assert only(Namespace=namespace, TreatMissingData=given).missing_data == treatment


@pytest.mark.parametrize(
    "fields",
    [{"ActionsEnabled": False}, {"AlarmActions": []}, {"AlarmActions": None}],
    ids=["off", "none", "absent"],
)
def test_an_alarm_without_enabled_actions_pages_nobody(fields: dict[str, Any]) -> None:
    assert only(**fields).level is None


def test_warm_up_is_read() -> None:
    assert only(WarmUpConfiguration={"WarmUpPeriodDurationInMinutes": 15}).warm_up_min == 15


def test_composites_are_read_with_their_suppressor_by_arn() -> None:
    entry = {
        "AlarmName": "down",
        "AlarmRule": "ALARM(cpu) AND NOT ALARM(deploying)",
        "ActionsSuppressor": "arn:aws:cloudwatch:eu-west-1:111111111111:alarm:deploying",
        "ActionsSuppressorWaitPeriod": 30,
        "ActionsSuppressorExtensionPeriod": 90,
        "AlarmActions": ["arn:aws:sns:eu-west-1:111111111111:ops"],
    }
    children = [{**PLAIN, "AlarmName": "deploying"}, PLAIN]
    found = described({"CompositeAlarms": [entry], "MetricAlarms": children}, "f")
    assert found[-1:] == [
        CompositeAlarm(
            key="down",
            name="down",
            description="",
            rule="ALARM(cpu) AND NOT ALARM(deploying)",
            level="critical",
            suppressor="deploying",
            wait_s=30,
            extension_s=90,
            actions=Actions(alarm=("arn:aws:sns:eu-west-1:111111111111:ops",)),
        )
    ]


def test_a_list_of_pages_is_one_set_of_alarms() -> None:
    pages = [
        {"MetricAlarms": [PLAIN]},
        {"MetricAlarms": [{**PLAIN, "AlarmName": "cpu2"}], "CompositeAlarms": []},
    ]
    assert [alarm.name for alarm in described(pages, "f")] == ["cpu", "cpu2"]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"EvaluationCriteria": {"PromQLCriteria": {"Query": "up"}}}, "cpu: a PromQL alarm"),
        ({"Metrics": [{"Id": "q", "Expression": "SELECT AVG(x) FROM y"}]}, "cpu: a Metrics Insights query"),
        ({"Period": 10}, "cpu: period 10 s is high resolution"),
        ({"Metrics": [{"Id": "q", "Expression": "SUM(SEARCH('x', 'Sum'))"}]}, "cpu: .*'SEARCH' is not simul"),
        ({"Metrics": [{"Id": "q", "Expression": "INSIGHT_RULE_METRIC('r', Sum)"}]}, "cpu: .*reads logs"),
    ],
)
def test_what_is_not_simulated_is_refused_by_name(entry: dict[str, Any], message: str) -> None:
    with pytest.raises(RehearsalError, match=message):
        only(**entry)


def test_a_sliding_window_named_explicitly_is_the_default() -> None:
    assert only(EvaluationWindow={"SlidingWindow": {}}) == only()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", r"a\.json:1: .*save the command's output unchanged"),
        ("[1]", "no alarms in it; save the output of describe-alarms, a CloudFormation"),
        ('{"Alarms": []}', "no alarms in it"),
        ('{"MetricAlarms": [], "CompositeAlarms": []}', "no alarms in it"),
        ("", "a.json: empty"),
        ("[" * 100_000, "nested too deeply"),
        ("a: [&x [1], *x, *y]", "a.json:1: neither JSON nor YAML"),
        ("a: &x [*x]", "a.json:1: an anchor within itself"),
    ],
)
def test_a_file_that_is_none_says_so(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(RehearsalError, match=message):
        files.read(tmp_path / "a.json")


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_every_peer_file_can_be_rehearsed(path: Path) -> None:
    found = stack.of_file(path).alarms
    assert len({alarm.name for alarm in found}) == len(found) >= 2
    assert all(alarm.description for alarm in found)
