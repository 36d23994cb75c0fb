"""What watches: log groups, alarms, dashboards, budgets, X-Ray, cross-account observability (OAM)."""

import json
from collections.abc import Mapping
from typing import Any

from local.deployer.errors import Unsupported
from local.deployer.request import (
    Created,
    Creator,
    Request,
    creator,
    document,
    pascal,
    tag_list,
)
from local.fillins.filter_pattern import PatternError, terms

ALARM_NAMES = {
    "okActions": "OKActions",
    "evaluateLowSampleCountPercentiles": "EvaluateLowSampleCountPercentile",
}
ALARM_PLAIN = (
    "alarmActions alarmDescription comparisonOperator datapointsToAlarm evaluateLowSampleCountPercentiles"
    " evaluationPeriods okActions threshold thresholdMetricId treatMissingData warmUpConfiguration"
)
COMPOSITE_PLAIN = "alarmActions alarmDescription alarmRule okActions"


def _log_group(request: Request) -> Created:
    client, name, given = request.client("logs"), request.physical_name(), request.inputs
    options = request.given("kmsKeyId")
    client.create_log_group(logGroupName=name, tags=request.tags, **options)
    if given.get("retentionInDays"):
        client.put_retention_policy(logGroupName=name, retentionInDays=given["retentionInDays"])
    return Created(id=name, outputs={"name": name, "arn": request.arn("logs", f"log-group:{name}")})


def _log_metric_filter(request: Request) -> Created:
    name, given = request.physical_name(), request.inputs
    transformation = given["metricTransformation"]
    try:
        terms(given["pattern"])
    except PatternError as error:
        raise Unsupported(str(error)) from None
    request.client("logs").put_metric_filter(
        logGroupName=given["logGroupName"],
        filterName=name,
        filterPattern=given["pattern"],
        metricTransformations=[
            {
                "metricNamespace": transformation["namespace"],
                "metricName": transformation["name"],
                "metricValue": transformation["value"],
                "unit": transformation["unit"],
                "dimensions": transformation["dimensions"],
            }
        ],
    )
    return Created(id=name)


def _metric_query(query: Mapping[str, Any]) -> dict[str, Any]:
    converted: dict[str, Any] = pascal({key: value for key, value in query.items() if key != "metric"})
    if metric := query.get("metric"):
        spec = {key: value for key, value in metric.items() if key in ("metricName", "namespace")}
        if "dimensions" in metric:
            spec["dimensions"] = tag_list(metric["dimensions"], "Name", "Value")
        rest = {key: value for key, value in metric.items() if key not in (*spec, "dimensions")}
        converted["MetricStat"] = pascal({**rest, "metric": spec})
    return converted


def _metric_alarm(request: Request) -> Created:
    name, given = request.physical_name(), request.inputs
    options = pascal(request.given(*ALARM_PLAIN.split()), ALARM_NAMES)
    metrics = [_metric_query(query) for query in given["metricQueries"]]
    request.client("cloudwatch").put_metric_alarm(
        AlarmName=name, Metrics=metrics, Tags=tag_list(request.tags), **options
    )
    return Created(id=name, outputs={"name": name, "arn": request.arn("cloudwatch", f"alarm:{name}")})


def _composite_alarm(request: Request) -> Created:
    name, given = request.inputs["alarmName"], request.inputs
    options = pascal(request.given(*COMPOSITE_PLAIN.split()), ALARM_NAMES)
    if suppressor := given.get("actionsSuppressor"):
        options["ActionsSuppressor"] = suppressor["alarm"]
        options["ActionsSuppressorWaitPeriod"] = suppressor["waitPeriod"]
        options["ActionsSuppressorExtensionPeriod"] = suppressor["extensionPeriod"]
    request.client("cloudwatch").put_composite_alarm(AlarmName=name, Tags=tag_list(request.tags), **options)
    return Created(id=name, outputs={"arn": request.arn("cloudwatch", f"alarm:{name}")})


def _mute_rule(request: Request) -> Created:
    name = request.physical_name()
    options = pascal(request.given("description", "rule", "muteTargets"))
    request.client("cloudwatch").put_alarm_mute_rule(Name=name, **options)
    return Created(
        id=name, outputs={"name": name, "arn": request.arn("cloudwatch", f"alarm-mute-rule:{name}")}
    )


def _budget_notification(given: Mapping[str, Any]) -> dict[str, Any]:
    topics = given["subscriberSnsTopicArns"]
    return {
        "Notification": pascal(
            {key: value for key, value in given.items() if key != "subscriberSnsTopicArns"}
        ),
        "Subscribers": [{"SubscriptionType": "SNS", "Address": topic} for topic in topics],
    }


def _budget(request: Request) -> Created:
    name, given = request.physical_name(), request.inputs
    budget = {
        "BudgetName": name,
        **pascal(request.given("budgetType", "timeUnit", "costTypes")),
        "BudgetLimit": {"Amount": given["limitAmount"], "Unit": given["limitUnit"]},
        "CostFilters": {each["name"]: each["values"] for each in given.get("costFilters", [])},
    }
    request.client("budgets").create_budget(
        AccountId=request.account,
        Budget=budget,
        NotificationsWithSubscribers=[_budget_notification(each) for each in given["notifications"]],
        ResourceTags=tag_list(request.tags),
    )
    arn = request.arn("budgets", f"budget/{name}", region=False)
    return Created(id=f"{request.account}:{name}", outputs={"name": name, "arn": arn})


def _dashboard(request: Request) -> Created:
    name, body = request.inputs["dashboardName"], document(request.inputs["dashboardBody"])
    json.loads(body)  # AWS refuses what is not JSON, the emulator stores it
    request.client("cloudwatch").put_dashboard(DashboardName=name, DashboardBody=body)
    arn = request.arn("cloudwatch", f"dashboard/{name}", region=False)
    return Created(id=name, outputs={"dashboardArn": arn})


def _sampling_rule(request: Request) -> Created:
    names = {"httpMethod": "HTTPMethod", "urlPath": "URLPath", "resourceArn": "ResourceARN"}
    rule = pascal(
        request.given(
            "fixedRate", "host", "httpMethod", "priority", "reservoirSize", "resourceArn", "serviceName",
            "serviceType", "urlPath", "version",
        ),
        names,
    )  # fmt: skip
    name = request.physical_name("ruleName")
    record = request.client("xray").create_sampling_rule(
        SamplingRule={**rule, "RuleName": name},
        Tags=tag_list(request.tags),
    )["SamplingRuleRecord"]["SamplingRule"]
    return Created(id=name, outputs={"ruleName": name, "arn": record["RuleARN"]})


def _trace_group(request: Request) -> Created:
    group = request.client("xray").create_group(
        Tags=tag_list(request.tags),
        **pascal(request.given("groupName", "filterExpression")),
    )["Group"]
    return Created(id=group["GroupARN"], outputs={"arn": group["GroupARN"]})


def _sink(request: Request) -> Created:
    name = request.physical_name()
    sink = request.client("oam").create_sink(Name=name, Tags=request.tags)
    return Created(id=sink["Arn"], outputs={"name": name, "arn": sink["Arn"], "sinkId": sink["Id"]})


def _sink_policy(request: Request) -> Created:
    answer = request.client("oam").put_sink_policy(
        SinkIdentifier=request.inputs["sinkIdentifier"], Policy=document(request.inputs["policy"])
    )
    return Created(id=answer["SinkArn"], outputs={"arn": answer["SinkArn"], "sinkId": answer["SinkId"]})


def _link(request: Request) -> Created:
    options = pascal(request.given("labelTemplate", "resourceTypes", "sinkIdentifier", "linkConfiguration"))
    link = request.client("oam").create_link(Tags=request.tags, **options)
    outputs = {"arn": link["Arn"], "linkId": link["Id"], "label": link["Label"], "sinkArn": link["SinkArn"]}
    return Created(id=link["Arn"], outputs=outputs)


CREATORS: dict[str, Creator] = {
    "aws:budgets/budget:Budget": creator(
        _budget, "name budgetType timeUnit limitAmount limitUnit costTypes costFilters notifications"
    ),
    "aws:cloudwatch/logGroup:LogGroup": creator(_log_group, "name kmsKeyId retentionInDays"),
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": creator(
        _log_metric_filter, "name logGroupName pattern metricTransformation"
    ),
    "aws:cloudwatch/metricAlarm:MetricAlarm": creator(_metric_alarm, f"name {ALARM_PLAIN} metricQueries"),
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": creator(
        _composite_alarm, f"alarmName {COMPOSITE_PLAIN} actionsSuppressor"
    ),
    "aws:cloudwatch/alarmMuteRule:AlarmMuteRule": creator(_mute_rule, "name description rule muteTargets"),
    "aws:cloudwatch/dashboard:Dashboard": creator(_dashboard, "dashboardName dashboardBody"),
    "aws:xray/samplingRule:SamplingRule": creator(
        _sampling_rule,
        "ruleName fixedRate host httpMethod priority reservoirSize resourceArn serviceName serviceType"
        " urlPath version",
    ),
    "aws:xray/group:Group": creator(_trace_group, "groupName filterExpression"),
    "aws:oam/sink:Sink": creator(_sink, "name"),
    "aws:oam/sinkPolicy:SinkPolicy": creator(_sink_policy, "sinkIdentifier policy"),
    "aws:oam/link:Link": creator(_link, "labelTemplate resourceTypes sinkIdentifier linkConfiguration"),
}
