"""The API under a name of the customer's own: regional, TLS 1.2 and later, with its DNS record if Route 53
has it.

A signature is made for the host that is called, so for this name; policies name the API by its id, as ever.
"""

from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from settings.api.domain import Domain


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomDomainArgs:
    """The stage that the name leads to."""

    api_id: pulumi.Input[str]
    stage_name: pulumi.Input[str]
    deletion_protection: bool
    settings: Domain


class CustomDomain(pulumi.ComponentResource):
    """`url` is the address; `dns` says which record leads there, for whoever keeps the name's DNS."""

    url: pulumi.Output[str]
    dns: pulumi.Output[dict[str, Any]]

    def __init__(self, name: str, args: CustomDomainArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-watch:domain:CustomDomain", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        settings = args.settings
        domain = aws.apigateway.DomainName(
            f"{name}-name",
            domain_name=settings.name,
            regional_certificate_arn=settings.certificate,
            security_policy="TLS_1_2",
            endpoint_configuration={"types": "REGIONAL"},
            # Another one would have another target, which DNS records of others name.
            opts=pulumi.ResourceOptions(parent=self, protect=args.deletion_protection),
        )
        mapping = aws.apigateway.BasePathMapping(
            f"{name}-mapping",
            domain_name=domain.domain_name,
            rest_api=args.api_id,
            stage_name=args.stage_name,
            opts=child,
        )
        if settings.hosted_zone:
            aws.route53.Record(
                f"{name}-record",
                zone_id=settings.hosted_zone,
                name=settings.name,
                type="A",
                aliases=[
                    {
                        "name": domain.regional_domain_name,
                        "zone_id": domain.regional_zone_id,
                        "evaluate_target_health": False,  # there is no second target to turn to
                    }
                ],
                opts=child,
            )
        self.url = pulumi.Output.concat("https://", mapping.domain_name)
        self.dns = pulumi.Output.all(domain.regional_domain_name, domain.regional_zone_id).apply(
            lambda known: {
                "name": settings.name,
                "target": known[0],
                "target_zone_id": known[1],
                "recorded_here": settings.hosted_zone is not None,
            }
        )
        self.register_outputs({"url": self.url})
