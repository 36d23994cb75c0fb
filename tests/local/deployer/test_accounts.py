"""Providers: which account they act in."""

from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from local.deployer import DeployError
from local.emulator import Emulator
from tests.local.deployer.support import MONITOR, REGION, SERVICE, deployed


def provider(**options: Any) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions(provider=aws.Provider("p", **options))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"allowed_account_ids": [SERVICE]}, "names no region"),
        ({"region": REGION}, r"for accounts \[\]; name the one account"),
        ({"region": REGION, "allowed_account_ids": [SERVICE, MONITOR]}, "name the one account"),
        ({"region": REGION, "allowed_account_ids": [SERVICE], "access_key": "AKIA"}, r"\['accessKey'\]"),
        (
            {
                "region": REGION,
                "allowed_account_ids": [SERVICE],
                "assume_roles": [{"role_arn": f"arn:aws:iam::{SERVICE}:role/x"}],
            },
            r"\['assumeRoles'\] are not understood",
        ),
    ],
)
def test_a_provider_that_leaves_the_account_open_is_refused(
    emulator: Emulator, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(DeployError, match=message):
        deployed(emulator, lambda: aws.sqs.Queue("q", opts=provider(**options)))
