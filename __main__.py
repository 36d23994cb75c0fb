"""Settings -> provider -> one stack component -> exports."""

import gc

import pulumi

import config
from components.monitor.stack import Monitor
from components.service.existing import Existing
from components.service.stack import Service
from components.shared.common import account_provider
from components.shared.identity import kept

# What a program makes it needs to its end: looking for garbage as often as usual takes a third of its time.
gc.set_threshold(100_000, 50, 100)
settings = config.load()
pulumi.export("identity", kept(name=settings.base, region=settings.region, account=settings.account_id))
provider = account_provider("account", settings, settings.region)
stacks: dict[str, type[Service | Existing | Monitor]] = {
    "service": Service,
    "watch": Existing,
    "monitor": Monitor,
}
exports = stacks[settings.role](settings.base, settings, pulumi.ResourceOptions(providers=[provider])).exports
for name, value in exports.items():
    pulumi.export(name, value)
