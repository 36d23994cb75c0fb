"""The functions of metric math against the same ones written plainly: one evaluation, one list at a time."""

from collections.abc import Callable
from datetime import UTC, datetime
from math import ceil, floor, log, log10, sqrt

import numpy as np
import pytest

from monitoring.spec import Expression, MetricStat
from rehearsal.cloudwatch.math.evaluation import Evaluation, Frame
from rehearsal.cloudwatch.math.values import as_series
from rehearsal.errors import RehearsalError, UnsupportedError
from tests.rehearsal.builders import stat

Points = list[float | None]
Many = list[Points]
SIZE, PERIOD_S = 6, 300
START_S = datetime(2026, 2, 28, 23, 40, tzinfo=UTC).timestamp()


def real(points: Points) -> list[float]:
    return [point for point in points if point is not None]


def over_time(fold: Callable[[list[float]], float]) -> Callable[[Many], Points]:
    """A fold of m1 alone, as a constant."""
    return lambda m: [fold(real(m[0])) if real(m[0]) else None] * SIZE


def across(fold: Callable[[Points], float | None]) -> Callable[[Many], Points]:
    """A fold of what all series have at each time."""
    return lambda m: [fold([points[i] for points in m]) for i in range(SIZE)]


def each(change: Callable[[float], float | None]) -> Callable[[Many], Points]:
    return lambda m: [None if point is None else change(point) for point in m[0]]


def deviation(values: list[float]) -> float:
    mean = sum(values) / len(values)
    return sqrt(sum((value - mean) ** 2 for value in values) / len(values))


def summed(points: Points) -> float | None:
    return sum(real(points)) if real(points) else None


def kept(m: Many) -> Many:
    return [points for points in m if real(points)]


def average_of_kept(m: Many) -> Points:
    return [
        sum(real(column)) / len(kept(m)) if real(column) else None
        for column in ([points[i] for points in m] for i in range(SIZE))
    ]


def by_sum(m: Many, *, descending: bool) -> Many:
    with_data = sorted(kept(m), key=lambda points: sum(real(points)), reverse=descending)
    return [*with_data, *(points for points in m if not real(points))]


def previous(points: Points, at: int) -> int | None:
    return next((i for i in range(at - 1, -1, -1) if points[i] is not None), None)


def changes(change: Callable[[float, int], float]) -> Callable[[Many], Points]:
    """From (difference, periods) to the previous real point of m1."""

    def apply(m: Many) -> Points:
        found: Points = []
        for at, point in enumerate(m[0]):
            before = previous(m[0], at)
            old = None if before is None else m[0][before]
            found.append(
                None if point is None or old is None or before is None else change(point - old, at - before)
            )
        return found

    return apply


def clock(part: Callable[[datetime], float]) -> Callable[[Many], Points]:
    return lambda _: [part(datetime.fromtimestamp(START_S + PERIOD_S * i, UTC)) for i in range(SIZE)]


def count_of(m: Many) -> float:
    return float(len(real(m[0])))


PLAIN: dict[str, Callable[[Many], Points]] = {
    "TIME_SERIES(SUM(m1))": over_time(sum),
    "TIME_SERIES(MIN(m1))": over_time(min),
    "TIME_SERIES(MAX(m1))": over_time(max),
    "TIME_SERIES(AVG(m1))": over_time(lambda values: sum(values) / len(values)),
    "TIME_SERIES(STDDEV(m1))": over_time(deviation),
    "TIME_SERIES(DATAPOINT_COUNT(m1))": lambda m: [count_of(m)] * SIZE,
    "m1 / DATAPOINT_COUNT(m1)": lambda m: [None if p is None else p / count_of(m) for p in m[0]],
    "DATAPOINT_COUNT(METRICS())": across(lambda column: float(len(real(column)))),
    "STDDEV(METRICS())": across(lambda column: deviation(real(column)) if real(column) else None),
    "SUM(METRICS())": across(summed),
    "MIN(METRICS())": across(lambda column: min(real(column), default=None)),
    "MAX(METRICS())": across(lambda column: max(real(column), default=None)),
    "AVG(METRICS())": across(lambda column: sum(real(column)) / len(column) if real(column) else None),
    "SUM(REMOVE_EMPTY(METRICS()))": across(summed),
    "AVG(REMOVE_EMPTY(METRICS()))": average_of_kept,
    "AVG(1 * -(-REMOVE_EMPTY(METRICS()) * 1))": average_of_kept,
    "TIME_SERIES(METRIC_COUNT(METRICS()))": lambda m: [float(len(m))] * SIZE,
    "TIME_SERIES(METRIC_COUNT(REMOVE_EMPTY(METRICS())))": lambda m: [float(len(kept(m)))] * SIZE,
    "FIRST(SORT(METRICS(), SUM, DESC))": lambda m: by_sum(m, descending=True)[0],
    "SLICE(SORT(METRICS(), SUM, ASC), 1)": lambda m: by_sum(m, descending=False)[1],
    "SUM(SORT(METRICS(), SUM, DESC, 2))": lambda m: across(summed)(by_sum(m, descending=True)[:2]),
    "SUM(SLICE(METRICS(), 1, 3))": lambda m: across(summed)(m[1:3]),
    "ABS(m1)": each(abs),
    "CEIL(m1 / 2)": each(lambda p: ceil(p / 2)),
    "FLOOR(m1 / 2)": each(lambda p: floor(p / 2)),
    "LOG(m1)": each(lambda p: log(p) if p > 0 else None),
    "LOG10(m1)": each(lambda p: log10(p) if p > 0 else None),
    "DIFF(m1)": changes(lambda change, _: change),
    "DIFF_TIME(m1)": changes(lambda _, periods: float(periods * PERIOD_S)),
    "RATE(m1)": changes(lambda change, periods: change / (periods * PERIOD_S)),
    "MINUTE(m1)": clock(lambda time: time.minute),
    "HOUR(m1)": clock(lambda time: time.hour),
    "DAY(m1)": clock(lambda time: time.isoweekday()),
    "DATE(m1)": clock(lambda time: time.day),
    "MONTH(m1)": clock(lambda time: time.month),
    "YEAR(m1)": clock(lambda time: time.year),
    "EPOCH(m1)": clock(lambda time: time.timestamp()),
}


def queries(expression: str, count: int) -> list[MetricStat | Expression]:
    metrics: list[MetricStat | Expression] = [stat(query_id=f"m{i}") for i in range(1, count + 1)]
    return [*metrics, Expression(id="e", expression=expression, return_data=True)]


def result(expression: str, arrays: list[np.ndarray], quotas: dict[str, float] | None = None) -> np.ndarray:
    metrics = {f"m{i}": array for i, array in enumerate(arrays, 1)}
    steps = np.arange(SIZE, dtype=np.float64).reshape(-1, *[1] * (arrays[0].ndim - 1))
    frame = Frame(starts=START_S + PERIOD_S * steps + np.zeros_like(arrays[0]), quotas=quotas or {})
    evaluation = Evaluation(queries(expression, len(arrays)), metrics, PERIOD_S, {}, frame)
    return as_series(evaluation.value("e"), "e", arrays[0].shape)


@pytest.mark.parametrize("expression", PLAIN)
def test_a_thousand_evaluations_of_a_function_equal_the_plain_ones(expression: str) -> None:
    """Three metrics with gaps and negative values, some of them without any datapoint, worked on side by
    side.
    """
    rng = np.random.default_rng(7)
    values = rng.integers(-2, 6, (3, SIZE, 1_000)).astype(np.float64)
    gaps = rng.random(values.shape) < rng.choice((0.0, 0.4, 0.8, 1.0), (3, 1, 1_000))
    arrays = list(np.where(gaps, np.nan, values))
    found = result(expression, arrays)
    for column in range(1_000):
        points: Many = [[None if np.isnan(v) else float(v) for v in a[:, column]] for a in arrays]
        expected = [np.nan if p is None else p for p in PLAIN[expression](points)]
        np.testing.assert_allclose(found[:, column], expected, rtol=1e-9, atol=1e-9, err_msg=str(points))


def test_a_service_quota_is_the_scenario_s_number_and_missing_without_one() -> None:
    usage = [np.full(SIZE, 80.0)]
    expression = "m1 / SERVICE_QUOTA(m1) * 100"
    assert result(expression, usage, {"m1": 400.0}).tolist() == [20.0] * SIZE
    assert np.isnan(result(expression, usage)).all()


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ("SORT(METRICS(), MEDIAN, ASC)", "SORT takes one of AVG, MIN, MAX, SUM and then ASC or DESC"),
        ("SLICE(METRICS(), 9)", "SLICE leaves none of 2"),
        ("SLICE(METRICS(), 0.5)", "is no index"),
        ("SERVICE_QUOTA(1)", "takes the id of a usage metric"),
        ("METRIC_COUNT(5)", "stands where a time series must"),
        ("TIME_SERIES(METRICS())", "takes single time series"),
    ],
)
def test_a_wrong_call_is_refused_with_what_is_right(expression: str, problem: str) -> None:
    with pytest.raises(RehearsalError, match=problem):
        result(expression, [np.ones(SIZE), np.ones(SIZE)])


@pytest.mark.parametrize("function", ["FIRST", "LAST"])
def test_the_first_of_what_differs_between_evaluations_is_refused(function: str) -> None:
    with pytest.raises(UnsupportedError, match="of what REMOVE_EMPTY leaves are not simulated"):
        result(f"{function}(REMOVE_EMPTY(METRICS()))", [np.ones(SIZE)])
