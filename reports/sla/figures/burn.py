"""The error budget over the period: how it went, and when it is gone."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Literal

from reports.sla.evidence.promise import Promise
from reports.sla.figures.engine import Row
from reports.sla.figures.sides import budget, used_pct
from reports.sla.figures.sums import Sums
from reports.sla.figures.windows import Watch
from reports.sla.period import ONE_DAY, Period
from reports.sla.result import BurnPoint, Forecast
from reports.sla.words import moment, spent

HOUR = timedelta(hours=1)
GONE_PCT = 100


def burn(rows: Iterable[Row], sums: Sums, promise: Promise, scale: Fraction) -> tuple[BurnPoint, ...]:
    """Points at the end of each hour that spent budget; `scale` extrapolates a period that is not over."""
    failed = failed_probes = 0
    points = []
    for row in rows:
        failed += int(row["failed"])
        failed_probes += int(row["failed_probes"])
        points.append(
            BurnPoint(
                at=row["begins"] + HOUR,
                requests_pct=used_pct(failed, sums.requests, promise, scale),
                probes_pct=used_pct(failed_probes, sums.attempts, promise, scale),
            )
        )
    return tuple(points)


def whole_period(watch: Watch, period: Period) -> Fraction:
    """How many times longer the period is than what is over of it."""
    over = watch.expected(period.begins, period.ends)
    later = max(timedelta(0), period.ends - max(watch.ends, period.begins))
    return 1 + Fraction(later // timedelta(minutes=1), over) if over else Fraction(1)


def forecast(
    points: tuple[BurnPoint, ...],
    sums: Sums,
    last_day: Sums,
    *,
    watch: Watch,
    period: Period,
    promise: Promise,
) -> Forecast:
    """By the requests, or by the probes where there are none; `last_day` are the last kept day's sums."""
    by: Literal["requests", "probes"] = "requests" if sums.requests else "probes"
    scale = whole_period(watch, period)
    failed, total = _counts(sums, by)
    used = used_pct(failed, total, promise, scale) or 0.0
    day_failed, day_total = _counts(last_day, by)
    rate = float(Fraction(day_failed, day_total) / budget(promise)) if day_total else 0.0

    def told(state: Literal["over", "lasts", "goes", "gone"], at: datetime | None, words: str) -> Forecast:
        return Forecast(state=state, at=at, by=by, used_pct=used, burn_rate=rate, words=words)

    if not total:
        state: Literal["over", "lasts"] = "over" if scale == 1 else "lasts"
        return told(state, None, "Nothing was counted, so nobody knows what was spent of the budget.")
    gone = next((point.at for point in points if (getattr(point, f"{by}_pct") or 0) > GONE_PCT), None)
    if gone:
        return told("gone", gone, f"The budget was gone by {moment(gone)}; {spent(used)} of it is spent.")
    if scale == 1:
        return told("over", None, f"The period is over; {spent(used)} of the budget was spent.")
    per_day = used_pct(day_failed, total, promise, scale) or 0.0
    if per_day:
        at = watch.ends + min(ONE_DAY * ((GONE_PCT - used) / per_day), period.ends - watch.ends)
        if at < period.ends:
            return told("goes", at, f"If every day burns like the last, the budget is gone by {moment(at)}.")
    return told(
        "lasts", None, f"If every day burns like the last, the budget lasts; {spent(used)} of it is spent."
    )


def _counts(sums: Sums, by: str) -> tuple[int, int]:
    return (
        (sums.failed, sums.requests) if by == "requests" else (sums.attempts - sums.successes, sums.attempts)
    )
