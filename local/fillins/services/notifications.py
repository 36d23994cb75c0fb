"""How an alarm's message reaches a topic and its subscribers, and what both services say of it.

The emulator publishes whatever a topic's and a key's policies say, and keeps no record. Here CloudWatch
publishes as its service principal for the alarm's account, as both policies must allow; the alarm's history
tells whether it could, in AWS's words (repost.aws, "cloudwatch-receive-sns-for-alarm-trigger"); SNS counts
what it delivers (namespace AWS/SNS), and a subscription that waits for its confirmation has no ARN.
"""

import json
from collections.abc import Callable
from typing import Any

from ministack.core.iam_evaluator import EvalContext, evaluate_resource_policy
from ministack.core.responses import request_scope
from ministack.services.cloudwatch import record_metric

from local.fillins import upstream

CLOUDWATCH = "cloudwatch.amazonaws.com"
KEY_ACTIONS = ("kms:Decrypt", "kms:GenerateDataKey")
NOTIFICATION = "Notification"
PENDING = "PendingConfirmation"


def publishes(alarm: dict[str, Any], topic_arn: str) -> bool:
    """Whether CloudWatch may publish for the alarm; its history says so, or why not."""
    refusal = _refusal(alarm["AlarmArn"], topic_arn)
    words = f'Failed to execute action {topic_arn}. Received error: "{refusal}"'
    upstream.add_history(
        alarm["AlarmName"],
        "Action",
        words if refusal else f"Successfully executed action {topic_arn}",
        {"actionState": "Failed" if refusal else "Succeeded", "notificationResource": topic_arn},
        composite="AlarmRule" in alarm,
    )
    if not refusal:
        _count(topic_arn, "NumberOfMessagesPublished")
        for subscription in upstream.subscriptions(topic_arn):
            # What goes over HTTP is counted when it is answered.
            if subscription["confirmed"] and subscription["protocol"] not in ("http", "https"):
                _count(topic_arn, "NumberOfNotificationsDelivered")
    return not refusal


def post(original: Callable[[str, str, str], int], endpoint: str, payload: str, kind: str) -> int:
    """Deliver over HTTP and count it."""
    topic_arn = json.loads(payload).get("TopicArn", "")
    try:
        status = original(endpoint, payload, kind)
    except OSError:
        if kind == NOTIFICATION:
            _count(topic_arn, "NumberOfNotificationsFailed")
        raise
    if kind == NOTIFICATION:
        _count(topic_arn, "NumberOfNotificationsDelivered")
    return status


def listed(original: Callable[[dict[str, Any]], Any], params: dict[str, Any]) -> Any:
    """`ListSubscriptionsByTopic`, where one that is not confirmed has no ARN yet."""
    status, headers, body = original(params)
    (topic_arn,) = params.get("TopicArn") or [""]
    for subscription in upstream.subscriptions(topic_arn):
        if not subscription["confirmed"]:
            body = body.replace(subscription["arn"].encode(), PENDING.encode())
    return status, headers, body


def _refusal(alarm_arn: str, topic_arn: str) -> str | None:
    topic = upstream.topic(topic_arn)
    if topic is None:
        return f"Topic does not exist: {topic_arn}"
    if not _allowed(topic.get("Policy"), "sns:Publish", topic_arn, alarm_arn):
        return f"Resource: {alarm_arn} is not authorized to perform: SNS:Publish on resource: {topic_arn}"
    key = topic.get("KmsMasterKeyId")
    if key and not all(
        _allowed(upstream.resource_policy("kms", key), action, key, alarm_arn) for action in KEY_ACTIONS
    ):
        return "CloudWatch Alarms does not have authorization to access the SNS topic encryption key."
    return None


def _allowed(policy: str | None, action: str, resource_arn: str, alarm_arn: str) -> bool:
    region, account = alarm_arn.split(":")[3:5]
    context = EvalContext(
        principal_arn="*",
        principal_type="Service",
        principal_account="",
        action=action,
        resource_arn=resource_arn,
        region=region,
        # The default policy asks for the older name of the account.
        service_context={
            "aws:sourcearn": alarm_arn,
            "aws:sourceaccount": account,
            "aws:sourceowner": account,
        },
    )
    return bool(evaluate_resource_policy(policy, context, service=CLOUDWATCH).decision == "Allow")


def _count(topic_arn: str, metric: str) -> None:
    region, account, name = topic_arn.split(":")[3:6]
    with request_scope(account, region):
        record_metric("AWS/SNS", metric, 1, "Count", {"TopicName": name})
