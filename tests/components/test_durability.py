"""What is kept and for how long, what is tried again, and what waits for what."""

import json
from datetime import timedelta
from typing import Any

import pytest

from reports.sla.collect.day import SETTLED
from reports.sla.collect.deployed import ATHENA_ENVIRONMENT, ENVIRONMENT
from reports.sla.evidence.schema import BY_NAME
from tests.components.harness import Run, run_bootstrap, run_stack, unwrap

HOME = "eu-central-1:111111111111"
KEY = f"arn:aws:key:{HOME}:inference-dev-encryption-key-auto"
DEAD_LETTERS = f"arn:aws:queue:{HOME}:inference-dev-usage-reporter-dead-letters"
SCHEDULED_TIME = '{"time": "<aws.scheduler.scheduled-time>"}'


def test_a_lost_usage_report_is_tried_again_for_six_hours_and_then_kept_for_two_weeks(dev: Run) -> None:
    assert unwrap(dev.one("Queue").inputs) == {
        "name": "inference-dev-usage-reporter-dead-letters",
        "kmsMasterKeyId": KEY,
        "messageRetentionSeconds": 14 * 24 * 3600,
    }
    assert unwrap(dev.one("FunctionEventInvokeConfig").inputs) == {
        "functionName": "inference-dev-usage-reporter",
        "qualifier": "live",
        "maximumRetryAttempts": 2,
        "maximumEventAgeInSeconds": 6 * 3600,
        "destinationConfig": {"onFailure": {"destination": DEAD_LETTERS}},
    }
    assert unwrap(dev.one("Schedule").inputs) == {
        "name": "inference-dev-usage-reporter",
        "scheduleExpression": "cron(5 0 * * ? *)",
        "scheduleExpressionTimezone": "UTC",
        "flexibleTimeWindow": {"mode": "OFF"},
        "target": {
            "arn": f"arn:aws:alias:{HOME}:live",
            "roleArn": f"arn:aws:role:{HOME}:inference-dev-usage-reporter-schedule",
            "retryPolicy": {"maximumRetryAttempts": 10, "maximumEventAgeInSeconds": 6 * 3600},
            "deadLetterConfig": {"arn": DEAD_LETTERS},
            "input": SCHEDULED_TIME,
        },
    }


def test_the_day_before_is_collected_once_it_is_whole_and_a_run_that_fails_for_good_is_kept(
    dev_monitor: Run,
) -> None:
    letters = "arn:aws:queue:eu-central-1:222222222222:inference-dev-evidence-dead-letters"
    schedule = unwrap(dev_monitor.of("Schedule")["inference-dev-evidence-daily-schedule"].inputs)
    assert schedule["scheduleExpression"] == "cron(20 3 * * ? *)"
    assert timedelta(hours=3, minutes=20) > SETTLED
    assert schedule["target"]["deadLetterConfig"] == {"arn": letters}
    assert unwrap(dev_monitor.of("FunctionEventInvokeConfig")["inference-dev-evidence-retries"].inputs) == {
        "functionName": "inference-dev-evidence",
        "qualifier": "live",
        "maximumRetryAttempts": 2,
        "maximumEventAgeInSeconds": 6 * 3600,
        "destinationConfig": {"onFailure": {"destination": letters}},
    }


def test_evidence_is_encrypted_versioned_write_once_and_nobodys_else(
    dev_monitor: Run, prod_monitor: Run
) -> None:
    def inputs(kind: str) -> Any:
        return unwrap(prod_monitor.one(kind).inputs)

    bucket = inputs("Bucket")
    assert bucket == {
        "bucket": "inference-prod-evidence-222222222222",
        "objectLockEnabled": True,
        "forceDestroy": False,
    }
    assert unwrap(dev_monitor.one("Bucket").inputs)["forceDestroy"] is True
    assert inputs("BucketVersioning")["versioningConfiguration"] == {"status": "Enabled"}
    assert inputs("BucketObjectLockConfiguration")["rule"] == {
        "defaultRetention": {"mode": "GOVERNANCE", "days": 400}
    }
    (rule,) = inputs("BucketServerSideEncryptionConfiguration")["rules"]
    assert rule["bucketKeyEnabled"] is True
    assert rule["applyServerSideEncryptionByDefault"]["sseAlgorithm"] == "aws:kms"
    assert ":key:" in rule["applyServerSideEncryptionByDefault"]["kmsMasterKeyId"]
    private = inputs("BucketPublicAccessBlock")
    del private["bucket"]
    assert set(private.values()) == {True}
    assert len(private) == 4
    (lifecycle,) = inputs("BucketLifecycleConfiguration")["rules"]
    assert lifecycle["noncurrentVersionExpiration"] == {"noncurrentDays": 400}
    assert "expiration" not in lifecycle


def test_a_probe_is_sent_once_a_minute_on_the_minute_and_neither_repeated_nor_kept(dev_monitor: Run) -> None:
    monitor = "eu-central-1:222222222222"
    assert unwrap(dev_monitor.of("FunctionEventInvokeConfig")["inference-dev-canary-no-retries"].inputs) == {
        "functionName": "inference-dev-canary",
        "qualifier": "live",
        "maximumRetryAttempts": 0,
        "maximumEventAgeInSeconds": 60,
    }
    schedule = unwrap(dev_monitor.of("Schedule")["inference-dev-canary-schedule-schedule"].inputs)
    assert schedule["scheduleExpression"] == "rate(1 minute)"
    assert schedule["flexibleTimeWindow"] == {"mode": "OFF"}
    assert schedule["target"] == {
        "arn": f"arn:aws:alias:{monitor}:live",
        "roleArn": f"arn:aws:role:{monitor}:inference-dev-canary-schedule",
        "retryPolicy": {"maximumRetryAttempts": 0, "maximumEventAgeInSeconds": 60},
        "input": SCHEDULED_TIME,
    }
    # A name in recovery could not be made again, and the value comes back from the service stack.
    assert dev_monitor.one("Secret").inputs["recoveryWindowInDays"] == 0


def test_the_table_can_be_restored_and_is_encrypted_with_the_stacks_key(dev: Run) -> None:
    table = unwrap(dev.one("Table").inputs)
    assert table["pointInTimeRecovery"] == {"enabled": True}
    assert table["serverSideEncryption"] == {"enabled": True, "kmsKeyArn": KEY}
    assert table["attributes"] == [{"name": "id", "type": "S"}]


def test_the_repository_keeps_twenty_images(dev: Run) -> None:
    lifecycle = dev.one("LifecyclePolicy").inputs
    (rule,) = json.loads(unwrap(lifecycle["policy"]))["rules"]
    assert rule["selection"] == {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 20}
    assert rule["action"] == {"type": "expire"}


def test_each_log_group_is_the_one_that_its_writer_writes_to(prod: Run, prod_monitor: Run) -> None:
    assert {unwrap(group.inputs["name"]) for group in prod.of("LogGroup").values()} == {
        "/aws/lambda/inference-prod-inference",
        "/aws/lambda/inference-prod-usage-reporter",
        "/aws/sagemaker/Endpoints/inference-prod-model-c6i-large",
        "/aws/apigateway/inference-prod/access",
        "API-Gateway-Execution-Logs_inference-prod-api-api-id/live",
        "/inference-watch/inference-prod/evidence-heads",
    }
    assert {unwrap(group.inputs["name"]) for group in prod_monitor.of("LogGroup").values()} == {
        "/aws/lambda/inference-prod-canary",
        "/aws/lambda/inference-prod-evidence",
    }


@pytest.mark.parametrize(
    ("resource", "first"),
    [
        # AWS checks a role's rights when it is used first, and a policy is a resource of its own.
        ("inference-dev-inference-function", {"inference-dev-inference-policy"}),
        (
            "inference-dev-inference-function",
            {"inference-dev-inference-inference-dev-model-serverless-policy"},
        ),
        ("inference-dev-usage-reporter-function", {"inference-dev-usage-reporter-policy"}),
        ("inference-dev-usage-reporter-daily-schedule", {"inference-dev-usage-reporter-daily-policy"}),
        ("inference-dev-model-model", {"inference-dev-model-policy"}),
        ("inference-dev-model-serverless-endpoint", {"inference-dev-model-serverless-logs-policy"}),
        # API Gateway may call the function before it is deployed, and finds its log group at the first call.
        ("inference-dev-api-deployment", {"inference-dev-api-invoke-createPrediction"}),
        ("inference-dev-api-stage", {"inference-dev-api-deployment", "inference-dev-api-execution-logs"}),
    ],
)
def test_nothing_is_made_before_what_it_needs(dev: Run, resource: str, first: set[str]) -> None:
    assert first <= dev.waits_for[resource]


def test_the_first_probe_finds_its_key(dev_monitor: Run) -> None:
    # The schedule is a child of the component that waits.
    assert "inference-dev-canary-api-key-value" in dev_monitor.waits_for["inference-dev-canary-schedule"]


def test_api_gateways_role_may_write_before_the_account_names_it() -> None:
    assert "api-logging-policy" in run_bootstrap("service").waits_for["api-logging-account"]


def rule(
    name: str, priority: int, *, blocks: int | None = None, counted: str | None = None
) -> dict[str, Any]:
    visible = {"cloudwatchMetricsEnabled": True, "metricName": name, "sampledRequestsEnabled": True}
    common = {"name": name, "priority": priority, "visibilityConfig": visible}
    if blocks is None:
        group: dict[str, Any] = {"vendorName": "AWS", "name": name}
        if counted:
            group["ruleActionOverrides"] = [{"name": counted, "actionToUse": {"count": {}}}]
        return {
            **common,
            "overrideAction": {"none": {}},
            "statement": {"managedRuleGroupStatement": group},
        }
    rate = {"rateBasedStatement": {"limit": blocks, "aggregateKeyType": "IP"}}
    return {**common, "action": {"block": {}}, "statement": rate}


def test_the_web_acl_lets_through_what_no_rule_blocks_and_stands_before_the_stage(prod: Run) -> None:
    acl = prod.one("WebAcl")
    assert unwrap(acl.inputs) == {
        "name": "inference-prod",
        "scope": "REGIONAL",
        "defaultAction": {"allow": {}},
        "rules": [
            rule("AWSManagedRulesCommonRuleSet", 0, counted="SizeRestrictions_BODY"),
            rule("AWSManagedRulesKnownBadInputsRuleSet", 1),
            rule("RatePerAddress", 2, blocks=40_000),
            {
                **rule("BodyLargerThanContract", 3, blocks=0),
                "statement": {
                    "sizeConstraintStatement": {
                        "comparisonOperator": "GT",
                        "size": 8192,
                        "fieldToMatch": {"body": {"oversizeHandling": "MATCH"}},
                        "textTransformations": [{"priority": 0, "type": "NONE"}],
                    }
                },
            },
        ],
        "visibilityConfig": {
            "cloudwatchMetricsEnabled": True,
            "metricName": "inference-prod",
            "sampledRequestsEnabled": True,
        },
    }
    assert unwrap(prod.one("WebAclAssociation").inputs) == {
        "resourceArn": prod.one("Stage").outputs["arn"],
        "webAclArn": acl.outputs["arn"],
    }


def test_what_watches_an_existing_api_is_tagged_with_its_own_name(their_api: Run) -> None:
    (provider,) = (m.inputs for m in their_api.made if m.type == "pulumi:providers:aws")
    tags = {"tags": {"service": "orders-prod", "managed-by": "pulumi"}}
    assert (provider["region"], json.loads(provider["defaultTags"])) == ("eu-central-1", tags)


@pytest.mark.parametrize("part", ["service", "monitor"])
def test_everything_is_tagged_with_its_service_in_the_configured_region(
    dev: Run, dev_monitor: Run, part: str
) -> None:
    run = dev if part == "service" else dev_monitor
    (provider,) = (m.inputs for m in run.made if m.type == "pulumi:providers:aws")
    tags = {"tags": {"service": "inference-dev", "managed-by": "pulumi"}}
    assert (provider["region"], json.loads(provider["defaultTags"])) == ("eu-central-1", tags)
    (provider,) = (m.inputs for m in run_bootstrap(part).made if m.type == "pulumi:providers:aws")
    tags = {"tags": {"managed-by": "pulumi"}}
    assert (provider["region"], json.loads(provider["defaultTags"])) == ("eu-central-1", tags)


def test_athena_is_made_where_it_is_asked_for_with_a_limit_and_encrypted_results(
    dev: Run, dev_monitor: Run
) -> None:
    assert not dev_monitor.of("Workgroup")
    run = run_stack(
        "dev-monitor", {"evidence": {"athena": {"scan_limit_mb": 500}}}, stack_outputs=dev.outputs
    )
    workgroup = unwrap(run.one("Workgroup").inputs)["configuration"]
    assert workgroup["enforceWorkgroupConfiguration"] is True
    assert workgroup["bytesScannedCutoffPerQuery"] == 500 * 2**20
    assert workgroup["resultConfiguration"]["encryptionConfiguration"]["encryptionOption"] == "SSE_KMS"
    tables = {unwrap(made.inputs)["name"]: unwrap(made.inputs) for made in run.of("CatalogTable").values()}
    assert set(tables) == set(BY_NAME)
    minutes = tables["minutes"]
    assert minutes["parameters"]["projection.service.values"] == "inference-dev"
    assert minutes["parameters"]["storage.location.template"].endswith(
        "/minutes/service=${service}/day=${day}"
    )
    columns = {column["name"]: column["type"] for column in minutes["storageDescriptor"]["columns"]}
    assert columns["minute"] == "timestamp"
    assert columns["requests"] == "bigint"
    assert list(columns) == list(BY_NAME["minutes"].names)
    (function,) = (m for m in run.of("Function").values() if m.name.endswith("-evidence-function"))
    variables = unwrap(function.inputs)["environment"]["variables"]
    assert variables["ATHENA_WORKGROUP"] == "inference-dev-evidence"
    assert variables["ATHENA_DATABASE"] == "inference_dev_evidence"
    assert run.outputs["evidence"]["athena"] == {
        "workgroup": "inference-dev-evidence",
        "database": "inference_dev_evidence",
    }
    assert set(variables) == {*ENVIRONMENT, *ATHENA_ENVIRONMENT}
