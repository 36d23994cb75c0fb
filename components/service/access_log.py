"""The stage's access log: one JSON line a request, and the metric that is made of those that were answered.

The latency of predictions comes from here and not from the stage's `Latency`, which has requests refused in
milliseconds in it too: the SLO's alarm, the dashboards and the SLA's report read the same lines.
"""

import json

import pulumi
import pulumi_aws as aws

from monitoring.catalogue import promise
from monitoring.watched import Watched

FIELDS = {
    "requestId": "$context.requestId",
    "extendedRequestId": "$context.extendedRequestId",
    "time": "$context.requestTimeEpoch",
    "caller": "$context.identity.userArn",
    "apiKeyId": "$context.identity.apiKeyId",
    "sourceIp": "$context.identity.sourceIp",
    "method": "$context.httpMethod",
    "path": "$context.path",
    "status": "$context.status",
    "errorType": "$context.error.responseType",
    "integrationStatus": "$context.integrationStatus",  # Lambda's, not the function's: 429 is a throttle
    "integrationLatencyMs": "$context.integrationLatency",
    "traceId": "$context.xrayTraceId",
}
LATENCY = "$context.responseLatency"
# A dimension's value is a field's, so each line has the service's name in it.
ANSWERED = '{ ($.status = "2*") && ($.latencyMs = *) && ($.service = *) }'


def line_format(service: str) -> str:
    """What a line looks like. The latency is a number, unquoted, because a metric's value has to be one."""
    text = json.dumps({"service": service, **FIELDS}, separators=(",", ":"))
    return f'{text[:-1]},"latencyMs":{LATENCY}}}'


def answered_latency(
    name: str, watched: Watched, group: aws.cloudwatch.LogGroup, opts: pulumi.ResourceOptions
) -> aws.cloudwatch.LogMetricFilter:
    """Publishes the latency of each 2XX, which costs the request nothing."""
    metric = promise.answered(watched.name)
    return aws.cloudwatch.LogMetricFilter(
        name,
        name=f"{watched.name}-answered-latency",
        log_group_name=group.name,
        pattern=ANSWERED,
        metric_transformation={
            "namespace": metric.namespace,
            "name": metric.name,
            "value": "$.latencyMs",
            "unit": "Milliseconds",
            "dimensions": {"Service": "$.service"},
        },
        opts=opts,
    )
