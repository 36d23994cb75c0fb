"""Roles that jobs of one GitHub repository become, by its OIDC tokens: nobody holds a key."""

import json
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.account import deploy_access
from components.account.state import READS, USES, WRITES
from components.shared import iam
from settings.delivery import Delivery, state_bucket

HOST = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"


@dataclass(frozen=True, kw_only=True, slots=True)
class GitHubArgs:
    """`monitor_account_id` has the state; `state_key_arn` is its key, None where the state is elsewhere."""

    account_id: str
    monitor_account_id: str
    region: str
    state_key_arn: pulumi.Input[str] | None
    settings: Delivery


class GitHub(pulumi.ComponentResource):
    """The provider of tokens, a role that previews and one that deploys for each environment.

    `roles` are the ARNs by what GitHub's variables call them: `preview`, and each environment.
    """

    roles: dict[str, pulumi.Output[str]]

    def __init__(self, name: str, args: GitHubArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-watch:github:GitHub", name, None, opts)
        self._name, self._args, self._child = name, args, pulumi.ResourceOptions(parent=self)
        if args.settings.oidc_provider:
            aws.iam.OpenIdConnectProvider(
                f"{name}-provider", url=f"https://{HOST}", client_id_lists=[AUDIENCE], opts=self._child
            )
        self.roles = {"preview": self._role("preview", "pull_request", _state(args, READS))}
        for env in args.settings.environments:
            access = deploy_access.statements(
                args.settings.bases(env), region=args.region, account_id=args.account_id
            )
            state = _state(args, (*READS, *WRITES))
            self.roles[env] = self._role(f"deploy-{env}", f"environment:{env}", [*state, *access])
        self.register_outputs({})

    def _role(self, what: str, job: str, statements: list[dict[str, Any]]) -> pulumi.Output[str]:
        role = aws.iam.Role(
            f"{self._name}-{what}",
            name=f"inference-watch-{what}",
            description=f"Jobs of {self._args.settings.repository} ({job}) become it.",
            assume_role_policy=json.dumps(trust(self._args, job)),
            opts=self._child,
        )
        # A managed policy holds 6,144 characters and a role ten of them; inline ones 10,240 in all.
        for number, part in enumerate(deploy_access.parts(statements)):
            policy = aws.iam.Policy(
                f"{self._name}-{what}-{number}",
                name=f"inference-watch-{what}-{number}",
                policy=pulumi.Output.json_dumps(iam.document(part)),
                opts=self._child,
            )
            aws.iam.RolePolicyAttachment(
                f"{self._name}-{what}-{number}", role=role.name, policy_arn=policy.arn, opts=self._child
            )
        return role.arn


def trust(args: GitHubArgs, job: str) -> dict[str, Any]:
    """Tokens for AWS, of this repository and this kind of job, and no other."""
    claims = {f"{HOST}:aud": AUDIENCE, f"{HOST}:sub": f"repo:{args.settings.repository}:{job}"}
    return iam.document(
        [
            {
                "Effect": "Allow",
                "Principal": {"Federated": f"arn:aws:iam::{args.account_id}:oidc-provider/{HOST}"},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {"StringEquals": claims},
            }
        ]
    )


def _state(args: GitHubArgs, actions: tuple[str, ...]) -> list[dict[str, Any]]:
    """What a run of the CLI needs of the state; a preview writes nothing, not even a lock."""
    if args.state_key_arn is None:
        return []
    bucket = f"arn:aws:s3:::{state_bucket(args.monitor_account_id, args.region)}"
    uses = ["kms:Decrypt"] if actions == READS else list(USES)
    return [
        iam.allow(list(actions), [bucket, f"{bucket}/*"]),
        iam.allow(uses, args.state_key_arn),
    ]
