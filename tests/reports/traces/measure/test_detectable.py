"""What "nothing got slower" is worth: the stated slowdown would have been seen nine times in ten."""

import numpy as np
import pytest

from reports.traces.defaults import FALSE_POSITIVE_RATE
from reports.traces.measure.comparison import Sample, compare_samples
from reports.traces.measure.detectable import detectable_ms
from reports.traces.measure.stats import Floats
from reports.traces.read.segments import Hop

HOP = Hop("service", "api")


def sample(values: Floats) -> Sample:
    return Sample(
        totals_ms=values, hops_ms={HOP: values}, calls={HOP: 1.0}, requests=len(values), cold=0, faults=0
    )


DRAWN = {
    "log-normal": lambda rng, n: rng.lognormal(4, 0.5, n),
    "normal": lambda rng, n: rng.normal(100, 8, n),
    "two modes": lambda rng, n: np.where(rng.random(n) < 0.7, rng.normal(20, 1, n), rng.normal(120, 10, n)),
    "whole milliseconds": lambda rng, n: np.floor(rng.lognormal(3, 0.4, n)),
}


@pytest.mark.parametrize("shape", DRAWN)
@pytest.mark.parametrize("count", [60, 400])
def test_the_stated_slowdown_is_seen_nine_times_in_ten_and_half_of_it_is_not(shape: str, count: int) -> None:
    rng = np.random.default_rng(7)
    seen = half = 0
    for _ in range(60):
        before, after = DRAWN[shape](rng, count), DRAWN[shape](rng, count)
        stated = compare_samples(sample(before), sample(after)).request.detectable_ms
        assert stated is not None
        seen += compare_samples(sample(before), sample(after + stated)).request.verdict == "slower"
        half += compare_samples(sample(before), sample(after + stated / 2)).request.verdict == "slower"
    assert seen >= 52
    assert half <= 45


def test_more_requests_see_smaller_slowdowns_down_to_what_is_worth_a_word() -> None:
    rng = np.random.default_rng(3)
    values = [np.sort(rng.normal(100, 10, count)) for count in (40, 200, 1000, 40_000)]
    least = [
        detectable_ms(v, v, false_positive_rate=FALSE_POSITIVE_RATE, min_change_ms=1) or 0 for v in values
    ]
    assert least == sorted(least, reverse=True)
    assert least[-1] == pytest.approx(1.1, abs=0.1)


def test_too_few_requests_show_no_slowdown_at_all() -> None:
    few = np.arange(12.0)
    assert detectable_ms(few, few, false_positive_rate=1e-4, min_change_ms=1) is None
