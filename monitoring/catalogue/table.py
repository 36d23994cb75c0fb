"""KPIs of the reference-data table, as DynamoDB publishes them for the operation requests wait for.

DynamoDB publishes throttles and system errors only when there are some; reads appear as the sample count
of the latency of successful ones.
"""

from monitoring.catalogue.shared import (
    FAST,
    MIN_FAILURES,
    STEADY,
    error_limit_pct,
    error_limit_source,
    named,
)
from monitoring.kpi import Kpi, Metric, Whole
from monitoring.watched import WatchedParts, WatchedTable
from settings.slo import Slo

LATENCY_SHARE = 0.1  # of the promised p90: a key lookup is a small part of a prediction
MIN_READS = 20  # in five minutes; an average of fewer is one slow connection


def metric(table: WatchedTable, name: str) -> Metric:
    """One of the table's metrics, for its operation."""
    dimensions = {"TableName": table.name, "Operation": table.operation}
    return Metric(namespace="AWS/DynamoDB", name=name, dimensions=dimensions)


def kpis(parts: WatchedParts) -> tuple[Kpi, ...]:
    """Throttles, system errors and latency, of each table and operation."""
    return tuple(kpi for table in parts.tables for kpi in _kpis(table, parts.slo))


def _kpis(table: WatchedTable, slo: Slo) -> tuple[Kpi, ...]:
    return (
        _failures(
            table,
            slo,
            what="throttles",
            title="Table throttles",
            name="ThrottledRequests",
            meaning="Reads of reference data are throttled; customers wait for retries or get 503.",
        ),
        _failures(
            table,
            slo,
            what="system-errors",
            title="Table system errors",
            name="SystemErrors",
            meaning="DynamoDB fails to read reference data; customers get 5XX.",
        ),
        Kpi(
            **named(table, "table", "latency", "Table latency"),
            signal="latency",
            meaning="Reading reference data takes too much of the time a customer waits.",
            metric=metric(table, "SuccessfulRequestLatency"),
            statistic="Average",
            metric_unit="Milliseconds",
            unit="Milliseconds",
            limit=round(LATENCY_SHARE * slo.latency_p90_ms, 3),
            limit_source=f"{100 * LATENCY_SHARE:g} % of the promised p90 of {slo.latency_p90_ms:g} ms",
            min_samples=MIN_READS,
            window=STEADY,
        ),
    )


def _failures(table: WatchedTable, slo: Slo, *, what: str, title: str, name: str, meaning: str) -> Kpi:
    reads = Whole(
        metric=metric(table, "SuccessfulRequestLatency"), statistic="SampleCount", counts_failures=False
    )
    return Kpi(
        **named(table, "table", what, title),
        signal="errors",
        meaning=meaning,
        metric=metric(table, name),
        statistic="Sum",
        metric_unit="Count",
        unit="Percent",
        limit=error_limit_pct(slo),
        limit_source=error_limit_source(slo),
        share_of=reads,
        min_failures=MIN_FAILURES,
        sparse=True,
        window=FAST,
    )
