"""The KPIs on a dashboard, a section a component: each with its levels; of many parts what stands out."""

from collections.abc import Iterable, Sequence

from monitoring.alarms.rule import Entry
from monitoring.dashboards.widgets import (
    AMBER,
    BLUE,
    COLUMNS,
    RED,
    Line,
    Place,
    Row,
    Widget,
    graph,
    heading,
)
from monitoring.kpi import Kpi, value_queries
from monitoring.spec import Expression, MetricAlarm, MetricQuery
from monitoring.stacks import Stacks

WIDTH, HEIGHT, LOW_HEIGHT = 6, 5, 4
TALL_ROWS = 2  # more rows than these are lower, so that a section stays on one screen
# Of a kind; of more, a section has a graph a figure with the parts that stand out: "SORT" in CloudWatch's
# metric math takes how many.
FEW, STAND_OUT = 6, 10
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


def rows(kpis: Sequence[Kpi], alarms: Stacks, place: Place) -> Iterable[Row]:
    """A heading a component, and below it its KPIs."""
    for component, title in SECTIONS.items():
        own = [kpi for kpi in kpis if kpi.component == component]
        if not own:
            continue
        yield heading(f"## {title}")
        figures: dict[tuple[str, float], list[Kpi]] = {}
        for kpi in own:
            figure = kpi.title.removesuffix(kpi.of) if kpi.of else kpi.key
            figures.setdefault((figure, kpi.divisor), []).append(kpi)
        many = {figure: parts for figure, parts in figures.items() if len(parts) > FEW}
        few = [kpi for figure, parts in figures.items() if figure not in many for kpi in parts]
        yield from _across(
            [_standing_out(title, parts, place) for (title, _), parts in many.items()], COLUMNS // 2
        )
        yield from _across([kpi_graph(kpi, alarms.service, place) for kpi in few], WIDTH)


def _across(graphs: Sequence[Widget], width: int) -> Iterable[Row]:
    """As many a row as have room; lower ones where they are many."""
    across = COLUMNS // width
    height = HEIGHT if len(graphs) <= TALL_ROWS * across else LOW_HEIGHT
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
    if len(kpis) > STAND_OUT:
        title += f": the {STAND_OUT} highest of {len(kpis)}"
    return graph(title, [*queries, top], place, unit=unit, colors=())


def kpi_graph(kpi: Kpi, entries: Sequence[Entry], place: Place, *, color: str = BLUE) -> Widget:
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
