"""The functions of metric math that are simulated, and which of them a set of queries calls.

`FUNCTIONS` lists them; anything else is refused by name, what CloudWatch has but only an account can answer
(`ELSEWHERE`) with the reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from monitoring.spec import Expression, MetricQuery
from rehearsal.cloudwatch.math import functions
from rehearsal.cloudwatch.math.syntax import Call, Name, Number, parse, walk
from rehearsal.errors import UnsupportedError

BAND = "ANOMALY_DETECTION_BAND"
DEFAULT_BAND_WIDTH = 2.0
SIMPLE = (*functions.REDUCERS, *functions.ELEMENTWISE, *functions.OVER_TIME, *functions.CLOCK)
SPECIAL: dict[str, tuple[int, ...]] = {  # how many arguments each takes
    BAND: (1, 2),
    "FILL": (2,),
    "FIRST": (1,),
    "IF": (2, 3),
    "LAST": (1,),
    "METRICS": (0, 1),
    "METRIC_COUNT": (1,),
    "PERIOD": (1,),
    "REMOVE_EMPTY": (1,),
    "SERVICE_QUOTA": (1,),
    "SLICE": (2, 3),
    "SORT": (3, 4),
    "TIME_SERIES": (1,),
}
FUNCTIONS: tuple[str, ...] = tuple(sorted((*SIMPLE, *SPECIAL)))
ELSEWHERE = {
    "SEARCH": "which metrics it finds is known to the account alone",
    "INSIGHT_RULE_METRIC": "Contributor Insights reads logs",
    "DB_PERF_INSIGHTS": "Performance Insights reads the database",
    "LAMBDA": "a Lambda function's answer is not known",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class BandCall:
    """An anomaly band that the queries ask for: around which query, how many standard deviations wide."""

    query_id: str
    width: float


def check_calls(queries: Sequence[MetricQuery]) -> None:
    """Raises `UnsupportedError` naming a function that is not simulated, `RehearsalError` for a wrong
    expression.
    """
    for query in queries:
        for node in walk(parse(query.expression)) if isinstance(query, Expression) else ():
            if isinstance(node, Call):
                refuse(node.function)


def band_calls(queries: Sequence[MetricQuery]) -> tuple[BandCall, ...]:
    """Every anomaly band that the expressions ask for."""
    trees = [parse(q.expression) for q in queries if isinstance(q, Expression)]
    calls = [n for tree in trees for n in walk(tree) if isinstance(n, Call) and n.function == BAND]
    return tuple(dict.fromkeys(band_call(call) for call in calls))


def refuse(function: str) -> None:
    """Raises `UnsupportedError` for a function that is not simulated."""
    if function not in FUNCTIONS:
        why = f": {ELSEWHERE[function]}" if function in ELSEWHERE else f"; supported: {', '.join(FUNCTIONS)}"
        raise UnsupportedError(f"metric math function {function!r} is not simulated{why}")


def band_call(call: Call) -> BandCall:
    """The band that a call asks for. Raises `UnsupportedError` for one that is not simulated."""
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
