"""The figures as data: what the pages show and the JSON holds."""

from reports.sla.result.aws import AwsInterval, AwsLedger, AwsService
from reports.sla.result.model import Model, Verdict
from reports.sla.result.parts import (
    BurnPoint,
    Customer,
    DayFigures,
    Forecast,
    Incident,
    Maintenance,
    Proof,
    Signal,
    Usage,
)
from reports.sla.result.service import ServiceReport
from reports.sla.result.sides import Latency, Percentiles, Probes, Promised, Requests, Side, Span

__all__ = [
    "AwsInterval",
    "AwsLedger",
    "AwsService",
    "BurnPoint",
    "Customer",
    "DayFigures",
    "Forecast",
    "Incident",
    "Latency",
    "Maintenance",
    "Model",
    "Percentiles",
    "Probes",
    "Promised",
    "Proof",
    "Requests",
    "ServiceReport",
    "Side",
    "Signal",
    "Span",
    "Usage",
    "Verdict",
]
