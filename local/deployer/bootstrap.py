"""What both accounts need once, made by the program that makes it on AWS, `bootstrap/`."""

from collections.abc import Callable, Mapping
from typing import Any

from local.deployer.accounts import Emulator
from local.deployer.deployment import ROOT, deploy
from local.deployer.monitor import Resource

# The accounts here begin empty: what a stack file says exists already does not.
NOTHING_EXISTS: Mapping[str, Any] = dict.fromkeys(("api_gateway_logs", "observability", "sharing"))


def bootstrap(
    emulator: Emulator, region: str, on_resource: Callable[[Resource], None] | None = None
) -> tuple[Resource, ...]:
    """Prepare the monitor account, then the service account, in `region`; returns what was created.

    Afterwards service stacks are deployed without a link of their own. Raises what `deploy` raises.
    """
    overrides = {**NOTHING_EXISTS, "region": region}
    folder = ROOT / "bootstrap"
    monitor = deploy("monitor", emulator, overrides=overrides, on_resource=on_resource, root=folder)
    overrides["observability"] = {"sink_arn": monitor.outputs["sink_arn"]}
    service = deploy("service", emulator, overrides=overrides, on_resource=on_resource, root=folder)
    return (*monitor.resources, *service.resources)
