"""One trace -> the rows of its waterfall and the steps of its critical path. Draws nothing itself."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from reports.traces.measure.path import Piece, critical_path
from reports.traces.measure.trees import Tree
from reports.traces.pictures import PathStep, Row, Waterfall
from reports.traces.read.segments import ERROR, FAULT, THROTTLE, Span

MAX_ROWS = 200  # of single spans; those between them are folded
PATH_SHARE = 0.01  # of the request: who held it up for longer has a row of its own
TOUCHING_MS = 0.2  # nobody sees a smaller gap
Stretches = list[tuple[float, float]]  # offset from the root's start and length, in milliseconds
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
    walked = list(tree.walk())
    drawn = _drawn(walked, on_path)
    rows: list[Row] = []
    folded: list[tuple[int, Span]] = []
    for depth, span in walked:
        if span.id not in drawn:
            folded.append((depth, span))
            continue
        rows += _fold(folded, root, on_path)
        folded = []
        rows.append(_row(depth, span, root, on_path.get(span.id, []), finished=span.id not in unfinished))
    rows += _fold(folded, root, on_path)
    return Waterfall(
        titles=titles,
        trace_id=tree.trace_id,
        url=console_url(tree.trace_id, region),
        start=instant(root.start),
        total_ms=tree.total_s * 1000,
        cold=tree.cold,
        defects=tuple(tree.defects),
        rows=tuple(rows),
        hidden=len(walked) - len(drawn),
        path=path_steps(root, pieces),
    )


def _row(depth: int, span: Span, root: Span, path: Stretches, *, finished: bool) -> Row:
    return Row(
        depth=depth,
        kind=span.hop.kind,
        label=_label(span),
        offset_ms=(span.start - root.start) * 1000,
        duration_ms=(span.end - span.start) * 1000,
        path=tuple(path),
        failures=failures(span.failed),
        status=span.status,
        finished=finished,
        annotations=_plain(span.annotations),
    )


def _label(span: Span) -> str:
    return span.hop.name if span.hop.kind in ("step", "local") else span.hop.label


def _drawn(walked: list[tuple[int, Span]], on_path: Mapping[str, Stretches]) -> set[str]:
    """The ids of the spans with a row of their own: who held the request up long, then the first."""
    if len(walked) <= MAX_ROWS:
        return {span.id for _, span in walked}
    above: dict[str, str] = {}
    for _, span in walked:
        above.update((child.id, span.id) for child in span.children)
    held = {span_id: sum(ms for _, ms in stretches) for span_id, stretches in on_path.items()}
    least = sum(held.values()) * PATH_SHARE
    order = [span.id for _, span in walked]
    drawn: set[str] = set()
    for span_id in (*(i for i in order if held.get(i, 0.0) >= least), *order):
        chain: list[str] = []
        at: str | None = span_id
        while at is not None and at not in drawn:
            chain.append(at)
            at = above.get(at)
        if len(drawn) + len(chain) <= MAX_ROWS:
            drawn.update(chain)
    return drawn


def _fold(folded: list[tuple[int, Span]], root: Span, on_path: Mapping[str, Stretches]) -> list[Row]:
    """One row for the spans between two that have their own, with their stretches on the critical path."""
    if not folded:
        return []
    spans = [span for _, span in folded]
    start, end = min(span.start for span in spans), max(span.end for span in spans)
    most = Counter(map(_label, spans)).most_common(1)[0]
    others = f", and {len(spans) - most[1]} others" if most[1] < len(spans) else ""
    failed = 0
    for span in spans:
        failed |= span.failed
    return [
        Row(
            depth=min(depth for depth, _ in folded),
            kind=spans[0].hop.kind,
            label=f"{most[0]}, {most[1]} times{others}",
            offset_ms=(start - root.start) * 1000,
            duration_ms=(end - start) * 1000,
            path=tuple(_joined(stretch for span in spans for stretch in on_path.get(span.id, ()))),
            failures=failures(failed),
            status=None,
            finished=True,
            annotations={},
        )
    ]


def _joined(stretches: Iterable[tuple[float, float]]) -> Stretches:
    """Stretches that touch, as one."""
    joined: Stretches = []
    for offset, length in sorted(stretches):
        if joined and offset - sum(joined[-1]) < TOUCHING_MS:
            joined[-1] = joined[-1][0], offset + length - joined[-1][0]
        else:
            joined.append((offset, length))
    return joined


def failures(failed: int) -> tuple[str, ...]:
    """The names of the failure bits, worst first."""
    names = ((FAULT, "fault"), (THROTTLE, "throttle"), (ERROR, "error"))
    return tuple(name for bit, name in names if failed & bit)


def _plain(annotations: Mapping[str, Any] | None) -> dict[str, str | float | bool]:
    return {key: v if isinstance(v, str | float | int) else str(v) for key, v in (annotations or {}).items()}
