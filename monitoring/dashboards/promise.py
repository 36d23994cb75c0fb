"""The promise on a dashboard: availability, error budget left, latency, each against its target.

Availability is the share of the API's own requests that did not fail, the SLI of the burn-rate alarms. The
error budget is that of the SLO's window; its last point is what is left today.
"""

from dataclasses import replace

from monitoring.catalogue import api, promise, usage
from monitoring.catalogue.shared import budget_pct
from monitoring.dashboards.widgets import (
    AMBER,
    BLUE,
    GREEN,
    GREY,
    RED,
    TEAL,
    Line,
    Place,
    Widget,
    graph,
    number,
)
from monitoring.kpi import watched_last
from monitoring.spec import Expression, MetricQuery
from monitoring.watched import Watched, WatchedApi
from settings.slo import Slo

DAY_S, HOUR_S, FIVE_MINUTES_S = 86_400, 3600, 300
FAILED_SHARE = "RUNNING_SUM(FILL(m, 0)) / RUNNING_SUM(FILL(n, 0))"  # of `_outcomes`, since the window began
AVAILABLE = f"100 - 100 * {FAILED_SHARE}"


def _outcomes(stage: WatchedApi, period_s: int) -> list[MetricQuery]:
    return [
        api.metric(stage, "5XXError").stat("m", "Sum", period_s, label="failed"),
        api.metric(stage, "Count").stat("n", "Sum", period_s, label="requests"),
    ]


def availability(stage: WatchedApi, slo: Slo, place: Place) -> Widget:
    """Percent of requests that did not fail, each five minutes."""
    promised = slo.availability_pct
    queries = watched_last(_outcomes(stage, FIVE_MINUTES_S), "100 - 100 * m / n", "available (%)")
    lines = [Line(value=promised, label=f"promised {promised:g} %", color=GREEN)]
    return graph("Availability", queries, place, unit="Percent", lines=lines, low=None)


def availability_number(stage: WatchedApi, slo: Slo, place: Place) -> Widget:
    """Availability over the SLO's whole window."""
    queries = watched_last(_outcomes(stage, HOUR_S), AVAILABLE, f"{_window(slo)} (%)")
    title = f"Availability, promised {slo.availability_pct:g} %"
    return number(title, queries, place, colors=(GREEN,), span=_span(slo))


def budget(stage: WatchedApi, slo: Slo, place: Place) -> Widget:
    """The trend of the error budget left."""
    lines = [Line(value=0, label="spent", color=RED), Line(value=25, label="a quarter left", color=AMBER)]
    return graph(
        f"Error budget left, {_window(slo)}",
        _budget_queries(stage, slo),
        place,
        unit="Percent",
        lines=lines,
        low=None,
        span=_span(slo),
    )


def budget_number(stage: WatchedApi, slo: Slo, place: Place) -> Widget:
    """The error budget left now."""
    return number("Error budget left", _budget_queries(stage, slo), place, span=_span(slo))


def kept_number(stage: WatchedApi, slo: Slo, place: Place) -> Widget:
    """Both beside each other: availability over the SLO's whole window, and the error budget left now."""
    title = f"Promised {slo.availability_pct:g} %, and budget left"
    label = f"{_window(slo)} (%)"
    available = Expression(id="available", expression=AVAILABLE, label=label, return_data=True)
    *outcomes, left = _budget_queries(stage, slo)
    queries = [*outcomes, available, left]
    return number(title, queries, place, colors=(GREEN, BLUE), span=_span(slo))


def _budget_queries(stage: WatchedApi, slo: Slo) -> tuple[MetricQuery, ...]:
    share = f"{FAILED_SHARE} / {budget_pct(slo) / 100:g}"
    return watched_last(_outcomes(stage, HOUR_S), f"100 - 100 * {share}", "left (%)")


def forecast_number(stage: WatchedApi, slo: Slo, place: Place) -> Widget:
    """In how many days the budget is gone if every day burns like the last whole one.

    As long as the SLO's window is "not in sight", and 0 is gone.
    """
    days, share = slo.window_days, budget_pct(slo) / 100
    left = f"(1 - RUNNING_SUM(m) / RUNNING_SUM(n) / {share:g})"
    until = f"{days} * {left} * {share:g} * n / m"
    expression = f"IF(m > 0, IF({left} > 0, IF({until} < {days}, {until}, {days}), 0), {days})"
    queries = watched_last(_outcomes(stage, DAY_S), expression, "days")
    return number("Budget gone in, at today's burn", queries, place, span=_span(slo))


def latency(stage: WatchedApi, slo: Slo, place: Place) -> Widget:
    """P50, p90 and p99 of what is promised against the promised p90.

    Where that is predictions, the p90 of all requests is beside it: far below while many are refused.
    """
    metric = promise.latency(stage, slo).metric
    queries = [
        replace(metric.stat(stat, stat, FIVE_MINUTES_S, label=stat), return_data=True)
        for stat in ("p90", "p50", "p99")
    ]
    if stage.answered_as:
        every = api.metric(stage, "Latency").stat("all", "p90", FIVE_MINUTES_S, label="p90 with refused")
        queries.append(replace(every, return_data=True))
    promised = slo.latency_p90_ms
    lines = [Line(value=promised, label=f"promised p90 {promised:g} ms", color=GREEN)]
    colors = (BLUE, TEAL, GREY, AMBER)
    return graph("Latency", queries, place, unit="Milliseconds", lines=lines, colors=colors)


def latency_number(stage: WatchedApi, slo: Slo, place: Place) -> Widget:
    """The p90 of the last five minutes."""
    metric = promise.latency(stage, slo).metric
    stat = metric.stat("m", "p90", FIVE_MINUTES_S, label="p90 (ms)")
    title = f"Latency p90, promised {slo.latency_p90_ms:g} ms"
    return number(title, [replace(stat, return_data=True)], place)


def requests_number(stage: WatchedApi, place: Place) -> Widget:
    """Requests of the last five minutes."""
    stat = api.metric(stage, "Count").stat("m", "Sum", FIVE_MINUTES_S, label="requests")
    return number("API requests in 5 minutes", [replace(stat, return_data=True)], place, colors=(GREY,))


def plans(watched: Watched, place: Place) -> Widget:
    """Usage against quota, one line a plan."""
    colors = (BLUE, TEAL, GREY, GREEN, AMBER, RED)
    queries = [
        replace(
            usage.metric(watched, plan.name).stat(f"p{n}", "Maximum", 24 * HOUR_S, label=plan.name),
            return_data=True,
        )
        for n, plan in enumerate(watched.limited_plans)
    ]
    levels = watched.levels
    lines = [
        Line(value=100, label="quota", color=GREY),
        Line(value=levels.usage_critical_pct, label=f"critical {levels.usage_critical_pct:g} %", color=RED),
        Line(value=levels.usage_warn_pct, label=f"warn {levels.usage_warn_pct:g} %", color=AMBER),
    ]
    return graph(
        "Usage against quota",
        queries,
        place,
        unit="Percent",
        lines=lines,
        colors=colors,
        span="P30D",
    )


def _window(slo: Slo) -> str:
    return f"{slo.window_days} days"


def _span(slo: Slo) -> str:
    return f"P{slo.window_days}D"
