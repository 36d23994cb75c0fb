"""What else a file says about its alarms: topics, endpoints, regions, mute rules, and what cannot be read."""

import json
from typing import Any

import pytest
import yaml

from rehearsal.lint import judge, reading
from rehearsal.sources import files
from tests.rehearsal.lint.builders import PAGE, Entry, alarm, described, judged, preview, template
from tests.rehearsal.lint.presets import BALANCER, ENDPOINT, age, band, cpu, duration, errors, quiet

Found = set[tuple[str, str]]
GPU = alarm(
    "/aws/sagemaker/Endpoints GPUUtilization", ENDPOINT, Statistic="Average", Period=10, Threshold=350.0
)


def found(text: str) -> Found:
    alarms = reading.of_found(files.entries(text, "alarms", {}), "alarms", text)
    return {(one.rule.id, one.severity) for one in judge.judge(alarms)}


def in_template(entry: Entry, resources: dict[str, Any]) -> str:
    document = json.loads(template([entry]))
    document["Resources"] |= resources
    return yaml.safe_dump(document)


def topic(**properties: Any) -> dict[str, Any]:
    return {"Topic": {"Type": "AWS::SNS::Topic", "Properties": properties}}


def muted(duration: str, name: str = "shop") -> str:
    schedule = {"Expression": "cron(0 0 * * *)", "Duration": duration}
    rule = {"Name": "nights", "Rule": {"Schedule": schedule}, "MuteTargets": {"AlarmNames": [name]}}
    return described([errors()]) + json.dumps(rule)


@pytest.mark.parametrize("action", [{"Ref": "Topic"}, PAGE])
def test_a_topic_with_the_managed_key_of_sns_tells_nobody(action: Any) -> None:
    fault = ("locked-topic", "error")
    entry = errors(AlarmActions=[action])
    named = topic(TopicName="oncall-page", KmsMasterKeyId="alias/aws/sns")
    assert fault in found(in_template(entry, named))
    assert fault not in found(in_template(entry, topic(TopicName="oncall-page", KmsMasterKeyId="alias/ours")))


def test_a_topic_of_the_template_that_is_fifo_is_refused() -> None:
    entry = errors(AlarmActions=[{"Ref": "Topic"}])
    assert ("refused-action", "error") in found(in_template(entry, topic(FifoTopic=True)))
    assert ("refused-action", "error") not in found(in_template(entry, topic()))


def test_an_endpoint_says_how_often_it_publishes() -> None:
    config = {"MetricsConfig": {"EnableEnhancedMetrics": True, "MetricPublishFrequencyInSeconds": 10}}
    endpoint = {"Config": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": config}}
    short = "short-period"
    assert short in {name for name, _ in found(described([GPU]))}
    assert short not in {name for name, _ in found(in_template(GPU, endpoint))}


@pytest.mark.parametrize("setting", [None, {"MetricPublishFrequencyInSeconds": 60}])
def test_an_endpoint_that_publishes_every_minute_has_no_data_every_ten_seconds(setting: Any) -> None:
    endpoint = {
        "Config": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": {"MetricsConfig": setting}}
    }
    assert ("short-period", "error") in found(in_template(GPU, endpoint))


@pytest.mark.parametrize(("monitoring", "wrong"), [(True, False), (False, True), (None, True)])
def test_a_machine_of_the_template_says_whether_it_is_monitored_in_detail(
    monitoring: Any, *, wrong: bool
) -> None:
    machine = {"Web": {"Type": "AWS::EC2::Instance", "Properties": {"Monitoring": monitoring}}}
    entry = cpu(Period=60, Dimensions=[{"Name": "InstanceId", "Value": {"Ref": "Web"}}])
    assert (("short-period", "error") in found(in_template(entry, machine))) is wrong


@pytest.mark.parametrize(
    ("timeout", "wrong"), [(10, True), (60, False), (None, True), ({"Ref": "Timeout"}, False)]
)
def test_a_function_of_the_template_does_not_take_longer_than_it_may(timeout: Any, *, wrong: bool) -> None:
    function = {"Intake": {"Type": "AWS::Lambda::Function", "Properties": {"Timeout": timeout}}}
    entry = duration(Threshold=15_000.0, Dimensions=[{"Name": "FunctionName", "Value": {"Ref": "Intake"}}])
    assert (("beyond-timeout", "error") in found(in_template(entry, function))) is wrong


def test_a_queue_of_the_template_forgets_its_messages() -> None:
    queue: dict[str, Any] = {
        "Intake": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "order-intake"}}
    }
    assert ("beyond-timeout", "error") in found(in_template(age(Threshold=432_000.0), queue))
    queue["Intake"]["Properties"]["MessageRetentionPeriod"] = 1_209_600
    assert ("beyond-timeout", "error") not in found(in_template(age(Threshold=432_000.0), queue))


def test_a_function_of_the_template_has_to_let_alarms_call_it() -> None:
    function = {"Pager": {"Type": "AWS::Lambda::Function", "Properties": {}}}
    entry = errors(AlarmActions=[{"Fn::GetAtt": ["Pager", "Arn"]}])
    fault = ("function-not-allowed", "warning")
    assert fault in found(in_template(entry, function))
    principal = {"Principal": "lambda.alarms.cloudwatch.amazonaws.com"}
    permission = {"Permission": {"Type": "AWS::Lambda::Permission", "Properties": principal}}
    assert fault not in found(in_template(entry, function | permission))


def test_a_mute_rule_that_is_always_active_is_found() -> None:
    assert ("muted-for-ever", "warning") in found(muted("PT24H"))
    assert ("muted-for-ever", "warning") not in found(muted("PT8H"))
    assert ("muted-for-ever", "warning") in found(muted("PT8H", "no-such-alarm"))


def test_a_metric_with_a_successor_is_found() -> None:
    old = alarm("AWS/Kinesis GetRecords.IteratorAge", {"StreamName": "orders"}, Threshold=60_000.0)
    assert ("no-longer-published", "error") in found(described([old]))


def test_what_is_only_known_once_it_is_deployed_is_no_finding() -> None:
    entry = errors(
        AlarmActions=[{"Ref": "Imported"}],
        Dimensions=[{"Name": "FunctionName", "Value": {"Fn::ImportValue": "function"}}],
        Threshold={"Ref": "Limit"},
    )
    document = json.loads(template([entry])) | {"Parameters": {"Limit": {"Type": "Number"}}}
    assert {one for one in found(json.dumps(document)) if one[1] != "info"} == set()
    assert ("not-judged", "info") in found(json.dumps(document))


def test_an_alarm_that_cannot_be_simulated_is_judged_by_its_values() -> None:
    entry = {
        **errors(AlarmActions=["oncall"]),
        "Metrics": [{"Id": "q", "Expression": "SELECT SUM(Errors) FROM x"}],
    }
    for key in ("MetricName", "Namespace", "Statistic", "Period", "Dimensions"):
        del entry[key]
    assert {("refused-action", "error"), ("not-judged", "info")} <= found(described([entry]))


def test_the_region_of_the_program_tells_where_its_alarms_are() -> None:
    document = json.loads(preview([errors()]))
    del document["steps"][0]["newState"]["inputs"]["region"]
    assert ("elsewhere", "error") not in found(json.dumps(document))
    document["config"]["aws:region"] = "eu-west-3"
    assert ("elsewhere", "error") in found(json.dumps(document))


def test_without_a_region_two_actions_give_the_wrong_one_away() -> None:
    both = errors(AlarmActions=[PAGE, PAGE.replace("eu-central-1", "eu-west-1")])
    assert ("elsewhere", "error") in found(template([both]))


def test_children_without_actions_are_spoken_for_even_by_a_rule_that_cannot_be_read() -> None:
    broken = {**errors(), "AlarmName": "both", "AlarmRule": "ALARM(a) and ALARM(b)"}
    assert "no-action" not in {name for name, _ in found(described([quiet("a"), quiet("b"), broken]))}


def test_an_alarm_without_a_treatment_has_that_of_aws() -> None:
    entry = alarm("AWS/ApplicationELB HTTPCode_ELB_5XX_Count", BALANCER, TreatMissingData=None)
    problems = {one.rule.id: one.finding.problem for one in judged([entry])}
    assert problems["stuck"].startswith("missing: ")


def test_a_band_that_is_not_returned_is_used_all_the_same() -> None:
    queries = band()["Metrics"]
    entry = {**band(), "Metrics": [queries[0], {**queries[1], "ReturnData": False}]}
    assert "unused-query" not in {name for name, _ in found(described([entry]))}
