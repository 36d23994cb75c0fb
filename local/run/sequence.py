"""One local run from an empty emulator to findings: deploy, load, drive, wait, collect.

Says in which order things happen. It shows nothing and judges nothing: that is the work of
`local.run.progress` and `local.report`.
"""

import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from config import ConfigError
from local.deployer import Deployment, Resource, bootstrap, stack_config
from local.emulator import MONITOR_ACCOUNT, SERVICE_ACCOUNT, Emulator
from local.run import watching
from local.run.copies import ROOT, owner
from local.run.deploying import deployed
from local.run.findings import Findings, Shared
from local.run.plan import Options
from local.run.progress import Steps
from local.run.served import Asked, Served
from local.run.theirs import Theirs

ACCOUNTS = (SERVICE_ACCOUNT, MONITOR_ACCOUNT)


def region(stack: str) -> str:
    """The region of the service stack `stack`, from its file. Raises `ConfigError` without one, and for a
    stack of another role.
    """
    project, found = stack_config.load(ROOT, stack)
    role = found.get(f"{project}:role", "service")
    if role != "service":
        raise ConfigError(
            f"Pulumi.{stack}.yaml is of role {role}, which deploys no service that could run here. Name a"
            " service stack; with --watch it is watched from outside, by a stack of role watch."
        )
    key = f"{project}:region"
    if key not in found:
        raise ConfigError(
            f"Pulumi.{stack}.yaml has no {key}, so there is no region to run in. "
            f"Set it: pulumi config set -s {stack} region eu-central-1"
        )
    return str(found[key])


class Run:
    """One run of one or more services in a started emulator; `execute` is all of it.

    `shared` then is what belongs to no service alone, and `curls` are shell commands that call each API as
    its customers did, while the emulator is up.
    `started_at` is when the command began, epoch seconds: the emulator's own start counts.
    """

    shared: Shared

    def __init__(
        self, options: Options, steps: Steps, emulator: Emulator, asked: Sequence[Asked], *, started_at: float
    ) -> None:
        self._options, self._steps, self._emulator = options, steps, emulator
        alone = len(asked) == 1
        self._services = [
            (Theirs if each.existing else Served)(each, options, steps, emulator, alone=alone)
            for each in asked
        ]
        self._started_at = started_at

    @property
    def curls(self) -> list[str]:
        """A ready call of each service."""
        return [served.curl for served in self._services]

    def execute(self, stop: threading.Event) -> tuple[Findings, ...]:
        """Run from deployment to findings, one for each service; `stop` ends the traffic early.

        Raises what deploying raises, `NoPlanError` when no customer can call, `UsageReporterError`.
        """
        prepared = self._bootstrap()
        for served in self._services:
            served.deploy()
        monitor = self._monitor()
        deployed_at = time.time()
        for served in self._services:
            served.call(stop)
        for served in self._services:
            served.watch(self._started_at, deployed_at)
        points = watching.samples(self._emulator, ACCOUNTS)
        with self._steps.step("alarms", "Evaluate the alarms") as advance:
            alarms, pages = watching.evaluate(self._emulator, ACCOUNTS, points, datetime.now(UTC))
            advance(len(alarms), f"{len(alarms)} alarms")
        segments, dashboards = self._emulator.segments(), watching.dashboards(self._emulator, ACCOUNTS)
        fully_traced = watching.fully_traced(self._emulator, SERVICE_ACCOUNT)
        every = [
            Findings(
                options=replace(self._options, service=served.copy.service),
                watched=served.watched,
                asks_model={name for name, uses in served.service.pipelines.items() if uses.model},
                phases=served.phases,
                samples=served.samples,
                probes=served.probes,
                usage=served.usage,
                alarms=alarms,
                pages=pages,
                dashboards=dashboards,
                datapoints=points,
                segments=segments,
                resources=(*prepared, *served.deployment.resources, *monitor.resources),
                steps_s=self._steps.seconds,
                started_at=self._started_at,
                deployed_at=deployed_at,
                fault_at=served.fault_at,
                ended_at=time.time(),
                fully_traced=fully_traced,
            )
            for served in self._services
        ]
        bases = [str(served.watched["name"]) for served in self._services]
        self.shared = Shared(
            dashboards=tuple(each for each in dashboards if owner(each.name, bases) is None),
            alarms=alarms,
            datapoints=points,
            started_at=self._started_at,
            ended_at=time.time(),
        )
        return tuple(every) if len(every) == 1 else apart(every)

    def _bootstrap(self) -> tuple[Resource, ...]:
        with self._steps.step("bootstrap", "Prepare both accounts") as advance:
            prepared = bootstrap(self._emulator, self._emulator.region)
            count = Counter(resource.account for resource in prepared)
            advance(len(prepared), f"{count[SERVICE_ACCOUNT]} and {count[MONITOR_ACCOUNT]} resources")
        return prepared

    def _monitor(self) -> Deployment:
        """One monitor stack over all services."""
        stack = f"{self._options.stack}-monitor"
        theirs = {served.copy.stack: served.deployment for served in self._services}
        overrides: dict[str, Any] = {} if list(theirs) == [self._options.stack] else {"watches": list(theirs)}
        for served in self._services:
            overrides |= served.monitor_overrides
        with self._steps.step(f"deploy {stack}", "Deploy the monitor stack") as advance:
            return deployed(stack, self._emulator, advance, file=stack, overrides=overrides, upstream=theirs)


def apart(every: Sequence[Findings]) -> tuple[Findings, ...]:
    """The findings of several services, each with its own; what belongs to none is left out."""
    bases = [str(found.watched["name"]) for found in every]

    def own(base: str, name: str) -> bool:
        return owner(name, bases) == base

    return tuple(
        replace(
            found,
            alarms=tuple(alarm for alarm in found.alarms if own(base, alarm.name)),
            pages=tuple(page for page in found.pages if own(base, page.alarm)),
            dashboards=tuple(each for each in found.dashboards if own(base, each.name)),
            resources=tuple(each for each in found.resources if own(base, each.name)),
        )
        for base, found in zip(bases, every, strict=True)
    )
