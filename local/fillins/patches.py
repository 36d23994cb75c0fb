"""Every replacement of a private function of the emulator, in one place.

Each entry says what it replaces and why no service handler or layer in front can do it. The version of
the emulator is pinned exactly, and `tests/local/fillins/test_patches.py` holds a fingerprint of every
function replaced here, so that an upgrade which changes one under us fails a test, not a run.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import ministack.app
import ministack.core.arn
import ministack.core.iam_actions
import ministack.core.iam_evaluator
import ministack.core.lambda_runtime
from ministack.services import apigateway_v1, cloudwatch, kms, lambda_svc, scheduler, secretsmanager, sns

from local.fillins import functions, identity, upstream
from local.fillins.gateway import execute, refusals, tokens, usage
from local.fillins.services import alarms, notifications
from local.fillins.services import secretsmanager as secrets

SCHEDULE_TICK_S = 1  # upstream 10: a one-minute schedule would fire up to ten seconds late


@dataclass(frozen=True, kw_only=True, slots=True)
class Patch:
    """`owner.name` becomes `replacement`, which gets the original as its first argument."""

    owner: ModuleType | type
    name: str
    replacement: Callable[..., Any]
    reason: str

    @property
    def target(self) -> Any:
        """The function that stands there now."""
        return getattr(self.owner, self.name)


def _owner_of_api(original: Callable[[str], Any], api_id: str) -> tuple[str, str] | None:
    del original  # looks in the caller's account only
    return upstream.rest_api_owner(api_id)


def _owner_of_domain(original: Callable[[str], Any], name: str) -> tuple[str, str, str] | None:
    del original  # looks in the caller's account only
    return upstream.domain_owner(name)


def _nothing(original: Callable[..., None], *args: Any, **options: Any) -> None:
    del original, args, options


PATCHES = (
    Patch(
        owner=apigateway_v1,
        name="find_api_scope",
        replacement=_owner_of_api,
        reason="a signed call from another account must find the API",
    ),
    Patch(
        owner=apigateway_v1,
        name="find_domain_scope",
        replacement=_owner_of_domain,
        reason="a call of another account by a custom domain's name must find the domain",
    ),
    Patch(
        owner=ministack.core.arn,
        name="execute_api_arn",
        replacement=execute.owner_arn,
        reason="policies name the API under its owner's account, not the caller's",
    ),
    Patch(
        owner=ministack.core.iam_evaluator,
        name="_resolve_condition_key",
        replacement=identity.condition_key,
        reason="aws:PrincipalArn of a role session is the role: the API's policy names the canary's role",
    ),
    Patch(
        owner=ministack.core.iam_actions,
        name="request_tag_context",
        replacement=identity.request_context,
        reason="a role may publish to its own namespace only: the key cloudwatch:namespace",
    ),
    Patch(
        owner=secretsmanager,
        name="secret_policy_for_arn",
        replacement=secrets.policy_of_owner,
        reason="a caller of another account is asked about by the secret's policy, too",
    ),
    Patch(
        owner=kms,
        name="key_policy_for_arn",
        replacement=secrets.policy_of_owner,
        reason="a caller of another account is asked about by the KMS key's policy, too",
    ),
    Patch(
        owner=ministack.app,
        name="_enforce_execute_api",
        replacement=refusals.enforce,
        reason="another account's root needs the resource policy; a denial is a gateway response",
    ),
    Patch(
        owner=ministack.app,
        name="_handle_execute_api_request",
        replacement=execute.execute,
        reason="metrics, access log and trace cover refused calls too, so they wrap the whole data plane",
    ),
    Patch(
        owner=apigateway_v1,
        name="_gateway_error_response",
        replacement=refusals.render_error,
        reason="one request id in answer, log and trace",
    ),
    Patch(
        owner=apigateway_v1,
        name="_build_lambda_event_v1",
        replacement=execute.build_event,
        reason="one request id; the caller's own account; the API key's id",
    ),
    Patch(
        owner=apigateway_v1,
        name="_call_lambda_raw",
        replacement=execute.call_function,
        reason="integration latency and the trace's Lambda subsegment",
    ),
    Patch(
        owner=apigateway_v1,
        name="_invoke_lambda_proxy_v1",
        replacement=execute.invoke_proxy,
        reason="a failed function's text must not reach the caller",
    ),
    Patch(
        owner=apigateway_v1,
        name="_authorize_request_v1",
        replacement=tokens.authorize,
        reason="after Cognito's verdict the API's resource policy has to allow the call, too",
    ),
    Patch(
        owner=apigateway_v1,
        name="_invoke_authorizer_lambda",
        replacement=tokens.invoke,
        reason="an authorizer's function whose policy does not let API Gateway in is not invoked",
    ),
    Patch(
        owner=apigateway_v1,
        name="_check_quota",
        replacement=usage.check_quota,
        reason="GetUsage counts what passed the quota check",
    ),
    Patch(
        owner=lambda_svc,
        name="_execute_function_dispatch",
        replacement=functions.dispatch,
        reason="the one point every accounted invocation passes: metrics and segments",
    ),
    Patch(
        owner=lambda_svc,
        name="_acquire_execution_slot",
        replacement=functions.acquire,
        reason="throttles of every caller, not of direct calls only",
    ),
    Patch(
        owner=lambda_svc,
        name="_emit_lambda_metrics",
        replacement=_nothing,
        reason="would count direct calls twice",
    ),
    Patch(
        owner=lambda_svc,
        name="_xray_trace_id_for_invocation",
        replacement=functions.trace_header,
        reason="the function continues the caller's trace under its own segment",
    ),
    Patch(
        owner=ministack.core.lambda_runtime.Worker,
        name="_spawn",
        replacement=functions.spawn,
        reason="cold starts: the Init phase is not part of Duration",
    ),
    Patch(
        owner=cloudwatch,
        name="_evaluate_alarm",
        replacement=_nothing,
        reason="states come from the rehearsal through SetAlarmState; this one ignores dimensions",
    ),
    Patch(
        owner=cloudwatch,
        name="_evict_old_metrics",
        replacement=_nothing,
        reason="rewrites every list on each call, losing points that threads append meanwhile",
    ),
    Patch(
        owner=cloudwatch,
        name="_dispatch_alarm_actions",
        replacement=alarms.dispatch,
        reason="a suppressor in ALARM, and policies that do not let CloudWatch publish, keep it from acting",
    ),
    Patch(
        owner=sns,
        name="_http_post_sync",
        replacement=notifications.post,
        reason="SNS counts what was delivered over HTTP and what was not",
    ),
    Patch(
        owner=sns,
        name="_list_subscriptions_by_topic",
        replacement=notifications.listed,
        reason="a subscription that waits for its confirmation has no ARN yet",
    ),
)


def install() -> None:
    """Apply every patch, once."""
    for patch in PATCHES:
        setattr(patch.owner, patch.name, _bound(patch))
    scheduler._SCHEDULE_TICK_INTERVAL = SCHEDULE_TICK_S  # noqa: SLF001 # a constant without a public knob


def _bound(patch: Patch) -> Callable[..., Any]:
    original = patch.target
    replacement = patch.replacement

    @functools.wraps(original)
    def patched(*args: Any, **options: Any) -> Any:
        return replacement(original, *args, **options)

    return patched
