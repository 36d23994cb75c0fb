"""Findings made by hand for the tests of what judges and shows them."""

import random
from dataclasses import replace
from typing import Any

from local.deployer import Resource
from local.emulator import MONITOR_ACCOUNT, SERVICE_ACCOUNT
from local.run.client import Sample
from local.run.faults import FAULTS
from local.run.findings import Findings
from local.run.observe import Probe
from local.run.plan import ALL_WELL, BEFORE, DURING, Options
from local.run.traffic import Phase
from local.run.watching import Alarm, Dashboard
from local.summary import Usage
from tests.local.asking import ask
from tests.local.made_traces import api_traces

START = 1_763_993_000.0
WATCHED: dict[str, Any] = {
    "name": "inference-dev",
    "region": "eu-central-1",
    "api": {"name": "inference-dev", "stage": "live"},
    "slo": {"availability_pct": 99.95, "latency_p90_ms": 200.0},
    "levels": {"usage_warn_pct": 80.0, "usage_critical_pct": 90.0},
    "usage_plans": [{"name": "partners", "quota": {"limit": 50_000, "period": "DAY"}}],
}
SENT = ask()
DASHBOARD = Dashboard(
    account=MONITOR_ACCOUNT,
    name="inference-dev-monitor",
    body={
        "widgets": [
            {
                "type": "text",
                "x": 0,
                "y": 0,
                "width": 24,
                "height": 2,
                "properties": {"markdown": "# Both accounts"},
            }
        ]
    },
)


def sample(at: float = 0, **changes: Any) -> Sample:
    """A right answer after 50 ms, `at` seconds after the traffic began."""
    return replace(
        Sample(at=START + 20 + at, latency_ms=50.0, status=200, code="", phase=ALL_WELL, operation="predict"),
        **changes,
    )


def probe(at: float, reason: str | None = None) -> Probe:
    """A probe `at` seconds after the deployment."""
    return Probe(at=START + 15 + at, succeeded=reason is None, reason=reason, latency_ms=61.0)


def phase(name: str, requests: int | None) -> Phase:
    return Phase(name=name, sent=(SENT,), requests=requests, seconds=75.0, per_s=None)


def findings(**changes: Any) -> Findings:
    """A run in which everything held: 1,000 requests in ten seconds, one probe, usage published."""
    chance = random.Random(1)  # noqa: S311  # repeatable, not secret
    samples = tuple(
        sample(n / 100, latency_ms=20 + 8 * chance.expovariate(0.5) + 200 * (n < 8)) for n in range(1000)
    )
    resources = tuple(
        Resource(type=kind, name=f"{name}-{account[0]}", account=account, id="x")
        for account, kinds in (
            (SERVICE_ACCOUNT, ("aws:lambda/function:Function", "aws:iam/role:Role", "aws:iam/role:Role")),
            (MONITOR_ACCOUNT, ("aws:lambda/function:Function",)),
        )
        for name, kind in enumerate(kinds)
    )
    made = Findings(
        options=Options(requests=1000),
        watched=WATCHED,
        asks_model={"predict"},
        phases=(phase(ALL_WELL, 1000),),
        samples=samples,
        probes=(probe(60),),
        usage={"partners": Usage(used=500, limit=50_000, period="DAY", percent=1.0, requests=1000)},
        pages=(),
        alarms=(
            Alarm(
                name="inference-dev-availability",
                account=MONITOR_ACCOUNT,
                kind="metric",
                state="OK",
                description="The API is down for customers. docs/runbook.md#availability",
            ),
        ),
        dashboards=(DASHBOARD,),
        datapoints=(),
        segments=api_traces(1000, START + 20),
        resources=resources,
        steps_s={"deploy dev": 9.1, "load": 0.2, ALL_WELL: 10.0, "canary": 41.0, "usage": 0.6},
        started_at=START,
        deployed_at=START + 15,
        fault_at=None,
        ended_at=START + 78,
    )
    return replace(made, **changes)


def faulty(name: str, code: str, status: int, reason: str | None) -> Findings:
    """A run in which fault `name` began three seconds into the traffic."""
    before = tuple(sample(n / 100, phase=BEFORE) for n in range(300))
    during = tuple(sample(3 + n / 100, phase=DURING, code=code, status=status) for n in range(700))
    return findings(
        options=Options(requests=1000, fault=FAULTS[name]),
        phases=(phase(BEFORE, 300), phase(DURING, 700)),
        samples=before + during,
        probes=(probe(60, reason),),
        fault_at=START + 23,
    )
