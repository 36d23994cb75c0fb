"""The two dashboards: what a customer gets first, then every KPI with its levels, a screen a section."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from urllib.parse import quote

from monitoring import catalogue, trace_groups
from monitoring.alarms.rule import Entry
from monitoring.catalogue import canary
from monitoring.dashboards import figures, limits, planned, promise
from monitoring.dashboards.promise import FIVE_MINUTES_S
from monitoring.dashboards.widgets import (
    BLUE,
    COLUMNS,
    GREEN,
    TEAL,
    Place,
    Row,
    Widget,
    alarm_states,
    graph,
    heading,
    place_all,
    text,
)
from monitoring.kpi import Kpi
from monitoring.names import console
from monitoring.spec import CompositeAlarm, MetricStat
from monitoring.stacks import Stacks, stacks
from monitoring.watched import Watched, WatchedApi
from settings.slo import Slo

NUMBER_HEIGHT, GRAPH_HEIGHT = 3, 5


def service_dashboard(watched: Watched) -> dict[str, object]:
    """The service account's dashboard body."""
    place, alarms = Place(region=watched.region), stacks(watched)
    states = [_states("Pages", alarms.service, watched.account_id, watched.region)]
    rows = [
        *_promise_rows(watched, place, states),
        *figures.rows(catalogue.kpis(watched), alarms, place),
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
        *figures.rows(catalogue.kpis(watched), alarms, outside),
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
    yield heading(f"# {watched.name}: what customers get")
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
    yield heading("## Canary: the API as a customer of another account sees it")
    yield [
        (12, GRAPH_HEIGHT, graph("Probes", both, place, unit="Count", colors=(BLUE, GREEN))),
        (12, GRAPH_HEIGHT, figures.kpi_graph(latency, alarms.monitor, place, color=TEAL)),
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
    if len(watched.functions) > figures.FEW:
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
