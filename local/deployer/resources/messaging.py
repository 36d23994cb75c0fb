"""What carries events: SNS topics, SQS queues, EventBridge Scheduler schedules."""

from local.deployer.request import (
    Created,
    Creator,
    Request,
    creator,
    document,
    pascal,
    tag_list,
)

QUEUE_ATTRIBUTES = {
    "visibilityTimeoutSeconds": "VisibilityTimeout",
    "messageRetentionSeconds": "MessageRetentionPeriod",
    "maxMessageSize": "MaximumMessageSize",
    "delaySeconds": "DelaySeconds",
    "receiveWaitTimeSeconds": "ReceiveMessageWaitTimeSeconds",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "kmsDataKeyReusePeriodSeconds": "KmsDataKeyReusePeriodSeconds",
    "sqsManagedSseEnabled": "SqsManagedSseEnabled",
    "redrivePolicy": "RedrivePolicy",
    "redriveAllowPolicy": "RedriveAllowPolicy",
    "policy": "Policy",
}
TOPIC_ATTRIBUTES = {
    "displayName": "DisplayName",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "signatureVersion": "SignatureVersion",
    "tracingConfig": "TracingConfig",
    "deliveryPolicy": "DeliveryPolicy",
    "policy": "Policy",
}
SUBSCRIPTION_ATTRIBUTES = {
    "filterPolicy": "FilterPolicy",
    "filterPolicyScope": "FilterPolicyScope",
    "rawMessageDelivery": "RawMessageDelivery",
    "redrivePolicy": "RedrivePolicy",
    "deliveryPolicy": "DeliveryPolicy",
    "subscriptionRoleArn": "SubscriptionRoleArn",
}


def _attributes(request: Request, names: dict[str, str]) -> dict[str, str]:
    values = {names[key]: value for key, value in request.given(*names).items()}
    return {
        key: str(value).lower() if isinstance(value, bool | int) else document(value)
        for key, value in values.items()
    }


def _queue(request: Request) -> Created:
    name = request.physical_name()
    client = request.client("sqs")
    url = client.create_queue(
        QueueName=name, Attributes=_attributes(request, QUEUE_ATTRIBUTES), tags=request.tags
    )["QueueUrl"]
    return Created(id=url, outputs={"name": name, "url": url, "arn": request.arn("sqs", name)})


def _topic(request: Request) -> Created:
    name = request.physical_name()
    arn = request.client("sns").create_topic(
        Name=name, Attributes=_attributes(request, TOPIC_ATTRIBUTES), Tags=tag_list(request.tags)
    )["TopicArn"]
    return Created(id=arn, outputs={"name": name, "arn": arn, "owner": request.account})


def _topic_policy(request: Request) -> Created:
    arn = request.inputs["arn"]
    request.client("sns").set_topic_attributes(
        TopicArn=arn, AttributeName="Policy", AttributeValue=document(request.inputs["policy"])
    )
    return Created(id=arn, outputs={"owner": request.account})


def _subscription(request: Request) -> Created:
    given = request.inputs
    arn = request.client("sns").subscribe(
        TopicArn=given["topic"],
        Protocol=given["protocol"],
        Endpoint=given["endpoint"],
        Attributes=_attributes(request, SUBSCRIPTION_ATTRIBUTES),
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    return Created(id=arn, outputs={"arn": arn, "ownerId": request.account})


def _schedule(request: Request) -> Created:
    name, group = request.physical_name(), request.inputs.get("groupName", "default")
    options = pascal(
        request.given(
            "flexibleTimeWindow", "scheduleExpression", "scheduleExpressionTimezone", "state", "target",
            "description", "kmsKeyArn", "startDate", "endDate", "actionAfterCompletion",
        )
    )  # fmt: skip
    arn = request.client("scheduler").create_schedule(Name=name, GroupName=group, **options)["ScheduleArn"]
    return Created(id=f"{group}/{name}", outputs={"name": name, "arn": arn, "groupName": group})


CREATORS: dict[str, Creator] = {
    "aws:sqs/queue:Queue": creator(_queue, " ".join(["name", "namePrefix", *QUEUE_ATTRIBUTES])),
    "aws:sns/topic:Topic": creator(_topic, " ".join(["name", "namePrefix", *TOPIC_ATTRIBUTES])),
    "aws:sns/topicPolicy:TopicPolicy": creator(_topic_policy, "arn policy"),
    "aws:sns/topicSubscription:TopicSubscription": creator(
        _subscription,
        " ".join(["topic", "protocol", "endpoint", *SUBSCRIPTION_ATTRIBUTES]),
        {
            "confirmationTimeoutInMinutes": "nobody confirms a subscription here",
            "endpointAutoConfirms": "nobody confirms a subscription here",
        },
    ),
    "aws:scheduler/schedule:Schedule": creator(
        _schedule,
        "name namePrefix groupName flexibleTimeWindow scheduleExpression scheduleExpressionTimezone state"
        " target description kmsKeyArn startDate endDate actionAfterCompletion",
    ),
}
