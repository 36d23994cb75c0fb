"""Secrets that a canary reads, in one region."""

from collections.abc import Mapping

import pulumi

from components.shared.secret import Kept, keep

API_KEY, NAMED = "api-key", "secrets"
DESCRIPTIONS = {
    API_KEY: "The canary's API key.",
    NAMED: "What the canary's probes need of secrets, by name.",
}


def kept(
    name: str,
    values: Mapping[str, pulumi.Input[str]],
    prefix: str,
    key_arn: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> dict[str, Kept]:
    """The secrets with these values, by the keys of `DESCRIPTIONS`; `prefix` begins their physical names."""
    return {
        what: keep(
            f"{name}-{what}",
            value,
            called=f"{prefix}-{what}",
            description=DESCRIPTIONS[what],
            key_arn=key_arn,
            opts=opts,
        )
        for what, value in values.items()
    }
