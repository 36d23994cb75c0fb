"""One service's report."""

from reports.sla.result.aws import AwsLedger
from reports.sla.result.model import Model, Verdict
from reports.sla.result.parts import (
    BurnPoint,
    Customer,
    DayFigures,
    Forecast,
    Incident,
    Maintenance,
    Proof,
    Usage,
)
from reports.sla.result.sides import Latency, Probes, Promised, Requests, Span


class ServiceReport(Model):
    """Whether one service kept its promise."""

    service: str
    verdict: Verdict
    because: str
    notes: tuple[str, ...]
    span: Span
    promise: Promised
    availability_verdict: Verdict
    availability_because: str
    requests: Requests
    probes: Probes
    latency: Latency
    incidents: tuple[Incident, ...]
    days: tuple[DayFigures, ...]
    burn: tuple[BurnPoint, ...]
    forecast: Forecast
    customers: tuple[Customer, ...]
    usage: tuple[Usage, ...]
    maintenance: tuple[Maintenance, ...]
    aws: AwsLedger
    proof: Proof
