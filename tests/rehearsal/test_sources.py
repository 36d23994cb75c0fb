"""Alarms of any making: templates, plans and previews describe the same alarms as CloudWatch itself."""

import json
from pathlib import Path
from typing import Any

import pytest

from monitoring.spec import Actions, CompositeAlarm, Expression, MetricAlarm, MetricStat
from rehearsal.errors import RehearsalError
from rehearsal.sources import files
from rehearsal.sources.alarms import AlarmFile

TOPIC = "arn:aws:sns:eu-west-1:111111111111:ops"
ALARM: dict[str, Any] = {
    "AlarmName": "errors",
    "AlarmActions": [TOPIC],
    "OKActions": ["arn:aws:lambda:eu-west-1:111111111111:function:fix"],
    "Namespace": "AWS/Lambda",
    "MetricName": "Errors",
    "Dimensions": [{"Name": "FunctionName", "Value": "shop"}],
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 3,
    "DatapointsToAlarm": 2,
    "Threshold": 5,
    "ComparisonOperator": "GreaterThanThreshold",
    "TreatMissingData": "notBreaching",
}
RATE: dict[str, Any] = {
    "AlarmName": "rate",
    "Metrics": [
        {"Id": "e1", "Expression": "100 * m2 / m1", "ReturnData": True},
        *(
            {
                "Id": id_,
                "ReturnData": False,
                "MetricStat": {
                    "Metric": {"Namespace": "AWS/Lambda", "MetricName": metric, "Dimensions": []},
                    "Period": 60,
                    "Stat": "Sum",
                },
            }
            for id_, metric in (("m1", "Invocations"), ("m2", "Errors"))
        ),
    ],
    "EvaluationPeriods": 1,
    "Threshold": 1,
    "ComparisonOperator": "GreaterThanThreshold",
}
BOTH: dict[str, Any] = {
    "AlarmName": "both",
    "AlarmRule": "ALARM(errors) AND ALARM(rate)",
    "ActionsSuppressor": "rate",
    "ActionsSuppressorWaitPeriod": 10,
    "ActionsSuppressorExtensionPeriod": 20,
}
DESCRIBED = {"MetricAlarms": [ALARM, RATE], "CompositeAlarms": [BOTH]}

TEMPLATE = """
AWSTemplateFormatVersion: 2010-09-09
Parameters: {Env: {Type: String, Default: errors}, Limit: {Type: Number, Default: "5"}}
Conditions: {Prod: !Equals [!Ref Env, prod]}
Resources:
  Errors:
    Type: AWS::CloudWatch::Alarm
    Properties:
      AlarmName: !Ref Env
      AlarmActions: [TOPIC]
      OKActions: ["arn:aws:lambda:eu-west-1:111111111111:function:fix"]
      Namespace: AWS/Lambda
      MetricName: Errors
      Dimensions: [{Name: FunctionName, Value: !Join ["", [sh, op]]}]
      Statistic: Sum
      Period: 60
      EvaluationPeriods: !If [Prod, 9, 3]
      DatapointsToAlarm: 2
      Threshold: !Ref Limit
      ComparisonOperator: GreaterThanThreshold
      TreatMissingData: notBreaching
      AlarmDescription: !Ref AWS::NoValue
  Rate: {Type: AWS::CloudWatch::Alarm, Properties: RATE}
  Both:
    Type: AWS::CloudWatch::CompositeAlarm
    Properties:
      AlarmName: both
      AlarmRule: !Sub "ALARM(${Errors}) AND ALARM(${Rate})"
      ActionsSuppressor: !GetAtt Rate.Arn
      ActionsSuppressorWaitPeriod: 10
      ActionsSuppressorExtensionPeriod: 20
  Never: {Type: AWS::CloudWatch::Alarm, Condition: Prod, Properties: {AlarmName: never}}
""".replace("TOPIC", TOPIC).replace("RATE", json.dumps(RATE))

PROVIDER: dict[str, Any] = {
    "alarm_name": "errors",
    "alarm_actions": [TOPIC],
    "ok_actions": ["arn:aws:lambda:eu-west-1:111111111111:function:fix"],
    "namespace": "AWS/Lambda",
    "metric_name": "Errors",
    "dimensions": {"FunctionName": "shop"},
    "statistic": "Sum",
    "period": 60,
    "evaluation_periods": 3,
    "datapoints_to_alarm": 2,
    "threshold": 5,
    "threshold_metric_id": "",
    "comparison_operator": "GreaterThanThreshold",
    "treat_missing_data": "notBreaching",
    "metric_query": [],
    "extended_statistic": None,
}
PROVIDER_RATE: dict[str, Any] = {
    "alarm_name": "rate",
    "metric_query": [
        {"id": "e1", "expression": "100 * m2 / m1", "return_data": True, "metric": []},
        *(
            {
                "id": id_,
                "expression": "",
                "return_data": None,
                "metric": [{"namespace": "AWS/Lambda", "metric_name": metric, "period": 60, "stat": "Sum"}],
            }
            for id_, metric in (("m1", "Invocations"), ("m2", "Errors"))
        ),
    ],
    "evaluation_periods": 1,
    "threshold": 1,
    "comparison_operator": "GreaterThanThreshold",
}
PROVIDER_BOTH: dict[str, Any] = {
    "alarm_name": "both",
    "alarm_rule": "ALARM(errors) AND ALARM(rate)",
    "actions_suppressor": [{"alarm": "rate", "wait_period": 10, "extension_period": 20}],
}


def camel(value: Any) -> Any:
    """Terraform's attributes as Pulumi has them: camel case, and single blocks without their list."""
    if isinstance(value, list):
        return [camel(item) for item in value]
    if not isinstance(value, dict):
        return value
    found = {}
    for key, own in value.items():
        first, *rest = key.split("_")
        name = {"alarm_name": "name", "metric_query": "metricQueries"}.get(
            key, first + "".join(map(str.title, rest))
        )
        single = key in ("actions_suppressor", "metric") and isinstance(own, list)
        found[name] = own if key == "dimensions" else camel((own or [None])[0] if single else own)
    return {key: own for key, own in found.items() if own not in (None, "", [])}


def terraform_resource(kind: str, number: int, values: dict[str, Any]) -> dict[str, Any]:
    return {
        "address": f"aws_cloudwatch_{kind}.x[{number}]",
        "mode": "managed",
        "type": f"aws_cloudwatch_{kind}",
        "values": values,
    }


RESOURCES = [
    terraform_resource("metric_alarm", 0, PROVIDER),
    terraform_resource("metric_alarm", 1, PROVIDER_RATE),
    terraform_resource("composite_alarm", 0, PROVIDER_BOTH),
]
MODULES = {"root_module": {"resources": RESOURCES[:1], "child_modules": [{"resources": RESOURCES[1:]}]}}


def urn(kind: str, name: str) -> str:
    return f"urn:pulumi:dev::shop::aws:cloudwatch/{kind}::{name}"


STATES = [
    {"type": f"aws:cloudwatch/{kind}", "urn": urn(kind, name), "inputs": camel(values)}
    for kind, name, values in (
        ("metricAlarm:MetricAlarm", "a", PROVIDER),
        ("metricAlarm:MetricAlarm", "b", PROVIDER_RATE),
        ("compositeAlarm:CompositeAlarm", "c", PROVIDER_BOTH),
    )
]
OLD = {"type": STATES[0]["type"], "urn": urn("metricAlarm:MetricAlarm", "old"), "inputs": {"name": "old"}}
EVENTS = "\n".join(
    json.dumps({"sequence": number, "resourcePreEvent": {"metadata": {"op": "create", "new": state}}})
    for number, state in enumerate(STATES)
)
SOURCES = {
    "describe-alarms": json.dumps(DESCRIBED),
    "in any order": json.dumps({"CompositeAlarms": [BOTH], "MetricAlarms": [ALARM, RATE]}),
    "outputs one after the other": "\n".join(json.dumps({"MetricAlarms": [a]}) for a in (ALARM, RATE))
    + json.dumps({"CompositeAlarms": [BOTH], "NextToken": None}),
    "the same output twice": json.dumps(DESCRIBED) * 2,
    "--query '[MetricAlarms, CompositeAlarms]'": json.dumps([[ALARM, RATE], [BOTH]]),
    "--query 'MetricAlarms[0]' and others": "".join(map(json.dumps, (ALARM, RATE, [BOTH]))),
    "--query '{a: MetricAlarms}'": json.dumps({"a": [ALARM, RATE], "b": {"c": [BOTH]}}),
    "with nulls": json.dumps(
        {"MetricAlarms": [{**ALARM, "Unit": None, "AlarmDescription": None, "Metrics": None}, RATE, None]}
    )
    + json.dumps({"CompositeAlarms": [BOTH], "MetricAlarms": None}),
    "CloudFormation in YAML": TEMPLATE,
    "terraform plan": json.dumps({"terraform_version": "1.9", "planned_values": MODULES}),
    "terraform state": json.dumps({"terraform_version": "1.9", "values": MODULES}),
    "resource_changes alone": json.dumps(
        {
            "terraform_version": "1.9",
            "resource_changes": [{**r, "change": {"after": r["values"]}} for r in RESOURCES],
        }
    ),
    "terraform.tfstate": json.dumps(
        {
            "version": 4,
            "terraform_version": "1.9",
            "resources": [
                {
                    "mode": "managed",
                    "type": r["type"],
                    "name": "x",
                    "instances": [{"index_key": 0, "attributes": r["values"]}],
                }
                for r in RESOURCES
            ],
        }
    ),
    "pulumi preview": json.dumps(
        {
            "steps": [
                *({"op": "create", "newState": state} for state in STATES),
                {"op": "delete", "oldState": OLD},
            ]
        }
    ),
    "pulumi preview as events": EVENTS,
    "pulumi stack export": json.dumps(
        {"version": 3, "deployment": {"resources": [*STATES, {**OLD, "delete": True}]}}
    ),
}


def read(tmp_path: Path, text: str | bytes, **parameters: str) -> AlarmFile:
    path = tmp_path / "alarms"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return files.read(path, parameters)


@pytest.mark.parametrize("source", SOURCES)
def test_the_same_alarms_come_from_every_source(tmp_path: Path, source: str) -> None:
    found = read(tmp_path, SOURCES[source])
    assert found.skipped == []
    by_name = {alarm.name: alarm for alarm in found.alarms}
    assert by_name == {
        "errors": MetricAlarm(
            key="errors",
            name="errors",
            description="",
            queries=(
                MetricStat(
                    id="m",
                    namespace="AWS/Lambda",
                    metric="Errors",
                    dimensions={"FunctionName": "shop"},
                    statistic="Sum",
                    period_s=60,
                    return_data=True,
                ),
            ),
            comparison="GreaterThanThreshold",
            evaluation_periods=3,
            datapoints_to_alarm=2,
            missing_data="notBreaching",
            threshold=5.0,
            level="critical",
            actions=Actions(alarm=(TOPIC,), ok=("arn:aws:lambda:eu-west-1:111111111111:function:fix",)),
        ),
        "rate": MetricAlarm(
            key="rate",
            name="rate",
            description="",
            queries=(
                Expression(id="e1", expression="100 * m2 / m1", return_data=True),
                *(
                    MetricStat(
                        id=id_,
                        namespace="AWS/Lambda",
                        metric=metric,
                        dimensions={},
                        statistic="Sum",
                        period_s=60,
                    )
                    for id_, metric in (("m1", "Invocations"), ("m2", "Errors"))
                ),
            ),
            comparison="GreaterThanThreshold",
            evaluation_periods=1,
            datapoints_to_alarm=1,
            missing_data="missing",
            threshold=1.0,
            actions=Actions(),
        ),
        "both": CompositeAlarm(
            key="both",
            name="both",
            description="",
            rule="ALARM(errors) AND ALARM(rate)",
            suppressor="rate",
            wait_s=10,
            extension_s=20,
            actions=Actions(),
        ),
    }


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_file_is_read_in_whatever_encoding_it_was_saved(tmp_path: Path, encoding: str) -> None:
    found = read(tmp_path, json.dumps(DESCRIBED).encode(encoding))
    assert [alarm.name for alarm in found.alarms] == ["errors", "rate", "both"]


def test_a_template_s_parameters_are_given_or_have_defaults(tmp_path: Path) -> None:
    found = read(tmp_path, TEMPLATE, Env="prod", Limit="7")
    alarm = found.alarms[0]
    assert isinstance(alarm, MetricAlarm)
    assert (alarm.name, alarm.evaluation_periods, alarm.threshold) == ("prod", 9, 7.0)
    assert [skip.name for skip in found.skipped] == ["never"]


def test_a_resource_whose_condition_does_not_hold_is_left_out_and_said(tmp_path: Path) -> None:
    assert read(tmp_path, TEMPLATE).notes == ["Never: left out, its condition Prod does not hold"]


def template(properties: dict[str, Any], **sections: Any) -> str:
    resource = {"Type": "AWS::CloudWatch::Alarm", "Properties": {**ALARM, **properties}}
    return json.dumps({"Resources": {"A": resource}, **sections})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Fn::Sub": "${AWS::StackName}-x-${!Literal}"}, "${AWS::StackName}-x-${Literal}"),
        ({"Fn::Sub": ["${a}-${b}", {"a": "1", "b": {"Ref": "Table"}}]}, "1-${Table}"),
        ({"Fn::Select": [1, {"Fn::Split": [",", "a,b,c"]}]}, "b"),
        ({"Fn::FindInMap": ["M", "k", "v"]}, "mapped"),
        ({"Fn::FindInMap": ["M", "k", "none", {"DefaultValue": "d"}]}, "d"),
        ({"Fn::GetAtt": ["Table", "Arn"]}, "${Table.Arn}"),
        ({"Fn::GetAtt": "Table.Arn"}, "${Table.Arn}"),
        ({"Fn::ImportValue": "other"}, "${Fn::ImportValue}"),
        ({"Fn::If": ["Yes", "y", "n"]}, "y"),
        ({"Fn::If": ["No", "y", "n"]}, "n"),
        ({"Fn::Join": ["-", {"Ref": "List"}]}, "a-b"),
        ({"Fn::ToJsonString": {"a": {"Ref": "P"}}}, '{"a": "p"}'),
    ],
)
def test_intrinsic_functions_are_carried_out_as_far_as_the_template_tells(
    tmp_path: Path, value: Any, expected: str
) -> None:
    sections = {
        "Parameters": {
            "P": {"Type": "String", "Default": "p"},
            "List": {"Type": "CommaDelimitedList", "Default": "a, b"},
        },
        "Mappings": {"M": {"k": {"v": "mapped"}}},
        "Conditions": {
            "Yes": {"Fn::And": [{"Fn::Equals": [{"Ref": "P"}, "p"]}, {"Fn::Not": [{"Condition": "No"}]}]},
            "No": {"Fn::Or": [{"Fn::Equals": [{"Ref": "P"}, "q"]}, {"Fn::Equals": ["1", "2"]}]},
        },
    }
    found = read(tmp_path, template({"AlarmName": value}, **sections))
    assert [alarm.name for alarm in found.alarms] == [expected]


def test_a_loop_of_resources_is_written_out(tmp_path: Path) -> None:
    body = {
        "Alarm${Id}": {"Type": "AWS::CloudWatch::Alarm", "Properties": {**ALARM, "AlarmName": {"Ref": "Id"}}}
    }
    document = {"Resources": {"Fn::ForEach::Loop": ["Id", ["a", "b"], body]}}
    assert [alarm.name for alarm in read(tmp_path, json.dumps(document)).alarms] == ["a", "b"]


@pytest.mark.parametrize("key", ["Threshold", "Period", "EvaluationPeriods", "ComparisonOperator"])
def test_an_alarm_that_only_deploying_would_complete_is_named(tmp_path: Path, key: str) -> None:
    found = read(tmp_path, template({key: {"Ref": "Given"}}, Parameters={"Given": {"Type": "Number"}}))
    assert [(skip.name, skip.reason) for skip in found.skipped] == [
        ("errors", f"its {key} (${{Given}}) is only known once it is deployed; give its parameter")
    ]


def test_what_a_plan_does_not_know_yet_stays_open(tmp_path: Path) -> None:
    resource = terraform_resource("metric_alarm", 0, {**PROVIDER, "alarm_actions": None, "dimensions": None})
    unknown = {"alarm_actions": True, "dimensions": True, "id": True, "metric_query": []}
    change = {"address": resource["address"], "change": {"after_unknown": unknown}}
    plan = {"terraform_version": "1", "planned_values": {"root_module": {"resources": [resource]}}}
    (alarm,) = read(tmp_path, json.dumps({**plan, "resource_changes": [change]})).alarms
    assert alarm.level == "critical"
    assert isinstance(alarm, MetricAlarm)
    assert isinstance(alarm.queries[0], MetricStat)
    assert alarm.queries[0].dimensions == {"?": "${dimensions}"}


def test_what_a_preview_does_not_know_yet_comes_from_the_last_deployment_or_stays_open(
    tmp_path: Path,
) -> None:
    unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    secret = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": "shop"}
    inputs = {**camel(PROVIDER), "threshold": unknown, "alarmActions": [unknown], "dimensions": {"F": secret}}
    step = {"op": "update", "newState": {**STATES[0], "inputs": inputs, "outputs": {"threshold": 9}}}
    (alarm,) = read(tmp_path, json.dumps({"steps": [step]})).alarms
    assert isinstance(alarm, MetricAlarm)
    assert isinstance(alarm.queries[0], MetricStat)
    assert (alarm.threshold, alarm.level) == (9.0, "critical")
    assert alarm.queries[0].dimensions == {"F": "shop"}


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"TreatMissingData": "Breaching"}, 'TreatMissingData: "Breaching"; valid: breaching, notBreaching'),
        ({"Threshold": "five"}, 'Threshold: "five"; valid: a number'),
        ({"Threshold": True}, "Threshold: True; valid: a number"),
        ({"EvaluationPeriods": 0}, "EvaluationPeriods: 0; valid: a whole number from 1 to 10080"),
        ({"EvaluationPeriods": 1.5}, "EvaluationPeriods: 1.5; valid: a whole number"),
        ({"DatapointsToAlarm": 4}, "DatapointsToAlarm: 4; valid: a whole number from 1 to 3"),
        ({"Period": 90}, "Period: 90; valid: 10, 20, 30, or a multiple of 60"),
        ({"Statistic": "sum"}, 'Statistic: "sum"; valid: SampleCount, Sum, Average'),
        ({"ExtendedStatistic": "TM(90%:10%)"}, 'ExtendedStatistic: "TM(90%:10%)"; valid'),
        (
            {"ComparisonOperator": "GreaterThan"},
            'ComparisonOperator: "GreaterThan"; valid: GreaterThanOrEqual',
        ),
        ({"ActionsEnabled": "yes"}, 'ActionsEnabled: "yes"; valid: true, false'),
        ({"EvaluateLowSampleCountPercentile": "Ignore"}, '"Ignore"; valid: evaluate, ignore'),
        ({"Dimensions": "FunctionName"}, 'Dimensions: "FunctionName"; valid: a list of mappings'),
        ({"AlarmActions": TOPIC}, f'AlarmActions: "{TOPIC}"; valid: a list'),
        ({"WarmUpConfiguration": 5}, "WarmUpConfiguration: 5; valid: a mapping"),
    ],
)
def test_a_wrong_value_is_an_error_with_alarm_key_value_and_valid_ones(
    tmp_path: Path, fields: dict[str, Any], problem: str
) -> None:
    with pytest.raises(RehearsalError) as error:
        read(tmp_path, json.dumps([{**ALARM, **fields}, RATE]))
    assert str(error.value).startswith("alarms: errors: ")
    assert problem in str(error.value)


def test_every_wrong_value_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(RehearsalError) as error:
        read(tmp_path, json.dumps([{**ALARM, "Threshold": "x", "Period": 7}, {**RATE, "Threshold": "y"}]))
    assert len(str(error.value).splitlines()) == 3


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({"AlarmName": "odd", "ScheduledQueryConfiguration": {}}, "a log alarm"),
        ({**ALARM, "AlarmName": "odd", "Threshold": None}, "no Threshold"),
        ({**ALARM, "AlarmName": "odd", "Period": 10}, "period 10 s is high resolution"),
        (
            {**RATE, "AlarmName": "odd", "Metrics": [{"Id": "q", "Expression": "SELECT x"}]},
            "Metrics Insights",
        ),
        ({**RATE, "AlarmName": "odd", "Metrics": [{"Id": "q", "Expression": "1 +"}]}, "the expression ends"),
        ({**BOTH, "AlarmName": "odd", "AlarmRule": "ALARM(odd"}, "expected ')'"),
        ({**BOTH, "AlarmName": "odd", "AlarmRule": "ALARM(odd)"}, "cycle"),
        ({**ALARM, "AlarmName": "errors", "Period": 120}, "another alarm has its name"),
    ],
)
def test_one_alarm_that_cannot_be_simulated_never_refuses_the_others(
    tmp_path: Path, entry: dict[str, Any], reason: str
) -> None:
    found = read(tmp_path, json.dumps([ALARM, entry, RATE]))
    assert [alarm.name for alarm in found.alarms] == ["errors", "rate"]
    (skip,) = found.skipped
    assert skip.name == entry["AlarmName"]
    assert reason in skip.reason


@pytest.mark.parametrize(
    ("rule", "judged"),
    [
        ("ALARM(errors) OR ALARM(gone)", 'ALARM("errors")'),
        ("ALARM(errors) AND NOT ALARM(gone)", 'ALARM("errors")'),
        ("NOT (ALARM(gone) AND OK(errors))", 'NOT (OK("errors"))'),
        ("AT_LEAST(50%, ALARM, (errors, gone, rate))", 'AT_LEAST(50%, ALARM, ("errors", "rate"))'),
        ("ALARM(errors) OR FALSE", "ALARM(errors) OR FALSE"),
    ],
)
def test_a_composite_is_judged_without_what_is_not_there(tmp_path: Path, rule: str, judged: str) -> None:
    found = read(tmp_path, json.dumps([ALARM, RATE, {**BOTH, "AlarmRule": rule}]))
    composite = found.alarms[-1]
    assert isinstance(composite, CompositeAlarm)
    assert composite.rule == judged
    expected = ["both: judged without gone, which is not among the alarms"] if "gone" in rule else []
    assert found.notes == expected


def test_a_composite_of_which_nothing_is_left_is_not_judged_nor_are_those_above_it(tmp_path: Path) -> None:
    above = {**BOTH, "AlarmName": "above", "AlarmRule": "ALARM(both)", "ActionsSuppressor": None}
    found = read(tmp_path, json.dumps([above, {**BOTH, "AlarmRule": "ALARM(gone)"}, ALARM]))
    assert [skip.name for skip in found.skipped] == ["both", "above"]
    assert [alarm.name for alarm in found.alarms] == ["errors"]


@pytest.mark.parametrize(
    ("action", "level"),
    [
        (TOPIC, "critical"),
        ("arn:aws:ssm-incidents::111111111111:response-plan/p", "critical"),
        ("${Topic}", "critical"),
        ("arn:aws:automate:eu-west-1:ec2:recover", None),
        ("arn:aws:swf:eu-west-1:111111111111:action/actions/AWS_EC2.InstanceId.Stop/1.0", None),
        ("arn:${AWS::Partition}:autoscaling:eu-west-1:111111111111:scalingPolicy:x", None),
        ("arn:aws:lambda:eu-west-1:111111111111:function:f", None),
        ("arn:aws:ssm:eu-west-1:111111111111:opsitem:1#CATEGORY=Security", None),
    ],
)
def test_only_actions_that_tell_people_are_pages(tmp_path: Path, action: str, level: str | None) -> None:
    (alarm,) = read(tmp_path, json.dumps({**ALARM, "AlarmActions": [action]})).alarms
    assert alarm.level == level
    assert alarm.actions == Actions(alarm=(action,), ok=tuple(ALARM["OKActions"]))


def test_mute_rules_warm_up_and_wall_clock_are_read(tmp_path: Path) -> None:
    rule = {
        "Name": "night",
        "Rule": {
            "Schedule": {"Expression": "cron(0 2 * * *)", "Duration": "PT1H", "Timezone": "Europe/Berlin"}
        },
        "MuteTargets": {"AlarmNames": ["errors"]},
    }
    alarm = {
        **ALARM,
        "EvaluationWindow": {"WallClockWindow": {"Timezone": "+05:30"}},
        "WarmUpConfiguration": {
            "WarmUpPeriodDurationInMinutes": 9,
            "OnlyStartEvaluatingAfterWarmUpPeriodEnds": True,
        },
    }
    found = read(tmp_path, json.dumps(alarm) + json.dumps(rule))
    spec = found.alarms[0]
    assert isinstance(spec, MetricAlarm)
    assert (spec.wall_clock, spec.warm_up_min, spec.warm_up_whole) == ("+05:30", 9, True)
    assert [(mute.name, mute.targets) for mute in found.mutes] == [("night", frozenset({"errors"}))]
