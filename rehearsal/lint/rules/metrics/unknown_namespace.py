"""A namespace of AWS that AWS does not have.

Namespaces are compared with their case: `AWS/Sagemaker` is not `AWS/SageMaker`, and step functions
publish in `AWS/States`. Nothing complains: the alarm waits for a metric that nobody publishes.

Source: [AWS services that publish CloudWatch
metrics](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/aws-services-cloudwatch-metrics.html).
"""

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
            of_aws = name.lower().startswith(("aws/", "/aws/", "aws:", "aws.", "aws-", "aws_"))
            near = folded.get(name.lower()) or OFTEN.get(name.lower())
            if near is None and of_aws:
                near = next(iter(published.nearest_namespace(name)), None)
            if near is None and not of_aws:
                continue
            yield Finding(
                alarm=alarm,
                key=f"{metric.key}Namespace",
                problem=f"AWS has no namespace {name}",
                consequence=behaviour.watches_nothing(alarm),
                fix=f"write {near}" if near else "look the namespace up in the service's documentation",
                severity=None if near else "warning",
            )
