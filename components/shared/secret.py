"""A secret whose value comes from elsewhere: another stack's output, the configuration, API Gateway."""

import pulumi
import pulumi_aws as aws

Kept = tuple[aws.secretsmanager.Secret, aws.secretsmanager.SecretVersion]


def keep(
    name: str,
    value: pulumi.Input[str],
    *,
    called: str,
    description: str,
    key_arn: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
    policy: str | None = None,
) -> Kept:
    """The secret, named `called`, and its value, which pulumi-aws marks secret.

    A `policy` says who of other accounts may read it, and is in force before there is a value.
    """
    secret = aws.secretsmanager.Secret(
        name,
        name=called,
        description=description,
        kms_key_id=key_arn,
        # The value comes back from where it came, and a name in recovery could not be made again.
        recovery_window_in_days=0,
        opts=opts,
    )
    before: list[pulumi.Resource] = []
    if policy is not None:
        before.append(
            aws.secretsmanager.SecretPolicy(
                f"{name}-policy",
                secret_arn=secret.arn,
                policy=policy,
                block_public_policy=True,
                opts=opts,
            )
        )
    version = aws.secretsmanager.SecretVersion(
        f"{name}-value",
        secret_id=secret.id,
        secret_string=value,
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=before)),
    )
    return secret, version
