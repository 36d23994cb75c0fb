"""The period is shorter than the time between two values of the metric.

Most periods then have no data: the alarm flaps between its state and INSUFFICIENT_DATA, or never has the
datapoints that it needs. S3 publishes sizes once a day, Billing every few hours, EC2 every five minutes
without detailed monitoring, most services every minute. SageMaker endpoints publish every minute unless
`MetricPublishFrequencyInSeconds` says otherwise.

Source: the service's page that the catalogue names.
"""

from collections.abc import Iterator, Mapping

from rehearsal.lint import published
from rehearsal.lint.alarms import AlarmSet, Metric
from rehearsal.lint.rule import Finding
from rehearsal.sources.found import Resource

SEVERITY = "error"
ENDPOINTS = "/aws/sagemaker/Endpoints"
ENDPOINT_KINDS = (
    "AWS::SageMaker::EndpointConfig",
    "aws_sagemaker_endpoint_configuration",
    "aws:sagemaker/endpointConfiguration:EndpointConfiguration",
)
INSTANCE_KINDS = ("AWS::EC2::Instance", "aws_instance", "aws:ec2/instance:Instance")
FREQUENCY, MONITORING = "metricpublishfrequencyinseconds", "monitoring"
MINUTE, FIVE_MINUTES = 60, 300


def check(given: AlarmSet) -> Iterator[Finding]:
    """Periods under the finest interval, and under the usual one."""
    for alarm in given.metric:
        for metric in alarm.metrics:
            facts = published.metric(metric.namespace, metric.name)
            if facts is None or facts.finest_s is None or metric.period_s is None:
                continue
            told = _told(metric, given) if facts.finest_s != facts.period_s else None
            usual = told or facts.period_s or facts.finest_s
            if metric.period_s >= max(usual, facts.finest_s):
                continue
            certain = metric.period_s < facts.finest_s or told is not None
            every = usual if metric.period_s >= facts.finest_s else facts.finest_s
            yield Finding(
                alarm=alarm,
                key=f"{metric.key}{'MetricStat.' if metric.key else ''}Period",
                problem=f"{metric.period_s} s, and {metric.text} has a value every {every} s"
                + ("" if certain else " unless its resource is set up for more"),
                consequence="most periods have no data",
                fix=f"use a period of {every} s or more",
                severity=None if certain else "warning",
            )


def _told(metric: Metric, given: AlarmSet) -> int | None:
    """Seconds between two values as the resource in the same file is set up; None where there is none."""
    if metric.namespace == ENDPOINTS:
        frequencies = [_setting(config, FREQUENCY) for config in given.of_kind(*ENDPOINT_KINDS)]
        given_s = [int(value) for value in frequencies if value is not None and value.isdigit()]
        return min(given_s, default=MINUTE) if frequencies else None
    machine = dict(metric.dimensions).get("InstanceId")
    for instance in given.of_kind(*INSTANCE_KINDS):
        if machine in (f"${{{instance.name}}}", instance.properties.get("id")):
            detailed = str(_setting(instance, MONITORING) or "false").lower() == "true"
            return MINUTE if detailed else FIVE_MINUTES
    return None


def _setting(resource: Resource, wanted: str) -> str | None:
    """The value of a key anywhere in the resource, however the key is spelt."""
    waiting: list[object] = [resource.properties]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Mapping):
            for key, value in part.items():
                waiting.append(value)
                if str(key).replace("_", "").lower() == wanted and isinstance(value, str | int):
                    return str(value)
        elif isinstance(part, list):
            waiting += part
    return None
