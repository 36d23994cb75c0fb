"""Synthetic months: rows a minute, changed by incidents, written as files, kept, and reported on."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from reports.sla.evidence.keep import keep
from reports.sla.evidence.verify import verify
from reports.sla.figures.measure import measure, services
from reports.sla.period import Period
from reports.sla.result import ServiceReport

MINUTE = timedelta(minutes=1)
KEPT_AT = datetime(2027, 1, 1, tzinfo=UTC)
SERVICE = "orders-prod"
Row = dict[str, Any]


def good(minute: datetime, requests: int = 10) -> Row:
    """A minute in which all is well: one probe, some requests, each answered in time."""
    return {
        "service": SERVICE,
        "minute": minute,
        "attempts": 1,
        "successes": 1,
        "failures": 0,
        "reason": None,
        "probe_ms": 95.5,
        "probes_in_time": 1,
        "requests": requests,
        "refused": 0,
        "failed": 0,
        "timed": requests,
        "in_time": requests,
        "answered": requests,
        "answered_in_time": requests,
    }


@dataclass
class Month:
    """Minutes from `begins` to `ends` (UTC), and what else there is evidence of."""

    begins: datetime
    ends: datetime
    requests: int = 10
    minutes: dict[datetime, Row] = field(default_factory=dict)
    tables: dict[str, list[Row]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        at = self.begins
        while at < self.ends:
            self.minutes[at] = good(at, self.requests)
            at += MINUTE

    def at(self, day: int, clock: str) -> datetime:
        """A moment of the month that `begins` lies in."""
        hour, minute = clock.split(":")
        return self.begins.replace(day=day, hour=int(hour), minute=int(minute))

    def between(self, since: datetime, minutes: int) -> Iterable[Row]:
        """The rows of some minutes."""
        return (self.minutes[since + MINUTE * number] for number in range(minutes))

    def outage(self, since: datetime, minutes: int, reason: str = "timeout") -> None:
        """Every probe and every request fails."""
        for row in self.between(since, minutes):
            row.update(successes=None, failures=1, reason=reason, probe_ms=None, probes_in_time=None)
            row.update(
                failed=row["requests"] and row["requests"] - row["refused"],
                in_time=0,
                answered=0,
                answered_in_time=0,
            )

    def unprobed(self, since: datetime, minutes: int) -> None:
        """The canary is down."""
        for row in self.between(since, minutes):
            row.update(dict.fromkeys(("attempts", "successes", "failures", "probe_ms", "probes_in_time")))

    def change(self, since: datetime, minutes: int, **values: Any) -> None:
        """Anything else."""
        for row in self.between(since, minutes):
            row.update(values)

    def add(self, table: str, **row: Any) -> None:
        """A row of another table."""
        self.tables.setdefault(table, []).append({"service": SERVICE, **row})

    def alarm(self, at: datetime, name: str, page: str | None = None) -> None:
        """An alarm goes off, and tells a topic."""
        self.add("transitions", noted_at=at, alarm=name, kind="state", old_state="OK", new_state="ALARM")
        if page:
            self.add("transitions", noted_at=at, alarm=name, kind="page", target=page)

    def keep(self, folder: Path) -> Path:
        """Keep it all; returns the evidence's folder."""
        source, root = folder / "tables", folder / "evidence"
        source.mkdir(parents=True, exist_ok=True)
        write_csv(source / "minutes.csv", list(self.minutes.values()))
        for name, rows in self.tables.items():
            write_jsonl(source / f"{name}.jsonl", rows)
        keep(source, root, kept_at=KEPT_AT)
        return root

    def report(self, folder: Path, period: Period) -> ServiceReport:
        """Keep it, and report on the period."""
        return report(self.keep(folder), period)


def month(year: int, number: int, **more: Any) -> Month:
    """A month of UTC."""
    begins = datetime(year, number, 1)
    return Month(begins, datetime(year + number // 12, number % 12 + 1, 1), **more)


def report(root: Path, period: Period, heads: Sequence[str] = ()) -> ServiceReport:
    """The report on the only service there is."""
    found = verify(root, heads=heads)
    assert found.faults == ()
    (only,) = measure(root, found, period, services(found.links, period))
    return only


def write_csv(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(rows[0])
        writer.writerows(row.values() for row in rows)


def write_jsonl(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    lines = (json.dumps(row, default=datetime.isoformat) for row in rows)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
