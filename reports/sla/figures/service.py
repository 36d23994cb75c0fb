"""One service's rows -> its report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from reports.sla.evidence.promise import Promise
from reports.sla.evidence.verify import Verified
from reports.sla.figures.burn import burn, forecast, whole_period
from reports.sla.figures.engine import Row
from reports.sla.figures.incidents import incidents
from reports.sla.figures.latency import latency, percentiles
from reports.sla.figures.ledger import ledger
from reports.sla.figures.notes import notes
from reports.sla.figures.outages import downtime
from reports.sla.figures.sides import availability, probes_side, requests_side
from reports.sla.figures.sums import Sums, percent
from reports.sla.figures.windows import Watch, merged, minutes_within
from reports.sla.period import MINUTE, Period
from reports.sla.result import (
    Customer,
    DayFigures,
    Maintenance,
    Promised,
    Proof,
    ServiceReport,
    Span,
    Usage,
    Verdict,
)

ORDER: tuple[Verdict, ...] = ("broken", "not provable", "kept")


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """What the statements say of one service."""

    daily: Sequence[Row]
    incidents: Sequence[Row]
    outages: Sequence[Row]
    percentiles: Sequence[Row]
    burn: Sequence[Row]
    customers: Sequence[Row]
    usage: Sequence[Row]
    transitions: Sequence[Row]
    intervals: Sequence[Row]
    claims: Sequence[Row]
    maintenance: Sequence[Row]


def report(
    service: str,
    rows: Rows,
    *,
    promises: Mapping[date, Promise],
    watch: Watch,
    period: Period,
    verified: Verified,
) -> ServiceReport:
    """The report. `promises` are those of the period by their first day; the last one is what is judged."""
    promise = list(promises.values())[-1]
    counted = [row for row in rows.daily if not row["excluded"]]
    sums, span = Sums.of(counted), _span(watch, period, Sums.of(counted))
    found = incidents(rows.incidents, rows.transitions, watch.excluded)
    requests = requests_side(sums, span.expected_minutes, promise)
    probes = probes_side(sums, span.expected_minutes, downtime(rows.outages, watch), promise)
    available, available_because = availability(
        requests, probes, span.dark_minutes, span.expected_minutes, promise
    )
    spread = {row["source"]: row for row in rows.percentiles if not row["label"]}
    quick = latency(sums, span.expected_minutes, spread, promise)
    points = burn(rows.burn, sums, promise, whole_period(watch, period))
    days = _days(rows, watch, period)
    last = max((row["label"] for row in counted), default=None)
    return ServiceReport(
        service=service,
        verdict=worst(available, quick.verdict),
        because=f"Availability: {available_because} Latency: {quick.because}",
        notes=notes(promises, span, requests, quick, verified),
        span=span,
        promise=Promised(**promise.to_json()),
        availability_verdict=available,
        availability_because=available_because,
        requests=requests,
        probes=probes,
        latency=quick,
        incidents=found,
        days=days,
        burn=points,
        forecast=forecast(
            points,
            sums,
            Sums.of(row for row in counted if row["label"] == last),
            watch=watch,
            period=period,
            promise=promise,
        ),
        customers=tuple(_customer(row) for row in rows.customers),
        usage=tuple(_usage(row) for row in rows.usage),
        maintenance=tuple(_maintenance(row, period) for row in rows.maintenance),
        aws=ledger(rows.intervals, rows.claims, period, promise.availability_pct),
        proof=Proof(
            head=verified.head,
            head_confirmed=verified.head_confirmed,
            first_day=verified.links[0].day,
            last_day=verified.links[-1].day,
            never_kept=verified.never_kept,
            files=verified.files,
        ),
    )


def worst(*verdicts: Verdict) -> Verdict:
    """Broken if one is, kept only if all are."""
    return min(verdicts, key=ORDER.index)


def _span(watch: Watch, period: Period, sums: Sums) -> Span:
    expected = watch.expected(period.begins, period.ends)
    missing = expected - sums.minutes
    return Span(
        title=period.title,
        first=period.first,
        last=period.last,
        timezone=period.timezone,
        begins=period.begins,
        ends=period.ends,
        minutes=period.minutes,
        expected_minutes=expected,
        maintenance_minutes=minutes_within(watch.excluded, watch.begins, watch.ends),
        to_come_minutes=max(timedelta(0), period.ends - watch.ends) // MINUTE,
        unwatched_minutes=(watch.begins - period.begins) // MINUTE,
        missing_minutes=missing,
        dark_minutes=missing + sums.dark_minutes,
    )


def _days(rows: Rows, watch: Watch, period: Period) -> tuple[DayFigures, ...]:
    spread = {(row["label"], row["source"]): row for row in rows.percentiles if row["label"]}
    found = []
    for day in period.days:
        sums = Sums.of(row for row in rows.daily if row["label"] == day.label and not row["excluded"])
        since, until = watch.clip(day.begins, day.ends)
        if since == until:
            continue
        found.append(
            DayFigures(
                day=day.label,
                minutes=day.minutes,
                gap_minutes=watch.expected(since, until) - sums.probed_minutes,
                down_minutes=sums.down_minutes,
                maintenance_minutes=minutes_within(watch.excluded, since, until),
                attempts=sums.attempts,
                failed_probes=sums.attempts - sums.successes,
                requests=sums.requests,
                refused=sums.refused,
                failed=sums.failed,
                answered_share_pct=percent(sums.answered_in_time, sums.answered),
                stage_share_pct=percent(sums.in_time, sums.timed),
                answered_ms=percentiles(spread.get((day.label, "answered"))),
                stage_ms=percentiles(spread.get((day.label, "stage"))),
            )
        )
    return tuple(found)


def _customer(row: Row) -> Customer:
    return Customer(
        name=row["customer"],
        requests=int(row["requests"]),
        refused=int(row["refused"]),
        throttled=int(row["throttled"]),
        failed=int(row["failed"]),
        availability_pct=percent(int(row["requests"]) - int(row["failed"]), int(row["requests"])),
        in_time_pct=percent(int(row["answered_in_time"]), int(row["answered"])),
    )


def _usage(row: Row) -> Usage:
    return Usage(
        plan=row["plan"],
        customer=row["customer"],
        used=int(row["used"]),
        quota=row["quota"],
        quota_period=row["quota_period"],
        highest_pct=percent(row["highest_used"], row["highest_quota"]) if row["highest_quota"] else None,
        highest_on=row["highest_on"],
        near_days=int(row["near_days"]),
        full_days=int(row["full_days"]),
    )


def _maintenance(row: Row, period: Period) -> Maintenance:
    window = merged([(row["begins_at"], row["ends_at"])])
    return Maintenance(
        announced_at=row["announced_at"],
        begins=row["begins_at"],
        ends=row["ends_at"],
        notice=row["notice"],
        counted_out=row["announced_at"] < row["begins_at"],
        minutes=minutes_within(window, period.begins, period.ends),
    )
