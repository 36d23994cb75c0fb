"""SLO burn-rate alarms: pairs of windows over the API's own requests, and over the canary's probes.

The SLI is the share of the API's own requests that did not fail (5XX over count): the canary alone cannot
carry it (see docs/slo.md). A long window is one period of its own length, because CloudWatch allows at most
a day of periods shorter than an hour; it slides, minute by minute. The alarms made here send nothing: each
pair speaks through a composite (see `pages`).
"""

import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from monitoring.alarms.rule import MetricRule, Tuned
from monitoring.catalogue.canary import PROBE_S
from monitoring.catalogue.shared import budget_pct
from monitoring.errors import MonitoringError
from monitoring.kpi import Metric, Window, spelled, watched_last
from monitoring.spec import Level, MetricQuery
from settings.slo import Slo

DATA = Path(__file__).with_name("burn_rates.yaml")
DAY_S = 86_400
CHANCE = 1e-4
ANCHOR = "slo-burn"


class Pair(BaseModel):
    """One pair of windows; see `burn_rates.yaml` for what each field means."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    budget_share: float = Field(gt=0, lt=1)
    long_s: int = Field(ge=60, multiple_of=60)
    short_s: int = Field(ge=60, multiple_of=60)
    short_periods: int = Field(ge=1)
    level: Level
    min_requests: int = Field(ge=1)
    min_failures: int = Field(ge=1)
    min_probes: int = Field(ge=1)

    @property
    def lasting_s(self) -> int:
        """For how long at most the short window still burns after the last failure."""
        return self.short_s * self.short_periods

    def factor(self, slo: Slo) -> float:
        """How many times faster than evenly the budget is spent when this fires."""
        return round(self.budget_share * slo.window_days * DAY_S / self.long_s, 9)


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    windows: dict[str, Pair]


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """What is attempted from one of several places, and what succeeds."""

    attempts: Metric
    successes: Metric


@dataclass(frozen=True, kw_only=True, slots=True)
class Sli:
    """Failures among attempts: counted by `metric`, or what `metric`, the successes, leaves of them.

    Seen from several `places`, the one that sees the fewest failures counts: what one of them sees alone is
    between it and the API.
    """

    key: str
    title: str
    attempts: Metric
    metric: Metric
    counts: Literal["failures", "successes"]
    places: tuple[Place, ...] = ()


@cache
def windows() -> dict[str, Pair]:
    """The pairs by name, fastest first."""
    found = _File.model_validate(yaml.safe_load(DATA.read_text())).windows
    return dict(sorted(found.items(), key=lambda item: item[1].long_s))


def pair(sli: Sli, name: str, slo: Slo) -> tuple[MetricRule, MetricRule]:
    """The long and the short window of one pair.

    Raises `MonitoringError` when the factor asks for more than every request to fail.
    """
    window = windows()[name]
    factor = window.factor(slo)
    threshold = round(factor * budget_pct(slo), 9)
    if threshold >= 100:  # noqa: PLR2004  # percent
        raise MonitoringError(
            "a burn-rate alarm could never fire",
            [
                f"slo-burn-{name}: {factor:g} times the budget of {budget_pct(slo):g} % is {threshold:g} % "
                "of all requests. Raise slo.availability_pct or shorten slo.window_days."
            ],
        )
    own = sli.counts == "failures"
    least = window.min_requests if own else window.min_probes
    failures = window.min_failures if own else beyond_chance(threshold / 100 * window.long_s / PROBE_S)
    short_least = round(least * window.short_s / window.long_s)
    long = Window(period_s=window.long_s, evaluation_periods=1, datapoints_to_alarm=1)
    short = Window(period_s=window.short_s, evaluation_periods=window.short_periods, datapoints_to_alarm=1)

    def detail(tuned: Tuned) -> str:
        burns = tuned.threshold / budget_pct(slo)
        spent = 100 * burns * window.long_s / (slo.window_days * DAY_S)
        return (
            f"{sli.title} over {spelled(tuned.window.period_s)} burn the budget {burns:.4g} times too fast "
            f"({spent:.4g} % of it in {spelled(window.long_s)})."
        )

    def rule(length: str, over: Window, min_attempts: int, min_failures: int) -> MetricRule:
        return MetricRule(
            key=f"{sli.key}-burn-{name}-{length}",
            component="slo",
            signal="errors",
            severity=window.level,
            anchor=ANCHOR,
            meaning="The error budget is being spent too fast; soon the promise is broken.",
            detail=detail,
            queries=lambda tuned: _queries(sli, tuned.window.period_s, min_attempts, min_failures),
            comparison="GreaterThanThreshold",
            window=over,
            missing_data="ignore",
            threshold=lambda _: threshold,
            unit="Percent",
            tunable=("threshold",),
        )

    return rule("long", long, least, failures), rule("short", short, short_least, 1)


def beyond_chance(expected: float) -> int:
    """The fewest failures that chance makes of `expected` ones in less than `CHANCE` of windows (Poisson).

    Probes are so few that the burn rate alone would page for a run of bad luck: of a promise of 99.95 % as of
    a weaker one, where a window at half the rate comes near the threshold again and again.
    """
    failures, term, tail = 0, math.exp(-expected), 1.0
    while tail >= CHANCE:
        tail -= term
        failures += 1
        term *= expected / failures
    return max(failures, 2)


def _queries(sli: Sli, period_s: int, min_attempts: int, min_failures: int) -> tuple[MetricQuery, ...]:
    if sli.places:
        return _of_places(sli, period_s, min_attempts, min_failures)
    queries: list[MetricQuery] = [
        sli.metric.stat("m", "Sum", period_s),
        sli.attempts.stat("n", "Sum", period_s),
    ]
    failed = "m" if sli.counts == "failures" else "(n - FILL(m, 0))"
    rate = f"100 * {failed} / n"
    enough = f"IF({failed} >= {min_failures}, {rate}, 0)" if min_failures > 1 else rate
    return watched_last(queries, f"IF(n >= {min_attempts}, {enough}, 0)", f"{sli.title} (%)")


def _of_places(sli: Sli, period_s: int, min_attempts: int, min_failures: int) -> tuple[MetricQuery, ...]:
    """The smallest rate of the places that have attempted enough; 0 where none has."""
    queries: list[MetricQuery] = []
    rates = []
    for number, place in enumerate(sli.places):
        queries.append(place.successes.stat(f"m{number}", "Sum", period_s))
        queries.append(place.attempts.stat(f"n{number}", "Sum", period_s))
        n = f"FILL(n{number}, 0)"
        failed = f"({n} - FILL(m{number}, 0))"
        rate = f"100 * {failed} / ({n} + ({n} < 1))"  # without attempts too it is a number
        rates.append(f"IF({n} >= {min_attempts}, IF({failed} >= {min_failures}, {rate}, 0), 100)")
    most = f"MAX([{', '.join(f'FILL(n{number}, 0)' for number in range(len(sli.places)))}])"
    value = f"IF({most} >= {min_attempts}, MIN([{', '.join(rates)}]), 0)"
    return watched_last(queries, value, f"{sli.title} (%)")
