"""Clean alarms of many services: each fault is one of these with one thing changed."""

from typing import Any

from tests.rehearsal.lint.builders import (
    ABOVE,
    AT_LEAST,
    BELOW,
    OUTSIDE,
    TICKET,
    Entry,
    alarm,
    expression,
    math,
    stat,
)

FUNCTION = {"FunctionName": "order-intake"}
QUEUE = {"QueueName": "order-intake"}
BALANCER = {"LoadBalancer": "app/shop-web/0a1b2c3d4e5f6071"}
TARGETS = {"TargetGroup": "targetgroup/shop-web/1122334455667788", **BALANCER}
INSTANCE = {"InstanceId": "i-0123456789abcdef0"}
DATABASE = {"DBInstanceIdentifier": "shop-db-1"}
SERVICE = {"ClusterName": "shop", "ServiceName": "checkout"}
ENDPOINT = {"EndpointName": "price-model", "VariantName": "live"}
MACHINE = {"StateMachineArn": "arn:aws:states:eu-central-1:111122223333:stateMachine:settle-orders"}
MISSING = {"TreatMissingData": "missing", "InsufficientDataActions": [TICKET]}


def errors(**fields: Any) -> Entry:
    """Errors of a function."""
    return alarm("AWS/Lambda Errors", FUNCTION, **fields)


def invoked(**fields: Any) -> Entry:
    """A heartbeat: a function that is to run."""
    return alarm(
        "AWS/Lambda Invocations",
        FUNCTION,
        **{
            "Threshold": 1.0,
            "ComparisonOperator": BELOW,
            "TreatMissingData": "breaching",
            "EvaluationPeriods": 1,
            "DatapointsToAlarm": 1,
            "Period": 3600,
            **fields,
        },
    )


def duration(**fields: Any) -> Entry:
    """How long a function takes."""
    own = {"ExtendedStatistic": "p95", "Threshold": 2000.0, "EvaluateLowSampleCountPercentile": "ignore"}
    return alarm("AWS/Lambda Duration", FUNCTION, **{**own, **fields})


def age(**fields: Any) -> Entry:
    """The age of a queue's oldest message."""
    return alarm(
        "AWS/SQS ApproximateAgeOfOldestMessage",
        QUEUE,
        **{"Statistic": "Maximum", "Threshold": 900.0, **fields},
    )


def depth(**fields: Any) -> Entry:
    """The length of a dead-letter queue."""
    own = {"Statistic": "Maximum", "Threshold": 0.0, "EvaluationPeriods": 1, "DatapointsToAlarm": 1}
    return alarm(
        "AWS/SQS ApproximateNumberOfMessagesVisible", {"QueueName": "order-intake-dlq"}, **{**own, **fields}
    )


def target_errors(**fields: Any) -> Entry:
    """5XX of the targets of a load balancer."""
    return alarm("AWS/ApplicationELB HTTPCode_Target_5XX_Count", TARGETS, **fields)


def balancer_errors(**fields: Any) -> Entry:
    """5XX of a load balancer itself."""
    return alarm("AWS/ApplicationELB HTTPCode_ELB_5XX_Count", BALANCER, **fields)


def healthy(**fields: Any) -> Entry:
    """Healthy hosts."""
    own = {"Statistic": "Minimum", "Threshold": 2.0, "ComparisonOperator": BELOW, **MISSING}
    return alarm("AWS/ApplicationELB HealthyHostCount", TARGETS, **{**own, **fields})


def response(**fields: Any) -> Entry:
    """Response time behind a load balancer, in seconds."""
    own = {"ExtendedStatistic": "p95", "Threshold": 0.5, "EvaluateLowSampleCountPercentile": "ignore"}
    return alarm("AWS/ApplicationELB TargetResponseTime", TARGETS, **{**own, **fields})


def cpu(**fields: Any) -> Entry:
    """A machine's CPU."""
    own = {"Statistic": "Average", "Threshold": 90.0, **MISSING}
    return alarm("AWS/EC2 CPUUtilization", INSTANCE, **{**own, **fields})


def recover(**fields: Any) -> Entry:
    """A machine that is moved to another host."""
    own = {"Statistic": "Maximum", "Threshold": 1.0, "ComparisonOperator": AT_LEAST, "Period": 60, **MISSING}
    actions = ["arn:aws:automate:eu-central-1:ec2:recover"]
    return alarm("AWS/EC2 StatusCheckFailed_System", INSTANCE, **{**own, "AlarmActions": actions, **fields})


def db_cpu(**fields: Any) -> Entry:
    """A database's CPU."""
    own = {"Statistic": "Average", "Threshold": 85.0, **MISSING}
    return alarm("AWS/RDS CPUUtilization", DATABASE, **{**own, **fields})


def db_free(**fields: Any) -> Entry:
    """A database's free disk, in bytes."""
    own = {"Statistic": "Minimum", "Threshold": 10737418240.0, "ComparisonOperator": BELOW, **MISSING}
    return alarm("AWS/RDS FreeStorageSpace", DATABASE, **{**own, **fields})


def db_read(**fields: Any) -> Entry:
    """A database's disk, in seconds; its silence is heard by `db_cpu`."""
    return alarm(
        "AWS/RDS ReadLatency", DATABASE, **{"Statistic": "Average", "Threshold": 0.02, **MISSING, **fields}
    )


def bucket(**fields: Any) -> Entry:
    """A bucket's size, published once a day."""
    own = {
        "Statistic": "Average",
        "Threshold": 9e11,
        "Period": 86_400,
        "EvaluationPeriods": 1,
        "DatapointsToAlarm": 1,
        **MISSING,
    }
    dimensions = {"BucketName": "shop-uploads", "StorageType": "StandardStorage"}
    return alarm("AWS/S3 BucketSizeBytes", dimensions, **{**own, **fields})


def api_errors(**fields: Any) -> Entry:
    """5XX of a REST API."""
    return alarm("AWS/ApiGateway 5XXError", {"ApiName": "shop", "Stage": "live"}, **fields)


def api_latency(**fields: Any) -> Entry:
    """Latency of a REST API, in milliseconds."""
    own = {"ExtendedStatistic": "p90", "Threshold": 800.0, "EvaluateLowSampleCountPercentile": "ignore"}
    return alarm("AWS/ApiGateway Latency", {"ApiName": "shop", "Stage": "live"}, **{**own, **fields})


def service_cpu(**fields: Any) -> Entry:
    """CPU of a service of containers."""
    own = {"Statistic": "Average", "Threshold": 85.0, **MISSING}
    return alarm("AWS/ECS CPUUtilization", SERVICE, **{**own, **fields})


def failed(**fields: Any) -> Entry:
    """Failed executions of a state machine."""
    return alarm(
        "AWS/States ExecutionsFailed", MACHINE, **{"Threshold": 1.0, "ComparisonOperator": AT_LEAST, **fields}
    )


def model(**fields: Any) -> Entry:
    """A model's latency, in microseconds."""
    own = {"ExtendedStatistic": "p90", "Threshold": 150_000.0, "EvaluateLowSampleCountPercentile": "ignore"}
    return alarm("AWS/SageMaker ModelLatency", ENDPOINT, **{**own, **fields})


def rate(text: str = "IF(calls >= 50, 100 * errors / calls, 0)", **fields: Any) -> Entry:
    """The share of a function's calls that fail, in percent."""
    queries = [
        stat("errors", "AWS/Lambda Errors", FUNCTION),
        stat("calls", "AWS/Lambda Invocations", FUNCTION),
        expression("rate", text),
    ]
    return math(queries, **{"Threshold": 5.0, "EvaluationPeriods": 1, "DatapointsToAlarm": 1, **fields})


def band(text: str = "ANOMALY_DETECTION_BAND(calls, 3)", **fields: Any) -> Entry:
    """An anomaly alarm on a function's calls."""
    queries = [stat("calls", "AWS/Lambda Invocations", FUNCTION, returns=True), expression("band", text)]
    own = {
        "ThresholdMetricId": "band",
        "Threshold": None,
        "ComparisonOperator": OUTSIDE,
        "TreatMissingData": "breaching",
    }
    return math(queries, **{**own, **fields})


def quiet(name: str, metric: str = "Errors") -> Entry:
    """A part of a composite: it acts on nothing itself."""
    return alarm(
        f"AWS/Lambda {metric}",
        FUNCTION,
        AlarmName=name,
        AlarmActions=[],
        OKActions=[],
        ComparisonOperator=ABOVE,
    )
