"""One local run from an empty emulator to findings: deploy, load, drive, wait, collect.

Says in which order things happen and how long each may take. It shows nothing and judges nothing: that is
the work of `local.run.progress` and `local.report`.
"""

import threading
import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from components.service.reference_data import attributes
from config import ConfigError
from local.deployer import Deployment, Resource, bootstrap, deploy, stack_config
from local.emulator import MONITOR_ACCOUNT, SERVICE_ACCOUNT, Emulator
from local.emulator.model_server import ModelServer
from local.run import customers, faults, observe, watching
from local.run.client import Sample, Target
from local.run.customers import Plan
from local.run.faults import Lab
from local.run.findings import Findings
from local.run.observe import Probe
from local.run.plan import DURING, Options, phases
from local.run.progress import Steps
from local.run.traffic import Phase, drive, requests_of
from local.summary import Usage
from monitoring.watched import canary_name
from settings import Settings
from settings.service import load

ROOT = Path(__file__).resolve().parents[2]
ACCOUNTS = (SERVICE_ACCOUNT, MONITOR_ACCOUNT)
CANARY_INTERVAL_S = 60.0
CANARY_SLACK_S = 15.0  # schedule tick, cold start, a slow probe
POLL_S = 0.5
BATCH = 25  # DynamoDB's limit of items in one BatchWriteItem


def region(stack: str) -> str:
    """The region of the service stack `stack`, from its file. Raises `ConfigError` without one."""
    project, found = stack_config.load(ROOT, stack)
    key = f"{project}:region"
    if key not in found:
        raise ConfigError(
            f"Pulumi.{stack}.yaml has no {key}, so there is no region to run in. "
            f"Set it: pulumi config set -s {stack} region eu-central-1"
        )
    return str(found[key])


def service_of(stack: str) -> str:
    """The service that a stack's file names. Raises `ConfigError` when it cannot be read."""
    project, found = stack_config.load(ROOT, stack)
    return str(found.get(f"{project}:service", Settings.model_fields["service"].default))


class Run:
    """One run in a started emulator, with a started model server if the service has one; `execute` is all
    of it.

    `curl` then is a shell command that calls the API as the customers did, while the emulator is up.
    `started_at` is when the command began, epoch seconds: the emulator's own start counts.
    """

    def __init__(
        self,
        options: Options,
        steps: Steps,
        emulator: Emulator,
        model: ModelServer | None,
        *,
        started_at: float,
    ) -> None:
        self._options, self._steps, self._emulator, self._model = options, steps, emulator, model
        self._service = load(options.service)
        self._started_at = started_at
        self._fault_at: float | None = None
        self.curl = ""

    def execute(self, artefact: Path | None, stop: threading.Event) -> Findings:
        """Run from deployment to summary; `stop` ends the traffic early.

        Raises what deploying raises, `NoPlanError` when no customer can call, `UsageReporterError`.
        """
        prepared = self._bootstrap()
        service = self._deploy(self._options.stack, "service", self._overrides(), None)
        monitor = self._deploy(f"{self._options.stack}-monitor", "monitor", {}, service)
        deployed_at = time.time()
        watched = service.outputs["watched"]
        sent = requests_of(self._service, artefact)
        for table in watched["tables"]:
            self._load(artefact, table["name"])
        plan, target, stage_rate = self._customer(service)
        self.curl = customers.curl(target, sent[0])
        samples: tuple[Sample, ...] = ()
        planned = phases(self._options, plan, stage_rate, sent)
        for phase in planned:
            if phase.name == DURING:
                self._begin_fault(watched)
            samples += self._drive(target, phase, stop)
        probes = self._await_canary(watched["name"], deployed_at)
        used = self._usage(watched)
        points = watching.samples(self._emulator, ACCOUNTS)
        with self._steps.step("alarms", "Evaluate the alarms") as advance:
            alarms, pages = watching.evaluate(self._emulator, ACCOUNTS, points, datetime.now(UTC))
            advance(len(alarms), f"{len(alarms)} alarms")
        return Findings(
            options=self._options,
            watched=watched,
            asks_model={name for name, uses in self._service.pipelines.items() if uses.model},
            phases=planned,
            samples=samples,
            probes=probes,
            usage=used,
            alarms=alarms,
            pages=pages,
            dashboards=watching.dashboards(self._emulator, ACCOUNTS),
            datapoints=points,
            segments=self._emulator.segments(),
            resources=(*prepared, *service.resources, *monitor.resources),
            steps_s=self._steps.seconds,
            started_at=self._started_at,
            deployed_at=deployed_at,
            fault_at=self._fault_at,
            ended_at=time.time(),
            fully_traced=watching.fully_traced(self._emulator, SERVICE_ACCOUNT),
        )

    def _bootstrap(self) -> tuple[Resource, ...]:
        with self._steps.step("bootstrap", "Prepare both accounts") as advance:
            prepared = bootstrap(self._emulator, self._emulator.region)
            count = Counter(resource.account for resource in prepared)
            advance(len(prepared), f"{count[SERVICE_ACCOUNT]} and {count[MONITOR_ACCOUNT]} resources")
        return prepared

    def _deploy(
        self, stack: str, role: str, overrides: Mapping[str, Any], upstream: Deployment | None
    ) -> Deployment:
        count = 0
        with self._steps.step(f"deploy {stack}", f"Deploy the {role} stack") as advance:

            def created(_: Resource) -> None:
                nonlocal count
                count += 1
                advance(1, f"{count} resources")

            return deploy(
                stack,
                self._emulator,
                overrides=overrides,
                stack_outputs=upstream,
                on_resource=created,
                root=ROOT,
            )

    def _overrides(self) -> dict[str, Any]:
        """What the service stack is deployed with, beside its own configuration.

        The service that was asked for; an image, because without one there is no endpoint (the model server
        answers for it); no link of its own, because the account has one; the table of its own, because no
        other is here; no domain, because no name leads here; the plans that the fault needs, and fewer traces
        of many requests.
        """
        registry = f"{SERVICE_ACCOUNT}.dkr.ecr.{self._emulator.region}.amazonaws.com"
        found: dict[str, Any] = {"service": self._service.name, "observability": None, "reference_data": None}
        found["api.domain"] = None
        if self._service.uses_model:
            found |= {"model.endpoint": None, "model.image": f"{registry}/model:local"}
        project, stack = stack_config.load(ROOT, self._options.stack)
        share, rules = self._options.traced_share, stack.get(f"{project}:tracing", {}).get("rules", ())
        if share < 1 and rules:
            found["tracing.rules"] = [{**rule, "rate": min(share, rule["rate"])} for rule in rules]
        fault = self._options.fault
        if fault is not None and fault.quota:
            found |= faults.plan_overrides(stack[f"{project}:usage_plans"], self._options.before_fault)
        return found

    def _load(self, artefact: Path | None, table: str) -> None:
        """Put the service's reference data into the table, all but the probes', which the stack put there."""
        client = self._emulator.client("dynamodb", SERVICE_ACCOUNT)
        deployed = {item["id"] for probe in self._service.definition.probes for item in probe.reference}
        data = [item for _, item in self._service.reference_items(artefact)]
        items = [attributes(item) for item in data if item["id"] not in deployed]
        with self._steps.step("load", "Load the reference data", total=len(items)) as advance:
            for start in range(0, len(items), BATCH):
                batch = [{"PutRequest": {"Item": item}} for item in items[start : start + BATCH]]
                client.batch_write_item(RequestItems={table: batch})
                advance(len(batch), f"{min(start + BATCH, len(items))} items")

    def _customer(self, service: Deployment) -> tuple[Plan, Target, float]:
        outputs = service.outputs
        watched, api, region = outputs["watched"], outputs["api_id"], outputs["api_region"]
        plan = customers.choose_plan(self._emulator, SERVICE_ACCOUNT, api, watched["name"])
        target = customers.customer(
            self._emulator,
            SERVICE_ACCOUNT,
            role=f"{watched['name']}-customer",
            invoke_arn=f"arn:aws:execute-api:{region}:{SERVICE_ACCOUNT}:{api}/{watched['api']['stage']}/*",
            url=outputs["api_url"],
            region=region,
            keys=plan.keys,
        )
        return plan, target, watched["api"]["rate_limit_per_s"]

    def _begin_fault(self, watched: Mapping[str, Any]) -> None:
        assert self._options.fault  # noqa: S101  # only a run with a fault has this phase
        function = self._emulator.client("lambda", SERVICE_ACCOUNT).get_function_configuration(
            FunctionName=watched["functions"][0]["name"]
        )
        lab = Lab(
            emulator=self._emulator,
            model=self._model,
            monitor_account=MONITOR_ACCOUNT,
            canary_schedule=canary_name(watched["name"]),
            time_budget_ms=int(function["Environment"]["Variables"]["TIME_BUDGET_MS"]),
        )
        self._options.fault.begin(lab)
        self._fault_at = time.time()

    def _drive(self, target: Target, phase: Phase, stop: threading.Event) -> tuple[Sample, ...]:
        failed = 0
        with self._steps.step(phase.name, f"Traffic, {phase.name}", total=phase.requests) as advance:

            def on_sample(sample: Sample) -> None:
                nonlocal failed
                failed += not sample.ok
                advance(1, f"{failed} failed" if failed else "all right")

            return drive(target, phase, self._options.clients, stop=stop, on_sample=on_sample)

    def _await_canary(self, service: str, deployed_at: float) -> tuple[Probe, ...]:
        """Wait until the probes show what is expected, at most as long as they may take."""
        fault, since = self._options.fault, self._fault_at or deployed_at
        intervals = 2 if fault and fault.reasons else 1  # the first probe may still meet a cache
        until = since + intervals * CANARY_INTERVAL_S + CANARY_SLACK_S
        with self._steps.step("canary", "Wait for the canary's schedule") as advance:
            while True:
                probes = observe.probes(self._emulator, MONITOR_ACCOUNT, service, deployed_at)
                recent = [probe for probe in probes if probe.at > since]
                shown = fault.canary_shows(recent) and not fault.silent if fault else bool(recent)
                left = until - time.time()
                arrived = f"{len(probes)} probe{'s' if len(probes) > 1 else ''}"
                advance(0, arrived if probes else f"at most {max(left, 0):.0f} s more")
                if shown or left <= 0:
                    return probes
                time.sleep(POLL_S)

    def _usage(self, watched: Mapping[str, Any]) -> dict[str, Usage]:
        """Run the usage reporter for the day, or both days when the run went past midnight."""
        days = {datetime.fromtimestamp(at, UTC).date() for at in (self._started_at, time.time())}
        with self._steps.step("usage", "Run the usage reporter") as advance:
            for day in sorted(days):
                observe.report_usage(
                    self._emulator, SERVICE_ACCOUNT, f"{watched['name']}-usage-reporter", day
                )
            used = observe.usage(
                self._emulator, SERVICE_ACCOUNT, watched["name"], watched["usage_plans"], min(days)
            )
            advance(len(used), f"{len(used)} plans")
        return used
