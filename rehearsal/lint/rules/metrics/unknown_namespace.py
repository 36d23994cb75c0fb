"""A namespace of AWS that AWS does not have.

Namespaces are compared with their case: `AWS/Sagemaker` is not `AWS/SageMaker`, and step functions
publish in `AWS/States`. Nothing complains: the alarm waits for a metric that nobody publishes.

Source: [AWS services that publish CloudWatch
metrics](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/aws-services-cloudwatch-metrics.html).
"""

import re
from collections.abc import Iterator

from rehearsal.lint import behaviour, published
from rehearsal.lint.alarms import AlarmSet, known
from rehearsal.lint.rule import Finding

SEVERITY = "error"
OFTEN = {  # what people write instead
    "aws/stepfunctions": "AWS/States",
    "aws/stepfunction": "AWS/States",
    "aws/alb": "AWS/ApplicationELB",
    "aws/elbv2": "AWS/ApplicationELB",
    "aws/nlb": "AWS/NetworkELB",
    "aws/eventbridge": "AWS/Events",
    "aws/cloudwatchevents": "AWS/Events",
    "aws/opensearch": "AWS/ES",
    "aws/opensearchservice": "AWS/ES",
    "aws/elasticsearch": "AWS/ES",
    "aws/msk": "AWS/Kafka",
    "aws/kinesisfirehose": "AWS/Firehose",
    "aws/kinesisdatafirehose": "AWS/Firehose",
    "aws/aurora": "AWS/RDS",
    "aws/documentdb": "AWS/DocDB",
    "aws/waf": "AWS/WAFV2",
    "aws/wafv2": "AWS/WAFV2",
    "aws/autoscalinggroup": "AWS/AutoScaling",
    "aws/memorydb": "AWS/MemoryDB",
    "aws/redis": "AWS/ElastiCache",
    "aws/directconnect": "AWS/DX",
    "aws/apigatewayv2": "AWS/ApiGateway",
    "aws/httpapi": "AWS/ApiGateway",
    "aws/fargate": "AWS/ECS",
    "aws/cloudwatchlogs": "AWS/Logs",
    "aws/synthetics": "CloudWatchSynthetics",
    "aws/cloudwatchsynthetics": "CloudWatchSynthetics",
    "aws/glue": "Glue",
    "aws/acm": "AWS/CertificateManager",
    "aws/eks": "ContainerInsights",
    "aws/containerinsights": "ContainerInsights",
    "aws/pipes": "AWS/EventBridge/Pipes",
    "aws/mq": "AWS/AmazonMQ",
}


def check(given: AlarmSet) -> Iterator[Finding]:
    """AWS's namespaces that are not in the catalogue, with the one that is meant."""
    names = published.namespaces()
    folded = {name.lower(): name for name in names}
    for alarm in given.metric:
        for metric in alarm.metrics:
            name = metric.namespace
            if name in names or not known(name) or not name or "${" in name:
                continue
            slashed = re.sub(r"^aws[:._-]", "aws/", name.lower())
            candidates = (slashed, slashed.removeprefix("aws/"))
            meant = next((folded[one] for one in candidates if one in folded), OFTEN.get(slashed))
            meant = meant or published.misspelt_namespace(name)
            if meant is None and not name.lower().startswith(("aws/", "/aws/")):
                continue
            near = published.nearest_namespace(name)
            doubt = f"did you mean {near[0]}?" if near else "look it up in the service's documentation"
            yield Finding(
                alarm=alarm,
                key=f"{metric.key}Namespace",
                problem=f"AWS has no namespace {name}" if meant else f"{name} is no namespace known of AWS",
                consequence=behaviour.watches_nothing(alarm),
                fix=f"write {meant}" if meant else doubt,
                severity=None if meant else "warning",
            )
