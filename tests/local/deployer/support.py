"""Small Pulumi programs for the deployer's tests."""

import json
from collections.abc import Callable

import pulumi
import pulumi_aws as aws

from local.deployer import Deployment
from local.deployer.deployment import run
from local.emulator import Emulator

SERVICE = "111111111111"
MONITOR = "222222222222"
REGION = "eu-central-1"


def account(account_id: str = SERVICE, name: str = "account") -> pulumi.ResourceOptions:
    """Options with an explicit provider of an account."""
    provider = aws.Provider(name, region=REGION, allowed_account_ids=[account_id])
    return pulumi.ResourceOptions(provider=provider)


def deployed(emulator: Emulator, program: Callable[[], object]) -> Deployment:
    """Run a program against the emulator."""
    return run(program, emulator)


def trust(service: str) -> str:
    """A trust policy for an AWS service."""
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def allow(action: str, resource: str = "*") -> str:
    """A policy that allows one action."""
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
