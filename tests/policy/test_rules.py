"""Each rule with what it refuses and what it lets pass; the stacks of this program, which pass them all."""

import functools
import json
from collections.abc import Mapping
from typing import Any

import pytest

from policy import registered
from policy.__main__ import main
from policy.judge import RULES, violations
from policy.resource import UNKNOWN, Resource

ALLOW = {"Effect": "Allow"}
SOURCE = {"Condition": {"StringEquals": {"aws:SourceAccount": "111111111111"}}}
PAGED = {"notifications": {"critical": [{"protocol": "email", "endpoint": "oncall@example.com"}]}}


def resource(kind: str, stack: str = "prod", **props: Any) -> Resource:
    module, name = kind.split(".")
    token = f"aws:{module}/{name[0].lower()}{name[1:]}:{name}"
    return Resource(type=token, name="one", stack=stack, props=props)


def policy(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def document(security: list[dict[str, list[str]]], **extra: Any) -> str:
    schemes = {"sigv4": {"x-amazon-apigateway-authtype": "awsSigv4"}, "api_key": {"type": "apiKey"}}
    return json.dumps(
        {
            "paths": {"/v1/x": {"post": {"security": security}}},
            "components": {"securitySchemes": schemes},
            "x-amazon-apigateway-policy": {},
            **extra,
        }
    )


def role(principal: object, **extra: Any) -> Resource:
    return resource("iam.Role", assumeRolePolicy=policy({**ALLOW, "Principal": principal, **extra}))


def allowing(action: object, on: object = "arn:aws:sqs:eu-west-1:1:q") -> Resource:
    return resource("iam.RolePolicy", policy=policy({**ALLOW, "Action": action, "Resource": on}))


def table(stack: str = "prod", **changes: Any) -> Resource:
    right = {
        "serverSideEncryption": {"enabled": True, "kmsKeyArn": "arn"},
        "deletionProtectionEnabled": True,
        "pointInTimeRecovery": {"enabled": True},
    }
    return resource("dynamodb.Table", stack, **{**right, **changes})


def variant(count: int | str | None, serverless: object = None, stack: str = "prod") -> Resource:
    described = {"variantName": "main", "initialInstanceCount": count, "serverlessConfig": serverless}
    return resource("sagemaker.EndpointConfiguration", stack, productionVariants=[described])


def api(body: str) -> Resource:
    return resource("apigateway.RestApi", body=body)


KEY: list[dict[str, list[str]]] = [{"api_key": []}]
BOTH: list[dict[str, list[str]]] = [{"sigv4": []}, *KEY]
REFUSED = [
    ("no-wildcard-access", allowing("*"), "it allows *"),
    ("no-wildcard-access", allowing(["sqs:SendMessage", "sqs:*"]), "it allows sqs:*"),
    ("no-wildcard-access", allowing("sqs:SendMessage", "*"), "it allows sqs:SendMessage on every resource"),
    (
        "no-wildcard-access",
        resource("iam.Policy", policy=policy({**ALLOW, "NotAction": "iam:*", "Resource": "arn"})),
        "it allows all but some (NotAction, NotResource)",
    ),
    (
        "source-account",
        role({"Service": "scheduler.amazonaws.com"}),
        "it trusts scheduler.amazonaws.com for any",
    ),
    ("source-account", role({"AWS": "*"}), "it trusts everybody"),
    ("source-account", role("*"), "it trusts everybody"),
    (
        "permission-source",
        resource("lambda.Permission", principal="apigateway.amazonaws.com"),
        "apigateway.amazonaws.com may invoke it for any account",
    ),
    ("encryption", resource("cloudwatch.LogGroup", retentionInDays=30), "kmsKeyId is not set"),
    ("encryption", resource("sns.Topic"), "kmsMasterKeyId is not set"),
    ("encryption", resource("sqs.Queue"), "kmsMasterKeyId is not set"),
    ("encryption", resource("secretsmanager.Secret"), "kmsKeyId is not set"),
    ("encryption", table(serverSideEncryption={"enabled": True}), "serverSideEncryption names no key"),
    ("encryption", resource("ecr.Repository"), "encryptionConfigurations names no key"),
    ("log-retention", resource("cloudwatch.LogGroup", kmsKeyId="k"), "retentionInDays is not set"),
    ("data-protection", table(deletionProtectionEnabled=False), "deletionProtectionEnabled is off"),
    ("data-protection", table("prod-eu", pointInTimeRecovery=None), "pointInTimeRecovery is off"),
    ("tracing", resource("lambda.Function"), "tracingConfig.mode is not Active"),
    (
        "tracing",
        resource("lambda.Function", tracingConfig={"mode": "PassThrough"}),
        "tracingConfig.mode is not",
    ),
    ("tracing", resource("apigateway.Stage"), "xrayTracingEnabled is off"),
    ("known-callers", api(document(KEY)), "POST /v1/x asks for an API key at most"),
    ("known-callers", api(document([])), "POST /v1/x asks for an API key at most"),
    (
        "known-callers",
        resource("apigateway.Method", authorization="NONE"),
        "the method asks nobody who calls",
    ),
    (
        "known-callers",
        resource("lambda.FunctionUrl", authorizationType="NONE"),
        "the function's address is open",
    ),
    ("api-in-one-piece", resource("apigateway.RestApiPolicy"), "the API's policy is a resource of its own"),
    (
        "api-in-one-piece",
        api(json.dumps({"paths": {}})),
        "the API's document has no x-amazon-apigateway-policy",
    ),
    ("two-instances", variant(1), "variant main has fewer than two instances"),
]
PASSED = [
    allowing(["sqs:SendMessage", "sqs:GetQueue*"]),
    allowing("xray:PutTraceSegments", "*"),
    resource("iam.RolePolicy", policy=policy({"Effect": "Deny", "Action": "*", "Resource": "*"})),
    resource("iam.RolePolicy", policy="not known in a preview"),
    role({"Service": "scheduler.amazonaws.com"}, **SOURCE),
    role({"Service": "lambda.amazonaws.com"}),
    role({"AWS": "arn:aws:iam::222222222222:root"}),
    resource(
        "kms.Key", policy=policy({**ALLOW, "Principal": {"AWS": "arn"}, "Action": "kms:*", "Resource": "*"})
    ),
    resource("lambda.Permission", principal="apigateway.amazonaws.com", sourceArn="arn"),
    resource("cloudwatch.LogGroup", kmsKeyId="k", retentionInDays=30),
    resource("ecr.Repository", encryptionConfigurations=[{"kmsKey": "k"}]),
    table(),
    table("dev", deletionProtectionEnabled=False, pointInTimeRecovery=None),
    resource("lambda.Function", tracingConfig={"mode": "Active"}),
    resource("apigateway.Stage", xrayTracingEnabled=True),
    api(document(BOTH)),
    api("not known in a preview"),
    variant(2),
    variant(None, serverless={"maxConcurrency": 5}),
    variant(1, stack="dev"),
    Resource(type="random:index/randomId:RandomId", name="other", stack="prod", props={}),
]


@pytest.mark.parametrize(("rule", "wrong", "said"), REFUSED)
def test_a_rule_refuses_what_it_is_there_for_and_says_why_and_how(
    rule: str, wrong: Resource, said: str
) -> None:
    ((name, message),) = violations([wrong])
    assert name == rule
    assert message.startswith(f"one: {said}")
    (found,) = [each for each in RULES if each.name == rule]
    assert message.endswith(f": {found.why} {found.fix}")


@pytest.mark.parametrize("right", PASSED)
def test_what_is_right_passes_every_rule(right: Resource) -> None:
    assert list(violations([right])) == []


def test_every_rule_has_an_example_that_fails() -> None:
    assert {rule for rule, _, _ in REFUSED} == {rule.name for rule in RULES}


@pytest.mark.parametrize("subscribed", [False, True])
def test_a_critical_topic_of_production_needs_somebody_who_hears(subscribed: bool) -> None:
    topic = resource("sns.Topic", name="inference-prod-critical", kmsMasterKeyId="k")
    other = resource("sns.TopicSubscription", topic="arn:aws:sns:eu-west-1:1:inference-prod-warn")
    hearing = resource("sns.TopicSubscription", topic="arn:aws:sns:eu-west-1:1:inference-prod-critical")
    found = list(violations([topic, other, *([hearing] if subscribed else [])]))
    assert [name for name, _ in found] == ([] if subscribed else ["critical-subscriber"])


shipped = functools.cache(registered.pair)


@pytest.mark.parametrize(("stack", "unheard"), [("dev", 0), ("prod", 2)])
def test_the_stacks_of_this_program_pass_every_rule_but_that_somebody_hears(stack: str, unheard: int) -> None:
    assert [name for name, _ in violations(shipped(stack))] == ["critical-subscriber"] * unheard


def test_with_a_subscriber_production_passes_every_rule() -> None:
    assert list(violations(registered.pair("prod", PAGED))) == []


def test_what_an_account_has_once_passes_every_rule() -> None:
    assert list(violations(registered.bootstrap())) == []


def test_a_pair_is_judged_whole_with_its_endpoint_and_what_the_monitor_reads_of_the_service() -> None:
    kinds = {(each.stack, each.kind) for each in shipped("prod")}
    assert {("prod", "sagemaker.EndpointConfiguration"), ("prod-monitor", "cloudwatch.MetricAlarm")} <= kinds


def test_the_command_says_what_is_refused_and_what_is_to_do(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registered, "pair", shipped)
    assert main() == 0
    assert "before it is deployed: inference-prod-notifications-critical: nobody" in capsys.readouterr().out
    monkeypatch.setattr(registered, "pair", lambda _: [allowing("*")])
    assert main() == 1
    assert "  - one: it allows *: whoever" in capsys.readouterr().out


@pytest.mark.parametrize(
    "unknown",
    [
        resource("cloudwatch.LogGroup", kmsKeyId=UNKNOWN, retentionInDays=UNKNOWN),
        resource("lambda.Function", tracingConfig=UNKNOWN),
        resource("lambda.Permission", sourceArn=UNKNOWN),
        resource(
            "dynamodb.Table",
            serverSideEncryption=UNKNOWN,
            deletionProtectionEnabled=UNKNOWN,
            pointInTimeRecovery=UNKNOWN,
        ),
        resource("ecr.Repository", encryptionConfigurations=UNKNOWN),
        resource("sagemaker.EndpointConfiguration", productionVariants=UNKNOWN),
        variant(UNKNOWN),
        resource("iam.RolePolicy", policy=UNKNOWN),
        resource("lambda.FunctionUrl", authorizationType=UNKNOWN),
        api(UNKNOWN),
    ],
)
def test_what_a_preview_does_not_know_yet_is_refused_by_no_rule(unknown: Resource) -> None:
    assert list(violations([unknown])) == []
