"""The datapoints that a metric alarm's evaluations see: real or missing, breaching or not.

Windows of the alarm's metrics, run through its expressions, compared with its threshold or band. What
CloudWatch would refuse, or the rehearsal cannot do, is refused here before anything is evaluated.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.spec import Expression, MetricAlarm, MetricStat
from rehearsal.cloudwatch import band, wall_clock
from rehearsal.cloudwatch.decide import Bools, Floats, breaching
from rehearsal.cloudwatch.math.calls import BandCall, band_calls, check_calls
from rehearsal.cloudwatch.math.evaluation import Bands, Evaluation, Frame
from rehearsal.cloudwatch.math.values import as_band, as_series
from rehearsal.cloudwatch.series import Series
from rehearsal.cloudwatch.statistics import percentile_of
from rehearsal.errors import RehearsalError, UnsupportedError

MAX_METRICS = 10
HIGH_RESOLUTION_S = 60
RECENT = 2  # datapoints that the watched expression of a band may look at: itself and one before
SETTLED = 10**9  # minutes after which all data has arrived
CHUNK = 4_000_000  # datapoints held at once; bounds memory for alarms with very many periods


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Seen:
    """Arrays of shape (evaluation range, evaluations), oldest first; `low` is None where it plays no part."""

    values: Floats
    real: Bools
    breaching: Bools
    low: Bools | None
    lower: Floats
    upper: Floats


def low_sample_limit(alarm: MetricAlarm) -> float | None:
    """How many samples a datapoint of this alarm needs; None if it is always evaluated.

    10 / (1 - p) for percentiles from p50, 10 / p below ("Percentile-based alarms and low data samples").
    Applies to alarms whose compared value is itself a percentile of a metric.
    """
    compared = compared_query(alarm)
    if alarm.evaluate_low_samples or not isinstance(compared, MetricStat):
        return None
    percentile = percentile_of(compared.statistic)
    if percentile is None or percentile in (0, 100):
        return None
    share = percentile / 100
    return 10 / (1 - share if share >= 1 / 2 else share) - 1e-6  # 10 / (1 - 0.9) is 99.99999999999997


def compared_query(alarm: MetricAlarm) -> MetricStat | Expression:
    """The query whose datapoints are compared: the one that returns data, apart from the band."""
    returning = [q for q in alarm.queries if q.return_data and q.id != alarm.band_id]
    if len(alarm.queries) == 1:
        return alarm.queries[0]
    if len(returning) != 1:
        raise RehearsalError(
            f"{alarm.name}: {len(returning)} queries return data; CloudWatch needs exactly one "
            "besides the band: set return_data (ReturnData) on that one only"
        )
    return returning[0]


def check(alarm: MetricAlarm) -> None:
    """Refuse what CloudWatch would refuse or the rehearsal does not simulate; names alarm and fix."""
    check_calls(alarm.queries)
    metrics = [q for q in alarm.queries if isinstance(q, MetricStat)]
    periods = {q.period_s for q in metrics}
    if not metrics and not alarm.period_s:
        raise RehearsalError(
            f"{alarm.name}: neither a metric nor a Period; give one of its expressions a Period"
        )
    if len(periods) > 1:
        raise RehearsalError(
            f"{alarm.name}: periods {sorted(periods)}: all metrics of an alarm share one period"
        )
    if len(metrics) > MAX_METRICS:
        raise RehearsalError(
            f"{alarm.name}: {len(metrics)} metrics; a math alarm may have at most {MAX_METRICS}"
        )
    _check_period(alarm)
    if not 1 <= alarm.datapoints_to_alarm <= alarm.evaluation_periods:
        raise RehearsalError(
            f"{alarm.name}: {alarm.datapoints_to_alarm} of {alarm.evaluation_periods} datapoints can never "
            "be met; datapoints_to_alarm must be between 1 and evaluation_periods"
        )
    if (alarm.threshold is None) == (alarm.band_id is None):
        raise RehearsalError(f"{alarm.name}: set exactly one of threshold and band_id")
    if alarm.band_id is not None and alarm.band_id not in {q.id for q in alarm.queries}:
        raise RehearsalError(f"{alarm.name}: band {alarm.band_id!r} is not one of its queries")
    for query in metrics:
        percentile_of(query.statistic)
    compared_query(alarm)


def _check_period(alarm: MetricAlarm) -> None:
    if alarm.period_s < HIGH_RESOLUTION_S:
        raise UnsupportedError(
            f"{alarm.name}: period {alarm.period_s} s is high resolution, evaluated every 10 s; "
            "the rehearsal steps in minutes: use a period of 60 s or more"
        )
    if alarm.period_s % HIGH_RESOLUTION_S:
        raise RehearsalError(f"{alarm.name}: period {alarm.period_s} s; it must be a multiple of 60")
    if alarm.wall_clock is not None:
        wall_clock.check(alarm)


class Points:
    """Evaluates an alarm's queries at any set of minutes.

    `size` is the evaluation range; `seen_after` is how many minutes before the evaluation the newest window
    ends. `bands` are the (lower, upper) anomaly bands of its expressions, shape (minutes,) each.
    """

    def __init__(
        self, alarm: MetricAlarm, series: Series, *, home: str | None, size: int, seen_after: int
    ) -> None:
        self._alarm = alarm
        self._size = size
        self._seen_after = seen_after
        self._width = alarm.period_s // 60
        self._minutes = series.minutes
        self._series = series
        self._compared = compared_query(alarm)
        self._limit = low_sample_limit(alarm)
        self._metrics = {
            q.id: (q.statistic, series.find(q, home)) for q in alarm.queries if isinstance(q, MetricStat)
        }
        self._quotas = {
            q.id: quota
            for q in alarm.queries
            if isinstance(q, MetricStat) and (quota := series.quota(q)) is not None
        }
        self.bands = {call: self._band(call) for call in band_calls(alarm.queries)}

    def pieces(self, evaluations: int) -> Iterator[slice]:
        """So many evaluations in pieces that fit in memory."""
        step = max(1, CHUNK // self._size)
        for first in range(0, evaluations, step):
            yield slice(first, first + step)

    def at(self, ends: NDArray[np.int64]) -> Seen:
        """What the evaluations at the end of the minutes `ends` see."""
        newest = ends - self._seen_after
        bands = {
            call: (self._gather(low, newest), self._gather(high, newest))
            for call, (low, high) in self.bands.items()
        }
        results = self._evaluation(newest, self._size, self._seen_after, bands)
        compared, shape = self._compared.id, (self._size, len(ends))
        values = as_series(results.value(compared), compared, shape)
        if self._alarm.band_id is not None:
            upper, lower = as_band(results.value(self._alarm.band_id), self._alarm.band_id)
        else:
            lower = upper = np.full(shape, self._alarm.threshold)
        real = ~(np.isnan(values) | np.isnan(lower))
        over = np.asarray(breaching(values, self._alarm.comparison, lower, upper)) & real
        return Seen(values=values, real=real, breaching=over, low=self._low(newest), lower=lower, upper=upper)

    def watched(self) -> tuple[Floats, Floats, Floats]:
        """The compared value once all data has arrived, its lower and upper limit; per minute of the series.

        For people to look at: an evaluation sees the same less what is late.
        """
        every = np.arange(self._minutes, dtype=np.int64)
        bands = {
            call: (np.stack([low, low]), np.stack([high, high])) for call, (low, high) in self.bands.items()
        }
        results = self._evaluation(every, RECENT, SETTLED, bands)
        values = as_series(results.value(self._compared.id), self._compared.id, (RECENT, self._minutes))
        if self._alarm.band_id is not None:
            upper, lower = as_band(results.value(self._alarm.band_id), self._alarm.band_id)
            return values[-1], lower[-1], upper[-1]
        limit = np.full(self._minutes, self._alarm.threshold)
        return values[-1], limit, limit

    def filled(self, ends: NDArray[np.int64]) -> Bools:
        """Whether one of the metrics had data in every period that is evaluated at the end of `ends`."""
        size = self._alarm.evaluation_periods
        windows = self._windows(ends - self._seen_after, size, self._seen_after)
        if not windows:  # an expression without metrics has a value in every period
            return np.ones(len(ends), dtype=bool)
        complete = np.array([~np.isnan(window).any(axis=0) for window in windows.values()])
        return np.asarray(complete.any(axis=0))

    def _windows(self, newest: NDArray[np.int64], size: int, seen_after: int) -> dict[str, Floats]:
        missing = np.full((size, len(newest)), np.nan)
        return {
            name: missing
            if windows is None
            else windows.matrix(statistic, self._width, size, newest, seen_after=seen_after)
            for name, (statistic, windows) in self._metrics.items()
        }

    def _low(self, newest: NDArray[np.int64]) -> Bools | None:
        _, windows = self._metrics.get(self._compared.id, ("", None))
        if self._limit is None or windows is None:
            return None
        count = windows.matrix("SampleCount", self._width, self._size, newest, seen_after=self._seen_after)
        return count < self._limit

    def _band(self, call: BandCall) -> tuple[Floats, Floats]:
        """Lower and upper bound for a window that ends with any minute of the series, shape (minutes,)."""
        every = np.arange(self._minutes, dtype=np.int64)
        results = self._evaluation(every, RECENT, SETTLED, {})
        values = as_series(results.value(call.query_id), call.query_id, (RECENT, self._minutes))
        return band.stand_in(values[-1], call.width, self._width)

    def _evaluation(self, newest: NDArray[np.int64], size: int, seen_after: int, bands: Bands) -> Evaluation:
        ages = np.arange(size - 1, -1, -1, dtype=np.int64)[:, None]
        first = (newest[None, :] - (ages + 1) * self._width + 1).astype(np.float64)
        return Evaluation(
            self._alarm.queries,
            self._windows(newest, size, seen_after),
            self._alarm.period_s,
            bands,
            Frame(starts=first * 60 + self._series.epoch_s, quotas=self._quotas),
        )

    def _gather(self, row: Floats, newest: NDArray[np.int64]) -> Floats:
        ages = np.arange(self._size - 1, -1, -1, dtype=np.int64)[:, None]
        at = newest[None, :] - ages * self._width
        return np.where(at >= 0, row[np.maximum(at, 0)], np.nan)
