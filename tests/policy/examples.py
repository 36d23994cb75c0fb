"""What each rule refuses, with what it says, and what it lets pass: near misses of both kinds."""

import json
from collections.abc import Mapping
from typing import Any

from policy.resource import UNKNOWN, Resource

ALLOW = {"Effect": "Allow"}
ACCOUNT = "111111111111"
GITHUB = "token.actions.githubusercontent.com"
QUEUE = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q"


def resource(kind: str, stack: str = "prod", **props: Any) -> Resource:
    module, name = kind.split(".")
    token = f"aws:{module}/{name[0].lower()}{name[1:]}:{name}"
    return Resource(type=token, name="one", stack=stack, props=props)


def policy(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def role(principal: object, condition: object = None, **more: Any) -> Resource:
    statement = {**ALLOW, "Principal": principal, **({"Condition": condition} if condition else {})}
    return resource("iam.Role", assumeRolePolicy=policy(statement), **more)


def scheduled(condition: object) -> Resource:
    return role({"Service": "scheduler.amazonaws.com"}, condition)


def github(condition: object) -> Resource:
    return role({"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB}"}, condition)


def allowing(action: object, on: object = QUEUE) -> Resource:
    return resource("iam.RolePolicy", policy=policy({**ALLOW, "Action": action, "Resource": on}))


def open_to(principal: object, condition: object = None) -> Resource:
    statement = {**ALLOW, "Principal": principal, "Action": "sqs:SendMessage", "Resource": QUEUE}
    return resource("sqs.QueuePolicy", policy=policy({**statement, "Condition": condition}))


def invoked(principal: str, **props: Any) -> Resource:
    return resource("lambda.Permission", principal=principal, **props)


def table(stack: str = "prod", **changes: Any) -> Resource:
    right = {
        "serverSideEncryption": {"enabled": True, "kmsKeyArn": "arn"},
        "deletionProtectionEnabled": True,
        "pointInTimeRecovery": {"enabled": True},
    }
    return resource("dynamodb.Table", stack, **{**right, **changes})


def database(**changes: Any) -> Resource:
    return resource("rds.Instance", **{"kmsKeyId": "k", "deletionProtection": True, **changes})


def bucket_key(algorithm: str, **key: str) -> Resource:
    default = {"applyServerSideEncryptionByDefault": {"sseAlgorithm": algorithm, **key}}
    return resource("s3.BucketServerSideEncryptionConfiguration", bucket="b", rules=[default])


def variant(count: int | str | None, serverless: object = None, stack: str = "prod") -> Resource:
    described = {"variantName": "main", "initialInstanceCount": count, "serverlessConfig": serverless}
    return resource("sagemaker.EndpointConfiguration", stack, productionVariants=[described])


def scaled(least: object, stack: str = "prod", dimension: str = "variant:DesiredInstanceCount") -> Resource:
    return resource(
        "appautoscaling.Target", stack, minCapacity=least, scalableDimension=f"sagemaker:{dimension}"
    )


SCHEMES: dict[str, Any] = {
    "unheard_of": None,
    "sigv4": {"x-amazon-apigateway-authtype": "awsSigv4"},
    "api_key": {"type": "apiKey"},
    "cognito": {"type": "apiKey", "x-amazon-apigateway-authorizer": {"type": "cognito_user_pools"}},
}
MOCK = {"x-amazon-apigateway-integration": {"type": "MOCK"}}


def document(security: object, method: str = "post", **extra: Any) -> dict[str, Any]:
    return {
        "paths": {"/v1/x": {method: {"security": security, **extra}}},
        "components": {"securitySchemes": SCHEMES},
        "x-amazon-apigateway-policy": {},
    }


def api(body: object) -> Resource:
    return resource("apigateway.RestApi", body=body if isinstance(body, str) else json.dumps(body))


def route(how: str | None, key: str = "POST /x") -> Resource:
    return resource("apigatewayv2.Route", routeKey=key, **({"authorizationType": how} if how else {}))


ASKS_NOBODY = "POST /v1/x asks for an API key at most"
BOTH: list[dict[str, list[str]]] = [{"sigv4": []}, {"api_key": []}]
KEY = "x-amazon-apigateway-any-method"
SOURCE = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
FOR_ANY = "it trusts scheduler.amazonaws.com for any account"
REFUSED = [
    ("no-wildcard-access", allowing("*"), "it allows *"),
    ("no-wildcard-access", allowing("**"), "it allows **"),
    ("no-wildcard-access", allowing("*:*"), "it allows *:*"),
    ("no-wildcard-access", allowing("iam:*", f"arn:aws:iam::{ACCOUNT}:role/one"), "it allows iam:*"),
    ("no-wildcard-access", allowing("sqs:?*"), "it allows sqs:?*"),
    ("no-wildcard-access", allowing("s?s:Send"), "it allows s?s:Send"),
    ("no-wildcard-access", allowing(["sqs:SendMessage", "sqs:*"]), "it allows sqs:*"),
    *(
        ("no-wildcard-access", allowing("sqs:SendMessage", on), "it allows sqs:SendMessage on every resource")
        for on in ("*", ["*", QUEUE], "**", "arn:*", "arn:aws:sqs:*:*:*", "arn:aws:sqs:::?*")
    ),
    ("no-wildcard-access", allowing("iam:Pass*", "*"), "it allows iam:Pass* on every resource"),
    ("no-wildcard-access", allowing(["xray:Put*", "xray:PutTraceSegments"], "*"), "it allows xray:Put* on"),
    ("no-wildcard-access", allowing("s3:GetObject", "arn:aws:s3:::*"), "it allows s3:GetObject on every"),
    *(
        (
            "no-wildcard-access",
            resource("iam.Policy", policy=policy({**ALLOW, **but})),
            "it allows all but some (NotAction, NotResource)",
        )
        for but in (
            {"NotAction": "iam:*", "Resource": "arn"},
            {"Action": "sqs:SendMessage", "NotResource": "arn"},
        )
    ),
    (
        "no-wildcard-access",
        role(
            {"Service": "lambda.amazonaws.com"},
            inlinePolicies=[{"policy": policy({**ALLOW, "Action": "*", "Resource": "arn"})}],
        ),
        "it allows *",
    ),
    (
        "no-wildcard-access",
        resource("iam.RolePolicyAttachment", policyArn="arn:aws:iam::aws:policy/AdministratorAccess"),
        "it has AWS's policy AdministratorAccess",
    ),
    (
        "no-wildcard-access",
        role(
            {"Service": "lambda.amazonaws.com"},
            managedPolicyArns=["arn:aws:iam::aws:policy/service-role/AmazonSQSFullAccess"],
        ),
        "it has AWS's policy AmazonSQSFullAccess",
    ),
    *(
        ("source-account", scheduled(condition), FOR_ANY)
        for condition in (
            None,
            ["no condition"],
            {"StringLike": {"aws:SourceAccount": "*"}},
            {"StringLike": {"aws:SourceAccount": [ACCOUNT, "*"]}},
            {"ArnLike": {"aws:SourceArn": "arn:aws:scheduler:*:*:schedule/x"}},
            {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"}},
            {"StringNotEquals": {"aws:SourceAccount": ACCOUNT}},
            {"StringEqualsIfExists": {"aws:SourceAccount": ACCOUNT}},
            {"ForAllValues:StringEquals": {"aws:SourceAccount": ACCOUNT}},
            {"Null": {"aws:SourceAccount": "true"}},
            {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}},
        )
    ),
    (
        "source-account",
        role({"Service": ["lambda.amazonaws.com", "events.amazonaws.com"]}),
        "it trusts events.amazonaws.com for any account",
    ),
    ("source-account", role({"AWS": "*"}), "it trusts everybody"),
    ("source-account", role({"AWS": ["*", "arn"]}), "it trusts everybody"),
    ("source-account", role("*"), "it trusts everybody"),
    ("source-account", open_to("*", {"Bool": {"aws:SecureTransport": "true"}}), "it trusts everybody"),
    (
        "source-account",
        resource("sqs.QueuePolicy", policy=policy({**ALLOW, "NotPrincipal": {"AWS": "arn"}})),
        "it trusts all but some (NotPrincipal)",
    ),
    (
        "source-account",
        github({"StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com"}}),
        f"it trusts every token of {GITHUB}",
    ),
    *(
        ("permission-source", wrong, f"{wrong.props['principal']} may invoke it for any account")
        for wrong in (
            invoked("apigateway.amazonaws.com"),
            invoked("*"),
            invoked("sns.amazonaws.com", sourceArn="*"),
            invoked("s3.amazonaws.com", sourceArn="arn:aws:s3:::bucket"),
        )
    ),
    ("encryption", resource("cloudwatch.LogGroup", retentionInDays=30), "kmsKeyId is not set"),
    ("encryption", resource("sns.Topic"), "kmsMasterKeyId is not set"),
    ("encryption", resource("sns.Topic", kmsMasterKeyId="alias/aws/sns"), "kmsMasterKeyId is a key of AWS's"),
    ("encryption", resource("sqs.Queue", sqsManagedSseEnabled=True), "kmsMasterKeyId is not set"),
    ("encryption", resource("secretsmanager.Secret"), "kmsKeyId is not set"),
    *(
        ("encryption", resource(kind), "kmsKeyId is not set")
        for kind in ("kinesis.Stream", "efs.FileSystem", "ebs.Volume")
    ),
    ("encryption", database(kmsKeyId=None), "kmsKeyId is not set"),
    ("encryption", resource("rds.Cluster", deletionProtection=True), "kmsKeyId is not set"),
    ("encryption", table(serverSideEncryption={"enabled": True}), "serverSideEncryption names no key"),
    (
        "encryption",
        table(serverSideEncryption={"enabled": False, "kmsKeyArn": "arn"}),
        "serverSideEncryption names no key",
    ),
    ("encryption", resource("ecr.Repository"), "encryptionConfigurations names no key"),
    ("encryption", bucket_key("AES256"), "its rules name no key"),
    ("log-retention", resource("cloudwatch.LogGroup", kmsKeyId="k"), "retentionInDays is not set"),
    (
        "log-retention",
        resource("cloudwatch.LogGroup", kmsKeyId="k", retentionInDays=0.0),
        "retentionInDays is not set",
    ),
    ("data-protection", table(deletionProtectionEnabled=False), "deletionProtectionEnabled is off"),
    ("data-protection", table("prod-eu", pointInTimeRecovery=None), "pointInTimeRecovery is off"),
    ("data-protection", database(deletionProtection=False), "deletionProtection is off"),
    ("data-protection", resource("rds.Cluster", kmsKeyId="k"), "deletionProtection is off"),
    ("tracing", resource("lambda.Function"), "tracingConfig.mode is not Active"),
    (
        "tracing",
        resource("lambda.Function", tracingConfig={"mode": "PassThrough"}),
        "tracingConfig.mode is not",
    ),
    ("tracing", resource("apigateway.Stage"), "xrayTracingEnabled is off"),
    ("known-callers", api(document([{"api_key": []}])), ASKS_NOBODY),
    ("known-callers", api(document([])), ASKS_NOBODY),
    ("known-callers", api(document(None)), ASKS_NOBODY),
    ("known-callers", api(document([{"sigv4": []}, {}])), ASKS_NOBODY),
    # API Gateway does not read what the document asks for as a whole.
    ("known-callers", api({**document(None), "security": BOTH}), ASKS_NOBODY),
    ("known-callers", api(document(None, KEY)), "ANY /v1/x asks"),
    *(
        ("known-callers", api(document(None, method)), f"{method.upper()} /v1/x asks")
        for method in ("get", "put", "post", "delete", "options", "head", "patch", "trace")
    ),
    ("known-callers", api(document(None, "get", **MOCK)), "GET /v1/x asks"),
    (
        "known-callers",
        api("x-amazon-apigateway-policy: {}\npaths:\n  /v1/x:\n    post: {}\n"),
        ASKS_NOBODY,
    ),
    (
        "known-callers",
        resource("apigatewayv2.Api", body=json.dumps(document([{"api_key": []}]))),
        ASKS_NOBODY,
    ),
    ("known-callers", resource("apigatewayv2.Api", target="arn"), "the API's quick route asks nobody"),
    ("known-callers", route("NONE"), "the route POST /x asks nobody who calls"),
    ("known-callers", route(None, "$default"), "the route $default asks nobody who calls"),
    ("known-callers", route("NONE", "$connect"), "the route $connect asks nobody who calls"),
    ("known-callers", api(document([{"unheard_of": []}])), ASKS_NOBODY),
    (
        "known-callers",
        resource("apigateway.Method", authorization="NONE", apiKeyRequired=True),
        "the method asks nobody who calls",
    ),
    ("known-callers", resource("lambda.FunctionUrl", authorizationType="NONE"), "the function's address is"),
    ("known-callers", resource("lambda.FunctionUrl"), "the function's address is open to everybody"),
    ("api-in-one-piece", resource("apigateway.RestApiPolicy"), "the API's policy is a resource of its own"),
    ("api-in-one-piece", api({"paths": {}}), "the API's document has no x-amazon-apigateway-policy"),
    ("two-instances", variant(1), "variant main has fewer than two instances"),
    ("two-instances", variant("1"), "variant main has fewer than two instances"),
    ("two-instances", variant(None), "variant main has fewer than two instances"),
    ("two-instances", scaled(1), "its variant may be scaled to fewer than two instances"),
]
PASSED = [
    ("no-wildcard-access", allowing(["sqs:SendMessage", "sqs:GetQueue*"])),
    ("no-wildcard-access", allowing("xray:PutTraceSegments", "*")),
    ("no-wildcard-access", allowing("logs:PutLogEvents", f"arn:aws:logs:eu-west-1:{ACCOUNT}:*")),
    ("no-wildcard-access", allowing("s3:GetObject", "arn:aws:s3:::bucket/*")),
    (
        "no-wildcard-access",
        resource("iam.RolePolicy", policy=policy({"Effect": "Deny", "NotAction": "a", "Resource": "*"})),
    ),
    ("no-wildcard-access", resource("iam.RolePolicy", policy="not known in a preview")),
    (
        "no-wildcard-access",
        resource(
            "iam.RolePolicyAttachment", policyArn="arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccess"
        ),
    ),
    (
        "no-wildcard-access",
        resource("iam.RolePolicyAttachment", policyArn=f"arn:aws:iam::{ACCOUNT}:policy/MyFullAccess"),
    ),
    *(
        ("source-account", scheduled(condition))
        for condition in (
            SOURCE,
            {"StringLike": {"AWS:SourceAccount": [ACCOUNT]}},
            {"ArnLike": {"aws:SourceArn": f"arn:aws:scheduler:*:{ACCOUNT}:*"}},
            {"ArnEquals": {"aws:SourceArn": "arn:aws:s3:::bucket"}},
            {"Bool": {"aws:SecureTransport": "true"}, "StringEquals": {"aws:SourceOrgID": "o-1"}},
        )
    ),
    ("source-account", role({"Service": "lambda.amazonaws.com"})),
    ("source-account", role({"AWS": f"arn:aws:iam::{ACCOUNT}:root"})),
    ("source-account", github({"StringEquals": {f"{GITHUB}:sub": "repo:acme/watch:pull_request"}})),
    ("source-account", role({"Federated": f"arn:aws:iam::{ACCOUNT}:saml-provider/company"})),
    ("source-account", open_to("*", {"StringEquals": {"aws:PrincipalOrgID": "o-1"}})),
    (
        "source-account",
        resource(
            "kms.Key",
            policy=policy({**ALLOW, "Principal": {"AWS": "arn"}, "Action": "kms:*", "Resource": "*"}),
        ),
    ),
    ("permission-source", invoked("apigateway.amazonaws.com", sourceArn=QUEUE)),
    (
        "permission-source",
        invoked("s3.amazonaws.com", sourceArn="arn:aws:s3:::b", sourceAccount=ACCOUNT),
    ),
    ("permission-source", invoked("*", principalOrgId="o-1")),
    ("permission-source", invoked("222222222222")),
    ("permission-source", invoked("arn:aws:iam::222222222222:role/caller")),
    ("encryption", resource("ecr.Repository", encryptionConfigurations=[{"kmsKey": "k"}])),
    ("encryption", bucket_key("aws:kms", kmsMasterKeyId="k")),
    ("encryption", database()),
    ("log-retention", resource("cloudwatch.LogGroup", kmsKeyId="k", retentionInDays=1)),
    ("data-protection", table()),
    ("data-protection", table("dev", deletionProtectionEnabled=False, pointInTimeRecovery=None)),
    ("tracing", resource("lambda.Function", tracingConfig={"mode": "Active"})),
    ("tracing", resource("apigateway.Stage", xrayTracingEnabled=True)),
    ("known-callers", api(document(BOTH))),
    ("known-callers", api(document([{"cognito": []}]))),
    ("known-callers", api(document(None, "options", **MOCK))),
    (
        "known-callers",
        api({**document([{"sigv4": []}]), "components": None, "securityDefinitions": SCHEMES}),
    ),
    ("known-callers", resource("apigatewayv2.Api", body=json.dumps(document([{"cognito": []}])))),
    ("known-callers", resource("apigatewayv2.Api", protocolType="HTTP")),
    ("known-callers", route("JWT")),
    ("known-callers", route(None, "OPTIONS /x")),
    ("known-callers", route(None, "sendMessage")),
    ("known-callers", resource("apigateway.Method", authorization="AWS_IAM")),
    ("known-callers", resource("apigateway.Method", authorization="NONE", httpMethod="OPTIONS")),
    ("known-callers", resource("lambda.FunctionUrl", authorizationType="AWS_IAM")),
    ("api-in-one-piece", api("not known in a preview")),
    ("api-in-one-piece", api({"paths": None, "x-amazon-apigateway-policy": {}})),
    ("two-instances", variant(2)),
    ("two-instances", variant(None, serverless={"maxConcurrency": 5})),
    ("two-instances", variant(1, stack="dev")),
    ("two-instances", scaled(2)),
    ("two-instances", scaled(1, stack="dev")),
    ("two-instances", scaled(1, dimension="variant:DesiredProvisionedConcurrency")),
]
UNKNOWNS = [
    resource("cloudwatch.LogGroup", kmsKeyId=UNKNOWN, retentionInDays=UNKNOWN),
    resource("lambda.Function", tracingConfig=UNKNOWN),
    invoked("sns.amazonaws.com", sourceArn=UNKNOWN),
    invoked(UNKNOWN, sourceAccount=UNKNOWN),
    table(serverSideEncryption=UNKNOWN, deletionProtectionEnabled=UNKNOWN, pointInTimeRecovery=UNKNOWN),
    resource("ecr.Repository", encryptionConfigurations=UNKNOWN),
    resource("s3.BucketServerSideEncryptionConfiguration", rules=UNKNOWN),
    resource("sagemaker.EndpointConfiguration", productionVariants=UNKNOWN),
    variant(UNKNOWN),
    scaled(UNKNOWN),
    resource("iam.RolePolicy", policy=UNKNOWN),
    resource("iam.RolePolicy", policy={"Statement": UNKNOWN}),
    resource("iam.Role", assumeRolePolicy=UNKNOWN, inlinePolicies=UNKNOWN, managedPolicyArns=UNKNOWN),
    resource("iam.RolePolicyAttachment", policyArn=UNKNOWN),
    resource("lambda.FunctionUrl", authorizationType=UNKNOWN),
    resource("apigateway.Method", authorization=UNKNOWN),
    route(UNKNOWN),
    api(UNKNOWN),
]
