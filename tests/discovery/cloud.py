"""An account that answers as it is told, and what is asked of it."""

from collections.abc import Callable, Mapping
from typing import Any, cast

import boto3
from botocore.exceptions import ClientError

from discovery.command import discover
from discovery.found import Found

ACCOUNT, REGION = "111111111111", "eu-central-1"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function"
INVOKE = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{{}}/invocations"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/service/orders-role"
Answers = dict[str, Any]


class Cloud:
    """A session that answers by `service.operation`; an exception is raised, a function asked."""

    region_name = REGION

    def __init__(self, **answers: Any) -> None:
        self.asked: list[str] = []
        self._answers = {name.replace("__", "."): answer for name, answer in answers.items()}

    def client(self, service: str, **_: Any) -> Any:
        return Client(service, self)

    def answer(self, name: str, parameters: Mapping[str, Any]) -> Any:
        self.asked.append(name)
        given = self._answers.get(name, {})
        if isinstance(given, Exception):
            raise given
        return given(**parameters) if callable(given) else given


class Client:
    def __init__(self, service: str, cloud: Cloud) -> None:
        self._service, self._cloud = service, cloud

    def can_paginate(self, _operation: str) -> bool:
        return False

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        return lambda **parameters: self._cloud.answer(f"{self._service}.{operation}", parameters)


def refused(code: str = "AccessDeniedException", status: int = 400) -> ClientError:
    error = {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(cast("Any", error), "Operation")


def rest(*methods: tuple[str, str, Mapping[str, Any]], **changes: Any) -> Answers:
    """A REST API `orders` with one stage; methods by path, verb and integration."""
    items = [
        {"id": f"r{n}", "path": path, "resourceMethods": {verb: {"methodIntegration": dict(integration)}}}
        for n, (path, verb, integration) in enumerate(methods)
    ]
    return {
        "sts__get_caller_identity": {"Account": ACCOUNT},
        "apigateway__get_rest_apis": {"items": [{"id": "abc", "name": "orders"}]},
        "apigateway__get_rest_api": {"id": "abc", "name": "orders"},
        "apigateway__get_stages": {"item": [{"stageName": "prod"}]},
        "apigateway__get_resources": {"items": items},
        "apigateway__get_account": {"throttleSettings": {"rateLimit": 10_000.0, "burstLimit": 5000}},
        **changes,
    }


def proxy(name: str) -> dict[str, Any]:
    return {"type": "AWS_PROXY", "uri": INVOKE.format(f"{FUNCTION}:{name}"), "timeoutInMillis": 29_000}


def found(answers: Answers, **more: Any) -> Found:
    return discover(cast("boto3.Session", Cloud(**{**answers, **more})), "abc")


CONFIGURATION = {
    "Timeout": 5,
    "MemorySize": 256,
    "Role": ROLE,
    "Environment": {"Variables": {"TABLE": "orders", "MODEL": "fraud", "STAGE": "prod"}},
}
