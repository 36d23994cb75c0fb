"""Statistics over sliding windows."""

import numpy as np
import pytest

from rehearsal.cloudwatch.statistics import percentile_of
from rehearsal.cloudwatch.windows import BIN_GROWTH, Windows
from rehearsal.errors import RehearsalError

ENDS = np.arange(4, dtype=np.int64)


def windows(values: list[list[float]]) -> Windows:
    """One list of samples for each minute."""
    minute = np.array([m for m, samples in enumerate(values) for _ in samples], dtype=np.int64)
    value = np.array([v for samples in values for v in samples], dtype=np.float64)
    return Windows(minute, value, np.ones(len(value), dtype=np.int64), 0, len(values))


@pytest.mark.parametrize(
    ("statistic", "expected"),
    [
        ("Sum", [6, 6, 9, 9]),
        ("SampleCount", [2, 2, 3, 3]),
        ("Average", [3, 3, 3, 3]),
        ("Minimum", [2, 2, 0, 0]),
        ("Maximum", [4, 4, 9, 9]),
        ("p50", [2, 2, 0, 0]),
        ("p90", [4, 4, 9, 9]),
    ],
)
def test_a_statistic_is_that_of_the_samples_in_the_window(statistic: str, expected: list[float]) -> None:
    found = windows([[2, 4], [], [9, 0, 0], []])
    assert found.matrix(statistic, 2, 1, ENDS)[0].tolist() == expected


def test_older_windows_come_first_and_what_lies_before_the_series_is_missing() -> None:
    found = windows([[1], [2], [3], [4]]).matrix("Sum", 1, 3, ENDS)
    assert np.nan_to_num(found, nan=-1).tolist() == [[-1, -1, 1, 2], [-1, 1, 2, 3], [1, 2, 3, 4]]


def test_a_sum_of_zeros_is_exactly_zero_after_anything_else() -> None:
    values: list[list[float]] = [[0.1], [1e9], [0.3], *[[0.0]] * 20]
    ends = np.arange(len(values), dtype=np.int64)
    assert windows(values).matrix("Sum", 5, 1, ends)[0, 8:].tolist() == [0.0] * 15


def test_percentiles_of_very_many_values_stay_within_one_percent() -> None:
    rng = np.random.default_rng(1)
    samples = rng.lognormal(4, 1, 60_000)
    found = windows([samples.tolist()])
    for percentile in (1, 50, 90, 99, 99.9):
        exact = np.percentile(samples, percentile, method="inverted_cdf")
        estimate = found.matrix(f"p{percentile:g}", 1, 1, np.array([0]))[0, 0]
        assert abs(estimate / exact - 1) < BIN_GROWTH - 1


def test_percentiles_of_few_distinct_values_are_exact_however_many_samples() -> None:
    rng = np.random.default_rng(1)
    samples = rng.integers(1, 200, 60_000).astype(float)
    exact = np.percentile(samples, 90, method="inverted_cdf")
    assert windows([samples.tolist()]).matrix("p90", 1, 1, np.array([0]))[0, 0] == exact


@pytest.mark.parametrize(
    ("statistic", "percentile"), [("p90", 90), ("p99.9", 99.9), ("p0", 0), ("Sum", None)]
)
def test_percentiles_are_named_as_cloudwatch_names_them(statistic: str, percentile: float | None) -> None:
    assert percentile_of(statistic) == percentile


@pytest.mark.parametrize(
    ("statistic", "expected"),
    [
        ("tm90", 4.0),
        ("TM(10%:90%)", 4.5),
        ("TM(:90%)", 4.0),
        ("TM(90%:)", 9.0),
        ("TM(2:5)", 4.0),
        ("TM(100:200)", None),
        ("IQM", 4.5),
        ("wm90", 4.4),
        ("WM(20%:80%)", 4.5),
        ("WM(3:6)", 4.5),
        ("tc90", 9.0),
        ("TC(2:5)", 3.0),
        ("TC(100:200)", 0.0),
        ("ts90", 36.0),
        ("TS(80%:)", 17.0),
        ("TS(2:5)", 12.0),
        ("PR(:5)", 60.0),
        ("PR(2:5)", 30.0),
        ("PR(8:)", 10.0),
    ],
)
def test_a_trimmed_statistic_is_that_of_the_samples_between_its_boundaries(
    statistic: str, expected: float | None
) -> None:
    """Of 0, 1, ..., 9: the lower boundary is exclusive, the upper one inclusive."""

    found = windows([[float(v) for v in range(10)]]).matrix(statistic, 1, 1, np.array([0]))[0, 0]
    assert expected is None if np.isnan(found) else found == pytest.approx(expected)


@pytest.mark.parametrize("statistic", ["tm99", "IQM", "wm98", "TM(10%:90%)"])
def test_a_trimmed_mean_of_one_sample_is_the_sample(statistic: str) -> None:
    assert windows([[7.0]]).matrix(statistic, 1, 1, np.array([0]))[0, 0] == 7.0


@pytest.mark.parametrize(
    "statistic", ["tm", "p101", "TM()", "TM(5)", "TM(:)", "TM(90%:10%)", "PR(10%:20%)", "sum"]
)
def test_what_is_no_statistic_is_refused_with_the_valid_ones(statistic: str) -> None:
    with pytest.raises(RehearsalError, match="is no statistic; valid: SampleCount, Sum"):
        percentile_of(statistic)
