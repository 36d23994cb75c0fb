"""Alarms as an account has them, and the four kinds of file that describe them."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rehearsal.lint import judge, reading
from rehearsal.sources import files

REGION, ACCOUNT = "eu-central-1", "111122223333"
PAGE = f"arn:aws:sns:{REGION}:{ACCOUNT}:oncall-page"
TICKET = f"arn:aws:sns:{REGION}:{ACCOUNT}:oncall-ticket"
Entry = dict[str, Any]
ABOVE, BELOW = "GreaterThanThreshold", "LessThanThreshold"
AT_LEAST, AT_MOST = "GreaterThanOrEqualToThreshold", "LessThanOrEqualToThreshold"
OUTSIDE = "LessThanLowerOrGreaterThanUpperThreshold"
TOPIC = {"Type": "AWS::SNS::Topic", "Properties": {}}


def alarm(metric: str, dimensions: Mapping[str, str] | None = None, /, **fields: Any) -> Entry:
    """A metric alarm on `NAMESPACE METRIC`, as describe-alarms prints it; None takes a key out."""
    namespace, name = metric.rsplit(" ", 1)
    entry: Entry = {
        "Namespace": namespace,
        "MetricName": name,
        "Dimensions": pairs(dimensions or {}),
        "Statistic": None if "ExtendedStatistic" in fields else "Sum",
        "Period": 300,
        **common(),
        **fields,
    }
    return without(entry)


def math(queries: Sequence[Entry], /, **fields: Any) -> Entry:
    """A metric alarm on several queries."""
    return without({"Metrics": list(queries), **common(), **fields})


def stat(
    id_: str, metric: str, dimensions: Mapping[str, str] | None = None, /, how: str = "Sum", **fields: Any
) -> Entry:
    """A query of a metric; `returns` and `period` besides what CloudWatch calls them."""
    namespace, name = metric.rsplit(" ", 1)
    own = {"Namespace": namespace, "MetricName": name, "Dimensions": pairs(dimensions or {})}
    return {
        "Id": id_,
        "MetricStat": {"Metric": own, "Period": fields.pop("period", 300), "Stat": how},
        "ReturnData": fields.pop("returns", False),
        **fields,
    }


def expression(id_: str, text: str, /, *, returns: bool = True) -> Entry:
    """A query of metric math."""
    return {"Id": id_, "Expression": text, "Label": id_, "ReturnData": returns}


def composite(rule: str, /, **fields: Any) -> Entry:
    """A composite alarm."""
    own = {key: value for key, value in common().items() if "Actions" in key or "Alarm" in key}
    return without({**own, "AlarmName": "shop-bad", "AlarmRule": rule, **fields})


def common() -> Entry:
    """What every metric alarm here has, unless it says otherwise."""
    return {
        "AlarmName": "shop",
        "AlarmDescription": "see the runbook",
        "ActionsEnabled": True,
        "AlarmActions": [PAGE],
        "OKActions": [PAGE],
        "EvaluationPeriods": 3,
        "DatapointsToAlarm": 3,
        "Threshold": 10.0,
        "ComparisonOperator": ABOVE,
        "TreatMissingData": "notBreaching",
    }


def pairs(dimensions: Mapping[str, str]) -> list[Entry]:
    """Dimensions as the API has them."""
    return [{"Name": name, "Value": value} for name, value in dimensions.items()]


def without(entry: Entry) -> Entry:
    """The entry without what is None."""
    return {key: value for key, value in entry.items() if value is not None}


def described(entries: Sequence[Entry]) -> str:
    """`aws cloudwatch describe-alarms`."""
    arn = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:"
    with_arns = [
        {"AlarmName": entry["AlarmName"], "AlarmArn": f"{arn}{entry['AlarmName']}", **entry}
        for entry in entries
    ]
    return json.dumps(
        {
            "MetricAlarms": [entry for entry in with_arns if "AlarmRule" not in entry],
            "CompositeAlarms": [entry for entry in with_arns if "AlarmRule" in entry],
        },
        indent=1,
    )


def template(entries: Sequence[Entry]) -> str:
    """A CloudFormation template."""
    kinds = {True: "AWS::CloudWatch::CompositeAlarm", False: "AWS::CloudWatch::Alarm"}
    resources = {
        f"Alarm{number}": {"Type": kinds["AlarmRule" in entry], "Properties": entry}
        for number, entry in enumerate(entries)
    }
    return json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Topic": TOPIC, **resources}})


def plan(entries: Sequence[Entry]) -> str:
    """`terraform show -json` of a plan."""
    resources = [
        {
            "address": f"{_kind(entry)}.a{number}",
            "mode": "managed",
            "type": _kind(entry),
            "name": f"a{number}",
            "values": {**_provider(entry, snake), "region": REGION},
        }
        for number, entry in enumerate(entries)
    ]
    root = {"root_module": {"resources": resources}}
    return json.dumps({"format_version": "1.2", "terraform_version": "1.13.3", "planned_values": root})


def preview(entries: Sequence[Entry]) -> str:
    """`pulumi preview --json`."""
    steps = []
    for number, entry in enumerate(entries):
        kind = "compositeAlarm:CompositeAlarm" if "AlarmRule" in entry else "metricAlarm:MetricAlarm"
        inputs = {
            ("name" if k == "alarmName" and "AlarmRule" not in entry else k): v
            for k, v in _provider(entry, camel).items()
        }
        urn = f"urn:pulumi:prod::shop::aws:cloudwatch/{kind}::a{number}"
        state = {"urn": urn, "type": f"aws:cloudwatch/{kind}", "inputs": {**inputs, "region": REGION}}
        steps.append({"op": "create", "urn": urn, "newState": state})
    return json.dumps({"config": {"aws:region": REGION}, "steps": steps})


SOURCES: Mapping[str, Callable[[Sequence[Entry]], str]] = {
    "describe-alarms": described,
    "template": template,
    "plan": plan,
    "preview": preview,
}


def judged(entries: Sequence[Entry], source: str = "describe-alarms") -> list[judge.Judged]:
    """What the rules find in such a file."""
    text = SOURCES[source](entries)
    return judge.judge(reading.of_found(files.entries(text, "alarms", {}), "alarms", text))


def found(entries: Sequence[Entry], source: str = "describe-alarms") -> set[tuple[str, str]]:
    """The rules that find something of more than information, with its severity."""
    return {(one.rule.id, one.severity) for one in judged(entries, source) if one.severity != "info"}


def snake(key: str) -> str:
    """`AlarmActions` -> `alarm_actions`."""
    key = key.replace("OKActions", "OkActions").replace(
        "EvaluateLowSampleCountPercentile", "EvaluateLowSampleCountPercentiles"
    )
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in key).lstrip("_")


def camel(key: str) -> str:
    """`AlarmActions` -> `alarmActions`."""
    head, *rest = snake(key).split("_")
    return head + "".join(part.title() for part in rest)


def _kind(entry: Entry) -> str:
    return f"aws_cloudwatch_{'composite' if 'AlarmRule' in entry else 'metric'}_alarm"


def _provider(entry: Entry, spell: Callable[[str], str]) -> Entry:
    """The entry as the providers of Terraform and Pulumi take it."""
    made: Entry = {}
    for key, value in entry.items():
        if key == "Dimensions":
            made["dimensions"] = {pair["Name"]: pair["Value"] for pair in value}
        elif key == "Metrics":
            made[spell("MetricQuery") if spell is snake else "metricQueries"] = [
                _query(query, spell) for query in value
            ]
        elif key == "ActionsSuppressor":
            made[spell(key)] = {
                "alarm": value,
                spell("WaitPeriod"): entry.get("ActionsSuppressorWaitPeriod"),
                spell("ExtensionPeriod"): entry.get("ActionsSuppressorExtensionPeriod"),
            }
        elif not key.startswith("ActionsSuppressor"):
            made[spell(key)] = value
    return made


def _query(query: Entry, spell: Callable[[str], str]) -> Entry:
    made: Entry = {spell(key): value for key, value in query.items() if key != "MetricStat"}
    if "MetricStat" in query:
        own = query["MetricStat"]
        metric = {key: value for key, value in own["Metric"].items() if key != "Dimensions"}
        block = {
            spell(key): value
            for key, value in {**metric, "Period": own["Period"], "Stat": own["Stat"]}.items()
        }
        block["dimensions"] = {pair["Name"]: pair["Value"] for pair in own["Metric"]["Dimensions"]}
        if "Unit" in own:
            block["unit"] = own["Unit"]
        made["metric"] = [block] if spell is snake else block
    return made
