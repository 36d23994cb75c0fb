"""Runs the figures' SQL: on DuckDB over the files of some services, or as text for Athena, which is the same.

A statement stands in `sql/<name>.sql` in what DuckDB and Trino (Athena) both understand. What is not evidence
comes before it as common table expressions of values: the period's `days`, the `promises`, and the `excluded`
stretches of announced maintenance.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from string import Template
from typing import Any, Protocol

from reports.sla.evidence.chain import File
from reports.sla.evidence.schema import TABLES
from reports.sla.evidence.store import connect
from reports.sla.period import Period

SQL = Path(__file__).parent / "sql"
STATEMENTS = tuple(sorted(path.stem for path in SQL.glob("*.sql")))
LATE = timedelta(
    hours=1
)  # an alarm that goes off later than this after an incident is not counted as its own
FEW = "maintenance"  # the one table and statement without bounds in time: announcements are few
Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Fails:
    """When a minute's requests are an incident: at least `count` failed, and more than `share` of all."""

    count: int
    share: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What the statements are asked about besides the evidence."""

    period: Period
    fails: Mapping[str, Fails]
    excluded: Mapping[str, Sequence[tuple[datetime, datetime]]]

    def statement(self, name: str) -> str:
        """The whole text of one statement."""
        period = self.period
        utc = list(period.utc_days())
        values = {
            "first": utc[0],
            "last": utc[-1],
            "after": (period.ends + LATE).date(),
            "from": period.first,
            "to": period.last,
            "begins": period.begins,
            "ends": period.ends,
            "late": period.ends + LATE,
        }
        body = Template((SQL / f"{name}.sql").read_text(encoding="utf-8")).substitute(values)
        prelude = [
            _values(
                "days", "label, begins, ends", ((day.label, day.begins, day.ends) for day in period.days)
            ),
            _values(
                "promises",
                "service, fail_count, fail_share",
                [(service, fails.count, fails.share) for service, fails in self.fails.items()]
                or [("", 1, 1.0)],
            ),
            _values(
                "excluded",
                "service, begins, ends",
                [(service, *window) for service, windows in self.excluded.items() for window in windows]
                or [("", period.begins, period.begins)],
            ),
        ]
        head, found, rest = body.partition("\nWITH ")
        comma = ",\n"
        if found:
            return f"WITH {comma.join(prelude)},\n{rest}"
        return f"WITH {comma.join(prelude)}\n{head}"


def _values(name: str, columns: str, rows: Iterable[Sequence[Any]]) -> str:
    lines = ",\n  ".join(f"({', '.join(_literal(value) for value in row)})" for row in rows)
    return f"{name} AS (SELECT * FROM (VALUES\n  {lines}) AS given ({columns}))"


def _literal(value: str | float | datetime) -> str:
    if isinstance(value, datetime):
        return f"TIMESTAMP '{value}'"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return repr(value)


class Statements(Protocol):
    """What runs the statements over the evidence of some services at a time."""

    def load(self, files: Iterable[File]) -> None:
        """Take these files in place of those before."""

    def rows(self, name: str, asked: Asked) -> list[Row]:
        """The rows of one statement."""
        ...


class Engine:
    """DuckDB with the evidence of some services at a time."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._connection = connect()

    def load(self, files: Iterable[File]) -> None:
        """Take these files in place of those before."""
        by_table: dict[str, list[str]] = {table.name: [] for table in TABLES}
        for file in files:
            by_table[file.table].append(str(self._root / file.path))
        for table in TABLES:
            typed = ", ".join(
                f"CAST({column.name} AS {column.type}) AS {column.name}" for column in table.columns
            )
            source = (
                f"SELECT {typed}, service, day FROM read_parquet($files, hive_partitioning = true,"
                " hive_types = {'service': VARCHAR, 'day': DATE})"
            )
            if by_table[table.name]:
                self._connection.execute(
                    f"CREATE OR REPLACE TEMP TABLE {table.name} AS {source}", {"files": by_table[table.name]}
                )
            else:
                columns = ", ".join(f"{column.name} {column.type}" for column in table.columns)
                self._connection.execute(
                    f"CREATE OR REPLACE TEMP TABLE {table.name} ({columns}, service VARCHAR, day DATE)"
                )

    def rows(self, name: str, asked: Asked) -> list[Row]:
        """The rows of one statement."""
        cursor = self._connection.execute(asked.statement(name))
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def close(self) -> None:
        """Give back the memory."""
        self._connection.close()

    def __enter__(self) -> "Engine":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def needed(file: File, day: date, services: frozenset[str], period: Period) -> bool:
    """Whether a file of `day` plays a part: maintenance is announced before, pages come a while after."""
    if file.service not in services:
        return False
    if file.table == "maintenance":
        return day <= period.ends.date()
    last = period.ends + LATE if file.table == "transitions" else period.ends - timedelta(minutes=1)
    first = min(period.begins.date(), period.first)
    return first <= day <= max(last.date(), period.last)
