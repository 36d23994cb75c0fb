"""The threshold lies beyond the point at which the service gives up.

A function that is stopped after 10 seconds never takes 15; a message that a queue forgets after four days
is never five days old; API Gateway answers 504 after 29 or 30 seconds unless that limit was raised.
Functions and queues are judged where the same file makes them.

Source: [Lambda](https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html),
[SQS](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html),
[API Gateway](https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from rehearsal.lint import formulas
from rehearsal.lint.alarms import Alarm, AlarmSet, Metric
from rehearsal.lint.rule import Finding, Severity
from rehearsal.sources.found import Resource

SEVERITY = "error"
# By metric: the dimension, the kinds of resource, their key, its default, and the metric's units in a second.
GIVES_UP: Mapping[tuple[str, str], tuple[str, tuple[str, ...], str, float, float]] = {
    ("AWS/Lambda", "Duration"): (
        "FunctionName",
        (
            "AWS::Lambda::Function",
            "AWS::Serverless::Function",
            "aws_lambda_function",
            "aws:lambda/function:Function",
        ),
        "timeout",
        3,
        1000,
    ),
    ("AWS/SQS", "ApproximateAgeOfOldestMessage"): (
        "QueueName",
        ("AWS::SQS::Queue", "aws_sqs_queue", "aws:sqs/queue:Queue"),
        "messageretention",
        345_600,
        1,
    ),
}
GATEWAY = {("AWS/ApiGateway", "Latency"), ("AWS/ApiGateway", "IntegrationLatency")}
GATEWAY_MS = 30_000
NAMES = ("FunctionName", "QueueName", "function_name", "functionName", "name")


def check(given: AlarmSet) -> Iterator[Finding]:
    """Times over what the resource in the same file, or API Gateway, allows."""
    for alarm in given.metric:
        metric = formulas.plain(alarm)
        if (
            metric is None
            or not alarm.upward
            or alarm.threshold is None
            or metric.statistic in ("Sum", "SampleCount")
        ):
            continue
        limit = _limit(metric, given)
        severity: Severity | None = None
        if limit is None and (metric.namespace, metric.name) in GATEWAY:
            limit, severity = GATEWAY_MS, "warning"
        if limit is not None and alarm.threshold > limit and _one_metric(alarm):
            yield Finding(
                alarm=alarm,
                key="Threshold",
                problem=f"{alarm.threshold:g} of {metric.text}, which ends at {limit:g}",
                consequence="it never fires",
                fix="write a threshold below that",
                severity=severity,
            )


def _one_metric(alarm: Alarm) -> bool:
    return alarm.watched is not None


def _limit(metric: Metric, given: AlarmSet) -> float | None:
    known = GIVES_UP.get((metric.namespace, metric.name))
    if known is None:
        return None
    dimension, kinds, key, default, scale = known
    wanted = dict(metric.dimensions).get(dimension)
    for resource in given.of_kind(*kinds):
        if wanted is not None and wanted in set(_names(resource)):
            return _value(resource.properties, key, default) * scale
    return None


def _names(resource: Resource) -> Iterator[str]:
    """What a dimension calls it: a reference, or its name."""
    yield f"${{{resource.name}}}"
    for suffix in ("QueueName", "Name"):
        yield f"${{{resource.name}.{suffix}}}"
    for key in NAMES:
        if isinstance(resource.properties.get(key), str):
            yield resource.properties[key]


def _value(properties: Mapping[str, Any], key: str, default: float) -> float:
    """The seconds that the resource is told, under any spelling of the key."""
    for name, value in properties.items():
        if value is not None and name.replace("_", "").lower().startswith(key):
            try:
                return float(value)
            except (TypeError, ValueError):
                return float("inf")  # only deploying would tell
    return default
