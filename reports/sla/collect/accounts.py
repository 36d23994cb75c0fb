"""Clients for the monitor account and for each service's own, by profile or by a role that is assumed."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config

# Standard mode waits longer after each refusal, with jitter; the management API takes few calls a second.
PATIENT = Config(retries={"mode": "standard", "total_max_attempts": 10}, connect_timeout=5, read_timeout=30)
SESSION = "inference-watch-evidence"


@dataclass(frozen=True, kw_only=True)
class Account:
    """One account and region; a client is made when first asked for."""

    session: boto3.Session

    @cached_property
    def cloudwatch(self) -> Any:
        """Metrics and alarm history."""
        return self.session.client("cloudwatch", config=PATIENT)

    @cached_property
    def apigateway(self) -> Any:
        """Usage plans, keys' names and what they sent."""
        return self.session.client("apigateway", config=PATIENT)

    @cached_property
    def sns(self) -> Any:
        """The topic that is told."""
        return self.session.client("sns", config=PATIENT)

    @cached_property
    def logs(self) -> Any:
        """Access logs, and the group of the heads."""
        return self.session.client("logs", config=PATIENT)


def monitor_account(region: str, profile: str | None) -> Account:
    """The account whose canary probes."""
    return Account(session=boto3.Session(profile_name=profile, region_name=region))


def service_account(monitor: Account, region: str, *, profile: str | None, role_arn: str | None) -> Account:
    """A service's account: by its own profile, or as a role assumed from the monitor account.

    Raises botocore's errors.
    """
    if role_arn is None:
        return Account(session=boto3.Session(profile_name=profile, region_name=region))
    sts = monitor.session.client("sts", region_name=region, config=PATIENT)
    given = sts.assume_role(RoleArn=role_arn, RoleSessionName=SESSION)["Credentials"]
    session = boto3.Session(
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
        region_name=region,
    )
    return Account(session=session)
