"""The least policy that reading needs: for the calls that are made, and as narrow as AWS offers."""

import inspect
import json
import pkgutil
import re
from importlib import import_module
from typing import Any

import botocore.session
import pytest
from botocore import xform_name

import discovery
from discovery import calls
from discovery.account import Call, policy_text
from discovery.cli import main

ACCOUNT, REGION = "111111111111", "eu-central-1"
SESSION = botocore.session.get_session()
GATEWAYS = ("apigateway", "apigatewayv2")
# Resource types of the actions: Service Authorization Reference; None where an action knows none.
NARROWEST = {
    "lambda": "arn:aws:lambda:{region}:{account}:function:*",
    "list_role_policies": "arn:aws:iam::{account}:role/*",
    "get_role_policy": "arn:aws:iam::{account}:role/*",
    "list_attached_role_policies": "arn:aws:iam::{account}:role/*",
    "get_policy": "arn:aws:iam::{account}:policy/*",
    "get_policy_version": "arn:aws:iam::{account}:policy/*",
    "describe_table": "arn:aws:dynamodb:{region}:{account}:table/*",
    "describe_endpoint": "arn:aws:sagemaker:{region}:{account}:endpoint/*",
    "describe_endpoint_config": "arn:aws:sagemaker:{region}:{account}:endpoint-config/*",
    "list_tables": "*",
    "list_endpoints": "*",
    "list_metrics": "*",
    "describe_instance_types": "*",
}
AWS_OWN = "arn:aws:iam::aws:policy/*"


def model(call: Call) -> Any:
    """What botocore knows of the operation."""
    service = SESSION.get_service_model(call.service)
    (name,) = (name for name in service.operation_names if xform_name(name) == call.operation)
    return service.operation_model(name)


@pytest.mark.parametrize("call", [call for call in calls.ALL if call.service in GATEWAYS])
def test_what_the_gateway_is_asked_is_allowed_by_its_method_and_path(call: Call) -> None:
    http = model(call).http
    path = re.sub(r"^/v2|\?.*$", "", http["requestUri"])
    path = re.sub(r"\{(restapi_id|apiId)\}", "{api}", path, flags=re.IGNORECASE)
    path = re.sub(r"\{(?!api\})\w+\}", "*", path)
    assert call.action == f"apigateway:{http['method']}"
    assert call.resources == (f"arn:aws:apigateway:{{region}}::{path}",)


@pytest.mark.parametrize("call", [call for call in calls.ALL if call.service not in GATEWAYS])
def test_what_else_is_asked_is_allowed_by_its_name_on_the_narrowest_resources(call: Call) -> None:
    assert call.action == f"{call.service}:{model(call).name}"
    narrowest = NARROWEST.get(call.operation) or NARROWEST[call.service]
    own = (AWS_OWN,) if narrowest.endswith(":policy/*") else ()
    assert call.resources == (narrowest, *own)


def test_the_policy_allows_nothing_that_is_not_asked() -> None:
    modules = [m.name for m in pkgutil.walk_packages(discovery.__path__, "discovery.")]
    sources = "".join(inspect.getsource(import_module(name)) for name in modules)
    asked = set(re.findall(r"\bcalls\.([A-Z_]+)\b", sources)) - {"ALL"}
    assert {vars(calls)[name] for name in asked} == set(calls.ALL)
    assert asked == {name for name, value in vars(calls).items() if isinstance(value, Call)}


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def test_each_statement_of_the_policy_is_for_resources_of_one_kind() -> None:
    document = json.loads(policy_text(calls.ALL, region=REGION, account=ACCOUNT, api="abc"))
    statements = document["Statement"]
    assert [statement["Effect"] for statement in statements] == ["Allow"] * len(statements)
    pairs = {
        (action, resource)
        for statement in statements
        for action in statement["Action"]
        for resource in listed(statement["Resource"])
    }
    assert pairs == {
        (call.action, resource.format(region=REGION, account=ACCOUNT, api="abc"))
        for call in calls.ALL
        for resource in call.resources
    }


@pytest.mark.parametrize(
    ("role", "account"),
    [([], "*"), (["--role-arn", f"arn:aws:iam::{ACCOUNT}:role/ci/r"], ACCOUNT), (["--role-arn", "r"], "*")],
)
def test_the_policy_is_printed_without_asking_anything_for_the_account_of_the_role(
    role: list[str], account: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert main(["--api", "abc", "--region", REGION, "--policy", *role]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads(policy_text(calls.ALL, region=REGION, account=account, api="abc"))
