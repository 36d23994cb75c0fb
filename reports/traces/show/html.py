"""`TraceReport` -> HTML: a page of its own, or a fragment with the map and the waterfalls for another page.

Self-contained: no script, no request, no font. Everything that came from a trace is escaped by the template
engine. What is drawn where is decided here, how it looks in `reports/templates`.
"""

from pathlib import Path
from typing import Any

import jinja2

from reports.traces.pictures import Row
from reports.traces.result import TraceReport
from reports.traces.show.layout import NODE_HEIGHT, NODE_WIDTH, Drawing, layout
from reports.traces.show.words import milliseconds, percent, seen
from reports.words import counted

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
TICKS = 4
NAME_CHARS = 24  # that fit into a node


def html_page(report: TraceReport, *, title: str = "Trace report") -> str:
    """The whole report as one HTML document."""
    return _render("traces.html.j2", report, title=title)


def html_fragment(report: TraceReport) -> str:
    """The service map and the waterfalls as one `<section class="traces">` with its own scoped style.

    Its headings begin at level 3; it has no id that a host page is likely to use (all begin with `traces-`).
    """
    return _render("traces_fragment.html.j2", report)


def _render(template: str, report: TraceReport, **more: Any) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(counted=counted, ms=milliseconds, percent=percent, short=_short)
    environment.globals.update(
        seen=seen, bar=_bar, ticks=_ticks, node_width=NODE_WIDTH, node_height=NODE_HEIGHT
    )
    drawings: dict[str, Drawing] = {way: layout(report.service_map, way) for way in ("right", "down")}
    return environment.get_template(template).render(report=report, drawings=drawings, **more)


def _short(name: str) -> str:
    return name if len(name) <= NAME_CHARS else name[: NAME_CHARS - 1] + "…"


def _bar(row: Row, total_ms: float) -> dict[str, Any]:
    """Where a row's bar lies, in percent of the track, and its stretches on the critical path."""
    scale = 100 / total_ms if total_ms else 0.0
    left = min(max(row.offset_ms * scale, 0.0), 100.0)
    right = min(max((row.offset_ms + row.duration_ms) * scale, left), 100.0)
    return {
        "left": f"{left:.3f}",
        "width": f"{right - left:.3f}",
        "path": [(f"{offset * scale:.3f}", f"{length * scale:.3f}") for offset, length in row.path],
        "path_ms": sum(length for _, length in row.path),
    }


def _ticks(total_ms: float) -> list[tuple[float, str]]:
    return [(100 * i / TICKS, milliseconds(total_ms * i / TICKS)) for i in range(TICKS + 1)]
