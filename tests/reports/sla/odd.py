"""Rows laid down one by one, kept and reported on by the command line: nothing of the figures' own."""

import csv
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from reports.cli import main as reports

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
NAME = "odd"
Row = dict[str, Any]


def calm(at: datetime, requests: int = 4) -> Row:
    probe = {"attempts": 1, "successes": 1, "failures": 0, "probe_ms": 80, "probes_in_time": 1}
    served = dict.fromkeys(("requests", "timed", "in_time", "answered", "answered_in_time"), requests)
    return {"service": NAME, "minute": at, "reason": "", **probe, **served, "refused": 0, "failed": 0}


def calms(begins: datetime, ends: datetime) -> dict[datetime, Row]:
    moments = (begins + MINUTE * number for number in range((ends - begins) // MINUTE))
    return {at: calm(at) for at in moments}


def down(row: Row) -> None:
    row.update(successes=0, failures=row["attempts"], reason="timeout", probe_ms="", probes_in_time=0)
    row.update(failed=row["requests"], in_time=0, answered=0, answered_in_time=0)


def unprobed(row: Row) -> None:
    row.update(dict.fromkeys(("attempts", "successes", "failures", "probe_ms", "probes_in_time"), ""))


def told(folder: Path, tables: Mapping[str, Iterable[Row]], *words: str) -> dict[str, Any]:
    """Keep the tables and report, as people do; the service's JSON."""
    source, root, out = folder / "tables", folder / "evidence", folder / "out"
    source.mkdir(parents=True)
    for name, given in tables.items():
        rows = list(given)
        with (source / f"{name}.csv").open("w", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    assert reports(["sla", "--evidence", str(root), "--keep", str(source)]) == 0
    assert reports(["sla", "--evidence", str(root), "--out", str(out), *words]) == 0
    found: dict[str, Any] = json.loads((out / "services" / f"{NAME}.json").read_text())
    return found


def utc(zone: str, *day: int) -> datetime:
    return datetime(*day, tzinfo=ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None)  # type: ignore[arg-type,misc]


BEGINS, ENDS = datetime(2028, 2, 1), datetime(2028, 3, 1)
ALL = 29 * 1440


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return BEGINS + DAY * (day - 1) + timedelta(hours=hour, minutes=minute)


def change(minutes: dict[datetime, Row], since: datetime, count: int, change: Any) -> None:
    for number in range(count):
        row = minutes[since + MINUTE * number]
        change(row) if callable(change) else row.update(change)
