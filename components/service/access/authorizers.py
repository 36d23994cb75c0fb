"""Tokens: the contract's schemes as API Gateway's authorizers, and its leave to invoke their functions."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from settings.api.authorizers import Authorizer
from settings.service.contract import Contract
from settings.service.security import schemes, token_header

X = "x-amazon-apigateway-auth"


def gateway_schemes(
    contract: Contract, authorizers: Mapping[str, Authorizer], region: str
) -> dict[str, dict[str, Any]]:
    """By the name of the contract's scheme, what API Gateway imports in its place.

    Sources: "x-amazon-apigateway-authtype" and "x-amazon-apigateway-authorizer", API Gateway developer guide.
    """
    known = schemes(contract.document)
    return {
        name: {
            "type": "apiKey",
            "in": "header",
            "name": token_header(known[name]),
            f"{X}type": "cognito_user_pools" if authorizer.user_pools else "custom",
            f"{X}orizer": _authorizer(authorizer, token_header(known[name]), region),
        }
        for name, authorizer in authorizers.items()
    }


def permissions(
    name: str,
    authorizers: Mapping[str, Authorizer],
    account_id: str,
    execution_arn: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> list[aws.lambda_.Permission]:
    """One for each function of the own account. Only the owner of another account's can give it."""
    made = []
    for scheme, authorizer in authorizers.items():
        arn = (authorizer.function or "").split(":")
        if len(arn) > 1 and arn[4] == account_id:
            made.append(
                aws.lambda_.Permission(
                    f"{name}-authorize-{scheme}",
                    action="lambda:InvokeFunction",
                    function=":".join(arn[:7]),
                    qualifier=arn[7] if len(arn) > 7 else None,  # noqa: PLR2004  # behind the name
                    principal="apigateway.amazonaws.com",
                    source_arn=pulumi.Output.concat(execution_arn, "/authorizers/*"),  # their ids are AWS's
                    opts=opts,
                )
            )
    return made


def _authorizer(authorizer: Authorizer, header: str, region: str) -> dict[str, Any]:
    if authorizer.user_pools:
        return {"type": "cognito_user_pools", "providerARNs": list(authorizer.user_pools)}
    path = f"2015-03-31/functions/{authorizer.function}/invocations"
    found = {
        "type": authorizer.type,
        "authorizerUri": f"arn:aws:apigateway:{region}:lambda:path/{path}",
        "authorizerResultTtlInSeconds": authorizer.cache_s,
    }
    if authorizer.type == "request":
        sources = authorizer.identity or (f"header.{header}",)
        found["identitySource"] = ", ".join(
            one if one.startswith("context.") else f"method.request.{one}" for one in sources
        )
    return found
