"""CloudWatch dashboard bodies as HTML, drawn from raw datapoints: what would be seen after `pulumi up`.

Graphs, numbers, alarm states and text in the subset of CloudWatch's structure that `monitoring.dashboards`
writes; anything else is refused by name. Metric math is that of the rehearsal. No script and nothing from
the network; light and dark follow the reader's system.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

from local.report.dashboard_data import Samples, Shown, Span, series
from local.report.dashboard_drawing import alarm_list, graph, markdown, numbers

STYLE = Path(__file__).with_name("templates").joinpath("dashboard.css").read_text()
COLUMN_PX, ROW_PX = 41, 58  # with the gap between widgets
CAPTION_PX, LEGEND_PX, PADDING_PX = 24, 20, 26


class UnsupportedWidgetError(ValueError):
    """A widget that CloudWatch would show and this renderer cannot."""


def render(
    body: Mapping[str, Any],
    datapoints: Iterable[Mapping[str, Any]],
    alarm_states: Mapping[str, str],
    now: datetime,
    *,
    home: str | None = None,
) -> str:
    """The dashboard as an HTML fragment with its own style sheet.

    `datapoints` are raw samples as `local.fillins.datapoints` hands them out (`namespace`, `metric`,
    `dimensions`, `timestamp`, `value`, and `count` or `statistics`), each with its `account`. `home` is the
    account the dashboard is in: metrics of others are found only where a widget names their `accountId`.
    `alarm_states` holds states by alarm name.
    Samples dated after `now`, as the usage of a day that is not over is, are drawn at `now`.
    The time axis begins with the first sample and ends `now`, but shows no more than the dashboard's own
    range. Each point is the statistic over the widget's own period up to that moment, as an alarm sees it.
    """
    samples = Samples(datapoints, now, home=home)
    span = samples.span(str(body.get("start", "-PT3H")))
    rows = "".join(_row(row, samples, span, alarm_states) for row in _rows(body["widgets"]))
    return f'<style>{STYLE}</style><div class="cw">{rows}</div>'


def _rows(widgets: Sequence[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    """The widgets from top to bottom, those that share a line together: paper is cut between rows."""
    rows: list[list[Mapping[str, Any]]] = []
    floor = 0
    for widget in sorted(widgets, key=lambda widget: (widget["y"], widget["x"])):
        if not rows or widget["y"] >= floor:
            rows.append([])
        rows[-1].append(widget)
        floor = max(floor, widget["y"] + widget["height"])
    return rows


def _row(
    row: Sequence[Mapping[str, Any]], samples: Samples, span: Span, alarm_states: Mapping[str, str]
) -> str:
    kind = "cw-row cw-heading" if all(widget["type"] == "text" for widget in row) else "cw-row"
    widgets = "".join(_widget(widget, row[0]["y"], samples, span, alarm_states) for widget in row)
    return f'<div class="{kind}">{widgets}</div>'


def _widget(
    widget: Mapping[str, Any], top: int, samples: Samples, span: Span, alarm_states: Mapping[str, str]
) -> str:
    """The widget in a row that begins at the dashboard's line `top`."""
    properties = widget["properties"]
    width = widget["width"] * COLUMN_PX - PADDING_PX
    height = widget["height"] * ROW_PX - PADDING_PX
    match widget["type"], properties.get("view"):
        case "text", _:
            inner, kind = markdown(properties["markdown"]), "text"
        case "alarm", _:
            named = _named(properties["alarms"], alarm_states, properties.get("states"))
            inner, kind = alarm_list(named, every=_names(properties["alarms"])), "alarms"
        case "metric", "singleValue":
            shown = series(properties, samples, span)
            inner, kind = numbers(shown, width=width), "number"
        case "metric", "timeSeries":
            shown = series(properties, samples, span)
            inner = graph(
                shown,
                span,
                properties,
                width=width,
                height=height - CAPTION_PX - LEGEND_PX,
            ) + _legend(shown)
            kind = "graph"
        case unknown, view:
            raise UnsupportedWidgetError(
                f"{properties.get('title', 'a widget')!r}: type {unknown!r} with view {view!r} is not drawn"
            )
    title = f"<h4>{escape(properties['title'])}</h4>" if "title" in properties else ""
    place = (
        f"grid-column:{widget['x'] + 1}/span {widget['width']};"
        f"grid-row:{widget['y'] - top + 1}/span {widget['height']}"
    )
    return f'<div class="cw-widget cw-{kind}" style="{place}">{title}{inner}</div>'


def _named(
    arns: Sequence[str], states: Mapping[str, str], wanted: Collection[str] | None
) -> list[tuple[str, str]]:
    """(name, state) of each alarm in a wanted state; one that was never evaluated has insufficient data."""
    found = [(name, states.get(name, "INSUFFICIENT_DATA")) for name in _names(arns)]
    return [(name, state) for name, state in found if not wanted or state in wanted]


def _names(arns: Sequence[str]) -> list[str]:
    return [arn.rsplit(":alarm:", 1)[-1] for arn in arns]


def _legend(shown: Sequence[Shown]) -> str:
    entries = "".join(
        f'<span><i style="background:{escape(line.color)}"></i>{escape(line.label)}</span>' for line in shown
    )
    return f'<div class="cw-legend">{entries}</div>'
