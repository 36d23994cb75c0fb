"""What AWS allows once an account and region; run once there, before the first service.

One stack an account and region: `monitor` first (it has the sink), then `service` (which links to it). No
service is known here, any number of them share it. No other stack is either: the sink's ARN is a setting, so
that the two accounts need no common backend yet.
"""

import sys
from pathlib import Path

import pulumi
import pulumi_aws as aws

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # the product's own folders

import config
from bootstrap.account import AccountSettings
from components.account.api_logging import ApiLogging, ApiLoggingArgs
from components.account.observability import Link, LinkArgs, Sink, SinkArgs
from components.account.sharing import SharingRole, SharingRoleArgs, SharingViewer


def monitor(settings: AccountSettings, opts: pulumi.ResourceOptions) -> dict[str, pulumi.Input[str]]:
    """The monitor account's part; returns what is exported."""
    if settings.sharing:
        SharingViewer("sharing", opts)
    if settings.observability.sink_arn:
        return {"sink_arn": settings.observability.sink_arn}
    sources = (settings.accounts.service, *settings.further_sources)
    return {"sink_arn": Sink("observability", SinkArgs(source_account_ids=sources), opts).arn}


def service(settings: AccountSettings, opts: pulumi.ResourceOptions) -> dict[str, pulumi.Input[str]]:
    """The service account's part; returns what is exported."""
    if settings.api_gateway_logs:
        ApiLogging(
            "api-logging", ApiLoggingArgs(account_id=settings.account_id, region=settings.region), opts
        )
    if settings.sharing:
        SharingRole("sharing", SharingRoleArgs(monitor_account_id=settings.accounts.monitor), opts)
    own, link = pulumi.get_stack(), settings.observability
    if not link.sink_arn:
        pulumi.log.warn(
            "NO LINK: without one to the monitor account's sink that account sees nothing of this one, and"
            f" its alarms on metrics of this one are refused. Name it: pulumi config set -s {own} --path"
            ' observability.sink_arn "$(pulumi stack output -s monitor sink_arn)"'
        )
        return {}
    return {"link_arn": Link("observability", LinkArgs(settings=link), opts).arn}


settings = config.load_as(AccountSettings, "inference-watch-bootstrap")
provider = aws.Provider(
    "account",
    region=settings.region,
    allowed_account_ids=[settings.account_id],
    default_tags={"tags": {"managed-by": "pulumi"}},
)
# Every service of the account stands on what is here.
options = pulumi.ResourceOptions(providers=[provider], protect=settings.deletion_protection)
for name, value in (service if settings.role == "service" else monitor)(settings, options).items():
    pulumi.export(name, value)
