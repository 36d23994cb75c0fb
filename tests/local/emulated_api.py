"""A small REST API with one function, made through the public management API, for tests of the gateway."""

import http.client
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import botocore.auth
import botocore.awsrequest
import botocore.credentials

from local.emulator import MONITOR_ACCOUNT, SERVICE_ACCOUNT, Emulator

KEY = "a-key-of-twenty-characters-and-more"
FUNCTION = """
import json, os, sys, time

def handler(event, context):
    body = json.loads(event["body"] or "{}")
    if body.get("raise"):
        raise RuntimeError("a secret of the function")
    time.sleep(body.get("sleep_s", 0))
    print("handled")
    answer = {
        "trace": os.environ.get("_X_AMZN_TRACE_ID"),
        "daemon": os.environ.get("AWS_XRAY_DAEMON_ADDRESS"),
        "context": event["requestContext"],
        "header": event["headers"].get("x-amzn-trace-id"),
        "environment": sorted(os.environ),
    }
    return {"statusCode": body.get("status", 200), "headers": {}, "body": json.dumps(answer)}
"""
SCHEMA = {"type": "object", "properties": {"status": {"type": "integer"}}}
ERROR_TEMPLATE = (
    '{"error":{"code":"%s","message":$context.error.messageString,"request_id":"$context.requestId"}}'
)
ACCESS_LOG = (
    '{"id":"$context.requestId","status":"$context.status",'
    '"caller":"$context.identity.userArn","x":"$context.no","ms":$context.responseLatency,"name":"NAME"}'
)


@dataclass(frozen=True, kw_only=True, slots=True)
class EmulatedApi:
    """The API's names and ids; `post` calls it."""

    emulator: Emulator
    name: str
    id: str
    plan: str
    key: str
    role: str

    def post(
        self,
        body: Mapping[str, Any] | None = None,
        *,
        credentials: botocore.credentials.Credentials | None = None,
        key: str | None = "",
        headers: Mapping[str, str] | None = None,
        path: str = "/things",
    ) -> tuple[int, dict[str, str], Any]:
        """One POST, signed when there are credentials; status, lower-case headers, JSON body.

        `key` "" is the API's own key, None sends none.
        """
        key = f"{KEY}-{self.name}" if key == "" else key
        url = f"{self.emulator.url}/_aws/execute-api/{self.id}/live{path}"
        sent = {"content-type": "application/json", **(headers or {}), **({"x-api-key": key} if key else {})}
        request = botocore.awsrequest.AWSRequest("POST", url, data=json.dumps(body or {}), headers=sent)
        if credentials is not None:
            botocore.auth.SigV4Auth(credentials, "execute-api", self.emulator.region).add_auth(request)
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=30)
        try:
            connection.request("POST", parts.path, body=request.data, headers=dict(request.headers.items()))
            answer = connection.getresponse()
            text = answer.read()
            return (
                answer.status,
                {name.lower(): value for name, value in answer.getheaders()},
                json.loads(text),
            )
        finally:
            connection.close()


def root(account: str) -> botocore.credentials.Credentials:
    """The root keys of an account."""
    return botocore.credentials.Credentials(account, "local")


def assume(emulator: Emulator, account: str, role: str) -> botocore.credentials.Credentials:
    """A session of a role in `account`."""
    given = emulator.client("sts", account).assume_role(
        RoleArn=f"arn:aws:iam::{account}:role/{role}", RoleSessionName="test"
    )["Credentials"]
    return botocore.credentials.Credentials(
        given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]
    )


def make_role(emulator: Emulator, account: str, name: str, *statements: Mapping[str, Any]) -> str:
    """A role that its own account may assume and Lambda too, with `statements` as its policy."""
    iam = emulator.client("iam", account)
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole"}
    trusted = [
        {**trust, "Principal": {"AWS": f"arn:aws:iam::{account}:root"}},
        {**trust, "Principal": {"Service": "lambda.amazonaws.com"}},
    ]
    document = {"Version": "2012-10-17", "Statement": trusted}
    arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document))["Role"]["Arn"]
    if statements:
        policy = {"Version": "2012-10-17", "Statement": list(statements)}
        iam.put_role_policy(RoleName=name, PolicyName="test", PolicyDocument=json.dumps(policy))
    return arn


def zipped(source: str) -> bytes:
    """A Lambda package with `app.py`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", source)
    return buffer.getvalue()


def make_function(
    emulator: Emulator, account: str, name: str, source: str, role_arn: str, **options: Any
) -> str:
    """A published function; the ARN of its version."""
    made = emulator.client("lambda", account).create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="app.handler",
        Role=role_arn,
        Code={"ZipFile": zipped(source)},
        Publish=True,
        TracingConfig={"Mode": "Active"},
        **options,
    )
    arn: str = made["FunctionArn"]
    return arn


def make_api(
    emulator: Emulator, name: str, *, quota: int | None = None, source: str = FUNCTION
) -> EmulatedApi:
    """API `name` with POST /things: AWS_IAM, key required, body validated, our error bodies, tracing.

    The monitor account's role `<name>-caller` may call it; the third account may not.
    """
    gateway, functions = (emulator.client(service, SERVICE_ACCOUNT) for service in ("apigateway", "lambda"))
    allow = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}
    make_role(emulator, MONITOR_ACCOUNT, f"{name}-caller", allow)
    role_arn = make_role(emulator, SERVICE_ACCOUNT, f"{name}-function")
    make_function(emulator, SERVICE_ACCOUNT, name, source, role_arn, Timeout=10)
    alias = functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1")["AliasArn"]
    condition = {"ArnEquals": {"aws:PrincipalArn": f"arn:aws:iam::{MONITOR_ACCOUNT}:role/{name}-caller"}}
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                **allow,
                "Resource": "execute-api:/live/POST/things",
                "Principal": {"AWS": f"arn:aws:iam::{MONITOR_ACCOUNT}:root"},
                "Condition": condition,
            }
        ],
    }
    api = gateway.create_rest_api(name=name, policy=json.dumps(policy))["id"]
    parent = gateway.get_resources(restApiId=api)["items"][0]["id"]
    resource = gateway.create_resource(restApiId=api, parentId=parent, pathPart="things")["id"]
    gateway.create_model(
        restApiId=api, name="Body", contentType="application/json", schema=json.dumps(SCHEMA)
    )
    validator = gateway.create_request_validator(restApiId=api, name="body", validateRequestBody=True)["id"]
    at = {"restApiId": api, "resourceId": resource, "httpMethod": "POST"}
    gateway.put_method(
        **at,
        authorizationType="AWS_IAM",
        apiKeyRequired=True,
        requestValidatorId=validator,
        requestModels={"application/json": "Body"},
    )
    uri = f"arn:aws:apigateway:{emulator.region}:lambda:path/2015-03-31/functions/{alias}/invocations"
    gateway.put_integration(**at, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    for kind, code in (
        ("DEFAULT_4XX", "forbidden"),
        ("DEFAULT_5XX", "internal_error"),
        ("BAD_REQUEST_BODY", "invalid_request"),
        ("THROTTLED", "too_many_requests"),
        ("QUOTA_EXCEEDED", "too_many_requests"),
    ):
        templates = {"application/json": ERROR_TEMPLATE % code}
        gateway.put_gateway_response(restApiId=api, responseType=kind, responseTemplates=templates)
    deployment = gateway.create_deployment(restApiId=api)["id"]
    gateway.create_stage(restApiId=api, stageName="live", deploymentId=deployment, tracingEnabled=True)
    group = f"/api/{name}"
    emulator.client("logs", SERVICE_ACCOUNT).create_log_group(logGroupName=group)
    group_arn = f"arn:aws:logs:{emulator.region}:{SERVICE_ACCOUNT}:log-group:{group}"
    patches = [
        ("/accessLogSettings/format", ACCESS_LOG.replace("NAME", name)),
        ("/accessLogSettings/destinationArn", group_arn),
    ]
    gateway.update_stage(
        restApiId=api,
        stageName="live",
        patchOperations=[{"op": "replace", "path": path, "value": value} for path, value in patches],
    )
    key = gateway.create_api_key(name=name, value=f"{KEY}-{name}", enabled=True)["id"]
    plan = gateway.create_usage_plan(
        name=name,
        apiStages=[{"apiId": api, "stage": "live"}],
        **({"quota": {"limit": quota, "period": "DAY"}} if quota is not None else {}),
    )["id"]
    gateway.create_usage_plan_key(usagePlanId=plan, keyId=key, keyType="API_KEY")
    return EmulatedApi(emulator=emulator, name=name, id=api, plan=plan, key=key, role=f"{name}-caller")
