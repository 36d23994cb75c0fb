"""Odd alarms that are right: naive rules call them wrong."""

from tests.rehearsal.lint.builders import (
    ABOVE,
    ACCOUNT,
    AT_LEAST,
    AT_MOST,
    BELOW,
    PAGE,
    REGION,
    TICKET,
    Entry,
    alarm,
    composite,
    expression,
    math,
    pairs,
    stat,
)
from tests.rehearsal.lint.presets import (
    BALANCER,
    DATABASE,
    ENDPOINT,
    FUNCTION,
    INSTANCE,
    MISSING,
    TARGETS,
    api_errors,
    balancer_errors,
    band,
    bucket,
    cpu,
    db_read,
    duration,
    errors,
    failed,
    invoked,
    model,
    quiet,
    rate,
    recover,
    response,
)

SCALE = (
    f"arn:aws:autoscaling:{REGION}:{ACCOUNT}:scalingPolicy:1:resource/ecs/service/shop/checkout:policyName/in"
)
STOP = f"arn:aws:swf:{REGION}:{ACCOUNT}:action/actions/AWS_EC2.InstanceId.Stop/1.0"
INSIGHTS = {
    "Id": "q1",
    "Expression": 'SELECT SUM(Errors) FROM SCHEMA("AWS/Lambda", FunctionName)',
    "Period": 300,
    "ReturnData": True,
}


def in_(region: str, entry: Entry, partition: str = "aws") -> Entry:
    """The alarm in another region."""
    target = [f"arn:{partition}:sns:{region}:{ACCOUNT}:oncall-page"]
    arn = f"arn:{partition}:cloudwatch:{region}:{ACCOUNT}:alarm:{entry['AlarmName']}"
    own = {key: target for key in ("AlarmActions", "OKActions", "InsufficientDataActions") if entry.get(key)}
    return {**entry, "AlarmArn": arn, **own}


def web(metric: str, how: str, limit: float, comparison: str = ABOVE, **fields: object) -> Entry:
    return alarm(metric, TARGETS, Statistic=how, Threshold=limit, ComparisonOperator=comparison, **fields)


def custom(limit: float, comparison: str, **fields: object) -> Entry:
    return alarm(
        "Shop Temperature",
        {"Room": "cold"},
        Statistic="Average",
        Threshold=limit,
        ComparisonOperator=comparison,
        **fields,
    )


ODD: dict[str, list[Entry]] = {
    "throttle events come per index": [
        alarm(
            "AWS/DynamoDB WriteThrottleEvents",
            {"TableName": "orders", "GlobalSecondaryIndexName": "by-customer"},
            TreatMissingData="ignore",
        )
    ],
    "a table answers within milliseconds": [
        alarm(
            "AWS/DynamoDB SuccessfulRequestLatency",
            {"TableName": "orders", "Operation": "GetItem"},
            Statistic="Average",
            Threshold=8.0,
        )
    ],
    "an endpoint of four cores": [
        alarm(
            "/aws/sagemaker/Endpoints CPUUtilization",
            ENDPOINT,
            Statistic="Average",
            Threshold=350.0,
            **MISSING,
        )
    ],
    "an endpoint that publishes every ten seconds": [
        alarm(
            "/aws/sagemaker/Endpoints GPUUtilization",
            ENDPOINT,
            Statistic="Average",
            Threshold=350.0,
            Period=10,
            EvaluationPeriods=6,
            DatapointsToAlarm=6,
            **MISSING,
        )
    ],
    "a web ACL of CloudFront has no Region": [
        in_(
            "us-east-1",
            alarm("AWS/WAFV2 BlockedRequests", {"WebACL": "edge", "Rule": "ALL"}, Threshold=2000.0),
        )
    ],
    "a web ACL of a balancer has one": [
        alarm(
            "AWS/WAFV2 BlockedRequests", {"WebACL": "shop", "Rule": "ALL", "Region": REGION}, Threshold=2000.0
        )
    ],
    "there is no data without an error": [balancer_errors(Threshold=1.0, ComparisonOperator=AT_LEAST)],
    "a function that must not run": [
        invoked(Threshold=0.0, ComparisonOperator=ABOVE, TreatMissingData="notBreaching")
    ],
    "an idle machine is stopped": [cpu(Threshold=2.0, ComparisonOperator=BELOW, AlarmActions=[STOP, PAGE])],
    "an idle service is scaled in": [
        alarm(
            "AWS/ECS CPUUtilization",
            {"ClusterName": "shop", "ServiceName": "checkout"},
            Statistic="Average",
            Threshold=20.0,
            ComparisonOperator=BELOW,
            AlarmActions=[SCALE],
            OKActions=[],
            TreatMissingData="missing",
        )
    ],
    "hosts are there again, and something is scaled": [
        web(
            "AWS/ApplicationELB HealthyHostCount",
            "Minimum",
            4.0,
            ABOVE,
            AlarmActions=[SCALE],
            OKActions=[],
            TreatMissingData="missing",
        )
    ],
    "a topic of another account": [errors(AlarmActions=[PAGE.replace(ACCOUNT, "999988887777")])],
    "a function with an alias acts": [
        errors(AlarmActions=[f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:page:live"])
    ],
    "an incident, a work item and an investigation": [
        errors(
            AlarmActions=[
                f"arn:aws:ssm-incidents::{ACCOUNT}:response-plan/shop",
                f"arn:aws:ssm:{REGION}:{ACCOUNT}:opsitem:2#CATEGORY=Availability",
                f"arn:aws:aiops:{REGION}:{ACCOUNT}:investigation-group/a1b2",
            ]
        )
    ],
    "recover by the older ARN": [
        recover(
            AlarmActions=[f"arn:aws:swf:{REGION}:{ACCOUNT}:action/actions/AWS_EC2.InstanceId.Recover/1.0"]
        )
    ],
    "reboot for the instance's own fault": [
        {
            **recover(AlarmActions=[f"arn:aws:automate:{REGION}:ec2:reboot"]),
            "MetricName": "StatusCheckFailed_Instance",
        }
    ],
    "a part of another stack": [quiet("a"), composite('ALARM("a") AND ALARM("canary-of-another-stack")')],
    "a switch that is on while all is well": [
        quiet("a"),
        quiet("b", "Throttles"),
        composite('NOT ALARM("a")', AlarmName="open", AlarmActions=[], OKActions=[]),
        composite('ALARM("b") AND ALARM("open")'),
    ],
    "two of three": [
        *(quiet(n, m) for n, m in (("a", "Errors"), ("b", "Throttles"), ("c", "DeadLetterErrors"))),
        composite('AT_LEAST(60%, ALARM, ("a", "b", "c"))'),
    ],
    "a suppressor that is a part, too": [
        quiet("a"),
        quiet("b", "Throttles"),
        composite(
            'ALARM("a") OR ALARM("b")',
            ActionsSuppressor="b",
            ActionsSuppressorWaitPeriod=120,
            ActionsSuppressorExtensionPeriod=120,
        ),
    ],
    "grey as a part": [
        cpu(AlarmName="a", AlarmActions=[], OKActions=[]),
        composite('ALARM("a") OR INSUFFICIENT_DATA("a")'),
    ],
    "uploads take long": [web("AWS/ApplicationELB TargetResponseTime", "Average", 45.0)],
    "a tiny model answers in ten milliseconds": [model(Threshold=10_000.0)],
    "a cache answers in microseconds": [
        alarm(
            "AWS/ElastiCache GetTypeCmdsLatency",
            {"CacheClusterId": "shop-001", "CacheNodeId": "0001"},
            Statistic="Average",
            Threshold=500.0,
            **MISSING,
        )
    ],
    "a fast disk": [db_read(Threshold=0.002)],
    "a share of 5 % as an average": [api_errors(Statistic="Average", Threshold=0.05)],
    "a share of errors of a function": [errors(Statistic="Average", Threshold=0.01)],
    "half a percent of errors at the edge": [
        in_(
            "us-east-1",
            alarm(
                "AWS/CloudFront 5xxErrorRate",
                {"DistributionId": "E2EXAMPLE1ABCD", "Region": "Global"},
                Statistic="Average",
                Threshold=0.5,
            ),
        )
    ],
    "below zero degrees": [custom(-18.0, ABOVE), custom(-25.0, BELOW, AlarmName="too-cold")],
    "ten seconds of one's own metric": [custom(-18.0, ABOVE, Period=10)],
    "replication that stopped is -1": [
        alarm(
            "AWS/RDS ReplicaLag",
            DATABASE,
            Statistic="Minimum",
            Threshold=0.0,
            ComparisonOperator=BELOW,
            **MISSING,
        )
    ],
    "any message among the dead": [
        alarm(
            "AWS/SQS ApproximateNumberOfMessagesVisible",
            {"QueueName": "orders-dlq"},
            Threshold=1.0,
            ComparisonOperator=AT_LEAST,
        )
    ],
    "a FIFO queue": [
        alarm(
            "AWS/SQS ApproximateNumberOfMessagesVisible",
            {"QueueName": "orders.fifo"},
            Statistic="Maximum",
            Threshold=100.0,
        )
    ],
    "requests counted by their latencies": [
        web("AWS/ApplicationELB TargetResponseTime", "SampleCount", 10.0, BELOW, TreatMissingData="breaching")
    ],
    "a health check, in the one region": [
        in_(
            "us-east-1",
            alarm(
                "AWS/Route53 HealthCheckStatus",
                {"HealthCheckId": "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"},
                Statistic="Minimum",
                Threshold=1.0,
                ComparisonOperator=BELOW,
                Period=60,
                **MISSING,
            ),
        )
    ],
    "availability below 99.95": [
        rate("IF(calls >= 50, 100 * (1 - errors / calls), 100)", Threshold=99.95, ComparisonOperator=BELOW)
    ],
    "a very small share of errors": [rate("IF(calls >= 5000, errors / calls, 0)", Threshold=0.0005)],
    "a burn rate as a yes or no": [
        rate("IF(calls >= 50 AND errors / calls > 0.01, 1, 0)", Threshold=1.0, ComparisonOperator=AT_LEAST)
    ],
    "fewer than usual": [band(ComparisonOperator="LessThanLowerThreshold")],
    "a band around an expression": [
        math(
            [
                stat("a", "AWS/Lambda Errors", FUNCTION),
                stat("b", "AWS/Lambda Invocations", FUNCTION),
                expression("r", "100 * a / b"),
                expression("ad", "ANOMALY_DETECTION_BAND(r, 2)"),
            ],
            ThresholdMetricId="ad",
            Threshold=None,
            ComparisonOperator="GreaterThanUpperThreshold",
            DatapointsToAlarm=3,
        )
    ],
    "a query over every function": [math([INSIGHTS])],
    "a whole day of minutes": [errors(Period=60, EvaluationPeriods=1440, DatapointsToAlarm=5)],
    "a whole week of hours": [errors(Period=3600, EvaluationPeriods=168, DatapointsToAlarm=3)],
    "a week of days": [bucket(EvaluationPeriods=7, DatapointsToAlarm=1)],
    "the metric of another account": [
        math([stat("a", "AWS/Lambda Errors", FUNCTION, returns=True, AccountId="000011112222")])
    ],
    "a function at the edge": [
        in_("us-east-1", alarm("AWS/Lambda Errors", {"FunctionName": "us-east-1.redirect"}))
    ],
    "an alias of a function": [
        alarm("AWS/Lambda Errors", {"FunctionName": "order-intake", "Resource": "order-intake:live"})
    ],
    "all functions of the region": [alarm("AWS/Lambda Errors")],
    "a function's longest run": [
        duration(
            Statistic="Maximum",
            ExtendedStatistic=None,
            Threshold=890_000.0,
            EvaluateLowSampleCountPercentile=None,
        )
    ],
    "a WebSocket API": [alarm("AWS/ApiGateway ExecutionError", {"ApiId": "a1b2c3d4e5", "Stage": "live"})],
    "hosts of one zone": [
        web(
            "AWS/ApplicationELB UnHealthyHostCount",
            "Maximum",
            0.0,
            ABOVE,
            Dimensions=pairs({**TARGETS, "AvailabilityZone": "eu-central-1a"}),
            **MISSING,
        )
    ],
    "requests of each target": [
        alarm(
            "AWS/ApplicationELB RequestCountPerTarget",
            {"TargetGroup": TARGETS["TargetGroup"]},
            Threshold=1000.0,
        )
    ],
    "a hundred percent": [cpu(Threshold=100.0, ComparisonOperator=AT_LEAST)],
    "nothing left of the credits": [
        alarm(
            "AWS/EC2 CPUCreditBalance",
            INSTANCE,
            Statistic="Minimum",
            Threshold=0.0,
            ComparisonOperator=AT_MOST,
            **MISSING,
        )
    ],
    "the same name in two regions": [errors(), in_("us-east-1", errors(Threshold=20.0))],
    "China": [in_("cn-north-1", errors(), "aws-cn")],
    "GovCloud": [in_("us-gov-west-1", errors(), "aws-us-gov")],
    "two levels for two kinds of people": [
        errors(AlarmName="errors-warn", AlarmActions=[TICKET]),
        errors(AlarmName="errors-crit", Threshold=50.0),
    ],
    "a state machine with few executions": [failed(Threshold=0.0, ComparisonOperator=ABOVE)],
    "the slowest answer of all": [
        response(
            Statistic="Maximum", ExtendedStatistic=None, EvaluateLowSampleCountPercentile=None, Threshold=10.0
        )
    ],
    "a quota of the account": [
        math(
            [
                stat(
                    "u",
                    "AWS/Usage ResourceCount",
                    {
                        "Type": "Resource",
                        "Service": "Lambda",
                        "Resource": "ConcurrentExecutions",
                        "Class": "None",
                    },
                    "Maximum",
                ),
                expression("q", "100 * u / SERVICE_QUOTA(u)"),
            ],
            Threshold=80.0,
        )
    ],
    "new connections refused": [alarm("AWS/ApplicationELB RejectedConnectionCount", BALANCER, Threshold=0.0)],
    "a neighbour of another stack, told apart by its number": [
        quiet("probe-1"),
        composite('ALARM("probe-1") AND ALARM("probe-2")'),
    ],
}
