"""What a comparison of two ranges says, as frozen data. `comparison` computes it; nothing is computed here.

Times are milliseconds that a warm request is held up, p-values are adjusted for the number of comparisons.
"""

from dataclasses import dataclass
from typing import Literal

from reports.traces.read.segments import Kind

Verdict = Literal["slower", "faster", "mixed", "unchanged", "too few"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One hop (or the whole request) in two ranges; times are per request, on the critical path.

    `mean_low_ms` and `mean_high_ms` bound the difference of the means, `p90_low_ms` and `p90_high_ms` that
    of the p90s. The p-values are adjusted for the number of comparisons: `p_location` is that of the whole
    distribution (Mann-Whitney), `p_tail` that of the slow tenth (Fisher).
    """

    label: str
    kind: Kind | Literal["request"]
    verdict: Verdict
    mean_before_ms: float
    mean_after_ms: float
    mean_low_ms: float
    mean_high_ms: float
    p90_before_ms: float
    p90_after_ms: float
    p90_low_ms: float
    p90_high_ms: float
    calls_before: float
    calls_after: float
    p_location: float
    p_tail: float
    detectable_ms: float | None

    @property
    def difference_ms(self) -> float:
        """By how much the mean grew."""
        return self.mean_after_ms - self.mean_before_ms


@dataclass(frozen=True, kw_only=True, slots=True)
class RateChange:
    """A share of the requests in two ranges, with its adjusted p-value (Fisher)."""

    label: str
    before: float
    after: float
    p: float
    changed: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """What changed between two ranges, over warm requests; cold starts and failures as rates.

    `false_positive_rate` is the chance that any change is claimed where nothing has changed.
    """

    before: int
    after: int
    false_positive_rate: float
    min_change_ms: float
    request: Change
    hops: tuple[Change, ...]
    rates: tuple[RateChange, ...]

    @property
    def slower(self) -> tuple[Change, ...]:
        """The hops found slower, largest growth first."""
        return tuple(change for change in self.hops if change.verdict in ("slower", "mixed"))

    @property
    def worse(self) -> tuple[str, ...]:
        """The names of all that got worse: the request, hops, the rates of failures and cold starts."""
        request = (self.request.label,) if self.request.verdict in ("slower", "mixed") else ()
        rates = (rate.label for rate in self.rates if rate.changed and rate.after > rate.before)
        return (*request, *(change.label for change in self.slower), *rates)
