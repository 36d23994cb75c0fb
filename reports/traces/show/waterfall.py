"""One trace -> the rows of its waterfall and the steps of its critical path. Draws nothing itself."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from reports.traces.measure.trees import Piece, Tree, critical_path
from reports.traces.read.segments import ERROR, FAULT, THROTTLE, Span
from reports.traces.result import PathStep, Row, Waterfall

MAX_ROWS = 200
CONSOLES = {
    "cn-": "console.amazonaws.cn",
    "us-gov-": "console.amazonaws-us-gov.com",
}


def instant(epoch_s: float) -> str:
    """ISO 8601 in UTC, to the millisecond."""
    return datetime.fromtimestamp(epoch_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def console_url(trace_id: str, region: str | None) -> str | None:
    """The trace in the CloudWatch console; None without a region."""
    if region is None:
        return None
    domain = next(
        (host for prefix, host in CONSOLES.items() if region.startswith(prefix)), "console.aws.amazon.com"
    )
    return f"https://{region}.{domain}/cloudwatch/home?region={region}#xray:traces/{trace_id}"


def path_steps(root: Span, pieces: list[Piece]) -> tuple[PathStep, ...]:
    """The critical path in order; consecutive pieces of one span are one step."""
    steps: list[PathStep] = []
    previous: Span | None = None
    for piece in pieces:
        start_ms, ms = (piece.start - root.start) * 1000, (piece.end - piece.start) * 1000
        if piece.span is previous:
            start_ms, ms = steps[-1].start_ms, steps.pop().ms + ms
        hop = piece.span.hop
        steps.append(PathStep(label=hop.label, kind=hop.kind, start_ms=start_ms, ms=ms))
        previous = piece.span
    return tuple(steps)


def waterfall(tree: Tree, titles: tuple[str, ...], region: str | None) -> Waterfall:
    """The waterfall of a trace that has a root. Raises ValueError for one that has none."""
    root = tree.top
    pieces = critical_path(root)
    on_path: dict[str, list[tuple[float, float]]] = {}
    for piece in pieces:
        stretch = ((piece.start - root.start) * 1000, (piece.end - piece.start) * 1000)
        on_path.setdefault(piece.span.id, []).append(stretch)
    unfinished = {span.id for span in tree.unfinished}
    rows = [
        Row(
            depth=depth,
            kind=span.hop.kind,
            label=span.hop.name if span.hop.kind in ("step", "local") else span.hop.label,
            offset_ms=(span.start - root.start) * 1000,
            duration_ms=(span.end - span.start) * 1000,
            path=tuple(on_path.get(span.id, ())),
            failures=failures(span.failed),
            status=span.status,
            finished=span.id not in unfinished,
            annotations=_plain(span.annotations),
        )
        for depth, span in tree.walk()
    ]
    return Waterfall(
        titles=titles,
        trace_id=tree.trace_id,
        url=console_url(tree.trace_id, region),
        start=instant(root.start),
        total_ms=tree.total_s * 1000,
        cold=tree.cold,
        defects=tuple(tree.defects),
        rows=tuple(rows[:MAX_ROWS]),
        hidden=max(0, len(rows) - MAX_ROWS),
        path=path_steps(root, pieces),
    )


def failures(failed: int) -> tuple[str, ...]:
    """The names of the failure bits, worst first."""
    names = ((FAULT, "fault"), (THROTTLE, "throttle"), (ERROR, "error"))
    return tuple(name for bit, name in names if failed & bit)


def _plain(annotations: Mapping[str, Any] | None) -> dict[str, str | float | bool]:
    return {key: v if isinstance(v, str | float | int) else str(v) for key, v in (annotations or {}).items()}
