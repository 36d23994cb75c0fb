"""The exact binomial interval, against SciPy's beta distribution and against sums of exact fractions."""

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta  # type: ignore[import-untyped]

from reports.sla.figures.confidence import TAIL, at_least, at_most, interval, provable


@st.composite
def failures(draw: st.DrawFn, most: int) -> tuple[int, int]:
    n = draw(st.integers(1, most))
    return draw(st.integers(0, n)), n


@given(failures(50_000))
def test_the_interval_is_clopper_and_pearsons(counted: tuple[int, int]) -> None:
    k, n = counted
    low, high = interval(k, n)
    assert low == pytest.approx(0 if k == 0 else beta.ppf(0.025, k, n - k + 1), rel=1e-9, abs=1e-15)
    assert high == pytest.approx(1 if k == n else beta.ppf(0.975, k + 1, n - k), rel=1e-9)


@given(failures(40), st.sampled_from([Fraction(1, 2000), Fraction(1, 3), Fraction(9, 10)]))
def test_the_tails_are_the_binomial_sums(counted: tuple[int, int], rate: Fraction) -> None:
    k, n = counted
    terms = [comb(n, i) * rate**i * (1 - rate) ** (n - i) for i in range(n + 1)]
    assert at_most(k, n, float(rate)) == pytest.approx(float(sum(terms[: k + 1])), rel=1e-9, abs=1e-14)
    assert at_least(k, n, float(rate)) == pytest.approx(float(sum(terms[k:])), rel=1e-9, abs=1e-14)


def test_what_a_month_of_probes_can_and_cannot_prove_about_99_95() -> None:
    assert provable(43_200, 0.0005) == (12, 32)
    assert provable(44_640, 0.0005) == (13, 33)


def test_a_few_hours_of_probes_prove_no_promise_kept() -> None:
    assert provable(7_000, 0.0005) == (None, 9)
    assert provable(7_400, 0.0005)[0] == 0


def test_one_probe_proves_nothing_but_a_breach_by_much() -> None:
    assert provable(1, 0.0005) == (None, 1)
    assert provable(1, 0.5) == (None, None)


@given(st.integers(1, 60_000), st.sampled_from([0.0001, 0.0005, 0.01]))
def test_the_numbers_are_the_interval_turned_round(n: int, budget: float) -> None:
    kept, broken = provable(n, budget)
    if kept is not None:
        assert interval(kept, n)[1] <= budget
    if broken is not None:
        assert interval(broken, n)[0] > budget
        assert interval(broken - 1, n)[0] <= budget
    assert interval((-1 if kept is None else kept) + 1, n)[1] > budget


def test_without_a_probe_anything_is_possible() -> None:
    assert interval(0, 0) == (0.0, 1.0)
    assert pytest.approx(0.025) == TAIL
