"""Providers: which account they act in, and that an assumed role gives no more than it allows."""

import json
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from local.deployer import DeployError
from local.deployer.deployment import run
from local.emulator import Emulator
from tests.local.deployer.support import MONITOR, REGION, SERVICE, account, allow, deployed


def provider(**options: Any) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions(provider=aws.Provider("p", **options))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"allowed_account_ids": [SERVICE]}, "names no region"),
        ({"region": REGION}, "names no account"),
        ({"region": REGION, "allowed_account_ids": [SERVICE, MONITOR]}, "name the one account"),
        ({"region": REGION, "allowed_account_ids": [SERVICE], "access_key": "AKIA"}, r"\['accessKey'\]"),
        (
            {
                "region": REGION,
                "allowed_account_ids": [SERVICE],
                "assume_roles": [{"role_arn": f"arn:aws:iam::{SERVICE}:role/x"}],
            },
            r"keys \['role_arn'\].*ProviderAssumeRoleArgs",
        ),
    ],
)
def test_a_provider_that_leaves_the_account_open_is_refused(
    emulator: Emulator, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(DeployError, match=message):
        deployed(emulator, lambda: aws.sqs.Queue("q", opts=provider(**options)))


def link_role(emulator: Emulator, name: str, trusted: str) -> str:
    """A role of the service account that may make one topic, trusted by `trusted`."""
    statement = {"Effect": "Allow", "Principal": {"AWS": trusted}, "Action": "sts:AssumeRole"}

    def program() -> None:
        opts = account(SERVICE)
        role = aws.iam.Role(
            "role",
            name=name,
            assume_role_policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
            opts=opts,
        )
        aws.iam.RolePolicy(
            "policy",
            role=role.name,
            policy=allow("sns:CreateTopic", f"arn:aws:sns:{REGION}:{SERVICE}:allowed-{name}"),
            opts=opts,
        )
        pulumi.export("arn", role.arn)

    return str(deployed(emulator, program).outputs["arn"])


def assuming(emulator: Emulator, role_arn: str, topic: str, allowed: str = SERVICE) -> object:
    """Make a topic as the monitor account's deployer who assumes the role; returns the topic's ARN."""

    def program() -> None:
        opts = provider(
            region=REGION,
            allowed_account_ids=[allowed],
            assume_roles=[aws.ProviderAssumeRoleArgs(role_arn=role_arn, session_name="test")],
        )
        pulumi.export("arn", aws.sns.Topic("topic", name=topic, opts=opts).arn)

    return run(program, emulator, own_account=MONITOR).outputs["arn"]


def test_an_assumed_role_creates_in_its_own_account_what_it_may(emulator: Emulator) -> None:
    role = link_role(emulator, "assumable", f"arn:aws:iam::{MONITOR}:root")
    arn = assuming(emulator, role, "allowed-assumable")
    assert arn == f"arn:aws:sns:{REGION}:{SERVICE}:allowed-assumable"


def test_an_assumed_role_is_refused_what_its_policy_does_not_allow(emulator: Emulator) -> None:
    role = link_role(emulator, "narrow", f"arn:aws:iam::{MONITOR}:root")
    with pytest.raises(DeployError, match=r"Topic 'topic' in account 111111111111.*refused as well"):
        assuming(emulator, role, "something-else")


def test_a_role_that_trusts_somebody_else_cannot_be_assumed(emulator: Emulator) -> None:
    role = link_role(emulator, "foreign", "arn:aws:iam::333333333333:root")
    with pytest.raises(DeployError, match=r"pulumi:providers:aws 'p'.*AssumeRole answered AccessDenied"):
        assuming(emulator, role, "allowed-foreign")


def test_a_role_of_another_account_than_the_allowed_one_is_refused(emulator: Emulator) -> None:
    role = link_role(emulator, "elsewhere", f"arn:aws:iam::{MONITOR}:root")
    with pytest.raises(DeployError, match="belong to account 111111111111"):
        assuming(emulator, role, "allowed-elsewhere", allowed=MONITOR)
