"""An API as another team deploys it: plain calls of AWS's own APIs, and none of this program's components.

It serves the service that the run was asked for, so that customers and faults are those of any run: a REST
API with API keys, a function, a table and an endpoint. Who watches it has to find all that
(`local.run.theirs`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from components.shared.packages import build_handler, generated_for
from local.deployer.accounts import Emulator
from settings.service import Service

NAME, STAGE = "Their API", "prod"
FUNCTION, TABLE, ENDPOINT = "TheirApi-Handler-8J2kGx4LQ0Ab", "TheirApi-Items-1QAZ2WSX", "their-model"
TIME_BUDGET_MS, TIMEOUT_S, CONCURRENCY = 1500, 3, 50
RATE_PER_S, BURST = 400, 800
KEY = "their-watcher"


@dataclass(frozen=True, kw_only=True, slots=True)
class TheirApi:
    """What its owners hand over: the API's id, and a key for who watches it."""

    id: str
    key: str


def make(emulator: Emulator, account: str, region: str, service: Service, quota: int) -> TheirApi:
    """Deploy it; each of the customers' keys may send `quota` requests a day."""
    return _Owner(emulator, account, region).deploy(service, quota)


class _Owner:
    def __init__(self, emulator: Emulator, account: str, region: str) -> None:
        self._account, self._region = account, region
        self._session, self._url = emulator.session(account), emulator.url

    def _client(self, name: str) -> Any:
        create: Any = self._session.client
        return create(name, region_name=self._region, endpoint_url=self._url)

    def deploy(self, service: Service, quota: int) -> TheirApi:
        environment = {"TIME_BUDGET_MS": str(TIME_BUDGET_MS)}
        statements = []
        if service.uses_reference:
            environment |= {"TABLE_NAME": TABLE, "CACHE_TTL_S": "60", "CACHE_SIZE": "1000"}
            statements.append({"Action": "dynamodb:GetItem", "Resource": self._table()})
        if service.uses_model:
            environment["ENDPOINT_NAME"] = ENDPOINT
            statements.append({"Action": "sagemaker:InvokeEndpoint", "Resource": self._endpoint()})
        role = self._role(statements)
        function = self._client("lambda").create_function(
            FunctionName=FUNCTION,
            Runtime="python3.14",
            Role=role,
            Handler="handlers.inference.app.handler",
            Code={"ZipFile": build_handler("inference", generated_for(service)["inference"]).read_bytes()},
            Timeout=TIMEOUT_S,
            MemorySize=1024,
            Environment={"Variables": environment},
            TracingConfig={"Mode": "Active"},
        )["FunctionArn"]
        self._client("lambda").put_function_concurrency(
            FunctionName=FUNCTION, ReservedConcurrentExecutions=CONCURRENCY
        )
        api_id = self._api(service, function)
        self._plan(api_id, "Customers", ("one", "two"), quota)
        (key,) = self._plan(api_id, "Watchers", (KEY,), None)
        return TheirApi(id=api_id, key=key)

    def _table(self) -> str:
        made = self._client("dynamodb").create_table(
            TableName=TABLE,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        return str(made["TableDescription"]["TableArn"])

    def _endpoint(self) -> str:
        sagemaker = self._client("sagemaker")
        image = f"{self._account}.dkr.ecr.{self._region}.amazonaws.com/their-model:1"
        role = f"arn:aws:iam::{self._account}:role/their-model"
        sagemaker.create_model(ModelName=ENDPOINT, ExecutionRoleArn=role, PrimaryContainer={"Image": image})
        serverless = {"MemorySizeInMB": 2048, "MaxConcurrency": 20}
        variant = {"VariantName": "AllTraffic", "ModelName": ENDPOINT, "ServerlessConfig": serverless}
        sagemaker.create_endpoint_config(EndpointConfigName=ENDPOINT, ProductionVariants=[variant])
        made = sagemaker.create_endpoint(EndpointName=ENDPOINT, EndpointConfigName=ENDPOINT)
        return str(made["EndpointArn"])

    def _role(self, statements: list[dict[str, Any]]) -> str:
        iam = self._client("iam")
        trust = {"Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        made = iam.create_role(RoleName=f"{FUNCTION}-role", AssumeRolePolicyDocument=_document([trust]))
        traces = {"Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "Resource": "*"}
        iam.put_role_policy(
            RoleName=f"{FUNCTION}-role", PolicyName="its", PolicyDocument=_document([*statements, traces])
        )
        return str(made["Role"]["Arn"])

    def _api(self, service: Service, function: str) -> str:
        gateway = self._client("apigateway")
        binary = list(service.contract.binary_types)
        api_id = str(gateway.create_rest_api(name=NAME, binaryMediaTypes=binary)["id"])
        resources = {"": gateway.get_resources(restApiId=api_id)["items"][0]["id"]}
        uri = f"arn:aws:apigateway:{self._region}:lambda:path/2015-03-31/functions/{function}/invocations"
        for operation in service.contract.operations.values():
            here = ""
            for part in operation.path.strip("/").split("/"):
                parent, here = here, f"{here}/{part}"
                if here not in resources:
                    made = gateway.create_resource(
                        restApiId=api_id, parentId=resources[parent], pathPart=part
                    )
                    resources[here] = made["id"]
            where = {
                "restApiId": api_id,
                "resourceId": resources[here],
                "httpMethod": operation.method.upper(),
            }
            gateway.put_method(**where, authorizationType="NONE", apiKeyRequired=True)
            gateway.put_integration(**where, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
        gateway.create_deployment(restApiId=api_id)
        (deployment,) = gateway.get_deployments(restApiId=api_id)["items"]
        gateway.create_stage(
            restApiId=api_id, stageName=STAGE, deploymentId=deployment["id"], tracingEnabled=True
        )
        self._client("lambda").add_permission(
            FunctionName=FUNCTION,
            StatementId="api",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:aws:execute-api:{self._region}:{self._account}:{api_id}/*",
        )
        return api_id

    def _plan(self, api_id: str, name: str, keys: tuple[str, ...], quota: int | None) -> tuple[str, ...]:
        """The values of the plan's keys."""
        gateway = self._client("apigateway")
        limit: Mapping[str, Any] = {"quota": {"limit": quota, "period": "DAY"}} if quota else {}
        plan = gateway.create_usage_plan(
            name=name,
            apiStages=[{"apiId": api_id, "stage": STAGE}],
            throttle={"rateLimit": float(RATE_PER_S), "burstLimit": BURST},
            **limit,
        )
        values = []
        for key in keys:
            made = gateway.create_api_key(name=key, enabled=True)
            gateway.create_usage_plan_key(usagePlanId=plan["id"], keyId=made["id"], keyType="API_KEY")
            values.append(str(made["value"]))
        return tuple(values)


def _document(statements: list[dict[str, Any]]) -> str:
    allowed = [{"Effect": "Allow", **statement} for statement in statements]
    return json.dumps({"Version": "2012-10-17", "Statement": allowed})
