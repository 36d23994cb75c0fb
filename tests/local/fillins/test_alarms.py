"""Alarms read back as they were put, and act as they should, live in the emulator."""

import json
from typing import Any

import botocore.exceptions
import pytest

from local.emulator import MONITOR_ACCOUNT, SERVICE_ACCOUNT, Emulator


def describe(emulator: Emulator, name: str) -> Any:
    answer = emulator.client("cloudwatch", SERVICE_ACCOUNT).describe_alarms(
        AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"]
    )
    (found,) = answer["MetricAlarms"] + answer["CompositeAlarms"]
    return found


def put_alarm(emulator: Emulator, name: str, **fields: Any) -> None:
    emulator.client("cloudwatch", SERVICE_ACCOUNT).put_metric_alarm(
        AlarmName=name, ComparisonOperator="GreaterThanThreshold", EvaluationPeriods=1, **fields
    )


SIMPLE = {"Namespace": "N", "MetricName": "M", "Period": 60, "Threshold": 1.0}


def share_metrics(emulator: Emulator, account: str, *, with_account: str) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": account},
        "Action": "oam:CreateLink",
        "Resource": "*",
    }
    monitor = emulator.client("oam", with_account)
    sink = monitor.create_sink(Name="sink")["Arn"]
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    monitor.put_sink_policy(SinkIdentifier=sink, Policy=json.dumps(policy))
    emulator.client("oam", account).create_link(
        LabelTemplate="$AccountName", ResourceTypes=["AWS::CloudWatch::Metric"], SinkIdentifier=sink
    )


def test_a_metric_math_alarm_over_accounts_reads_back_as_it_was_put(emulator: Emulator) -> None:
    metric = {"Namespace": "N", "MetricName": "M", "Dimensions": [{"Name": "A", "Value": "b"}]}
    metrics = [
        {"Id": "rate", "Expression": "100 * m / 2", "Label": "rate", "ReturnData": True},
        {
            "Id": "m",
            "MetricStat": {"Metric": metric, "Period": 60, "Stat": "p90"},
            "ReturnData": False,
            "AccountId": MONITOR_ACCOUNT,
        },
    ]
    settings = {"Threshold": 1.0, "TreatMissingData": "ignore", "DatapointsToAlarm": 1}
    with pytest.raises(botocore.exceptions.ClientError, match="metrics in your request are Forbidden"):
        put_alarm(emulator, "math", Metrics=metrics, **settings)
    share_metrics(emulator, MONITOR_ACCOUNT, with_account=SERVICE_ACCOUNT)
    put_alarm(emulator, "math", Metrics=metrics, **settings)
    found = describe(emulator, "math")
    assert found["Metrics"] == metrics
    assert {"MetricName", "Namespace", "Period", "Statistic", "Dimensions"} & found.keys() <= {"Dimensions"}
    assert found.get("Dimensions", []) == []
    assert (found["Threshold"], found["TreatMissingData"], found["DatapointsToAlarm"]) == (1.0, "ignore", 1)


def test_an_anomaly_band_alarm_has_a_threshold_metric_and_no_threshold(emulator: Emulator) -> None:
    metrics = [
        {
            "Id": "m",
            "MetricStat": {"Metric": {"Namespace": "N", "MetricName": "M"}, "Period": 300, "Stat": "Sum"},
            "ReturnData": True,
        },
        {"Id": "band", "Expression": "ANOMALY_DETECTION_BAND(m, 2)", "ReturnData": True},
    ]
    emulator.client("cloudwatch", SERVICE_ACCOUNT).put_metric_alarm(
        AlarmName="band",
        ComparisonOperator="LessThanLowerOrGreaterThanUpperThreshold",
        EvaluationPeriods=3,
        ThresholdMetricId="band",
        Metrics=metrics,
    )
    found = describe(emulator, "band")
    assert (found["ThresholdMetricId"], found["Metrics"]) == ("band", metrics)
    assert "Threshold" not in found


def test_a_percentile_alarm_keeps_its_statistic_and_its_low_sample_rule(emulator: Emulator) -> None:
    put_alarm(
        emulator, "percentile", **SIMPLE, ExtendedStatistic="p90", EvaluateLowSampleCountPercentile="ignore"
    )
    found = describe(emulator, "percentile")
    assert (found["ExtendedStatistic"], found["EvaluateLowSampleCountPercentile"]) == ("p90", "ignore")
    assert "Statistic" not in found


def test_an_alarm_keeps_its_warm_up_until_it_is_put_without_one(emulator: Emulator) -> None:
    warm_up = {"WarmUpPeriodDurationInMinutes": 15}
    put_alarm(emulator, "warming", **SIMPLE, Statistic="Sum", WarmUpConfiguration=warm_up)
    assert describe(emulator, "warming")["WarmUpConfiguration"] == warm_up
    put_alarm(emulator, "warming", **SIMPLE, Statistic="Sum")
    assert "WarmUpConfiguration" not in describe(emulator, "warming")


def test_only_set_alarm_state_changes_a_state(emulator: Emulator) -> None:
    client = emulator.client("cloudwatch", SERVICE_ACCOUNT)
    put_alarm(emulator, "set-only", **SIMPLE, Statistic="Sum")
    client.put_metric_data(Namespace="N", MetricData=[{"MetricName": "M", "Value": 100}])
    assert describe(emulator, "set-only")["StateValue"] == "INSUFFICIENT_DATA"
    client.set_alarm_state(AlarmName="set-only", StateValue="ALARM", StateReason="rehearsed")
    client.put_metric_data(Namespace="N", MetricData=[{"MetricName": "M", "Value": 0}])
    assert describe(emulator, "set-only")["StateValue"] == "ALARM"


def test_a_composite_alarm_acts_unless_its_suppressor_is_in_alarm(emulator: Emulator) -> None:
    client, queues = (emulator.client(service, SERVICE_ACCOUNT) for service in ("cloudwatch", "sqs"))
    topic = emulator.client("sns", SERVICE_ACCOUNT).create_topic(Name="suppressed")["TopicArn"]
    queue = queues.create_queue(QueueName="suppressed")["QueueUrl"]
    queue_arn = queues.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"][
        "QueueArn"
    ]
    statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": queue_arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    queues.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    emulator.client("sns", SERVICE_ACCOUNT).subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue_arn)
    for name in ("child", "suppressor"):
        put_alarm(emulator, name, **SIMPLE, Statistic="Sum")
    client.put_composite_alarm(
        AlarmName="composite",
        AlarmRule="ALARM(child)",
        AlarmActions=[topic],
        ActionsSuppressor="suppressor",
        ActionsSuppressorWaitPeriod=60,
        ActionsSuppressorExtensionPeriod=30,
    )
    found = describe(emulator, "composite")
    assert (found["ActionsSuppressor"], found["ActionsSuppressorWaitPeriod"]) == ("suppressor", 60)

    def pages() -> list[str]:
        messages = queues.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(json.loads(message["Body"])["Message"])["AlarmName"] for message in messages]

    def set_state(name: str, value: str) -> None:
        client.set_alarm_state(AlarmName=name, StateValue=value, StateReason="test")

    set_state("suppressor", "ALARM")
    set_state("child", "ALARM")
    assert describe(emulator, "composite")["StateValue"] == "ALARM"
    assert pages() == []
    set_state("child", "OK")
    set_state("suppressor", "OK")
    set_state("child", "ALARM")
    assert pages() == ["composite"]
