"""CloudWatch metric math over numpy arrays.

A time series is an array whose first axis is time, oldest first, NaN where a datapoint is missing; further
axes are separate evaluations, worked on side by side. An array of time series is a tuple of them, a scalar
a float (or an array without the time axis, where each evaluation has its own). Source for every rule:
"Using metric math" (using-metric-math.html).

`FUNCTIONS` lists what is supported; anything else is refused by name. Not simulated on purpose: SEARCH and
SERVICE_QUOTA (they need an account), and whatever only makes sense on a graph (SORT, SLICE, LABELS, ...).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.spec import Expression, MetricQuery, MetricStat
from rehearsal.cloudwatch.math import functions
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
    walk,
)
from rehearsal.errors import RehearsalError, UnsupportedError

Floats = NDArray[np.float64]
Value = float | Floats | tuple[Floats, ...]
BAND = "ANOMALY_DETECTION_BAND"
DEFAULT_BAND_WIDTH = 2.0
SIMPLE = (*functions.REDUCERS, *functions.ELEMENTWISE, *functions.OVER_TIME)
SPECIAL: dict[str, tuple[int, ...]] = {  # how many arguments each takes
    BAND: (1, 2),
    "FILL": (2,),
    "FIRST": (1,),
    "IF": (2, 3),
    "LAST": (1,),
    "METRICS": (0, 1),
    "PERIOD": (1,),
    "TIME_SERIES": (1,),
}
FUNCTIONS: tuple[str, ...] = tuple(sorted((*SIMPLE, *SPECIAL)))


@dataclass(frozen=True, kw_only=True, slots=True)
class BandCall:
    """An anomaly band that the queries ask for: around which query, how many standard deviations wide."""

    query_id: str
    width: float


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


def band_calls(queries: Sequence[MetricQuery]) -> tuple[BandCall, ...]:
    """Every anomaly band that the expressions ask for."""
    trees = [parse(q.expression) for q in queries if isinstance(q, Expression)]
    calls = [n for tree in trees for n in walk(tree) if isinstance(n, Call) and n.function == BAND]
    return tuple(dict.fromkeys(_band_call(call) for call in calls))


def as_series(value: Value, name: str, shape: tuple[int, ...]) -> Floats:
    """`value` as the one time series that an alarm can watch."""
    if isinstance(value, np.ndarray) and value.ndim == len(shape):
        return value
    what = f"{len(value)} time series" if isinstance(value, tuple) else "a scalar"
    raise RehearsalError(f"expression {name!r} gives {what}; an alarm watches exactly one time series")


def as_band(value: Value, name: str) -> tuple[Floats, Floats]:
    """`value` as the (upper, lower) series of a band, CloudWatch's order."""
    if isinstance(value, tuple) and len(value) == 2:  # noqa: PLR2004  # upper and lower
        return value[0], value[1]
    raise RehearsalError(f"{name!r} is no anomaly band; its expression must be {BAND}(id, width)")


class Evaluation:
    """The values of a set of queries that refer to each other, each computed when asked for."""

    def __init__(
        self, queries: Sequence[MetricQuery], metrics: Mapping[str, Floats], period_s: int, bands: Bands
    ) -> None:
        self._queries = {q.id: q for q in queries}
        self._metrics = metrics
        self._period_s = period_s
        self._bands = bands
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
                return tuple(series for item in items for series in self._as_many(self._node(item)))
            case Call(function, arguments):
                return self._call(function, arguments)
            case Text(value):
                raise RehearsalError(f"metric math: the text {value!r} is no value here")

    def _call(self, function: str, arguments: tuple[Node, ...]) -> Value:
        if function not in FUNCTIONS:
            raise UnsupportedError(
                f"metric math function {function!r} is not simulated; supported: {', '.join(FUNCTIONS)}"
            )
        allowed = SPECIAL.get(function, (1,))
        if len(arguments) not in allowed:
            takes = " or ".join(map(str, allowed))
            raise RehearsalError(f"metric math: {function} takes {takes} arguments, not {len(arguments)}")
        if function in SPECIAL:
            return self._special[function](arguments)
        value = self._node(arguments[0])
        if function in functions.REDUCERS:
            return self._reduce(function, value)
        if function in functions.ELEMENTWISE:
            return each(functions.ELEMENTWISE[function], value)
        over_time = functions.OVER_TIME[function]
        return each(lambda series: over_time(series, self._period_s), value)

    @property
    def _special(self) -> Mapping[str, Callable[[tuple[Node, ...]], Value]]:
        return {
            BAND: lambda arguments: self._band(_band_call(Call(BAND, arguments))),
            "METRICS": self._all_metrics,
            "FILL": self._fill,
            "IF": lambda arguments: functions.if_(*(self._one(self._node(a), "IF") for a in arguments)),
            "PERIOD": lambda _: float(self._period_s),
            "FIRST": lambda arguments: self._as_many(self._node(arguments[0]))[0],
            "LAST": lambda arguments: self._as_many(self._node(arguments[0]))[-1],
            "TIME_SERIES": lambda arguments: np.broadcast_to(
                self._one(self._node(arguments[0]), "TIME_SERIES"), next(iter(self._metrics.values())).shape
            ),
        }

    def _reduce(self, function: str, value: Value) -> Value:
        of_one, of_many = functions.REDUCERS[function]
        if isinstance(value, tuple):
            return of_many(np.stack(value))
        return of_one(self._as_many(value)[0])

    def _fill(self, arguments: tuple[Node, ...]) -> Value:
        value, filler = self._node(arguments[0]), arguments[1]
        if isinstance(filler, Name) and filler.id in functions.FILLERS:
            return each(functions.FILLERS[filler.id], value)
        with_ = self._one(self._node(filler), "FILL")
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

    @staticmethod
    def _as_many(value: Value) -> tuple[Floats, ...]:
        if isinstance(value, tuple):
            return value
        if isinstance(value, np.ndarray):
            return (value,)
        raise RehearsalError(f"metric math: the scalar {value} stands where a time series must")

    @staticmethod
    def _one(value: Value, function: str) -> float | Floats:
        if isinstance(value, tuple):
            raise RehearsalError(f"metric math: {function} takes single time series, not an array of them")
        return value


def each(function: Callable[[Floats], Floats], value: Value) -> Value:
    """`function` on a scalar, on a series, or on each of several."""
    if isinstance(value, tuple):
        return tuple(function(series) for series in value)
    if isinstance(value, np.ndarray):
        return function(value)
    return float(function(np.asarray(value)))


def pairwise(function: functions.Operator, left: Value, right: Value) -> Value:
    """A binary operator, spread over arrays of series."""
    if isinstance(left, tuple) and isinstance(right, tuple):
        if len(left) != len(right):
            raise RehearsalError(f"metric math: arrays of {len(left)} and {len(right)} series do not pair up")
        return tuple(function(a, b) for a, b in zip(left, right, strict=True))
    if isinstance(left, tuple):
        return tuple(function(a, _single(right)) for a in left)
    if isinstance(right, tuple):
        return tuple(function(_single(left), b) for b in right)
    result = function(left, right)
    return float(result) if isinstance(left, float) and isinstance(right, float) else result


def _single(value: Value) -> float | Floats:
    assert not isinstance(value, tuple)  # noqa: S101  # for the type checker: pairwise has looked
    return value


def _band_call(call: Call) -> BandCall:
    match call.arguments:
        case (Name(query_id),):
            return BandCall(query_id=query_id, width=DEFAULT_BAND_WIDTH)
        case (Name(query_id), Number(width)):
            return BandCall(query_id=query_id, width=width)
        case _:
            raise UnsupportedError(
                f"{BAND} is simulated around one query's id with a number for its width; give the inner "
                "expression an id of its own"
            )
