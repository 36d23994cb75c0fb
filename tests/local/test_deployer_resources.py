"""Each creator against the emulator: what a program asked for is what AWS's own calls then show."""

import json

import pulumi
import pulumi_aws as aws
import pytest

from local.deployer import Deployment
from local.emulator import Emulator
from tests.local.deployer_support import MONITOR, REGION, SERVICE, account, allow, deployed, trust

SELECTION = {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 20}
LIFECYCLE = {"rules": [{"rulePriority": 1, "selection": SELECTION, "action": {"type": "expire"}}]}


@pytest.fixture(scope="module")
def storage(emulator: Emulator) -> Deployment:
    def program() -> None:
        opts = account()
        key = aws.kms.Key(
            "key", description="d", enable_key_rotation=True, deletion_window_in_days=7, opts=opts
        )
        alias = aws.kms.Alias("alias", name="alias/storage", target_key_id=key.key_id, opts=opts)
        table = aws.dynamodb.Table(
            "table",
            name="storage-table",
            billing_mode="PAY_PER_REQUEST",
            hash_key="id",
            attributes=[{"name": "id", "type": "S"}],
            point_in_time_recovery={"enabled": True},
            server_side_encryption={"enabled": True, "kms_key_arn": key.arn},
            tags={"team": "x"},
            opts=opts,
        )
        item = aws.dynamodb.TableItem(
            "item",
            table_name=table.name,
            hash_key="id",
            item=json.dumps({"id": {"S": "lot"}, "ash": {"N": "2.5"}}),
            opts=opts,
        )
        secret = aws.secretsmanager.Secret("secret", name="storage-secret", kms_key_id=key.arn, opts=opts)
        version = aws.secretsmanager.SecretVersion(
            "version", secret_id=secret.id, secret_string=pulumi.Output.secret("swordfish"), opts=opts
        )
        repository = aws.ecr.Repository(
            "repo",
            name="storage/repo",
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration={"scan_on_push": True},
            encryption_configurations=[{"encryption_type": "KMS", "kms_key": key.arn}],
            opts=opts,
        )
        aws.ecr.LifecyclePolicy(
            "lifecycle", repository=repository.name, policy=json.dumps(LIFECYCLE), opts=opts
        )
        pulumi.export("key", key.key_id)
        pulumi.export("target", alias.target_key_arn)
        pulumi.export("table", {"arn": table.arn, "id": table.id, "tags": table.tags_all})
        pulumi.export("item", item.id)
        pulumi.export("secret", secret.arn)
        pulumi.export("version", version.secret_string)
        pulumi.export("repository", repository.repository_url)

    return deployed(emulator, program)


def test_a_table_is_encrypted_recoverable_and_tagged(emulator: Emulator, storage: Deployment) -> None:
    client = emulator.client("dynamodb", SERVICE)
    table = client.describe_table(TableName="storage-table")["Table"]
    key_arn = f"arn:aws:kms:{REGION}:{SERVICE}:key/{storage.outputs['key']}"
    assert table["SSEDescription"]["KMSMasterKeyArn"] == key_arn
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    backups = client.describe_continuous_backups(TableName="storage-table")["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    assert client.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"] == [
        {"Key": "team", "Value": "x"}
    ]
    assert storage.outputs["table"] == {
        "arn": f"arn:aws:dynamodb:{REGION}:{SERVICE}:table/storage-table",
        "id": "storage-table",
        "tags": {"team": "x"},
    }


def test_an_item_is_in_its_table(emulator: Emulator, storage: Deployment) -> None:
    item = emulator.client("dynamodb", SERVICE).get_item(TableName="storage-table", Key={"id": {"S": "lot"}})
    assert item["Item"] == {"id": {"S": "lot"}, "ash": {"N": "2.5"}}
    assert storage.outputs["item"] == "storage-table|id|lot"


def test_a_key_rotates_and_its_alias_points_at_it(emulator: Emulator, storage: Deployment) -> None:
    client = emulator.client("kms", SERVICE)
    assert client.get_key_rotation_status(KeyId="alias/storage")["KeyRotationEnabled"] is True
    metadata = client.describe_key(KeyId="alias/storage")["KeyMetadata"]
    assert (metadata["KeyId"], metadata["Arn"]) == (storage.outputs["key"], storage.outputs["target"])


def test_a_secret_holds_its_value_and_stays_secret_as_an_output(
    emulator: Emulator, storage: Deployment
) -> None:
    client = emulator.client("secretsmanager", SERVICE)
    assert client.get_secret_value(SecretId=storage.outputs["secret"])["SecretString"] == "swordfish"
    assert storage.outputs["version"] == "swordfish"
    assert storage.secret_outputs == {"version"}
    assert "swordfish" not in repr(storage)


def test_a_repository_scans_encrypts_and_keeps_its_policy(emulator: Emulator, storage: Deployment) -> None:
    client = emulator.client("ecr", SERVICE)
    (repository,) = client.describe_repositories(repositoryNames=["storage/repo"])["repositories"]
    assert repository["imageTagMutability"] == "IMMUTABLE"
    assert repository["imageScanningConfiguration"] == {"scanOnPush": True}
    assert repository["encryptionConfiguration"]["encryptionType"] == "KMS"
    assert repository["repositoryUri"] == storage.outputs["repository"]
    policy = client.get_lifecycle_policy(repositoryName="storage/repo")["lifecyclePolicyText"]
    assert json.loads(policy) == LIFECYCLE


def test_messaging_is_as_the_program_says(emulator: Emulator) -> None:
    def program() -> None:
        opts = account(MONITOR)
        queue = aws.sqs.Queue(
            "queue",
            name="messaging-queue",
            message_retention_seconds=1209600,
            sqs_managed_sse_enabled=True,
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
            raw_message_delivery=True,
            opts=opts,
        )
        role = aws.iam.Role(
            "role",
            name="messaging-role",
            assume_role_policy=trust("scheduler.amazonaws.com"),
            managed_policy_arns=[],
            opts=opts,
        )
        aws.scheduler.Schedule(
            "schedule",
            name="messaging-schedule",
            flexible_time_window={"mode": "OFF"},
            schedule_expression="cron(5 0 * * ? *)",
            state="DISABLED",
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


def test_alarms_keep_every_part_of_their_specification(emulator: Emulator) -> None:
    def program() -> None:
        opts = account()
        aws.cloudwatch.MetricAlarm(
            "plain",
            name="watch-plain",
            namespace="N",
            metric_name="M",
            dimensions={"B": "2", "A": "1"},
            extended_statistic="p90",
            evaluate_low_sample_count_percentiles="ignore",
            period=60,
            evaluation_periods=5,
            datapoints_to_alarm=3,
            threshold=0.5,
            comparison_operator="GreaterThanThreshold",
            treat_missing_data="ignore",
            ok_actions=[f"arn:aws:sns:{REGION}:{SERVICE}:ok"],
            opts=opts,
        )
        math = aws.cloudwatch.MetricAlarm(
            "math",
            name="watch-math",
            evaluation_periods=1,
            threshold=5,
            comparison_operator="GreaterThanThreshold",
            metric_queries=[
                {
                    "id": "m1",
                    "account_id": MONITOR,
                    "metric": {
                        "namespace": "N",
                        "metric_name": "M",
                        "dimensions": {"A": "1"},
                        "period": 60,
                        "stat": "Sum",
                    },
                },
                {"id": "e1", "expression": "m1 * 2", "label": "twice", "return_data": True},
            ],
            opts=opts,
        )
        aws.cloudwatch.CompositeAlarm(
            "composite",
            alarm_name="watch-composite",
            alarm_rule=math.name.apply(lambda name: f"ALARM({name})"),
            actions_suppressor={"alarm": math.name, "wait_period": 60, "extension_period": 120},
            opts=opts,
        )
        aws.cloudwatch.Dashboard(
            "dashboard", dashboard_name="watch", dashboard_body=json.dumps({"widgets": []}), opts=opts
        )
        aws.cloudwatch.LogGroup("logs", name="/watch/logs", retention_in_days=14, opts=opts)
        pulumi.export("arn", math.arn)

    assert deployed(emulator, program).outputs == {
        "arn": f"arn:aws:cloudwatch:{REGION}:{SERVICE}:alarm:watch-math"
    }
    client = emulator.client("cloudwatch", SERVICE)
    found = client.describe_alarms(AlarmNamePrefix="watch-", AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    alarms = {alarm["AlarmName"]: alarm for alarm in found["MetricAlarms"]}
    plain = alarms["watch-plain"]
    assert {d["Name"]: d["Value"] for d in plain["Dimensions"]} == {"A": "1", "B": "2"}
    assert (plain["ExtendedStatistic"], plain["DatapointsToAlarm"], plain["Threshold"]) == ("p90", 3, 0.5)
    assert plain["OKActions"] == [f"arn:aws:sns:{REGION}:{SERVICE}:ok"]
    metric, expression = sorted(alarms["watch-math"]["Metrics"], key=lambda m: str(m["Id"]), reverse=True)
    assert metric["AccountId"] == MONITOR
    assert metric["MetricStat"]["Metric"]["Dimensions"] == [{"Name": "A", "Value": "1"}]
    assert (metric["MetricStat"]["Period"], metric["MetricStat"]["Stat"]) == (60, "Sum")
    assert (expression["Expression"], expression["Label"]) == ("m1 * 2", "twice")
    (composite,) = found["CompositeAlarms"]
    assert composite["AlarmRule"] == "ALARM(watch-math)"
    (group,) = emulator.client("logs", SERVICE).describe_log_groups(logGroupNamePrefix="/watch/")["logGroups"]
    assert group["retentionInDays"] == 14
    body = client.get_dashboard(DashboardName="watch")["DashboardBody"]
    assert json.loads(body) == {"widgets": []}


def test_roles_carry_their_trust_and_policies(emulator: Emulator) -> None:
    def program() -> None:
        opts = account()
        role = aws.iam.Role(
            "role", name="iam-role", path="/app/", assume_role_policy=trust("lambda.amazonaws.com"), opts=opts
        )
        aws.iam.RolePolicy("policy", name="read", role=role.name, policy=allow("s3:GetObject"), opts=opts)
        pulumi.export("arn", role.arn)

    arn = deployed(emulator, program).outputs["arn"]
    client = emulator.client("iam", SERVICE)
    role = client.get_role(RoleName="iam-role")["Role"]
    assert role["Arn"] == arn == f"arn:aws:iam::{SERVICE}:role/app/iam-role"
    assert role["AssumeRolePolicyDocument"] == json.loads(trust("lambda.amazonaws.com"))
    policy = client.get_role_policy(RoleName="iam-role", PolicyName="read")["PolicyDocument"]
    assert policy == json.loads(allow("s3:GetObject"))


def test_a_web_acl_stands_in_front_of_what_it_is_associated_with(emulator: Emulator) -> None:
    visible = {"cloudwatch_metrics_enabled": True, "metric_name": "m", "sampled_requests_enabled": True}

    def program() -> None:
        opts = account()
        acl = aws.wafv2.WebAcl(
            "acl",
            name="waf-acl",
            scope="REGIONAL",
            default_action={"allow": {}},
            visibility_config=visible,
            rules=[
                {
                    "name": "rate",
                    "priority": 0,
                    "action": {"block": {}},
                    "statement": {"rate_based_statement": {"limit": 100, "aggregate_key_type": "IP"}},
                    "visibility_config": visible,
                }
            ],
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
