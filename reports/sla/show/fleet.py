"""All services on one page: a line each, the worst first."""

from datetime import date
from typing import Any

from pydantic import TypeAdapter

from reports.sla.figures.service import ORDER, worst
from reports.sla.result import Model, Proof, ServiceReport, Verdict
from reports.sla.words import number, share, spent

HEADS = ("requests", "canary", "in time", "budget", "incidents", "minutes down")  # of a line's figures


class Line(Model):
    """One service in short."""

    service: str
    verdict: Verdict
    because: str
    requests: int
    requests_pct: float | None
    probes_pct: float | None
    in_time_pct: float | None
    """of the predictions that an access log tells of"""
    budget_used_pct: float | None
    incidents: int
    down_minutes: int
    gap_minutes: int

    @property
    def figures(self) -> tuple[str, ...]:
        """As people read them, below `HEADS`."""
        return (
            share(self.requests_pct),
            share(self.probes_pct),
            share(self.in_time_pct),
            spent(self.budget_used_pct),
            number(self.incidents),
            number(self.down_minutes),
        )


class FleetReport(Model):
    """Whether all services kept their promises."""

    title: str
    first: date
    last: date
    timezone: str
    verdict: Verdict
    kept: int
    broken: int
    not_provable: int
    services: tuple[Line, ...]
    proof: Proof


def schema() -> dict[str, Any]:
    """The JSON Schema of the pages' JSON: a service's, or the one over all."""
    adapter: TypeAdapter[ServiceReport | FleetReport] = TypeAdapter(ServiceReport | FleetReport)
    return adapter.json_schema(mode="serialization")


def line(report: ServiceReport) -> Line:
    """A service's line."""
    used = report.requests.budget_used_pct
    return Line(
        service=report.service,
        verdict=report.verdict,
        because=report.because,
        requests=report.requests.total,
        requests_pct=report.requests.measured_pct,
        probes_pct=report.probes.measured_pct,
        in_time_pct=report.latency.share_pct,
        budget_used_pct=report.probes.budget_used_pct if used is None else used,
        incidents=len(report.incidents),
        down_minutes=report.probes.down_minutes,
        gap_minutes=report.probes.gap_minutes,
    )


def fleet(one: ServiceReport, lines: list[Line]) -> FleetReport:
    """The page over all of `lines`; `one` of their reports tells period and evidence."""
    verdicts: list[Verdict] = [line.verdict for line in lines]
    return FleetReport(
        title=one.span.title,
        first=one.span.first,
        last=one.span.last,
        timezone=one.span.timezone,
        verdict=worst(*verdicts),
        kept=verdicts.count("kept"),
        broken=verdicts.count("broken"),
        not_provable=verdicts.count("not provable"),
        services=tuple(sorted(lines, key=lambda line: (ORDER.index(line.verdict), line.service))),
        proof=one.proof,
    )
