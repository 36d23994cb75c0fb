"""Metric math against the examples that AWS prints in "Using metric math" (using-metric-math.html)."""

from collections.abc import Sequence

import numpy as np
import pytest

from monitoring.spec import Expression, MetricStat
from rehearsal.cloudwatch.math.calls import FUNCTIONS, BandCall
from rehearsal.cloudwatch.math.evaluation import evaluate
from rehearsal.errors import RehearsalError, UnsupportedError
from tests.rehearsal.builders import stat

NAN = float("nan")
Values = Sequence[float]


def result(expression: str, *series: Values, period_s: int = 60) -> list[float]:
    """The expression over metrics m1, m2, ...; -1 stands for missing, since no example has it."""
    queries: list[MetricStat | Expression] = [stat(query_id=f"m{i}") for i, _ in enumerate(series, 1)]
    metrics = {f"m{i}": np.array(values, dtype=np.float64) for i, values in enumerate(series, 1)}
    queries.append(Expression(id="e", expression=expression, return_data=True))
    found = evaluate(queries, metrics, period_s=period_s)
    return [-1.0 if np.isnan(v) else float(v) for v in found]


METRIC_1, METRIC_2 = [30, 20, 0, 0], [20, NAN, 20, NAN]


@pytest.mark.parametrize(
    ("expression", "output"),
    [
        ("(m1 < m2)", [0, 0, 1, 0]),
        ("(m1 >= 30)", [1, 0, 0, 0]),
        ("(m1 > 15 AND m2 > 15)", [1, 0, 0, 0]),
        ("m1 > 15 && m2 > 15", [1, 0, 0, 0]),
        ("m1 > 25 || m2 > 15", [1, 0, 1, 0]),
    ],
)
def test_aws_examples_of_comparison_and_logic(expression: str, output: list[float]) -> None:
    """ "Comparison and logical operators": metric1 is [30, 20, 0, 0], metric2 is [20, -, 20, -]."""
    assert result(expression, METRIC_1, METRIC_2) == output


@pytest.mark.parametrize(
    ("expression", "series", "output"),
    [
        (
            "IF(m1, m2, m3)",
            ([1, 1, 0, 0, NAN], [30, NAN, 0, 0, 30], [0, 0, 20, NAN, 20]),
            [30, 0, 20, -1, -1],
        ),
        ("IF(m1, 5, m2)", ([1, 1, 0, 0, NAN], [0, 0, 20, NAN, 20]), [5, 5, 20, -1, -1]),
        ("IF(m1, m2, 5)", ([1, 1, 0, 0, NAN], [30, NAN, 0, 0, 30]), [30, 0, 5, 5, -1]),
        ("IF(m1 < 400, m1)", ([300, 500],), [300, -1]),
        ("IF(m1 < 400, 10, 2)", ([300, 500],), [10, 2]),
        ("IF(1, m1, m2)", ([3, NAN], [4, 5]), [3, -1]),
        ("IF(0, m1)", ([3, 4],), [-1, -1]),
    ],
)
def test_aws_examples_of_if(expression: str, series: tuple[Values, ...], output: list[float]) -> None:
    """ "Using IF expressions", the three tables and the rules around them."""
    assert result(expression, *series) == output


@pytest.mark.parametrize(
    ("expression", "output"),
    [
        ("m1 + m2", [1, 2, -1]),  # "missing values in a time series are treated as 0"
        ("m1 / m2", [-1, 0, -1]),  # "divide by zero, the data point is dropped"
        ("m1 * 2", [2, -1, -1]),
        ("-m1 + 3", [2, -1, -1]),
        ("2 ^ m1 ^ 1 - 1", [1, -1, -1]),
        ("SUM([m1, m2])", [1, 2, -1]),
        ("AVG([m1, m2])", [0.5, 1, -1]),
        ("MIN(METRICS())", [1, 2, -1]),
        ('MAX(METRICS("m2"))', [-1, 2, -1]),
        ("FILL(m1, 7)", [1, 7, 7]),
        ("FILL(m1, REPEAT)", [1, 1, 1]),
        ("FILL(m2, REPEAT)", [-1, 2, 2]),
        ("SUM(FILL(METRICS(), 1))", [2, 3, 2]),
        ("m1 - MAX(m1)", [0, -1, -1]),
        ("TIME_SERIES(SUM(m2))", [2, 2, 2]),
        ("ABS([m1, m2]) * 1 + 0 * FIRST([m1])", None),
    ],
)
def test_missing_values_follow_the_documented_rules(expression: str, output: list[float] | None) -> None:
    series = ([1, NAN, NAN], [NAN, 2, NAN])
    if output is None:
        with pytest.raises(RehearsalError, match="gives 2 time series"):
            result(expression, *series)
    else:
        assert result(expression, *series) == output


def test_linear_filling_spans_gaps_and_leaves_open_ends() -> None:
    assert result("FILL(m1, LINEAR)", [NAN, 1, NAN, NAN, 4, NAN]) == [-1, 1, 2, 3, 4, -1]


def test_rate_divides_by_the_time_since_the_previous_real_point() -> None:
    assert result("RATE(m1)", [0, 60, NAN, 300], period_s=60) == [-1, 1, -1, 2]
    assert result("DIFF(m1) / PERIOD(m1)", [0, 60, 30], period_s=60) == [-1, 1, -0.5]


def test_a_running_sum_grows_over_what_is_there() -> None:
    assert result("RUNNING_SUM(m1)", [1, NAN, 3]) == [1, -1, 4]


def test_precedence_is_the_usual_one() -> None:
    assert result("1 + 2 * m1 ^ 2 > 8 AND m1 < 3 OR m1 == 9", [2, 3, 9]) == [1, 0, 1]


def test_several_evaluations_side_by_side_do_not_mix() -> None:
    side_by_side = np.array([[1.0, 10.0], [NAN, 20.0], [3.0, NAN]])
    expression = "FILL(m1, REPEAT) - MIN(m1)"
    queries = (stat(), Expression(id="e", expression=expression, return_data=True))
    found = evaluate(queries, {"m1": side_by_side}, period_s=60)
    assert found.tolist() == [[0, 0], [0, 10], [2, 10]]


def test_a_band_gives_upper_then_lower() -> None:
    bands = {BandCall(query_id="m1", width=3.0): (np.array([1.0]), np.array([5.0]))}
    band = "ANOMALY_DETECTION_BAND(m1, 3)"
    for expression, value in ((f"FIRST({band})", 5.0), (f"LAST({band})", 1.0)):
        queries = (stat(), Expression(id="e", expression=expression, return_data=True))
        assert evaluate(queries, {"m1": np.array([2.0])}, period_s=60, bands=bands).tolist() == [value]


@pytest.mark.parametrize(
    "function", ["SEARCH", "INSIGHT_RULE_METRIC", "DB_PERF_INSIGHTS", "LAMBDA", "MEDIAN"]
)
def test_an_unsupported_function_is_refused_by_name(function: str) -> None:
    with pytest.raises(UnsupportedError, match=f"'{function}' is not simulated"):
        result(f"{function}(m1)", [1])


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("m1 +", "the expression ends too early at character 5"),
        ("m1 $ 2", r"unexpected '\$' at character 4"),
        ("m1 m1", "unexpected 'm1' at character 4"),
        ("(m1", r"expected '\)' at character 4"),
        ("m9", "no query has the id 'm9'; ids: m1, e"),
        ("e + 1", "e -> e refer to each other"),
        ("SUM(m1)", "gives a scalar"),
        ("IF(m1)", "IF takes 2 or 3 arguments, not 1"),
        ("ABS(m1, 2)", "ABS takes 1 arguments, not 2"),
        ('METRICS("x")', "matches no metric"),
        ("[m1, m1] + [m1]", "arrays of 2 and 1 series do not pair up"),
        ('"text"', "is no value here"),
    ],
)
def test_a_wrong_expression_says_what_is_wrong_and_where(expression: str, message: str) -> None:
    with pytest.raises(RehearsalError, match=message):
        result(expression, [1])


def test_the_functions_the_design_names_are_supported() -> None:
    wanted = {"IF", "FILL", "SUM", "AVG", "MIN", "MAX", "RATE", "METRICS", "ANOMALY_DETECTION_BAND"}
    assert wanted <= set(FUNCTIONS)
