"""Rows -> Parquet, a day at a time. With the same DuckDB the same rows are the same bytes."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from reports.sla.evidence.chain import (
    BEGINNING,
    FOLDER,
    File,
    Link,
    digest,
    file_digest,
    file_path,
    link_path,
    parse,
    whole,
)
from reports.sla.evidence.errors import EvidenceError
from reports.sla.evidence.promise import Promise
from reports.sla.evidence.schema import TABLES, Table

MEMORY = "1GB"


def connect(folder: Path | None = None, *, threads: int = 2) -> duckdb.DuckDBPyConnection:
    """DuckDB in UTC within bounds; with a folder its tables may outgrow the memory there."""
    connection = duckdb.connect(":memory:" if folder is None else str(folder / "rows.duckdb"))
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"SET threads = {threads}")
    connection.execute(f"SET memory_limit = '{MEMORY}'")
    return connection


def last_link(root: Path) -> tuple[Link, str] | None:
    """The last link and its hash, or None where nothing is kept yet. Raises `EvidenceError`."""
    found = sorted((root / FOLDER).glob("*.json"))
    if not found:
        return None
    content = found[-1].read_bytes()
    return parse(content, str(found[-1])), digest(content)


def append_day(
    connection: duckdb.DuckDBPyConnection,
    root: Path,
    day: date,
    promises: Mapping[str, Promise],
    *,
    kept_at: datetime,
    covers: tuple[datetime, datetime] | None = None,
) -> str:
    """Write the day's rows of the tables `kept_<table>` (with `service` and `day`), then the link.

    The link comes last: a day that was broken off is none. Returns the new head. Raises `EvidenceError` for a
    day that is not after the last one.
    """
    before = last_link(root)
    if before and day <= before[0].day:
        raise EvidenceError(
            f"{day} is not after {before[0].day}, which is kept: a chain only grows, so nothing was written"
        )
    files = [file for table in TABLES for file in _write(connection, root, table, day)]
    link = Link(
        day=day,
        previous=before[1] if before else BEGINNING,
        kept_at=kept_at.astimezone(UTC).isoformat(timespec="seconds"),
        writer=f"DuckDB {duckdb.__version__}",
        covers=covers or whole(day),
        promises=dict(sorted(promises.items())),
        files=tuple(files),
    )
    content = link.to_bytes()
    path = link_path(root, day)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    partial.write_bytes(content)
    partial.replace(path)
    return digest(content)


def _write(connection: duckdb.DuckDBPyConnection, root: Path, table: Table, day: date) -> list[File]:
    services = connection.execute(
        f"SELECT service, count(*) FROM kept_{table.name} WHERE day = $day GROUP BY service ORDER BY service",
        {"day": day},
    ).fetchall()
    files = []
    for service, rows in services:
        place = file_path(table.name, service, day)
        path = root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        columns, order = ", ".join(table.names), ", ".join(table.key)
        connection.execute(
            f"COPY (SELECT {columns} FROM kept_{table.name}"
            f" WHERE service = '{service}' AND day = DATE '{day}' ORDER BY {order})"
            f" TO '{_quoted(path)}' (FORMAT parquet, COMPRESSION zstd)"
        )
        files.append(File(path=place, sha256=file_digest(path), size=path.stat().st_size, rows=rows))
    return files


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
