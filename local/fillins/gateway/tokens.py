"""Authorizers of tokens, where the emulator asks less than API Gateway does.

Sources: "How API Gateway resource policies affect authorization workflow" (after Cognito an explicit allow is
required), "Configure a Lambda authorizer" (the function's policy lets API Gateway in).
"""

from collections.abc import Awaitable, Callable
from typing import Any

from ministack.core.iam_evaluator import EvalContext, evaluate_resource_policy
from ministack.core.responses import request_scope
from ministack.services import apigateway_v1, lambda_svc

SILENT = "User is not authorized to access this resource"  # of a verdict that names no statement
GATEWAY = "apigateway.amazonaws.com"
FUNCTION = "/functions/"
Verdict = tuple[Any, dict[str, Any] | None]


async def authorize(  # noqa: PLR0917 # the replaced function's own signature
    original: Callable[..., Awaitable[Verdict]],
    api_id: str,
    stage_name: str,
    method_obj: dict[str, Any],
    method: str,
    request_path: str,
    *rest: Any,
) -> Verdict:
    """The emulator's verdict on a call, together with what the API's policy says of everybody.

    After Cognito's it has to allow the call, too. Beside a function's it counts where that says nothing.
    """
    error, context = await original(api_id, stage_name, method_obj, method, request_path, *rest)
    kind, (account, region) = method_obj.get("authorizationType"), rest[-2:]
    policy_error = apigateway_v1._anonymous_policy_error(  # noqa: SLF001 # the one evaluation there is
        api_id, stage_name, method, request_path, account, region
    )
    if error is None and kind == "COGNITO_USER_POOLS":
        error = policy_error
    elif error is not None and kind == "CUSTOM" and error.message == SILENT and policy_error is None:
        error, context = None, {}
    return error, None if error else context


async def invoke(
    original: Callable[..., Awaitable[dict[str, Any] | None]],
    authorizer: dict[str, Any],
    event: dict[str, Any],
    account: str,
    region: str,
) -> dict[str, Any] | None:
    """The function's answer; None, a wrong configuration, where its policy does not let this authorizer"
    " in."""
    function = str(authorizer.get("authorizerUri", "")).partition(FUNCTION)[2].removesuffix("/invocations")
    api = event["methodArn"].partition("/")[0]
    context = EvalContext(
        GATEWAY,
        "Service",
        account,
        "lambda:InvokeFunction",
        function,
        region,
        service_context={"aws:sourcearn": f"{api}/authorizers/{authorizer['id']}"},
    )
    owner = function.split(":")[4] if function.startswith("arn:") else account
    with request_scope(owner, region):
        found = lambda_svc.function_policy_for_arn(function)
    if not found or evaluate_resource_policy(found[0], context, service=GATEWAY).decision != "Allow":
        return None
    return await original(authorizer, event, account, region)
