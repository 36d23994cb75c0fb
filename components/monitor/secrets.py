"""Secrets that a canary reads, in one region."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

API_KEY, NAMED = "api-key", "secrets"
DESCRIPTIONS = {
    API_KEY: "The canary's API key.",
    NAMED: "What the canary's probes need of secrets, by name.",
}
Kept = tuple[aws.secretsmanager.Secret, aws.secretsmanager.SecretVersion]


def kept(
    name: str,
    values: Mapping[str, pulumi.Input[str]],
    prefix: str,
    key_arn: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> dict[str, Kept]:
    """The secrets with these values, by the keys of `DESCRIPTIONS`; `prefix` begins their physical names."""
    found = {}
    for what, value in values.items():
        secret = aws.secretsmanager.Secret(
            f"{name}-{what}",
            name=f"{prefix}-{what}",
            description=DESCRIPTIONS[what],
            kms_key_id=key_arn,
            # The value comes back from where it came, and a name in recovery could not be made again.
            recovery_window_in_days=0,
            opts=opts,
        )
        version = aws.secretsmanager.SecretVersion(
            f"{name}-{what}-value",
            secret_id=secret.id,
            secret_string=value,  # pulumi-aws marks it secret
            opts=opts,
        )
        found[what] = (secret, version)
    return found
