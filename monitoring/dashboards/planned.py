"""Planned work on a dashboard: in words, and if it is done once, as a band on the graphs of the promise."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from monitoring.dashboards.widgets import GREY, Widget
from settings.maintenance import Maintenance

EVER = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


def lines(works: Sequence[Maintenance]) -> Iterator[str]:
    """Markdown, nothing without planned work."""
    if works:
        yield from ("", "### Planned maintenance: nobody is paged")
    for work in works:
        pages = f" ({', '.join(work.alarms)})" if work.alarms else ""
        yield f"- `{work.schedule}` {work.timezone}, {work.duration}: {work.reason}{pages}"


def marked(widget: Widget, works: Sequence[Maintenance]) -> Widget:
    """The widget, with a band for each window that comes once if it is a graph over time."""
    properties = widget["properties"]
    bands = [_band(work, window) for work in works if work.parsed.at for window in work.windows(*EVER)]
    if not bands or properties.get("view") != "timeSeries":
        return widget
    annotations = {**properties.get("annotations", {}), "vertical": bands}
    return {**widget, "properties": {**properties, "annotations": annotations}}


def _band(work: Maintenance, window: tuple[datetime, datetime]) -> list[dict[str, str]]:
    begin, end = (f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in window)
    return [{"label": work.reason, "value": begin, "color": GREY}, {"label": "", "value": end}]
