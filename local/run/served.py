"""What is done for one service of a local run: deploy, load, call, wait for its canary, report its usage."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from components.service.reference_data import attributes
from local.deployer import Deployment, stack_config
from local.emulator import MONITOR_ACCOUNT, SERVICE_ACCOUNT, Emulator
from local.emulator.model_server import ModelServer
from local.run import customers, faults, observe
from local.run.client import Sample, Target
from local.run.copies import ROOT, Copy
from local.run.customers import Plan
from local.run.deploying import deployed
from local.run.faults import Lab
from local.run.observe import Probe
from local.run.plan import DURING, Options, phases
from local.run.progress import Advance, Steps
from local.run.traffic import Phase, drive, requests_of
from local.summary import Usage
from monitoring.names import canary_name
from settings.service import Service, load

CANARY_INTERVAL_S = 60.0
CANARY_SLACK_S = 15.0  # schedule tick, cold start, a slow probe
POLL_S = 0.5
BATCH = 25  # DynamoDB's limit of items in one BatchWriteItem


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A service that is to run; with the server and the artefact of its model if it has one.

    `existing` is deployed by other means and only watched.
    """

    copy: Copy
    existing: bool = False
    model: ModelServer | None = None
    artefact: Path | None = None


class Served:
    """One service in a started emulator. `deploy` comes first, then `call`, `watch` and the findings.

    `curl` then is a shell command that calls the API as the customers did, while the emulator is up.
    """

    deployment: Deployment
    phases: tuple[Phase, ...]
    samples: tuple[Sample, ...] = ()
    probes: tuple[Probe, ...]
    usage: dict[str, Usage]
    curl = ""

    def __init__(
        self, asked: Asked, options: Options, steps: Steps, emulator: Emulator, *, alone: bool
    ) -> None:
        self._options, self._steps, self._emulator, self._alone = options, steps, emulator, alone
        self._model, self._artefact = asked.model, asked.artefact
        self.copy = asked.copy
        self.service: Service = load(asked.copy.service)
        self.fault_at: float | None = None

    @property
    def watched(self) -> Mapping[str, Any]:
        """The service stack's output of that name."""
        watched: Mapping[str, Any] = self.deployment.outputs["watched"]
        return watched

    @property
    def monitor_overrides(self) -> Mapping[str, Any]:
        """What the monitor stack is set to for this service."""
        return {}

    def deploy(self) -> None:
        """Make the service stack. Raises what deploying raises."""
        with self._step(f"deploy {self.copy.stack}", "Deploy the service stack", told=True) as advance:
            self.deployment = deployed(
                self.copy.stack,
                self._emulator,
                advance,
                file=self._options.stack,
                overrides={**self._overrides(), **self.copy.overrides},
            )
        self._attach_model()

    def _attach_model(self) -> None:
        if self._model is not None:
            for endpoint in self.watched["endpoints"]:
                self._emulator.attach_model(self._model.url, pid=self._model.pid, endpoint=endpoint["name"])

    def call(self, stop: threading.Event) -> None:
        """Load its reference data and call it as customers do; `stop` ends that early.

        Raises `NoPlanError` when no customer can.
        """
        sent = requests_of(self.service, self._artefact)
        for table in self.watched["tables"]:
            self._load(table["name"])
        plan, target, stage_rate = self._customer()
        self.curl = customers.curl(target, sent[0])
        self.phases = phases(self._options, plan, stage_rate, sent)
        for phase in self.phases:
            if phase.name == DURING:
                self._begin_fault()
            self.samples += self._drive(target, phase, stop)

    def watch(self, started_at: float, deployed_at: float) -> None:
        """Wait for its canary and report its usage. Raises `UsageReporterError`."""
        self.probes = self._await_canary(deployed_at)
        self.usage = self._usage(started_at)

    @contextmanager
    def _step(
        self, name: str, text: str, total: int | None = None, *, told: bool = False
    ) -> Iterator[Advance]:
        """A step of the run, told from those of other services; `told` where its name does already."""
        if not self._alone:
            name, text = name if told else f"{name} {self.copy.stack}", f"{text}, {self.copy.stack}"
        with self._steps.step(name, text, total=total) as advance:
            yield advance

    def _overrides(self) -> dict[str, Any]:
        """What the service stack is deployed with, beside its own configuration.

        The service that was asked for; an image, because without one there is no endpoint (the model server
        answers for it); no link of its own, because the account has one; the table of its own, because no
        other is here; no domain, because no name leads here; the plans that the fault needs, and fewer traces
        of many requests.
        """
        registry = f"{SERVICE_ACCOUNT}.dkr.ecr.{self._emulator.region}.amazonaws.com"
        found: dict[str, Any] = {"service": self.service.name, "observability": None, "reference_data": None}
        found["api.domain"] = None
        if self.service.uses_model:
            found |= {"model.endpoint": None, "model.image": f"{registry}/model:local"}
        project, stack = stack_config.load(ROOT, self._options.stack)
        share, rules = self._options.traced_share, stack.get(f"{project}:tracing", {}).get("rules", ())
        if share < 1 and rules:
            found["tracing.rules"] = [{**rule, "rate": min(share, rule["rate"])} for rule in rules]
        fault = self._options.fault
        if fault is not None and fault.quota:
            found |= faults.plan_overrides(stack[f"{project}:usage_plans"], self._options.before_fault)
        return found

    def _load(self, table: str) -> None:
        """Put the service's reference data into the table, all but the probes', which the stack put there."""
        client = self._emulator.client("dynamodb", SERVICE_ACCOUNT)
        there = self._there_already()
        data = [item for _, item in self.service.reference_items(self._artefact)]
        items = [attributes(item) for item in data if item["id"] not in there]
        with self._step("load", "Load the reference data", total=len(items)) as advance:
            for start in range(0, len(items), BATCH):
                batch = [{"PutRequest": {"Item": item}} for item in items[start : start + BATCH]]
                client.batch_write_item(RequestItems={table: batch})
                advance(len(batch), f"{min(start + BATCH, len(items))} items")

    def _there_already(self) -> set[str]:
        """Which reference items the stack has put there: those of its probes."""
        return {item["id"] for probe in self.service.definition.probes for item in probe.reference}

    def _customer(self) -> tuple[Plan, Target, float]:
        outputs = self.deployment.outputs
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

    def _begin_fault(self) -> None:
        assert self._options.fault  # noqa: S101  # only a run with a fault has this phase
        function = self._emulator.client("lambda", SERVICE_ACCOUNT).get_function_configuration(
            FunctionName=self.watched["functions"][0]["name"]
        )
        lab = Lab(
            emulator=self._emulator,
            model=self._model,
            monitor_account=MONITOR_ACCOUNT,
            canary_schedule=canary_name(self.watched["name"]),
            time_budget_ms=int(function["Environment"]["Variables"]["TIME_BUDGET_MS"]),
        )
        self._options.fault.begin(lab)
        self.fault_at = time.time()

    def _drive(self, target: Target, phase: Phase, stop: threading.Event) -> tuple[Sample, ...]:
        failed = 0
        with self._step(phase.name, f"Traffic, {phase.name}", total=phase.requests) as advance:

            def on_sample(sample: Sample) -> None:
                nonlocal failed
                failed += not sample.ok
                advance(1, f"{failed} failed" if failed else "all right")

            return drive(target, phase, self._options.clients, stop=stop, on_sample=on_sample)

    def _await_canary(self, deployed_at: float) -> tuple[Probe, ...]:
        """Wait until the probes show what is expected, at most as long as they may take."""
        fault, since = self._options.fault, self.fault_at or deployed_at
        intervals = 2 if fault and fault.reasons else 1  # the first probe may still meet a cache
        until = since + intervals * CANARY_INTERVAL_S + CANARY_SLACK_S
        with self._step("canary", "Wait for the canary's schedule") as advance:
            while True:
                probes = observe.probes(self._emulator, MONITOR_ACCOUNT, self.watched["name"], deployed_at)
                recent = [probe for probe in probes if probe.at > since]
                shown = fault.canary_shows(recent) and not fault.silent if fault else bool(recent)
                left = until - time.time()
                arrived = f"{len(probes)} probe{'s' if len(probes) > 1 else ''}"
                advance(0, arrived if probes else f"at most {max(left, 0):.0f} s more")
                if shown or left <= 0:
                    return probes
                time.sleep(POLL_S)

    def _usage(self, started_at: float) -> dict[str, Usage]:
        """Run the usage reporter for the day, or both days when the run went past midnight."""
        days = {datetime.fromtimestamp(at, UTC).date() for at in (started_at, time.time())}
        with self._step("usage", "Run the usage reporter") as advance:
            for day in sorted(days):
                observe.report_usage(
                    self._emulator, SERVICE_ACCOUNT, f"{self.watched['name']}-usage-reporter", day
                )
            used = observe.usage(
                self._emulator, SERVICE_ACCOUNT, self.watched["name"], self.watched["usage_plans"], min(days)
            )
            advance(len(used), f"{len(used)} plan{'' if len(used) == 1 else 's'}")
        return used
