"""The widgets of a dashboard: pure functions from specs to CloudWatch's JSON, without a position.

Structure after "Dashboard Body Structure and Syntax" (CloudWatch API reference). One colour has one meaning
on every graph; units stand on the axis.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from monitoring.spec import Expression, MetricQuery, MetricStat

Widget = dict[str, Any]
Row = list[tuple[int, int, Widget]]  # width, height

COLUMNS = 24
HEADING_HEIGHT = 1

BLUE, TEAL, GREY = "#0972d3", "#0e7c86", "#7d8998"  # what is measured: first, second, for comparison
GREEN, AMBER, RED = "#037f0c", "#b35c00", "#d13212"  # promise, warn, critical
UNIT_LABELS = {"Percent": "%", "Milliseconds": "ms", "Seconds": "s", "Megabytes": "MB", "Count": "count"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A horizontal line: a promise or a level of an alarm."""

    value: float
    label: str
    color: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a widget's metrics are: the region, and the account if it is not the dashboard's own."""

    region: str
    account_id: str | None = None


def graph(
    title: str,
    queries: Sequence[MetricQuery],
    place: Place,
    *,
    unit: str,
    lines: Sequence[Line] = (),
    colors: Sequence[str] = (BLUE,),
    low: float | None = 0,
    span: str | None = None,
) -> Widget:
    """A time series graph of the queries that return data, in order of `colors`; without any, CloudWatch
    gives each of an expression's lines its own.

    `span` is an ISO 8601 duration that the graph shows, whatever the dashboard does.
    """
    axis: dict[str, Any] = {"label": UNIT_LABELS[unit], "showUnits": False}
    if low is not None:
        axis["min"] = low
    properties: dict[str, Any] = {
        "title": title,
        "view": "timeSeries",
        "stacked": False,
        "region": place.region,
        "metrics": _metrics(queries, place, colors),
        "yAxis": {"left": axis},
        "legend": {"position": "bottom"},
    }
    if lines:
        properties["annotations"] = {
            "horizontal": [{"value": line.value, "label": line.label, "color": line.color} for line in lines]
        }
    return {"type": "metric", "properties": properties | _span(span)}


def number(
    title: str,
    queries: Sequence[MetricQuery],
    place: Place,
    *,
    colors: Sequence[str] = (BLUE,),
    span: str | None = None,
) -> Widget:
    """The latest value of each query that returns data, with a sparkline, in order of `colors`."""
    properties: dict[str, Any] = {
        "title": title,
        "view": "singleValue",
        "sparkline": True,
        "region": place.region,
        "metrics": _metrics(queries, place, colors),
    }
    return {"type": "metric", "properties": properties | _span(span)}


def alarm_states(title: str, arns: Sequence[str], *, only_open: bool = False) -> Widget:
    """The states of up to 100 alarms, or those in ALARM alone, the newest first."""
    properties: dict[str, Any] = {"title": title, "alarms": list(arns)}
    if only_open:
        properties |= {"states": ["ALARM"], "sortBy": "stateUpdatedTimestamp"}
    return {"type": "alarm", "properties": properties}


def text(markdown: str) -> Widget:
    """Markdown: a heading, an explanation, links."""
    return {"type": "text", "properties": {"markdown": markdown, "background": "transparent"}}


def heading(markdown: str) -> Row:
    """A text over the whole width."""
    return [(COLUMNS, HEADING_HEIGHT, text(markdown))]


def place_all(rows: Sequence[Sequence[tuple[int, int, Widget]]]) -> list[Widget]:
    """Widgets with their positions: rows of (width, height, widget), left to right on 24 columns."""
    placed: list[Widget] = []
    y = 0
    for row in rows:
        x = 0
        for width, height, widget in row:
            placed.append(
                {"type": widget["type"], "x": x, "y": y, "width": width, "height": height}
                | {"properties": widget["properties"]}
            )
            x += width
        y += max((height for _, height, _ in row), default=0)
    return placed


def _span(span: str | None) -> dict[str, Any]:
    return {"start": f"-{span}", "end": "P0D"} if span else {}


def _metrics(queries: Sequence[MetricQuery], place: Place, colors: Sequence[str]) -> list[list[Any]]:
    shown = [query.id for query in queries if query.return_data]
    rows: list[list[Any]] = []
    for query in queries:
        options: dict[str, Any] = {"id": query.id}
        if query.label:
            options["label"] = query.label
        if query.id in shown and colors:
            options["color"] = colors[shown.index(query.id) % len(colors)]
        elif query.id not in shown:
            options["visible"] = False
        if isinstance(query, Expression):
            rows.append([{"expression": query.expression, "region": place.region, **options}])
            continue
        rows.append(_metric(query, place, options))
    return rows


def _metric(query: MetricStat, place: Place, options: dict[str, Any]) -> list[Any]:
    options |= {"stat": query.statistic, "period": query.period_s}
    if account := query.account_id or place.account_id:
        options["accountId"] = account
    dimensions = [word for pair in query.dimensions.items() for word in pair]
    return [query.namespace, query.metric, *dimensions, options]
