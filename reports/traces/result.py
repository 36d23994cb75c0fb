"""What a trace report says, as frozen data: the seam to the terminal, JSON, HTML and the local run.

Times are milliseconds, instants ISO 8601 in UTC, shares 0 to 1. Nothing here is computed.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from reports.traces.distribution import Latency
from reports.traces.measure.change import Comparison
from reports.traces.pictures import PathStep, ServiceMap, Waterfall
from reports.traces.read.segments import Kind

SCHEMA = "inference-watch/trace-report/1"
AdviceKind = Literal["bottleneck", "loop", "parallel", "cold-start", "throttling", "retries"]


@dataclass(frozen=True, kw_only=True, slots=True)
class HopStats:
    """One hop or business step over all analysed traces.

    `latency` is over its calls. `path_ms` is the mean time it held a request up among the requests around
    the p90 of the total, `share` that time's part of theirs: over all hops the shares add up to 1.
    `errors`, `faults` and `throttles` count calls (4XX, 5XX, 429), `retries` those the AWS SDK made.
    """

    kind: Kind
    name: str
    detail: str
    label: str
    latency: Latency
    traces: int
    path_ms: float
    share: float
    errors: int
    faults: int
    throttles: int
    failed: int
    retries: int


@dataclass(frozen=True, kw_only=True, slots=True)
class TraceCounts:
    """How many traces there are, and of what state.

    `analysed` take part in the statistics; `complete` have no defect at all. `orphaned` have parts whose
    parent is missing (left out), `open` an unfinished root (left out), `unfinished` inner spans that never
    ended (kept, closed with their parent), `headless` a caller that is not in the data (kept).
    `shifted` segments were moved for clock skew, by at most `max_shift_ms`. `failed` roots have an error,
    fault or throttle; `skipped` documents were not readable.
    """

    total: int
    analysed: int
    complete: int
    orphaned: int
    open: int
    unfinished: int
    headless: int
    cold: int
    failed: int
    segments: int
    shifted: int
    max_shift_ms: float
    skipped: int


@dataclass(frozen=True, kw_only=True, slots=True)
class TraceLine:
    """A trace in a list. `held_by` is the hop that held it up longest, for `held_ms`."""

    trace_id: str
    url: str | None
    start: str
    total_ms: float
    cold: bool
    failed: bool
    held_by: str
    held_ms: float


@dataclass(frozen=True, kw_only=True, slots=True)
class IncompleteTrace:
    """A trace with defects, each in words, and the names of the spans concerned."""

    trace_id: str
    url: str | None
    analysed: bool
    defects: tuple[str, ...]
    spans: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Advice:
    """Something the numbers give reason for. `saving_ms` is an upper bound per request, None if unknown."""

    kind: AdviceKind
    title: str
    text: str
    hops: tuple[str, ...]
    traces: int
    saving_ms: float | None
    example: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ColdStarts:
    """Cold and warm requests apart. `initialization` is over Lambda's own Initialization spans."""

    share: float
    warm: Latency | None
    cold: Latency | None
    initialization: Latency | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Bin:
    """How many requests took from `from_ms` (with it) to `to_ms` (without)."""

    from_ms: float
    to_ms: float
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Slice:
    """The requests with one value of an annotation."""

    value: str
    latency: Latency
    failed: int
    cold: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Breakdown:
    """The requests by their value of the annotation `key`, most frequent first."""

    key: str
    slices: tuple[Slice, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ExceptionCount:
    """An exception at one hop: how often, in how many traces, and the slowest trace that has it."""

    type: str
    message: str
    label: str
    count: int
    traces: int
    example: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TraceReport:
    """Everything the report says about one set of traces.

    `entries` counts the analysed traces by the name of their root; with more than one, the figures of the
    whole request are those of a mixture. `hops` come by share of the p90, largest first. `critical_path` is
    that of the p90 trace.
    """

    start: str | None
    end: str | None
    entries: Mapping[str, int]
    counts: TraceCounts
    total: Latency | None
    hops: tuple[HopStats, ...]
    critical_path: tuple[PathStep, ...]
    cold_starts: ColdStarts
    slowest: tuple[TraceLine, ...]
    incomplete: tuple[IncompleteTrace, ...]
    waterfalls: tuple[Waterfall, ...]
    service_map: ServiceMap
    advice: tuple[Advice, ...]
    histogram: tuple[Bin, ...] = ()
    exceptions: tuple[ExceptionCount, ...] = ()
    by: Breakdown | None = None
    comparison: Comparison | None = None

    @property
    def bottleneck(self) -> HopStats | None:
        """The hop with the largest share of the p90."""
        return self.hops[0] if self.hops else None

    @property
    def steps(self) -> tuple[HopStats, ...]:
        """The business steps among the hops."""
        return tuple(hop for hop in self.hops if hop.kind == "step")

    @property
    def main_path(self) -> tuple[PathStep, ...]:
        """The critical path without the stretches too short to matter: below 1 % of it."""
        whole = sum(step.ms for step in self.critical_path)
        return tuple(step for step in self.critical_path if step.ms >= whole / 100)

    def to_json(self) -> dict[str, Any]:
        """Plain data for `json.dumps`: the fields by their names, plus `schema`."""
        return {"schema": SCHEMA, **asdict(self)}
