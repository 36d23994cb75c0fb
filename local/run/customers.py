"""Who calls the API in a local run: a customer's role of the service account with keys of a usage plan.

The role is made here, as a customer makes the role of its own application; it may call the API
and nothing else. The plan and its keys are those that the service stack deployed. Deliberately not the
canary's role: that one belongs to the canary, and only its own function may assume it.
"""

import base64
import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from botocore.credentials import Credentials

from handlers.canary.probes import Probe
from local.run.client import Target
from local.run.observe import Accounts
from settings.service.contract import is_json

SESSION_S = 12 * 60 * 60
PACE = 0.9  # share of the plan's rate that the clients use: a customer stays below its limit
CANARY_PLAN = "canary"


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """A usage plan as deployed. `rate_per_s` and `quota` hold for each key; `quota` None has no limit."""

    name: str
    rate_per_s: float
    quota: int | None
    keys: tuple[str, ...]

    def pace_per_s(self, stage_rate_per_s: float) -> float:
        """How many requests a second its keys and the stage let through, with room to spare."""
        return PACE * min(stage_rate_per_s, self.rate_per_s * len(self.keys))


class NoPlanError(RuntimeError):
    """No usage plan of the stack lets customers call as often as they are to."""


def choose_plan(accounts: Accounts, account: str, api_id: str, base: str) -> Plan:
    """The deployed plan that lets its customers through fastest, the canary's own left out.

    Raises `NoPlanError` when the stack's configuration has none.
    """
    client = accounts.client("apigateway", account)
    plans: list[Plan] = []
    for page in client.get_paginator("get_usage_plans").paginate():
        for plan in page["items"]:
            stages = [stage["apiId"] for stage in plan.get("apiStages", [])]
            if api_id not in stages or plan["name"] == f"{base}-{CANARY_PLAN}":
                continue
            members = client.get_usage_plan_keys(usagePlanId=plan["id"])["items"]
            values = [client.get_api_key(apiKey=each["id"], includeValue=True)["value"] for each in members]
            plans.append(
                Plan(
                    name=plan["name"].removeprefix(f"{base}-"),
                    rate_per_s=plan["throttle"]["rateLimit"],
                    quota=plan["quota"]["limit"] if plan.get("quota") else None,
                    keys=tuple(values),
                )
            )
    usable = [plan for plan in plans if plan.keys]
    if not usable:
        raise NoPlanError(
            "The service stack has no usage plan with a key, so no customer can call. "
            "Add one to `inference-watch:usage_plans` in its stack file."
        )
    return max(usable, key=lambda plan: (plan.rate_per_s * len(plan.keys), plan.name))


def customer(
    accounts: Accounts,
    account: str,
    *,
    role: str,
    invoke_arn: str,
    url: str,
    region: str,
    keys: Sequence[str],
) -> Target:
    """Make the customer's role, open a session of it, and say how to call as it."""
    iam = accounts.client("iam", account)
    trust = [
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
            "Action": "sts:AssumeRole",
        }
    ]
    created = iam.create_role(
        RoleName=role,
        AssumeRolePolicyDocument=_policy(trust),
        MaxSessionDuration=SESSION_S,
        Description="A customer's application, in the local run only.",
    )
    allow = [{"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": invoke_arn}]
    iam.put_role_policy(RoleName=role, PolicyName="invoke", PolicyDocument=_policy(allow))
    session = accounts.client("sts", account).assume_role(
        RoleArn=created["Role"]["Arn"], RoleSessionName="customer", DurationSeconds=SESSION_S
    )["Credentials"]
    return Target(
        url=url,
        region=region,
        credentials=Credentials(session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"]),
        api_keys=tuple(keys),
    )


def curl(target: Target, sent: Probe) -> str:
    """A shell command that sends the request as the same customer; a body of bytes comes from a pipe."""
    credentials = target.credentials
    words = [
        ("curl", "-sS", "-X", sent.method),
        ("--aws-sigv4", f"aws:amz:{target.region}:execute-api"),
        ("--user", f"{credentials.access_key}:{credentials.secret_key}"),
        ("-H", f"x-amz-security-token: {credentials.token}"),
        ("-H", f"x-api-key: {target.api_keys[0]}"),
    ]
    if sent.content_type is not None:
        words.append(("-H", f"content-type: {sent.content_type}"))
    pipe = ""
    if sent.body is not None and is_json(sent.content_type or ""):
        words.append(("-d", sent.body.decode()))
    elif sent.body is not None:
        pipe = f"echo {base64.b64encode(sent.body).decode()} | base64 -d | \\\n  "
        words.append(("--data-binary", "@-"))
    words.append((target.url + sent.target,))
    return pipe + " \\\n  ".join(shlex.join(line) for line in words)


def _policy(statements: Sequence[object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})
