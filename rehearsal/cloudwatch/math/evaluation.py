"""CloudWatch metric math over numpy arrays; see `values` for what these are, `calls` for what is simulated.

Source for every rule: "Using metric math" (using-metric-math.html).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from monitoring.spec import MetricQuery, MetricStat
from rehearsal.cloudwatch.math import arrays, functions
from rehearsal.cloudwatch.math.calls import BAND, SPECIAL, BandCall, band_call, refuse
from rehearsal.cloudwatch.math.syntax import (
    Array,
    Binary,
    Call,
    Name,
    Negative,
    Node,
    Number,
    Text,
    parse,
)
from rehearsal.cloudwatch.math.values import (
    Floats,
    NotEmpty,
    Value,
    as_many,
    as_one,
    as_series,
    each,
    pairwise,
)
from rehearsal.errors import RehearsalError, UnsupportedError


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Frame:
    """The datapoints of an evaluation: when each one's period starts (seconds since 1970), and known quotas.

    `starts` gives the shape of every time series. `quotas` are the values of SERVICE_QUOTA by metric id.
    """

    starts: Floats
    quotas: Mapping[str, float] = field(default_factory=dict)


Bands = Mapping[BandCall, tuple[Floats, Floats]]


def evaluate(
    queries: Sequence[MetricQuery],
    metrics: Mapping[str, Floats],
    *,
    period_s: int,
    bands: Bands | None = None,
) -> Floats:
    """The series of the query that returns data.

    `metrics` holds the series of every `MetricStat` by its id, all of one shape. `bands` holds (lower, upper)
    for every call in `band_calls(queries)`. Raises `UnsupportedError` naming a function that is not
    supported, and `RehearsalError` for an expression that CloudWatch would refuse.
    """
    returning = [q.id for q in queries if q.return_data] or [queries[-1].id]
    shape = next(iter(metrics.values())).shape
    return as_series(
        Evaluation(queries, metrics, period_s, bands or {}).value(returning[0]), returning[0], shape
    )


class Evaluation:
    """The values of a set of queries that refer to each other, each computed when asked for."""

    def __init__(
        self,
        queries: Sequence[MetricQuery],
        metrics: Mapping[str, Floats],
        period_s: int,
        bands: Bands,
        frame: Frame | None = None,
    ) -> None:
        self._queries = {q.id: q for q in queries}
        self._metrics = metrics
        self._period_s = period_s
        self._bands = bands
        self._frame = frame or Frame(starts=np.zeros(next(iter(metrics.values())).shape))
        self._done: dict[str, Value] = {}
        self._under_way: list[str] = []

    def value(self, name: str) -> Value:
        """The value of the query with the id `name`."""
        if name not in self._queries:
            raise RehearsalError(
                f"metric math: no query has the id {name!r}; ids: {', '.join(self._queries)}"
            )
        if name in self._under_way:
            raise RehearsalError(f"metric math: {' -> '.join([*self._under_way, name])} refer to each other")
        if name not in self._done:
            query = self._queries[name]
            if isinstance(query, MetricStat):
                self._done[name] = self._metrics[name]
            else:
                self._under_way.append(name)
                self._done[name] = self._node(parse(query.expression))
                self._under_way.pop()
        return self._done[name]

    def _node(self, node: Node) -> Value:
        match node:
            case Number(value):
                return value
            case Name(name):
                return self.value(name)
            case Negative(operand):
                return each(np.negative, self._node(operand))
            case Binary(op, left, right):
                return pairwise(functions.OPERATORS[op], self._node(left), self._node(right))
            case Array(items):
                return tuple(series for item in items for series in as_many(self._node(item)))
            case Call(function, arguments):
                return self._call(function, arguments)
            case Text(value):
                raise RehearsalError(f"metric math: the text {value!r} is no value here")

    def _call(self, function: str, arguments: tuple[Node, ...]) -> Value:
        refuse(function)
        allowed = SPECIAL.get(function, (1,))
        if len(arguments) not in allowed:
            takes = " or ".join(map(str, allowed))
            raise RehearsalError(f"metric math: {function} takes {takes} arguments, not {len(arguments)}")
        if function in SPECIAL:
            return self._special[function](arguments)
        value = self._node(arguments[0])
        if function in functions.REDUCERS:
            return arrays.reduce(function, value)
        if function in functions.ELEMENTWISE:
            return each(functions.ELEMENTWISE[function], value)
        if function in functions.CLOCK:
            times = self._frame.starts.astype("datetime64[s]")
            return functions.CLOCK[function](times).astype(np.float64)
        over_time = functions.OVER_TIME[function]
        return each(lambda series: over_time(series, self._period_s), value)

    @property
    def _special(self) -> Mapping[str, Callable[[tuple[Node, ...]], Value]]:
        return {
            BAND: lambda arguments: self._band(band_call(Call(BAND, arguments))),
            "METRICS": self._all_metrics,
            "FILL": self._fill,
            "IF": lambda arguments: functions.if_(*(as_one(self._node(a), "IF") for a in arguments)),
            "METRIC_COUNT": lambda arguments: arrays.count(self._node(arguments[0])),
            "PERIOD": lambda _: float(self._period_s),
            "REMOVE_EMPTY": lambda arguments: NotEmpty.of(as_many(self._node(arguments[0]))),
            "SERVICE_QUOTA": self._quota,
            "SLICE": lambda arguments: arrays.slice_(*map(self._node, arguments)),
            "SORT": self._sort,
            "FIRST": lambda arguments: arrays.ordered(self._node(arguments[0]))[0],
            "LAST": lambda arguments: arrays.ordered(self._node(arguments[0]))[-1],
            "TIME_SERIES": lambda arguments: np.broadcast_to(
                as_one(self._node(arguments[0]), "TIME_SERIES"), self._frame.starts.shape
            ),
        }

    def _quota(self, arguments: tuple[Node, ...]) -> Value:
        """SERVICE_QUOTA: the quota of a usage metric; without data where it is not known."""
        match arguments:
            case (Name(name),) if isinstance(self._queries.get(name), MetricStat):
                return np.full(self._frame.starts.shape, self._frame.quotas.get(name, np.nan))
            case _:
                raise RehearsalError("metric math: SERVICE_QUOTA takes the id of a usage metric")

    def _sort(self, arguments: tuple[Node, ...]) -> Value:
        by, order = (a.id if isinstance(a, Name) else "" for a in arguments[1:3])
        limit = self._node(arguments[3]) if len(arguments) == SPECIAL["SORT"][-1] else None
        return arrays.sort(self._node(arguments[0]), by, order, limit)

    def _fill(self, arguments: tuple[Node, ...]) -> Value:
        value, filler = self._node(arguments[0]), arguments[1]
        if isinstance(filler, Name) and filler.id in functions.FILLERS:
            return each(functions.FILLERS[filler.id], value)
        with_ = as_one(self._node(filler), "FILL")
        return each(lambda series: np.where(np.isnan(series), with_, series), value)

    def _band(self, call: BandCall) -> Value:
        if call not in self._bands:
            raise UnsupportedError(
                f"{BAND}({call.query_id}): an anomaly band cannot be built upon another one"
            )
        lower, upper = self._bands[call]
        return (upper, lower)

    def _all_metrics(self, arguments: tuple[Node, ...]) -> Value:
        part = arguments[0].value if arguments and isinstance(arguments[0], Text) else ""
        stats = [q for q in self._queries.values() if isinstance(q, MetricStat) and part in q.id]
        if not stats:
            raise RehearsalError(f"metric math: METRICS({part!r}) matches no metric")
        return tuple(self._metrics[q.id] for q in stats)
