"""Settings -> provider -> one stack component -> exports."""

import pulumi
import pulumi_aws as aws

import config
from components.monitor.stack import Monitor
from components.service.stack import Service
from components.shared.identity import kept

settings = config.load()
pulumi.export("identity", kept(name=settings.base, region=settings.region, account=settings.account_id))
provider = aws.Provider(
    "account",
    region=settings.region,
    allowed_account_ids=[settings.account_id],
    default_tags={"tags": {"service": settings.base, "managed-by": "pulumi"}},
)
stack: type[Service | Monitor] = Service if settings.role == "service" else Monitor
exports = stack(settings.base, settings, pulumi.ResourceOptions(providers=[provider])).exports
for name, value in exports.items():
    pulumi.export(name, value)
