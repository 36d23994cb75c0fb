"""What the canaries of all services share in each further region that they probe from: its key and layer.

A customer-managed key and a layer are of one region; so is the provider that makes what is there.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.shared.common import Common, account_provider, common
from settings import Settings


@dataclass(frozen=True, kw_only=True, slots=True)
class Location:
    """One further region of the monitor account."""

    common: Common
    provider: aws.Provider


def locations(name: str, settings: Settings, prefix: str, parent: pulumi.Resource) -> Mapping[str, Location]:
    """By region, all that any canary runs in; `prefix` begins physical names, which are those of the stack's
    own region."""
    canary = settings.canary
    regions = [region for stack in settings.watches or ("",) for region in canary.of(stack).locations]
    return {
        region: _location(f"{name}-{region}", settings, region, prefix, parent)
        for region in dict.fromkeys(regions)
    }


def _location(name: str, settings: Settings, region: str, prefix: str, parent: pulumi.Resource) -> Location:
    provider = account_provider(name, settings, region, pulumi.ResourceOptions(parent=parent))
    there = pulumi.ResourceOptions(parent=parent, provider=provider)
    return Location(common=common(name, settings, prefix, there, region=region), provider=provider)
