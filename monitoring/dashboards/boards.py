"""The two dashboards: what a customer gets first, then every KPI with its levels, a screen a section."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from urllib.parse import quote

from monitoring import catalogue, trace_groups
from monitoring.alarms.rule import Entry
from monitoring.catalogue import canary
from monitoring.dashboards import limits, planned, promise
from monitoring.dashboards.promise import FIVE_MINUTES_S
from monitoring.dashboards.widgets import (
    AMBER,
    BLUE,
    GREEN,
    RED,
    TEAL,
    Line,
    Place,
    Widget,
    alarm_states,
    graph,
    place_all,
    text,
)
from monitoring.kpi import Kpi, value_queries
from monitoring.names import console
from monitoring.spec import CompositeAlarm, Expression, MetricAlarm, MetricQuery, MetricStat
from monitoring.stacks import Stacks, stacks
from monitoring.watched import Watched, WatchedApi
from settings.slo import Slo

COLUMNS = 24
KPI_WIDTH, KPI_HEIGHT, LOW_KPI_HEIGHT = 6, 5, 4
TALL_ROWS = 2  # more rows than these are lower, so that a section stays on one screen
HEADING_HEIGHT = 1
NUMBER_HEIGHT, GRAPH_HEIGHT = 3, 5
# Of a kind; of more, a section has a graph a figure with the parts that stand out: "SORT" in CloudWatch's
# metric math takes how many.
FEW_PARTS, STAND_OUT = 6, 10
LEVEL_COLORS = {"warn": AMBER, "critical": RED}
SECTIONS = {
    "api": "API",
    "function": "Function",
    "table": "Reference data",
    "endpoint": "Model",
    "usage": "Usage plans",
    "quota": "Quotas of the AWS account",
    "own": "Your own KPIs",
}
Row = list[tuple[int, int, Widget]]


def service_dashboard(watched: Watched) -> dict[str, object]:
    """The service account's dashboard body."""
    place, alarms = Place(region=watched.region), stacks(watched)
    states = [_states("Pages", alarms.service, watched.account_id, watched.region)]
    rows = [
        *_promise_rows(watched, place, states),
        *_kpi_rows(catalogue.kpis(watched), alarms, place),
    ]
    return body(rows)


def monitor_dashboard(watched: Watched, monitor_account_id: str) -> dict[str, object]:
    """The monitor account's dashboard body: both accounts on one page."""
    outside = Place(region=watched.region, account_id=watched.account_id)
    alarms = stacks(watched)
    states = [
        _states("Pages of this account", alarms.monitor, monitor_account_id, watched.region),
        _states("Pages of the service account", alarms.service, watched.account_id, watched.region),
    ]
    probes = canary.kpis(watched)
    rows = [
        *_promise_rows(watched, outside, states),
        *_canary_rows(watched, probes, alarms, Place(region=watched.region)),
        *_kpi_rows(catalogue.kpis(watched), alarms, outside),
    ]
    return body(rows)


def body(
    rows: Sequence[Row], mend: str = "Watch fewer parts, or some of them in another stack"
) -> dict[str, object]:
    """A dashboard body of these rows. Raises `MonitoringError`, with what to do, where it is too big."""
    widgets = place_all(rows)
    limits.check(widgets, mend)
    return {"start": "-PT3H", "periodOverride": "inherit", "widgets": widgets}


def _promise_rows(watched: Watched, place: Place, states: Sequence[Widget]) -> Iterable[Row]:
    yield _heading(f"# {watched.name}: what customers get")
    if watched.api:
        for above in _api_rows(watched.api, watched.slo, place):
            yield [
                (width, height, planned.marked(widget, watched.maintenance))
                for width, height, widget in above
            ]
    row: Row = [(COLUMNS // 4, GRAPH_HEIGHT, text(_links(watched)))]
    if watched.limited_plans:
        row.append((COLUMNS // 4, GRAPH_HEIGHT, promise.plans(watched, place)))
    left = COLUMNS - sum(width for width, _, _ in row)
    row += [(left // len(states), GRAPH_HEIGHT, widget) for widget in states]
    yield row


def _api_rows(api: WatchedApi, slo: Slo, place: Place) -> Iterable[Row]:
    numbers = (
        promise.availability_number(api, slo, place),
        promise.budget_number(api, slo, place),
        promise.forecast_number(api, slo, place),
        promise.latency_number(api, slo, place),
        promise.requests_number(api, place),
    )
    wide, over = divmod(COLUMNS, len(numbers))
    yield [(wide + (place_ < over), NUMBER_HEIGHT, widget) for place_, widget in enumerate(numbers)]
    third = COLUMNS // 3
    yield [
        (third, GRAPH_HEIGHT, promise.availability(api, slo, place)),
        (third, GRAPH_HEIGHT, promise.budget(api, slo, place)),
        (third, GRAPH_HEIGHT, promise.latency(api, slo, place)),
    ]


def _canary_rows(watched: Watched, probes: Sequence[Kpi], alarms: Stacks, place: Place) -> Iterable[Row]:
    success, attempts, latency = probes
    both = [
        replace(kpi.metric.stat(name, "Sum", FIVE_MINUTES_S, label=name), return_data=True)
        for name, kpi in (("attempts", attempts), ("successes", success))
    ]
    yield _heading("## Canary: the API as a customer of another account sees it")
    yield [
        (12, GRAPH_HEIGHT, graph("Probes", both, place, unit="Count", colors=(BLUE, GREEN))),
        (12, GRAPH_HEIGHT, _kpi_graph(latency, alarms.monitor, place, color=TEAL)),
    ]
    row = [
        (12, GRAPH_HEIGHT, graph(f"Successes by {what}", lines, place, unit="Count"))
        for what, lines in (
            ("probe", _successes(watched, "Probe", watched.probes)),
            ("location", _successes(watched, "Location", watched.locations)),
        )
        if lines
    ]
    if row:
        yield row


def _successes(watched: Watched, dimension: str, values: Sequence[str]) -> list[MetricStat]:
    """The canary's successes, a line for each probe or location."""
    return [
        replace(
            canary.metric(watched, "CanarySuccess", **{dimension: value}).stat(
                f"s{number}", "Sum", FIVE_MINUTES_S, label=value
            ),
            return_data=True,
        )
        for number, value in enumerate(values)
    ]


def _kpi_rows(kpis: Sequence[Kpi], alarms: Stacks, place: Place) -> Iterable[Row]:
    for component, title in SECTIONS.items():
        own = [kpi for kpi in kpis if kpi.component == component]
        if not own:
            continue
        yield _heading(f"## {title}")
        figures: dict[tuple[str, float], list[Kpi]] = {}
        for kpi in own:
            figure = kpi.title.removesuffix(kpi.of) if kpi.of else kpi.key
            figures.setdefault((figure, kpi.divisor), []).append(kpi)
        many = {figure: parts for figure, parts in figures.items() if len(parts) > FEW_PARTS}
        few = [kpi for figure, parts in figures.items() if figure not in many for kpi in parts]
        yield from _across(
            [_standing_out(title, parts, place) for (title, _), parts in many.items()], COLUMNS // 2
        )
        yield from _across([_kpi_graph(kpi, alarms.service, place) for kpi in few], KPI_WIDTH)


def _across(graphs: Sequence[Widget], width: int) -> Iterable[Row]:
    """As many a row as have room; lower ones where they are many."""
    across = COLUMNS // width
    height = KPI_HEIGHT if len(graphs) <= TALL_ROWS * across else LOW_KPI_HEIGHT
    for first in range(0, len(graphs), across):
        yield [(width, height, widget) for widget in graphs[first : first + across]]


def _standing_out(title: str, kpis: Sequence[Kpi], place: Place) -> Widget:
    """The parts with the highest values of one figure; of failures it is their number, since metric math
    does not divide arrays by each other.
    """
    figure = kpis[0]
    queries: list[MetricQuery] = [
        kpi.metric.stat(f"m{number}", kpi.statistic, kpi.window.period_s, label=kpi.of.removeprefix(" of "))
        for number, kpi in enumerate(kpis)
    ]
    values = "METRICS()" if figure.divisor == 1 else f"METRICS() / {figure.divisor:g}"
    by = "SUM" if figure.statistic == "Sum" else "MAX"
    top = Expression(id="top", expression=f"SORT({values}, {by}, DESC, {STAND_OUT})", return_data=True)
    unit = figure.metric_unit if figure.share_of else figure.unit
    title = f"{title}: the {STAND_OUT} highest of {len(kpis)}"
    return graph(title, [*queries, top], place, unit=unit, colors=())


def _kpi_graph(kpi: Kpi, entries: Sequence[Entry], place: Place, *, color: str = BLUE) -> Widget:
    """The KPI with the thresholds of the alarms that are deployed for it."""

    def on_graph(alarm: MetricAlarm, threshold: float) -> float:
        """A number of events a period of the alarm as one a period of the graph."""
        return threshold * kpi.window.period_s / alarm.period_s if kpi.counts else threshold

    lines = [
        Line(
            value=(value := on_graph(entry.alarm, entry.alarm.threshold)),
            label=f"{entry.rule.severity} {value:g}",
            color=LEVEL_COLORS[entry.rule.severity],
        )
        for entry in reversed(entries)
        if entry.rule.kpi == kpi
        and isinstance(entry.alarm, MetricAlarm)
        and entry.alarm.threshold is not None
    ]
    queries = value_queries(kpi, gated=False)
    return graph(kpi.title, queries, place, unit=kpi.unit, lines=lines, colors=(color,))


def _heading(markdown: str) -> Row:
    return [(COLUMNS, HEADING_HEIGHT, text(markdown))]


def _states(title: str, entries: Sequence[Entry], account_id: str, region: str) -> Widget:
    return alarm_states(title, page_arns(entries, account_id, region))


def page_arns(entries: Sequence[Entry], account_id: str, region: str) -> list[str]:
    """The composites: what notifies somebody. Their children are one click away."""
    names = [
        entry.alarm.name for entry in entries if isinstance(entry.alarm, CompositeAlarm) and entry.alarm.level
    ]
    return [f"arn:aws:cloudwatch:{region}:{account_id}:alarm:{name}" for name in names]


def _links(watched: Watched) -> str:
    home = console(watched.region)
    traces = []
    if watched.entry:
        slow, failed = (
            trace_groups.query_link(home, expression)
            for expression in trace_groups.group_filters(watched.entry, watched.slo.latency_p90_ms).values()
        )
        traces = [f"- [Traces]({home}#xray:traces/query): [slow]({slow}), [failed]({failed})"]
    logs = []
    if len(watched.functions) > FEW_PARTS:
        logs = [f"- [The functions' logs]({home}#logsV2:log-groups)"]
    for function in watched.functions if not logs else ():
        group = quote(quote(f"/aws/lambda/{function.name}", safe=""), safe="").replace("%", "$")
        link = f"{home}#logsV2:log-groups/log-group/{group}"
        logs.append(f"- [The function's log{function.told_apart}]({link})")
    return "\n".join(
        (
            "### Look further",
            *([f"- [Runbook]({watched.runbook_url})"] if watched.runbook_url else []),
            *traces,
            f"- [Trace map]({home}#xray:service-map/map)",
            *logs,
            f"- [Alarms]({home}#alarmsV2:)",
            "",
            f"Promise: {watched.slo.availability_pct:g} % of requests in {watched.slo.window_days} days, "
            f"p90 below {watched.slo.latency_p90_ms:g} ms.",
            *planned.lines(watched.maintenance),
        )
    )
