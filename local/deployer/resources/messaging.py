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
    "messageRetentionSeconds": "MessageRetentionPeriod",
    "kmsMasterKeyId": "KmsMasterKeyId",
}
TOPIC_ATTRIBUTES = {"kmsMasterKeyId": "KmsMasterKeyId"}
SCHEDULE = "flexibleTimeWindow scheduleExpression scheduleExpressionTimezone target"


def _attributes(request: Request, names: dict[str, str]) -> dict[str, str]:
    return {names[key]: str(value) for key, value in request.given(*names).items()}


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
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    return Created(id=arn, outputs={"arn": arn, "ownerId": request.account})


def _schedule(request: Request) -> Created:
    name = request.physical_name()
    options = pascal(request.given(*SCHEDULE.split()))
    arn = request.client("scheduler").create_schedule(Name=name, **options)["ScheduleArn"]
    return Created(id=f"default/{name}", outputs={"name": name, "arn": arn, "groupName": "default"})


CREATORS: dict[str, Creator] = {
    "aws:sqs/queue:Queue": creator(_queue, " ".join(["name", *QUEUE_ATTRIBUTES])),
    "aws:sns/topic:Topic": creator(_topic, " ".join(["name", *TOPIC_ATTRIBUTES])),
    "aws:sns/topicPolicy:TopicPolicy": creator(_topic_policy, "arn policy"),
    "aws:sns/topicSubscription:TopicSubscription": creator(_subscription, "topic protocol endpoint"),
    "aws:scheduler/schedule:Schedule": creator(_schedule, f"name {SCHEDULE}"),
}
