"""The monitor account's stack: what watches each service from outside, and what all of them share.

Everything about a service comes from its stack's outputs; nothing here is read by a service stack.
"""

from collections.abc import Sequence
from typing import Any

import pulumi

import monitoring
from components.monitor.evidence import Evidence, EvidenceArgs
from components.monitor.locations import locations
from components.monitor.service import WatchedService, WatchedServiceArgs
from components.monitor.stack_outputs import StackOutputs, unknown, watched_stacks
from components.notify.notifications import Notifications, NotificationsArgs, joined
from components.shared.common import common, warn_of_one_account
from components.shared.dashboard import Dashboard, DashboardArgs
from monitoring.watched import Watched
from settings import Settings
from settings.canary import Canary
from settings.notifications import Notifications as Subscribers
from settings.probes.exported import Exported


class Monitor(pulumi.ComponentResource):
    """The monitor stack. `exports` is what `__main__` publishes; subscribers come on top of the services'."""

    exports: dict[str, Any]

    def __init__(self, name: str, settings: Settings, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-watch:monitor:Monitor", name, None, opts)
        self._settings, self._child = settings, pulumi.ResourceOptions(parent=self)
        self._stacks = [StackOutputs(stack) for stack in watched_stacks(settings.watches)]
        prefix = f"{settings.base}-monitor"
        # What is kept as proof is read with the key.
        kept = settings.evidence.collect and settings.deletion_protection
        self._common = common(name, settings, prefix, self._child, protect=kept)
        self._locations = locations(name, settings, prefix, self)
        self._notifications = Notifications(
            f"{name}-notifications",
            NotificationsArgs(
                common=self._common,
                prefix=prefix,
                subscriptions=pulumi.Output.all(
                    *[stack.read("subscriptions", Subscribers) for stack in self._stacks]
                ).apply(self._subscribers),
                set_in=self._stacks[0].name if len(self._stacks) == 1 else pulumi.get_stack(),
                budget=settings.budget,
            ),
            opts=self._child,
        )
        # Which alarms there are depends on a service's settings. A StackReference is read during preview
        # too, so these resources show there as soon as the service is deployed.
        watched = pulumi.Output.all(*[stack.read("watched", Watched) for stack in self._stacks])
        probes = pulumi.Output.all(*[stack.read("probes", Exported) for stack in self._stacks])
        self.exports = {
            "dashboard_name": f"{prefix}-overview",
            "services": pulumi.Output.all(watched, probes).apply(lambda known: self._watch(*known)),
            "topics": self._notifications.topic_arns,
        }
        if settings.evidence.collect:
            self.exports["evidence"] = watched.apply(self._evidence)
        self.register_outputs({})

    def _subscribers(self, theirs: Sequence[Subscribers | None]) -> Subscribers | pulumi.Output[Subscribers]:
        """Of all services and of this stack; unknown while no service is there."""
        there = [subscribers for subscribers in theirs if subscribers]
        return joined(*there, self._settings.notifications) if there else unknown()

    def _watch(
        self, services: Sequence[Watched | None], probes: Sequence[Exported | None]
    ) -> pulumi.Output[dict[str, Any]]:
        """One component a service that is there; all of them are judged before the first is made."""
        settings = self._settings
        canaries = [settings.canary.of(stack) for stack in settings.watches or ("",)]
        there = [
            (stack, watched.probed(canary.locations, sent.names if sent else ()), sent, canary)
            for stack, watched, sent, canary in zip(self._stacks, services, probes, canaries, strict=True)
            if watched
        ]
        check([(stack.name, watched) for stack, watched, *_ in there], settings)
        try:
            body = monitoring.overview_dashboard([watched for _, watched, *_ in there], settings.account_id)
            made = {each[1].name: self._service(*each).exports for each in there}
        except monitoring.MonitoringError as error:  # for people: without a traceback
            raise pulumi.RunError(str(error)) from None
        Dashboard(
            f"{settings.base}-overview",
            DashboardArgs(dashboard_name=f"{settings.base}-monitor-overview", body=body),
            opts=self._child,
        )
        return pulumi.Output.from_input(made)

    def _evidence(self, services: Sequence[Watched | None]) -> pulumi.Output[dict[str, Any]] | None:
        """Of all services that are there."""
        there, settings = [watched for watched in services if watched], self._settings
        if not there:
            return None
        made = Evidence(
            f"{settings.base}-evidence",
            EvidenceArgs(
                common=self._common,
                services=there,
                topic_arns=self._notifications.topic_arns,
                deletion_protection=settings.deletion_protection,
                runbook_url=settings.runbook_url or None,
                settings=settings.evidence,
            ),
            opts=self._child,
        )
        return pulumi.Output.from_input(made.exports)

    def _service(
        self, stack: StackOutputs, watched: Watched, probes: Exported | None, canary: Canary
    ) -> WatchedService:
        if watched.account_id == self._settings.account_id:
            warn_of_one_account(watched.name)
        return WatchedService(
            watched.name,
            WatchedServiceArgs(
                common=self._common,
                stack=stack,
                watched=watched,
                probes=probes.text if probes else None,
                canary=canary,
                locations={region: self._locations[region] for region in canary.locations},
                topic_arns=self._notifications.topic_arns,
            ),
            opts=self._child,
        )


def check(services: Sequence[tuple[str, Watched]], settings: Settings) -> None:
    """Raises `pulumi.RunError` where this stack cannot watch what the stacks of these names describe."""
    seen: dict[str, str] = {}
    for stack, watched in services:
        if watched.name in seen:
            raise pulumi.RunError(
                f"Stacks {seen[watched.name]!r} and {stack!r} both are service {watched.name!r}, so that"
                " canary, alarms and dashboard of one would be the other's. Give one of them another `name`"
                " or `env`, or take it out of `watches`."
            )
        seen[watched.name] = stack
        if watched.region != settings.region:
            raise pulumi.RunError(
                f"Stack {stack!r} is in {watched.region} and this one in {settings.region}: an alarm reads"
                " the metrics of one region, so none of this one's would ever have data. Watch it from a"
                f" monitor stack in {watched.region}."
            )
        if not settings.watches:
            check_pair(watched, settings)
        try:
            monitoring.stacks(watched)
        except monitoring.MonitoringError as error:  # for people: without a traceback
            raise pulumi.RunError(f"Stack {stack!r} cannot be watched. {error}") from None


def check_pair(watched: Watched, settings: Settings) -> None:
    """Raises `pulumi.RunError` when the two stacks of a pair do not speak of the same service."""
    ours = (settings.base, settings.accounts.service)
    theirs = (watched.name, watched.account_id)
    if ours != theirs:
        raise pulumi.RunError(
            f"This stack is the monitor of {ours} (name, account), but the service stack of its pair is"
            f" {theirs}. Set name, env and accounts.service alike in both, or name what it watches in"
            " `watches`."
        )
