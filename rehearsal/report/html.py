"""One scenario as a self-contained HTML page: faults, states, pages, and each alarm's value and threshold.

Native elements only (details, summary), so that keyboard and screen readers work; no script, nothing loaded.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jinja2
import numpy as np

from monitoring.spec import Alarm, MetricAlarm
from rehearsal.cloudwatch.evaluate import STATES
from rehearsal.cloudwatch.points import Points
from rehearsal.incident import durations
from rehearsal.report import chart
from rehearsal.report.data import doubt_text, notes
from rehearsal.run import Result

ENVIRONMENT = jinja2.Environment(
    loader=jinja2.PackageLoader("rehearsal.report", "."),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
)
ENVIRONMENT.filters["duration"] = durations.text


def timeline(result: Result) -> str:
    """The page of one scenario."""
    homes = {a.name: account.id for account in result.alarm_set.accounts for a in account.alarms}
    shown = [a for a in result.alarm_set.alarms if a.name in result.tripped]
    pages = {
        alarm.name: [p for p in (*result.sent, *result.muted) if p.alarm == alarm.name] for alarm in shown
    }
    return ENVIRONMENT.get_template("timeline.html.j2").render(
        result=result,
        scenario=result.scenario,
        lanes=[_lane(result, alarm, homes[alarm.name], pages[alarm.name]) for alarm in shown],
        ticks=_ticks(result.scenario.duration),
        chart=chart,
        notes=[*map(doubt_text, result.doubts), *notes(result)],
        percent=lambda minute: 100 * minute / result.scenario.duration,
    )


def index(results: Sequence[Result], folder: Path) -> str:
    """The page that lists the scenarios of a run, with a link to the frontier if that is in the `folder`."""
    return ENVIRONMENT.get_template("index.html.j2").render(
        results=results, set=results[0].alarm_set.name, frontier=(folder / "frontier.html").exists()
    )


def _lane(result: Result, alarm: Alarm, home: str | None, pages: Sequence[Any]) -> dict[str, Any]:
    codes = result.timeline.states[alarm.name][result.scenario.history :]
    lane: dict[str, Any] = {
        "alarm": alarm,
        "segments": chart.segments(codes, STATES),
        "pages": pages,
        "metric": isinstance(alarm, MetricAlarm),
    }
    if isinstance(alarm, MetricAlarm):
        points = Points(alarm, result.series, home=home, size=1, seen_after=0)
        arrays = [row[result.scenario.history :] for row in points.watched()]
        low = alarm.comparison.startswith("LessThan") and alarm.band_id is None
        values, lower, upper = (chart.buckets(array, low=low) for array in arrays)
        bottom, top = chart.extent(values, lower, upper)
        lane |= {
            "lines": chart.polylines(values, bottom, top, len(values)),
            "limits": [
                chart.polylines(limit, bottom, top, len(values))
                for limit in ([lower] if np.array_equal(lower, upper, equal_nan=True) else [lower, upper])
            ],
            "bottom": f"{bottom:,.5g}",
            "top": f"{top:,.5g}",
            "threshold": f"{alarm.threshold:,.5g}" if alarm.threshold is not None else "the anomaly band",
        }
    return lane


def _ticks(duration: int) -> list[int]:
    step = next(s for s in (10, 30, 60, 120, 360, 720, 1440, 10_080) if duration / s <= 12)  # noqa: PLR2004  # ticks at most
    return list(range(0, duration + 1, step))
