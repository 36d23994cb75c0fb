"""The provider of one account and region, which may touch no other account."""

import pulumi
import pulumi_aws as aws

from settings import Settings


def account_provider(
    name: str, settings: Settings, region: str, opts: pulumi.ResourceOptions | None = None
) -> aws.Provider:
    """A provider for the stack's account."""
    return aws.Provider(
        name,
        region=region,
        allowed_account_ids=[settings.account_id],
        default_tags={"tags": {"service": settings.base, "managed-by": "pulumi"}},
        opts=opts,
    )
