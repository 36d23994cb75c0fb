"""Metrics that nobody publishes."""

from tests.rehearsal.lint.builders import BELOW, Entry, alarm, pairs
from tests.rehearsal.lint.faults import of
from tests.rehearsal.lint.presets import (
    BALANCER,
    ENDPOINT,
    FUNCTION,
    INSTANCE,
    MISSING,
    QUEUE,
    SERVICE,
    TARGETS,
    age,
    api_errors,
    balancer_errors,
    bucket,
    cpu,
    db_cpu,
    depth,
    errors,
    failed,
    healthy,
    model,
    rate,
    response,
    service_cpu,
    target_errors,
)

WARN = "warning"


def http(metric: str, **dimensions: str) -> Entry:
    return alarm(f"AWS/ApiGateway {metric}", dimensions)


def edge(region: str = "us-east-1", /, **dimensions: str) -> Entry:
    target = [f"arn:aws:sns:{region}:111122223333:oncall-page"]
    arn = f"arn:aws:cloudwatch:{region}:111122223333:alarm:shop"
    own = {"AlarmArn": arn, "AlarmActions": target, "OKActions": target}
    return alarm("AWS/CloudFront TotalErrorRate", dimensions, Statistic="Average", Threshold=5.0, **own)


def table(metric: str, **dimensions: str) -> Entry:
    how = "Average" if "Latency" in metric else "Sum"
    return alarm(f"AWS/DynamoDB {metric}", dimensions, Statistic=how)


def renamed(entry: Entry, metric: str) -> Entry:
    return {**entry, "MetricName": metric}


def moved(entry: Entry, namespace: str) -> Entry:
    return {**entry, "Namespace": namespace}


def on(entry: Entry, **dimensions: str) -> Entry:
    return {**entry, "Dimensions": pairs(dimensions)}


REDIS = {"CacheClusterId": "shop-001", "CacheNodeId": "0001"}
redis = alarm("AWS/ElastiCache EngineCPUUtilization", REDIS, Statistic="Average", Threshold=80.0, **MISSING)
balancer = alarm(
    "AWS/NetworkELB UnHealthyHostCount",
    {"TargetGroup": "targetgroup/shop/1122334455667788", "LoadBalancer": "net/shop/0a1b2c3d4e5f6071"},
    Statistic="Maximum",
    Threshold=0.0,
    **MISSING,
)
stream = alarm(
    "AWS/Kinesis GetRecords.IteratorAgeMilliseconds",
    {"StreamName": "orders"},
    Statistic="Maximum",
    Threshold=60_000.0,
)
topic = alarm("AWS/SNS NumberOfNotificationsFailed", {"TopicName": "orders"})
scheduled = alarm("AWS/Events FailedInvocations", {"RuleName": "nightly"})

FAULTS = [
    of(
        "a metric of the service by another name",
        failed(),
        renamed(failed(), "ExecutionsFailedCount"),
        "unknown-metric",
    ),
    of("a metric in other letters", errors(), renamed(errors(), "errors"), "unknown-metric"),
    of("a metric in the singular", errors(), renamed(errors(), "Error"), "unknown-metric"),
    of("a queue's metric shortened", depth(), renamed(depth(), "MessagesVisible"), "unknown-metric"),
    of(
        "memory of a machine, which EC2 does not see",
        cpu(),
        renamed(cpu(), "MemoryUtilization"),
        "unknown-metric",
    ),
    of(
        "a status check without its underscore",
        cpu(),
        renamed(cpu(), "StatusCheckFailedSystem"),
        "unknown-metric",
    ),
    of("a database's metric misspelt", db_cpu(), renamed(db_cpu(), "CPUUtilisation"), "unknown-metric"),
    of(
        "a metric of another balancer",
        target_errors(),
        renamed(target_errors(), "HTTPCode_Backend_5XX"),
        "unknown-metric",
    ),
    of(
        "a metric in another namespace of the service",
        service_cpu(),
        renamed(service_cpu(), "RunningTaskCount"),
        "unknown-metric",
    ),
    of(
        "a metric within an expression",
        rate(),
        {
            **rate(),
            "Metrics": [
                {
                    **q,
                    "MetricStat": {
                        **q["MetricStat"],
                        "Metric": {**q["MetricStat"]["Metric"], "MetricName": "Error"},
                    },
                }
                if q["Id"] == "errors"
                else q
                for q in rate()["Metrics"]
            ],
        },
        "unknown-metric",
    ),
    of("a namespace in other letters", model(), moved(model(), "AWS/Sagemaker"), "unknown-namespace"),
    of("lambda in small letters", errors(), moved(errors(), "AWS/lambda"), "unknown-namespace"),
    of("step functions by their name", failed(), moved(failed(), "AWS/StepFunctions"), "unknown-namespace"),
    of("an ALB by its name", target_errors(), moved(target_errors(), "AWS/ALB"), "unknown-namespace"),
    of("a namespace with a hyphen", errors(), moved(errors(), "AWS-Lambda"), "unknown-namespace"),
    of(
        "utilisation of an endpoint, which has a namespace of its own",
        alarm(
            "/aws/sagemaker/Endpoints CPUUtilization",
            ENDPOINT,
            Statistic="Average",
            Threshold=350.0,
            **MISSING,
        ),
        alarm("AWS/SageMaker CPUUtilization", ENDPOINT, Statistic="Average", Threshold=350.0, **MISSING),
        "unknown-metric",
    ),
    of(
        "a metric of ECS in the namespace of container insights",
        service_cpu(),
        moved(service_cpu(), "ECS/ContainerInsights"),
        "unknown-metric",
        WARN,
    ),
    of(
        "an HTTP API with a REST API's metric",
        http("5xx", ApiId="a1b2c3d4e5", Stage="$default"),
        http("5XXError", ApiId="a1b2c3d4e5", Stage="$default"),
        "wrong-dimensions",
    ),
    of(
        "a REST API with an HTTP API's metric",
        api_errors(),
        http("5xx", ApiName="shop", Stage="live"),
        "wrong-dimensions",
    ),
    of("a REST API by its id", api_errors(), http("5XXError", ApiId="a1b2c3d4e5"), "wrong-dimensions"),
    of(
        "a method without its stage",
        http("5XXError", ApiName="shop", Stage="live", Method="GET", Resource="/"),
        http("5XXError", ApiName="shop", Method="GET", Resource="/"),
        "wrong-dimensions",
    ),
    of("a stage alone", api_errors(), http("5XXError", Stage="live"), "wrong-dimensions"),
    of(
        "a service without its cluster",
        service_cpu(),
        on(service_cpu(), ServiceName="checkout"),
        "wrong-dimensions",
    ),
    of(
        "a target group without its balancer",
        healthy(),
        on(healthy(), TargetGroup=TARGETS["TargetGroup"]),
        "wrong-dimensions",
    ),
    of("targets of a balancer alone", healthy(), on(healthy(), **BALANCER), "wrong-dimensions"),
    of(
        "an endpoint without its variant",
        model(),
        on(model(), EndpointName="price-model"),
        "wrong-dimensions",
    ),
    of(
        "a bucket without its kind of storage",
        bucket(),
        on(bucket(), BucketName="shop-uploads"),
        "wrong-dimensions",
    ),
    of("a queue without its name", age(), on(age()), "wrong-dimensions"),
    of("a dimension too many", errors(), on(errors(), **FUNCTION, Region="eu-central-1"), "wrong-dimensions"),
    of(
        "a dimension in other letters",
        errors(),
        on(errors(), functionName="order-intake"),
        "wrong-dimensions",
    ),
    of("a dimension by another name", age(), on(age(), Queue="order-intake"), "wrong-dimensions"),
    of(
        "a database by another dimension",
        db_cpu(),
        on(db_cpu(), DBInstanceId="shop-db-1"),
        "wrong-dimensions",
    ),
    of(
        "a classic balancer's dimension",
        target_errors(),
        on(target_errors(), LoadBalancerName="shop-web"),
        "wrong-dimensions",
    ),
    of(
        "a table's latency without its operation",
        table("SuccessfulRequestLatency", TableName="orders", Operation="GetItem"),
        table("SuccessfulRequestLatency", TableName="orders"),
        "wrong-dimensions",
    ),
    of(
        "an account's errors with a table",
        table("UserErrors"),
        table("UserErrors", TableName="orders"),
        "wrong-dimensions",
    ),
    of(
        "a distribution without its region",
        edge(DistributionId="E2EXAMPLE1ABCD", Region="Global"),
        edge(DistributionId="E2EXAMPLE1ABCD"),
        "wrong-dimensions",
        sources=("describe-alarms",),
    ),
    of(
        "a node of a cache by another dimension",
        redis,
        on(redis, CacheCluster="shop-001"),
        "wrong-dimensions",
    ),
    of("a stream by its ARN's dimension", stream, on(stream, StreamARN="orders"), "wrong-dimensions"),
    of(
        "a topic by its ARN's dimension",
        topic,
        on(topic, TopicArn="arn:aws:sns:eu-central-1:111122223333:orders"),
        "wrong-dimensions",
    ),
    of(
        "a queue's ARN",
        age(),
        on(age(), QueueName="arn:aws:sqs:eu-central-1:111122223333:order-intake"),
        "dimension-value",
    ),
    of(
        "a queue's URL",
        age(),
        on(age(), QueueName="https://sqs.eu-central-1.amazonaws.com/111122223333/order-intake"),
        "dimension-value",
    ),
    of(
        "a function's ARN",
        errors(),
        on(errors(), FunctionName="arn:aws:lambda:eu-central-1:111122223333:function:order-intake"),
        "dimension-value",
    ),
    of(
        "a function with its alias",
        errors(),
        on(errors(), FunctionName="order-intake:live"),
        "dimension-value",
    ),
    of(
        "a balancer's whole ARN",
        balancer_errors(),
        on(
            balancer_errors(),
            LoadBalancer="arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/app/shop-web/0a1b2c3d4e5f6071",
        ),
        "dimension-value",
    ),
    of(
        "a balancer's name",
        balancer_errors(),
        on(balancer_errors(), LoadBalancer="shop-web"),
        "dimension-value",
    ),
    of(
        "a target group's name",
        response(),
        on(response(), **{**TARGETS, "TargetGroup": "shop-web"}),
        "dimension-value",
    ),
    of("a state machine's name", failed(), on(failed(), StateMachineArn="settle-orders"), "dimension-value"),
    of(
        "a topic's ARN",
        topic,
        on(topic, TopicName="arn:aws:sns:eu-central-1:111122223333:orders"),
        "dimension-value",
    ),
    of(
        "a database's address",
        db_cpu(),
        on(db_cpu(), DBInstanceIdentifier="shop-db-1.abc.eu-central-1.rds.amazonaws.com"),
        "dimension-value",
    ),
    of(
        "a cluster's ARN",
        service_cpu(),
        on(service_cpu(), **{**SERVICE, "ClusterName": "arn:aws:ecs:eu-central-1:111122223333:cluster/shop"}),
        "dimension-value",
    ),
    of("a machine's name", cpu(), on(cpu(), InstanceId="web-1"), "dimension-value"),
    of(
        "a bucket's ARN",
        bucket(),
        on(bucket(), BucketName="arn:aws:s3:::shop-uploads", StorageType="StandardStorage"),
        "dimension-value",
    ),
    of(
        "a table's ARN",
        table("WriteThrottleEvents", TableName="orders"),
        table("WriteThrottleEvents", TableName="arn:aws:dynamodb:eu-central-1:111122223333:table/orders"),
        "dimension-value",
    ),
    of("an empty value", errors(), on(errors(), FunctionName=""), "dimension-value"),
    of(
        "a rule's ARN",
        scheduled,
        on(scheduled, RuleName="arn:aws:events:eu-central-1:111122223333:rule/nightly"),
        "dimension-value",
    ),
    of(
        "a variable that nobody filled in",
        errors(),
        on(errors(), FunctionName="${FunctionName}"),
        "literal-placeholder",
    ),
    of("a reference in quotes", age(), on(age(), QueueName="!Ref Queue"), "literal-placeholder"),
    of("a placeholder in braces", age(), on(age(), QueueName="{{ queue }}"), "literal-placeholder"),
    of("a placeholder in an action", errors(), errors(AlarmActions=["${TopicArn}"]), "literal-placeholder"),
    of(
        "a distribution watched from Europe",
        edge(DistributionId="E2EXAMPLE1ABCD", Region="Global"),
        edge("eu-central-1", DistributionId="E2EXAMPLE1ABCD", Region="Global"),
        "wrong-region",
        sources=("describe-alarms",),
    ),
    of("a unit of time for a percentage", cpu(), cpu(Unit="Seconds"), "wrong-unit"),
    of("a count for a duration", response(), response(Unit="Count"), "wrong-unit"),
    of("seconds for milliseconds", errors(), errors(Unit="Percent"), "wrong-unit"),
    of("megabytes for bytes", bucket(), bucket(Unit="Megabytes"), "wrong-unit"),
    of(
        "a dead-letter queue by what was sent",
        depth(),
        {**depth(Statistic="Sum"), "MetricName": "NumberOfMessagesSent"},
        "dead-letters-sent",
        WARN,
    ),
    of(
        "hosts of a network balancer with an ALB's ARN",
        balancer,
        on(
            balancer,
            TargetGroup="targetgroup/shop/1122334455667788",
            LoadBalancer="app/shop/0a1b2c3d4e5f6071",
        ),
        "dimension-value",
    ),
    of(
        "a queue in too few",
        alarm(
            "AWS/SQS NumberOfMessagesReceived",
            QUEUE,
            Threshold=1.0,
            ComparisonOperator=BELOW,
            TreatMissingData="breaching",
        ),
        alarm(
            "AWS/SQS NumberOfMessageReceived",
            QUEUE,
            Threshold=1.0,
            ComparisonOperator=BELOW,
            TreatMissingData="breaching",
        ),
        "unknown-metric",
    ),
    of(
        "instances of a group by the machine",
        alarm(
            "AWS/AutoScaling GroupInServiceInstances",
            {"AutoScalingGroupName": "web"},
            Statistic="Minimum",
            ComparisonOperator=BELOW,
            Threshold=2.0,
            **MISSING,
        ),
        alarm(
            "AWS/AutoScaling GroupInServiceInstances",
            INSTANCE,
            Statistic="Minimum",
            ComparisonOperator=BELOW,
            Threshold=2.0,
            **MISSING,
        ),
        "wrong-dimensions",
    ),
]
