"""Who may do what: each policy, trust and permission of both stacks and the account's own, whole."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from reports.sla.evidence.schema import BY_NAME
from tests.components.harness import IMAGE, Run, policy_documents, run_bootstrap, run_stack, unwrap

SERVICE, MONITOR = "eu-central-1:111111111111", "eu-central-1:222222222222"
KEY = f"arn:aws:key:{SERVICE}:inference-dev-encryption-key-auto"
TRACES = (
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
)


def allow(actions: str | tuple[str, ...], resources: Any, condition: Any = None) -> dict[str, Any]:
    action = actions if isinstance(actions, str) else list(actions)
    statement = {"Effect": "Allow", "Action": action, "Resource": resources}
    return statement if condition is None else {**statement, "Condition": condition}


def trust(principal: Mapping[str, str], condition: Any = None) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": dict(principal), "Action": "sts:AssumeRole"}
    return statement if condition is None else {**statement, "Condition": condition}


def put_metrics(namespace: str) -> dict[str, Any]:
    return allow("cloudwatch:PutMetricData", "*", {"StringEquals": {"cloudwatch:namespace": namespace}})


def evidence_reader(base: str) -> list[dict[str, Any]]:
    """What a collector of evidence may do in a service's account."""
    access_logs = f"arn:aws:logs:{SERVICE}:log-group:/aws/apigateway/{base}/access"
    heads = f"arn:aws:loggroup:{SERVICE}:/inference-watch/{base}/evidence-heads"
    plans = "arn:aws:apigateway:eu-central-1::/usageplans"
    return [
        allow(("cloudwatch:GetMetricData", "cloudwatch:DescribeAlarmHistory", "logs:GetQueryResults"), "*"),
        allow("logs:StartQuery", [access_logs, f"{access_logs}:*"]),
        allow(
            "apigateway:GET",
            ["arn:aws:apigateway:eu-central-1::/restapis", plans, f"{plans}/*/keys", f"{plans}/*/usage"],
        ),
        allow(("logs:CreateLogStream", "logs:PutLogEvents"), [heads, f"{heads}:*"]),
    ]


def function_logs(home: str, name: str) -> dict[str, Any]:
    group = f"arn:aws:loggroup:{home}:/aws/lambda/{name}:*"
    return allow(("logs:CreateLogStream", "logs:PutLogEvents"), group)


def granted(run: Run) -> dict[str, list[Any]]:
    return {name: document["Statement"] for name, document in policy_documents(run).items()}


def trusted(run: Run) -> dict[str, Any]:
    roles = run.of("Role").items()
    documents = {name: json.loads(unwrap(made.inputs["assumeRolePolicy"])) for name, made in roles}
    return {name: statement for name, document in documents.items() for statement in document["Statement"]}


def from_account(account: str) -> dict[str, Any]:
    return {"StringEquals": {"aws:SourceAccount": account}}


LAMBDA = trust({"Service": "lambda.amazonaws.com"})
DEAD_LETTERS = f"arn:aws:queue:{SERVICE}:inference-dev-usage-reporter-dead-letters"
TO_DEAD_LETTERS = [
    allow("sqs:SendMessage", DEAD_LETTERS),
    allow(("kms:Decrypt", "kms:GenerateDataKey"), KEY),
]
TO_EVIDENCES_DEAD_LETTERS = [
    allow("sqs:SendMessage", f"arn:aws:queue:{MONITOR}:inference-dev-evidence-dead-letters"),
    allow(("kms:Decrypt", "kms:GenerateDataKey"), f"arn:aws:key:{MONITOR}:inference-dev-encryption-key-auto"),
]
BUCKET = f"arn:aws:bucket:{MONITOR}:inference-dev-evidence-store-bucket-auto"
ENDPOINT = "inference-dev-model-serverless"
ENDPOINT_LOGS = f"arn:aws:loggroup:{SERVICE}:/aws/sagemaker/Endpoints/{ENDPOINT}"
PLANS = "arn:aws:apigateway:eu-central-1::/usageplans"


def test_the_service_stacks_roles_may_do_this_and_nothing_else(dev: Run) -> None:
    assert granted(dev) == {
        "inference-dev-inference-policy": [
            function_logs(SERVICE, "inference-dev-inference"),
            allow(TRACES, "*"),
            allow("dynamodb:GetItem", f"arn:aws:table:{SERVICE}:inference-dev-reference-data"),
            allow("kms:Decrypt", KEY),
        ],
        f"inference-dev-inference-{ENDPOINT}-policy": [
            allow("sagemaker:InvokeEndpoint", f"arn:aws:sagemaker:{SERVICE}:endpoint/{ENDPOINT}")
        ],
        "inference-dev-model-policy": [
            put_metrics("/aws/sagemaker/Endpoints"),
            allow(TRACES, "*"),
            allow(
                ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"),
                [f"arn:aws:repository:{SERVICE}:inference-dev-model"],
            ),
            allow("ecr:GetAuthorizationToken", "*"),
        ],
        "inference-dev-model-serverless-logs-policy": [
            allow(
                (
                    "logs:CreateLogGroup",
                    "logs:CreateLogStream",
                    "logs:DescribeLogStreams",
                    "logs:PutLogEvents",
                ),
                [ENDPOINT_LOGS, f"{ENDPOINT_LOGS}:*"],
            )
        ],
        "inference-dev-usage-reporter-policy": [
            function_logs(SERVICE, "inference-dev-usage-reporter"),
            allow(TRACES, "*"),
            allow("apigateway:GET", [PLANS, f"{PLANS}/*/keys", f"{PLANS}/*/usage"]),
            put_metrics("InferenceWatch"),
            *TO_DEAD_LETTERS,
        ],
        "inference-dev-evidence-reader-policy": evidence_reader("inference-dev"),
        "inference-dev-usage-reporter-daily-policy": [
            allow("lambda:InvokeFunction", f"arn:aws:alias:{SERVICE}:live"),
            *TO_DEAD_LETTERS,
        ],
    }


def test_the_monitor_stacks_roles_may_do_this_and_nothing_else(dev_monitor: Run) -> None:
    operation = f"arn:aws:execute-api:{SERVICE}:inference-dev-api-api-id/live/POST/v1/predictions"
    assert granted(dev_monitor) == {
        "inference-dev-canary-policy": [
            function_logs(MONITOR, "inference-dev-canary"),
            allow(TRACES, "*"),
            allow("execute-api:Invoke", operation),
            allow("secretsmanager:GetSecretValue", f"arn:aws:secret:{MONITOR}:inference-dev-canary-api-key"),
            allow("kms:Decrypt", f"arn:aws:key:{MONITOR}:inference-dev-encryption-key-auto"),
            put_metrics("InferenceWatch"),
        ],
        "inference-dev-canary-schedule-policy": [
            allow("lambda:InvokeFunction", f"arn:aws:alias:{MONITOR}:live")
        ],
        "inference-dev-evidence-policy": [
            function_logs(MONITOR, "inference-dev-evidence"),
            allow(TRACES, "*"),
            allow(("cloudwatch:GetMetricData", "cloudwatch:DescribeAlarmHistory"), "*"),
            allow(
                "cloudwatch:GetAlarmMuteRule",
                [f"arn:aws:cloudwatch:{MONITOR}:alarm-mute-rule:inference-dev-monitor-maintenance-*"],
            ),
            allow("sts:AssumeRole", ["arn:aws:iam::111111111111:role/inference-dev-evidence-reader"]),
            allow("s3:ListBucket", BUCKET),
            allow("s3:GetObject", f"{BUCKET}/*"),
            allow("s3:PutObject", [f"{BUCKET}/{folder}/*" for folder in ("chain", "reports", *BY_NAME)]),
            allow("sns:Publish", f"arn:aws:topic:{MONITOR}:inference-dev-monitor-warn"),
            put_metrics("InferenceWatch"),
            *TO_EVIDENCES_DEAD_LETTERS,
        ],
        "inference-dev-evidence-daily-policy": [
            allow("lambda:InvokeFunction", f"arn:aws:alias:{MONITOR}:live"),
            *TO_EVIDENCES_DEAD_LETTERS,
        ],
    }


def test_the_evidences_bucket_answers_nobody_without_tls(dev_monitor: Run) -> None:
    assert json.loads(unwrap(dev_monitor.one("BucketPolicy").inputs["policy"]))["Statement"] == [
        {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [BUCKET, f"{BUCKET}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ]


def test_data_capture_adds_writing_to_its_prefix_and_no_other() -> None:
    capture = {"s3_uri": "s3://bucket/drift", "sampling_pct": 5}
    run = run_stack("dev", {"model": {"image": IMAGE, "instances": {}, "data_capture": capture}})
    assert granted(run)["inference-dev-model-policy"][-2:] == [
        allow("s3:PutObject", "arn:aws:s3:::bucket/drift/*"),
        allow("kms:GenerateDataKey", KEY),
    ]


def test_each_role_is_assumed_by_one_service_for_its_own_account_where_that_says_so(
    dev: Run, dev_monitor: Run
) -> None:
    scheduler, sagemaker = {"Service": "scheduler.amazonaws.com"}, {"Service": "sagemaker.amazonaws.com"}
    assert trusted(dev) == {
        "inference-dev-inference-role": LAMBDA,
        "inference-dev-usage-reporter-role": LAMBDA,
        "inference-dev-usage-reporter-daily-role": trust(scheduler, from_account("111111111111")),
        "inference-dev-model-role": trust(sagemaker, from_account("111111111111")),
        "inference-dev-evidence-reader-role": trust(
            {"AWS": "arn:aws:iam::222222222222:root"},
            {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::222222222222:role/*-evidence"}},
        ),
    }
    assert trusted(dev_monitor) == {
        "inference-dev-canary-role": LAMBDA,
        "inference-dev-canary-schedule-role": trust(scheduler, from_account("222222222222")),
        "inference-dev-evidence-role": LAMBDA,
        "inference-dev-evidence-daily-role": trust(scheduler, from_account("222222222222")),
    }


def test_the_accounts_own_roles_log_for_api_gateway_and_show_alarms_to_the_monitor_account() -> None:
    run = run_bootstrap("service")
    assert trusted(run) == {
        "api-logging-role": trust({"Service": "apigateway.amazonaws.com"}),
        "sharing-role": trust({"AWS": "arn:aws:iam::222222222222:root"}),
    }
    logs = ("CreateLogGroup", "CreateLogStream", "DescribeLogGroups", "DescribeLogStreams", "PutLogEvents")
    reads = ("DescribeAlarmHistory", "DescribeAlarms", "GetMetricData", "ListMetrics")
    assert granted(run) == {
        "api-logging-policy": [
            allow(
                tuple(f"logs:{action}" for action in (*logs, "GetLogEvents", "FilterLogEvents")),
                f"arn:aws:logs:{SERVICE}:log-group:*",
            )
        ],
        "sharing-policy": [allow(tuple(f"cloudwatch:{action}" for action in reads), "*")],
    }


def test_api_gateway_may_call_the_functions_alias_for_one_operation_of_one_api(dev: Run) -> None:
    assert unwrap(dev.one("Permission").inputs) == {
        "action": "lambda:InvokeFunction",
        "function": "inference-dev-inference",
        "qualifier": "live",
        "principal": "apigateway.amazonaws.com",
        "sourceArn": "arn:aws:execute-api:eu-central-1:111111111111:api123/live/POST/v1/predictions",
    }


@pytest.mark.parametrize("level", ["warn", "critical"])
def test_a_topic_takes_messages_of_its_own_accounts_alarms_alone(dev_monitor: Run, level: str) -> None:
    arn = f"arn:aws:topic:{MONITOR}:inference-dev-monitor-{level}"
    policy = dev_monitor.of("TopicPolicy")[f"inference-dev-notifications-{level}-policy"]
    assert unwrap(policy.inputs["arn"]) == arn
    assert json.loads(unwrap(policy.inputs["policy"]))["Statement"] == [
        {
            "Sid": "Alarms",
            "Effect": "Allow",
            "Principal": {"Service": "cloudwatch.amazonaws.com"},
            "Action": "sns:Publish",
            "Resource": arn,
            "Condition": from_account("222222222222"),
        }
    ]


def test_a_stacks_key_is_its_accounts_and_for_alarms_and_logs_of_that_account(dev_monitor: Run) -> None:
    use = ["kms:Decrypt", "kms:GenerateDataKey*"]
    groups = f"arn:aws:logs:{MONITOR}:log-group:*"
    assert json.loads(dev_monitor.one("Key").inputs["policy"])["Statement"] == [
        {
            "Sid": "Account",
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::222222222222:root"},
            "Action": "kms:*",
            "Resource": "*",
        },
        {
            "Sid": "AlarmNotifications",
            "Effect": "Allow",
            "Principal": {"Service": "cloudwatch.amazonaws.com"},
            "Action": use,
            "Resource": "*",
            "Condition": from_account("222222222222"),
        },
        {
            "Sid": "Logs",
            "Effect": "Allow",
            "Principal": {"Service": "logs.eu-central-1.amazonaws.com"},
            "Action": [*use, "kms:Encrypt", "kms:ReEncrypt*", "kms:DescribeKey"],
            "Resource": "*",
            "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
        },
    ]
