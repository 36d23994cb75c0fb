"""Roles, queues, topics, schedules, web ACLs: AWS's calls show what the program asked for."""

import json
from typing import Any

import pulumi
import pulumi_aws as aws

from local.emulator import Emulator
from tests.local.deployer.support import MONITOR, REGION, SERVICE, account, allow, deployed, trust


def test_messaging_is_as_the_program_says(emulator: Emulator) -> None:
    def program() -> None:
        opts = account(MONITOR)
        queue = aws.sqs.Queue(
            "queue",
            name="messaging-queue",
            message_retention_seconds=1209600,
            opts=opts,
        )
        topic = aws.sns.Topic("topic", name="messaging-topic", kms_master_key_id="alias/aws/sns", opts=opts)
        aws.sns.TopicPolicy(
            "policy", arn=topic.arn, policy=topic.arn.apply(lambda arn: allow("sns:Publish", arn)), opts=opts
        )
        aws.sns.TopicSubscription(
            "subscription",
            topic=topic.arn,
            protocol="sqs",
            endpoint=queue.arn,
            opts=opts,
        )
        role = aws.iam.Role(
            "role",
            name="messaging-role",
            assume_role_policy=trust("scheduler.amazonaws.com"),
            opts=opts,
        )
        aws.scheduler.Schedule(
            "schedule",
            name="messaging-schedule",
            flexible_time_window={"mode": "OFF"},
            schedule_expression="cron(5 0 * * ? *)",
            target={
                "arn": queue.arn,
                "role_arn": role.arn,
                "retry_policy": {"maximum_retry_attempts": 3, "maximum_event_age_in_seconds": 600},
                "dead_letter_config": {"arn": queue.arn},
            },
            opts=opts,
        )
        pulumi.export("queue", {"url": queue.url, "arn": queue.arn})

    queue = deployed(emulator, program).outputs["queue"]
    attributes = emulator.client("sqs", MONITOR).get_queue_attributes(
        QueueUrl=queue["url"], AttributeNames=["All"]
    )["Attributes"]
    assert (attributes["QueueArn"], attributes["MessageRetentionPeriod"]) == (queue["arn"], "1209600")
    topic = f"arn:aws:sns:{REGION}:{MONITOR}:messaging-topic"
    sns = emulator.client("sns", MONITOR)
    stored = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
    assert stored["KmsMasterKeyId"] == "alias/aws/sns"
    assert json.loads(stored["Policy"]) == json.loads(allow("sns:Publish", topic))
    (subscription,) = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("sqs", queue["arn"])
    schedule = emulator.client("scheduler", MONITOR).get_schedule(Name="messaging-schedule")
    assert schedule["ScheduleExpression"] == "cron(5 0 * * ? *)"
    assert schedule["Target"]["RetryPolicy"] == {
        "MaximumEventAgeInSeconds": 600,
        "MaximumRetryAttempts": 3,
    }
    assert schedule["Target"]["DeadLetterConfig"] == {"Arn": queue["arn"]}


def test_roles_carry_their_trust_and_policies(emulator: Emulator) -> None:
    def program() -> None:
        opts = account()
        role = aws.iam.Role(
            "role", name="iam-role", assume_role_policy=trust("lambda.amazonaws.com"), opts=opts
        )
        policy = aws.iam.RolePolicy("policy", role=role.name, policy=allow("s3:GetObject"), opts=opts)
        pulumi.export("arn", role.arn)
        pulumi.export("policy", policy.name)

    outputs = deployed(emulator, program).outputs
    arn = outputs["arn"]
    client = emulator.client("iam", SERVICE)
    role = client.get_role(RoleName="iam-role")["Role"]
    assert role["Arn"] == arn == f"arn:aws:iam::{SERVICE}:role/iam-role"
    assert role["AssumeRolePolicyDocument"] == json.loads(trust("lambda.amazonaws.com"))
    policy = client.get_role_policy(RoleName="iam-role", PolicyName=outputs["policy"])
    assert policy["PolicyDocument"] == json.loads(allow("s3:GetObject"))


def test_a_web_acl_stands_in_front_of_what_it_is_associated_with(emulator: Emulator) -> None:
    visible: Any = {"cloudwatch_metrics_enabled": True, "metric_name": "m", "sampled_requests_enabled": True}

    rules: Any = [
        {
            "name": "rate",
            "priority": 0,
            "action": {"block": {}},
            "statement": {"rate_based_statement": {"limit": 100, "aggregate_key_type": "IP"}},
            "visibility_config": visible,
        }
    ]

    def program() -> None:
        opts = account()
        acl = aws.wafv2.WebAcl(
            "acl",
            name="waf-acl",
            scope="REGIONAL",
            default_action={"allow": {}},
            visibility_config=visible,
            rules=rules,
            opts=opts,
        )
        stage = f"arn:aws:apigateway:{REGION}::/restapis/waf/stages/live"
        aws.wafv2.WebAclAssociation("link", resource_arn=stage, web_acl_arn=acl.arn, opts=opts)
        pulumi.export("id", acl.id)

    identity = deployed(emulator, program).outputs["id"]
    client = emulator.client("wafv2", SERVICE)
    acl = client.get_web_acl(Name="waf-acl", Scope="REGIONAL", Id=identity)["WebACL"]
    assert acl["Rules"][0]["Statement"] == {"RateBasedStatement": {"Limit": 100, "AggregateKeyType": "IP"}}
    assert acl["VisibilityConfig"]["CloudWatchMetricsEnabled"] is True
    stage = f"arn:aws:apigateway:{REGION}::/restapis/waf/stages/live"
    assert client.get_web_acl_for_resource(ResourceArn=stage)["WebACL"]["Name"] == "waf-acl"
