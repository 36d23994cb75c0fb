"""Public example APIs as what their templates make, by plain calls of boto3 on any emulator of AWS.

- SAM's `hello world` (aws/aws-sam-cli-app-templates): a REST API and one function, nothing behind it.
- `apigw-http-api-lambda-dynamodb` (Serverless Land): an HTTP API, one function that puts items into a table.
- `api-cors-lambda-crud-dynamodb` (aws-samples/aws-cdk-examples): a REST API, five functions, one table.
- `apigw-lambda-sagemaker` (Serverless Land): a REST API with a key, a function, an endpoint.
- `apigw-rest-api-dynamodb` (Serverless Land): a REST API that asks the table itself, with a role of its own.
"""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import boto3

REGION = "eu-central-1"
CODE = """
def handler(event, context):
    return {"statusCode": 200, "body": '{"message": "hello"}'}
"""
CRUD = (
    *("BatchGetItem", "Query", "GetItem", "Scan", "ConditionCheckItem"),
    *("BatchWriteItem", "PutItem", "UpdateItem", "DeleteItem", "DescribeTable"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """An API that stands on an emulator."""

    id: str
    stage: str


class Account:
    """Makes the parts of an API with one session, as CloudFormation would."""

    def __init__(self, session: boto3.Session, **client: Any) -> None:
        self.session, self._client = session, client

    def client(self, service: str) -> Any:
        create: Any = self.session.client
        return create(service, region_name=REGION, **self._client)

    @property
    def id(self) -> str:
        return str(self.client("sts").get_caller_identity()["Account"])

    def role(self, name: str, service: str, policies: Mapping[str, Any] | None = None) -> str:
        trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        iam = self.client("iam")
        arn = iam.create_role(
            RoleName=name,
            AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        )["Role"]["Arn"]
        for policy, statement in (policies or {}).items():
            document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]}
            iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(document))
        return str(arn)

    def function(
        self, name: str, role: str, *, environment: Mapping[str, str] | None = None, timeout_s: int = 3
    ) -> str:
        package = io.BytesIO()
        with zipfile.ZipFile(package, "w") as archive:
            archive.writestr("index.py", CODE)
        made = self.client("lambda").create_function(
            FunctionName=name,
            Runtime="python3.12",
            Role=role,
            Handler="index.handler",
            Code={"ZipFile": package.getvalue()},
            Timeout=timeout_s,
            MemorySize=128,
            Environment={"Variables": dict(environment or {})},
        )
        return str(made["FunctionArn"])

    def table(self, name: str, key: str = "id") -> str:
        made = self.client("dynamodb").create_table(
            TableName=name,
            KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        return str(made["TableDescription"]["TableArn"])

    def endpoint(self, name: str, instance_type: str = "ml.m5.xlarge") -> None:
        sagemaker = self.client("sagemaker")
        role = self.role(f"{name}-model", "sagemaker.amazonaws.com")
        container = {
            "Image": f"{self.id}.dkr.ecr.{REGION}.amazonaws.com/model:1",
            "ModelDataUrl": "s3://b/m.tar.gz",
        }
        sagemaker.create_model(ModelName=name, ExecutionRoleArn=role, PrimaryContainer=container)
        variant = {
            "VariantName": "AllTraffic",
            "ModelName": name,
            "InitialInstanceCount": 1,
            "InstanceType": instance_type,
        }
        sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])
        sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)

    def rest_api(
        self, name: str, methods: Mapping[tuple[str, str], Mapping[str, Any]], stage: str, **settings: Any
    ) -> Made:
        """`methods` by method and path: the integration, and `authorizationType`, `apiKeyRequired`."""
        gateway = self.client("apigateway")
        api_id = gateway.create_rest_api(name=name)["id"]
        (root,) = gateway.get_resources(restApiId=api_id)["items"]
        resources = {"/": root["id"]}
        for verb, path in methods:
            parent = "/"
            for part in path.strip("/").split("/") if path != "/" else ():
                here = f"{parent.rstrip('/')}/{part}"
                if here not in resources:
                    made = gateway.create_resource(
                        restApiId=api_id, parentId=resources[parent], pathPart=part
                    )
                    resources[here] = made["id"]
                parent = here
            given = dict(methods[verb, path])
            where = {"restApiId": api_id, "resourceId": resources[path], "httpMethod": verb}
            gateway.put_method(
                **where,
                authorizationType=given.pop("authorizationType", "NONE"),
                apiKeyRequired=given.pop("apiKeyRequired", False),
            )
            gateway.put_integration(**where, integrationHttpMethod="POST", **given)
        gateway.create_deployment(restApiId=api_id, stageName=stage)
        if settings:
            patches = [{"op": "replace", "path": path, "value": value} for path, value in settings.items()]
            gateway.update_stage(restApiId=api_id, stageName=stage, patchOperations=patches)
        return Made(id=api_id, stage=stage)

    def http_api(self, name: str, routes: Mapping[str, str]) -> Made:
        """`routes` are functions' ARNs by route key."""
        gateway = self.client("apigatewayv2")
        api_id = gateway.create_api(Name=name, ProtocolType="HTTP")["ApiId"]
        for key, arn in routes.items():
            integration = gateway.create_integration(
                ApiId=api_id, IntegrationType="AWS_PROXY", IntegrationUri=arn, PayloadFormatVersion="2.0"
            )["IntegrationId"]
            gateway.create_route(ApiId=api_id, RouteKey=key, Target=f"integrations/{integration}")
        gateway.create_stage(ApiId=api_id, StageName="$default", AutoDeploy=True)
        return Made(id=api_id, stage="$default")


def proxy(function_arn: str, **more: Any) -> dict[str, Any]:
    """The Lambda proxy integration of a REST API."""
    uri = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{function_arn}/invocations"
    return {"type": "AWS_PROXY", "uri": uri, **more}


def hello_world(account: Account) -> Made:
    role = account.role("sam-app-HelloWorldFunctionRole-1JX2", "lambda.amazonaws.com")
    function = account.function("sam-app-HelloWorldFunction-Tz3q9AbCdEfG", role)
    return account.rest_api("sam-app", {("GET", "/hello"): proxy(function)}, "Prod")


def http_dynamodb(account: Account) -> Made:
    table = account.table("http-api-sam-DynamoTable-1A2B3C")
    policy = {"Action": ["dynamodb:PutItem"], "Resource": table}
    role = account.role("http-api-sam-LambdaRole", "lambda.amazonaws.com", {"put": policy})
    function = account.function(
        "http-api-sam-LambdaFunction-9x", role, environment={"DDB_TABLE": table.rpartition("/")[2]}
    )
    return account.http_api("http-api-sam", {"POST /items": function})


def crud(account: Account) -> Made:
    table = account.table("items", "itemId")
    policy = {"Action": [f"dynamodb:{action}" for action in CRUD], "Resource": table}
    methods: dict[tuple[str, str], dict[str, Any]] = {}
    for name, verb, path in (
        ("getAllItemsFunction", "GET", "/items"),
        ("createItemFunction", "POST", "/items"),
        ("getOneItemFunction", "GET", "/items/{id}"),
        ("updateItemFunction", "PATCH", "/items/{id}"),
        ("deleteItemFunction", "DELETE", "/items/{id}"),
    ):
        role = account.role(f"ApiLambdaCrudDynamoDBExample-{name}", "lambda.amazonaws.com", {"table": policy})
        environment = {"PRIMARY_KEY": "itemId", "TABLE_NAME": "items"}
        methods[verb, path] = proxy(
            account.function(f"ApiLambdaCrud-{name}-7Yk", role, environment=environment)
        )
    for path in ("/items", "/items/{id}"):
        methods["OPTIONS", path] = {
            "type": "MOCK",
            "requestTemplates": {"application/json": '{"statusCode": 200}'},
        }
    return account.rest_api("Items Service", methods, "prod")


def model(account: Account) -> Made:
    account.endpoint("churn-endpoint")
    policy = {"Action": "sagemaker:InvokeEndpoint", "Resource": "*"}
    role = account.role("predict-role", "lambda.amazonaws.com", {"invoke": policy})
    environment = {"ENDPOINT_NAME": "churn-endpoint"}
    function = account.function("predict", role, environment=environment, timeout_s=15)
    account.client("lambda").put_function_concurrency(FunctionName="predict", ReservedConcurrentExecutions=20)
    made = account.rest_api("predict-api", {("POST", "/predict"): proxy(function, apiKeyRequired=True)}, "v1")
    account.client("apigateway").create_usage_plan(
        name="Basic Plan",
        apiStages=[{"apiId": made.id, "stage": "v1"}],
        quota={"limit": 5000, "period": "MONTH"},
        throttle={"rateLimit": 10, "burstLimit": 20},
    )
    return made


def direct(account: Account) -> Made:
    table = account.table("Music", "id")
    actions = ["dynamodb:PutItem", "dynamodb:Query"]
    role = account.role(
        "APIGatewayRole", "apigateway.amazonaws.com", {"table": {"Action": actions, "Resource": table}}
    )

    def action(name: str, template: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "type": "AWS",
            "uri": f"arn:aws:apigateway:{REGION}:dynamodb:action/{name}",
            "credentials": role,
            "requestTemplates": {"application/json": json.dumps(template)},
        }

    query = {"TableName": "Music", "KeyConditionExpression": "id = :v1"}
    return account.rest_api(
        "music",
        {
            ("POST", "/music"): action(
                "PutItem", {"TableName": "Music", "Item": {"id": {"S": "$context.requestId"}}}
            ),
            ("GET", "/music/{id}"): action("Query", query),
        },
        "live",
    )


EXAMPLES: Mapping[str, Callable[[Account], Made]] = {
    "hello-world": hello_world,
    "http-dynamodb": http_dynamodb,
    "crud": crud,
    "model": model,
    "direct": direct,
}
