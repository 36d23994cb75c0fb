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
from components.account.github import GitHub, GitHubArgs
from components.account.observability import Link, LinkArgs, Sink, SinkArgs
from components.account.sharing import SharingRole, SharingRoleArgs, SharingViewer
from components.account.state import State, StateArgs

Exports = dict[str, pulumi.Input[str]]


def monitor(settings: AccountSettings, opts: pulumi.ResourceOptions) -> Exports:
    """The monitor account's part; returns what is exported."""
    if settings.sharing:
        SharingViewer("sharing", opts)
    sources = (settings.accounts.service, *settings.further_sources)
    exports: Exports = {}
    key_arn: pulumi.Input[str] | None = settings.delivery.state_key_arn
    if settings.delivery.state:
        args = StateArgs(account_id=settings.account_id, region=settings.region, service_account_ids=sources)
        state = State("state", args, opts)
        key_arn = state.key_arn
        exports |= {
            "backend_url": state.backend_url,
            "secrets_provider": state.secrets_provider,
            "state_key_arn": state.key_arn,
        }
    exports |= github(settings, key_arn, opts)
    sink_arn: pulumi.Input[str] | None = settings.observability.sink_arn
    if sink_arn is None:
        sink_arn = Sink("observability", SinkArgs(source_account_ids=sources), opts).arn
    return {**exports, "sink_arn": sink_arn}


def github(
    settings: AccountSettings, key_arn: pulumi.Input[str] | None, opts: pulumi.ResourceOptions
) -> Exports:
    """The roles of GitHub's jobs, by the name of the variable that they belong in."""
    if settings.delivery.repository is None:
        return {}
    args = GitHubArgs(
        account_id=settings.account_id,
        monitor_account_id=settings.accounts.monitor,
        region=settings.region,
        state_key_arn=key_arn,
        settings=settings.delivery,
    )
    return {f"github_{name}_role": arn for name, arn in GitHub("github", args, opts).roles.items()}


def service(settings: AccountSettings, opts: pulumi.ResourceOptions) -> Exports:
    """The service account's part; returns what is exported."""
    if settings.api_gateway_logs:
        ApiLogging(
            "api-logging", ApiLoggingArgs(account_id=settings.account_id, region=settings.region), opts
        )
    if settings.sharing:
        SharingRole("sharing", SharingRoleArgs(monitor_account_id=settings.accounts.monitor), opts)
    exports = github(settings, settings.delivery.state_key_arn, opts)
    own, link = pulumi.get_stack(), settings.observability
    if not link.sink_arn:
        pulumi.log.warn(
            "NO LINK: without one to the monitor account's sink that account sees nothing of this one, and"
            f" its alarms on metrics of this one are refused. Name it: pulumi config set -s {own} --path"
            ' observability.sink_arn "$(pulumi stack output -s monitor sink_arn)"'
        )
        return exports
    return {**exports, "link_arn": Link("observability", LinkArgs(settings=link), opts).arn}


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
