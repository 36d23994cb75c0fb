"""One UTC day of some services: read from both accounts, written as tables, kept."""

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from monitoring.watched import Watched
from reports.sla.collect.access_log import read_access_log
from reports.sla.collect.accounts import Account
from reports.sla.collect.minutes import midnight, read_intervals, read_minutes
from reports.sla.collect.planned import planned
from reports.sla.collect.transitions import read_transitions
from reports.sla.collect.usage import key_names, read_plans, usage_rows
from reports.sla.evidence.errors import EvidenceError
from reports.sla.evidence.keep import PROMISES, keep

SETTLED = timedelta(hours=3)  # after its end, for a day to be whole: metrics and logs arrive late
MINUTES_KEPT = timedelta(days=15)  # by CloudWatch; older minutes are gone
WORKERS = 8
Row = dict[str, Any]
Tables = dict[str, list[Row]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A service and the two accounts that it is watched in."""

    watched: Watched
    monitor: Account
    service: Account
    announcements: Iterable[Mapping[str, Any]] = field(default_factory=tuple)


def collect_day(
    places: Iterable[Place],
    root: Path,
    day: date,
    *,
    now: datetime,
    advance: Callable[[], None] = lambda: None,
) -> str:
    """Read and keep the day; returns the new head.

    Raises `EvidenceError` for a day that is not over long enough or whose minutes are gone, botocore's errors
    and `AccessLogError`: a day is kept whole or not at all.
    """
    end = midnight(day) + timedelta(days=1)
    if now < end + SETTLED:
        raise EvidenceError(f"{day} is not whole before {end + SETTLED:%Y-%m-%d %H:%M} UTC; collect it then")
    if now > midnight(day) + MINUTES_KEPT:
        raise EvidenceError(f"{day} is over {MINUTES_KEPT.days} days old: CloudWatch has its minutes no more")
    read_from = list(places)
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(WORKERS) as pool:
        for tables in pool.map(lambda place: read(place, day), read_from):
            _append(Path(folder), tables)
            advance()
        _append(Path(folder), {"transitions": list(transitions(read_from, day))})
        return keep(Path(folder), root, kept_at=now, only=day)[day]


def transitions(places: Sequence[Place], day: date) -> Iterator[Row]:
    """What alarms did in every account, each account asked once."""
    services = [place.watched.name for place in places]
    found = {place.watched.account_id: place.service for place in places}.values()
    accounts = {account.session: account for account in (*found, *(place.monitor for place in places))}
    for account in accounts.values():  # a session may be that of both
        yield from read_transitions(account.cloudwatch, services, day)


def read(place: Place, day: date) -> Tables:
    """Every table of one service's day but the transitions, which are read by account."""
    watched, monitor, service = place.watched, place.monitor, place.service
    intervals = read_intervals(service.cloudwatch, watched, day)
    minutes = read_minutes(monitor.cloudwatch, service.cloudwatch, watched, day)
    plans = read_plans(service.apigateway, watched, day)
    log = read_access_log(service.logs, watched, day, key_names(plans))
    if log:
        for row in minutes:
            row["answered"] = log.answered.get(row["minute"], 0)
            row["answered_in_time"] = log.in_time.get(row["minute"], 0)
        for row in intervals:
            if row["provider"] == "apigateway":
                row["errors"] = min(row["errors"], log.gateway_errors.get(row["begins_at"], 0))
    return {
        "minutes": minutes,
        "intervals": intervals,
        "usage": usage_rows(plans, watched, day),
        "customers": log.customers if log else [],
        "latencies": log.latencies if log else [],
        "maintenance": [
            {"service": watched.name, **announced}
            for announced in (*place.announcements, *planned(monitor.cloudwatch, watched, day))
        ],
        PROMISES: [promise(watched)],
    }


def promise(watched: Watched) -> dict[str, Any]:
    """What is promised, as a row of `promises`."""
    slo = watched.slo
    return {
        "service": watched.name,
        "availability_pct": slo.availability_pct,
        "latency_ms": slo.latency_p90_ms,
    }


def _append(folder: Path, tables: Tables) -> None:
    for name, rows in tables.items():
        if rows:
            with (folder / f"{name}.jsonl").open("a", encoding="utf-8") as stream:
                stream.writelines(f"{json.dumps(row, default=datetime.isoformat)}\n" for row in rows)
