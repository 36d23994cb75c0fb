"""Percentiles, tests and intervals, against their definitions and against scipy's."""

import numpy as np
import pytest
import scipy.stats  # type: ignore[import-untyped]  # scipy ships no types; it comes with scikit-learn
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.traces.measure.stats import (
    benjamini_hochberg,
    fisher_exact,
    mann_whitney,
    mean_difference,
    percentile,
    quantile_difference,
)

values = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=200)
few_values = st.lists(st.integers(0, 5).map(float), min_size=2, max_size=60)
shares = st.floats(0.001, 1)


@given(values=values, share=shares)
def test_a_percentile_is_the_least_measured_value_that_the_share_does_not_exceed(
    values: list[float], share: float
) -> None:
    ordered = np.sort(np.array(values))
    found = percentile(ordered, share)
    assert found in values
    assert (ordered <= found).sum() >= share * len(values) - 1e-6
    assert (ordered < found).sum() < share * len(values)


@given(values=values, a=shares, b=shares)
def test_percentiles_grow_with_the_share(values: list[float], a: float, b: float) -> None:
    ordered = np.sort(np.array(values))
    assert percentile(ordered, min(a, b)) <= percentile(ordered, max(a, b))


def test_the_percentiles_of_one_to_a_hundred() -> None:
    hundred = np.arange(1.0, 101.0)
    assert [percentile(hundred, share) for share in (0.5, 0.9, 0.99, 1)] == [50, 90, 99, 100]
    assert percentile(np.array([7.0]), 0.9) == 7


@given(before=few_values, after=few_values)
def test_mann_whitney_agrees_with_scipy_ties_included(before: list[float], after: list[float]) -> None:
    a, b = np.array(before), np.array(after)
    larger, p = mann_whitney(a, b)
    if len({*before, *after}) == 1:
        assert (larger, p) == (0.5, 1.0)
        return
    expected = scipy.stats.mannwhitneyu(b, a, method="asymptotic")
    assert larger == pytest.approx(expected.statistic / (len(a) * len(b)))
    assert p == pytest.approx(expected.pvalue)


@given(k1=st.integers(0, 40), extra1=st.integers(0, 400), k2=st.integers(0, 40), extra2=st.integers(0, 400))
def test_fisher_doubles_scipys_smaller_tail(k1: int, extra1: int, k2: int, extra2: int) -> None:
    table = [[k2, extra2], [k1, extra1]]
    tails = [
        scipy.stats.fisher_exact(table, alternative=way).pvalue if k1 + extra1 and k2 + extra2 else 1.0
        for way in ("less", "greater")
    ]
    assert fisher_exact(k1, k1 + extra1, k2, k2 + extra2) == pytest.approx(min(1, 2 * min(tails)), abs=1e-9)


@given(p_values=st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_adjusted_p_values_agree_with_scipy(p_values: list[float]) -> None:
    assert benjamini_hochberg(p_values) == pytest.approx(list(scipy.stats.false_discovery_control(p_values)))


def test_no_p_values_adjust_to_none() -> None:
    assert benjamini_hochberg([]) == []


def test_intervals_cover_the_true_difference_as_often_as_they_say() -> None:
    """90 % intervals over 600 samples: 3 standard deviations of the count are 22."""
    rng = np.random.default_rng(7)
    true_p90 = 10 * np.exp(0.5 * scipy.stats.norm.ppf(0.9))
    true_mean = 10 * np.exp(0.5**2 / 2)
    covered = {"mean": 0, "p90": 0}
    for _ in range(600):
        before = np.sort(10 * rng.lognormal(0, 0.5, 300))
        after = np.sort(13 * rng.lognormal(0, 0.5, 200))
        _, low, high = mean_difference(before, after, level=0.9)
        covered["mean"] += low <= 0.3 * true_mean <= high
        _, low, high = quantile_difference(before, after, 0.9, level=0.9)
        covered["p90"] += low <= 0.3 * true_p90 <= high
    assert 518 <= covered["mean"] <= 562
    assert covered["p90"] >= 518


@settings(max_examples=50)
@given(before=values, after=values)
def test_an_interval_contains_the_difference_it_is_about(before: list[float], after: list[float]) -> None:
    a, b = np.sort(np.array(before)), np.sort(np.array(after))
    for difference, low, high in (
        mean_difference(a, b, level=0.99),
        quantile_difference(a, b, 0.9, level=0.99),
    ):
        assert low <= difference <= high
