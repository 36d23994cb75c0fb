"""Tables as files (CSV, JSON Lines or Parquet) -> evidence: checked row by row, then kept day by day.

The collector writes such files and so can anybody: what is kept comes in by this one door.
"""

import tempfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import duckdb

from reports.sla.evidence.chain import whole
from reports.sla.evidence.errors import EvidenceError
from reports.sla.evidence.promise import Promise, check_name
from reports.sla.evidence.schema import BY_NAME, TABLES, Column, Table
from reports.sla.evidence.store import append_day, connect

READERS = {
    ".csv": "read_csv('{}', header = true, all_varchar = true, nullstr = '')",
    ".jsonl": "read_json('{}', format = 'newline_delimited', sample_size = -1)",
    ".parquet": "read_parquet('{}')",
}
PROMISES = "promises"


def keep(
    source: Path,
    root: Path,
    *,
    kept_at: datetime,
    only: date | None = None,
    covers: tuple[datetime, datetime] | None = None,
) -> dict[date, str]:
    """Keep every day (or `only` one) found in `source/<table>.<csv|jsonl|parquet>`; returns each day's head.

    `covers` is the stretch that there can be evidence of (UTC), where it begins or ends within a day.

    `promises.*` has a row a service; a service that it does not name is kept with the defaults of `Promise`.
    Raises `EvidenceError` for what is unknown, impossible or there twice; nothing is written then.
    """
    with tempfile.TemporaryDirectory() as folder:
        connection = connect(Path(folder), threads=1)
        try:
            given = _files(source)
            for table in TABLES:
                _load(connection, table, given.get(table.name))
            promises = _promises(connection, given.get(PROMISES))
            days = [only] if only else _days(connection)
            return {
                day: append_day(
                    connection, root, day, promises, kept_at=kept_at, covers=_clipped(day, covers)
                )
                for day in days
            }
        finally:
            connection.close()


def _clipped(day: date, covers: tuple[datetime, datetime] | None) -> tuple[datetime, datetime]:
    begins, ends = whole(day)
    since, until = covers or (begins, ends)
    return min(max(begins, since), ends), max(min(ends, until), begins)


def _files(source: Path) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in sorted(source.iterdir()) if source.is_dir() else ():
        if path.suffix not in READERS:
            continue
        if path.stem not in BY_NAME and path.stem != PROMISES:
            raise EvidenceError(
                f"{path} is no table of the evidence; there are {', '.join([*BY_NAME, PROMISES])}"
            )
        if path.stem in found:
            raise EvidenceError(f"{path} and {found[path.stem]} are the same table; give one of them")
        found[path.stem] = path
    if not found:
        raise EvidenceError(f"{source} has no <table>.csv, .jsonl or .parquet, so there is nothing to keep")
    return found


def _load(connection: duckdb.DuckDBPyConnection, table: Table, path: Path | None) -> None:
    """Make `kept_<table>`: typed columns, `service` and `day`."""
    if path is None:
        columns = ", ".join(f"{column.name} {column.type}" for column in table.columns)
        connection.execute(f"CREATE TABLE kept_{table.name} ({columns}, service VARCHAR, day DATE)")
        return
    present = _read(connection, path, {*table.names, "service"})
    for column in table.columns:
        if column.required and column.name not in present:
            raise EvidenceError(
                f"{path} has no column {column.name} ({column.meaning}); it cannot be kept without"
            )
    if "service" not in present:
        raise EvidenceError(f"{path} has no column service, so whose rows they are is unknown")
    _check_values(connection, path, [column for column in table.columns if column.name in present])
    typed = ", ".join(
        f"{_cast(column) if column.name in present else f'CAST(NULL AS {column.type})'} AS {column.name}"
        for column in table.columns
    )
    connection.execute(
        f"CREATE TABLE kept_{table.name} AS SELECT *, CAST({table.time} AS DATE) AS day"
        f" FROM (SELECT {typed}, CAST(service AS VARCHAR) AS service FROM given) ORDER BY day, service"
    )
    _check_rows(connection, path, table)


def _read(connection: duckdb.DuckDBPyConnection, path: Path, known: set[str]) -> set[str]:
    """Read a file into the table `given`; returns its columns."""
    place = str(path).replace("'", "''")
    try:
        connection.execute(
            f"CREATE OR REPLACE TABLE given AS SELECT * FROM {READERS[path.suffix].format(place)}"
        )
        present = {str(row[0]) for row in connection.execute("DESCRIBE given").fetchall()}
    except duckdb.Error as error:
        raise EvidenceError(f"{path} cannot be read: {str(error).splitlines()[0]}") from None
    if unknown := sorted(present - known):
        raise EvidenceError(
            f"{path} has the unknown column {unknown[0]}; there are {', '.join(sorted(known))}"
        )
    return present


def _cast(column: Column) -> str:
    if column.type == "TIMESTAMP":  # with an offset or without one, which means UTC
        return f"TRY_CAST({column.name} AS TIMESTAMPTZ) AT TIME ZONE 'UTC'"
    if column.type == "BIGINT":  # 12.0 is a count, 12.5 is none
        whole = f"TRY_CAST({column.name} AS DOUBLE)"
        return f"CASE WHEN {whole} = floor({whole}) THEN TRY_CAST({column.name} AS BIGINT) END"
    if column.type == "DOUBLE":
        real = f"TRY_CAST({column.name} AS DOUBLE)"
        return f"CASE WHEN isfinite({real}) THEN {real} END"
    return f"CAST({column.name} AS VARCHAR)"


def _check_values(connection: duckdb.DuckDBPyConnection, path: Path, columns: Sequence[Column]) -> None:
    """Every value is of its column's type; in one pass, for most files have nothing to be told of."""
    bad = [
        f"({_cast(column)}) IS NULL" + ("" if column.required else f" AND {column.name} IS NOT NULL")
        for column in columns
    ]
    any_bad = ", ".join(f"coalesce(bool_or({condition}), false)" for condition in bad)
    found = connection.execute(f"SELECT {any_bad} FROM given").fetchone() or ()
    for column, condition, is_bad in zip(columns, bad, found, strict=True):
        if is_bad:
            (value,) = connection.execute(
                f"SELECT CAST({column.name} AS VARCHAR) FROM given WHERE {condition} LIMIT 1"
            ).fetchall()[0]
            raise EvidenceError(f"{path}: {column.name} {value!r} is no {column.type} ({column.meaning})")


def _check_rows(connection: duckdb.DuckDBPyConnection, path: Path, table: Table) -> None:
    kept = f"kept_{table.name}"
    key = ", ".join(("service", *table.key))
    for condition, words in table.rules:
        found = connection.execute(
            f"SELECT service, {table.time} FROM {kept} WHERE NOT ({condition}) LIMIT 1"
        ).fetchone()
        if found:
            raise EvidenceError(f"{path}: {found[0]} at {found[1]}: {words}; such a row is no evidence")
    twice = connection.execute(
        f"SELECT service, min({table.time}) FROM {kept} GROUP BY {key} HAVING count(*) > 1 LIMIT 1"
    ).fetchone()
    if twice:
        raise EvidenceError(f"{path}: {twice[0]} at {twice[1]} is there twice; one row for each {key}")
    for (service,) in connection.execute(f"SELECT DISTINCT service FROM {kept}").fetchall():
        check_name(str(service))


def _promises(connection: duckdb.DuckDBPyConnection, path: Path | None) -> dict[str, Promise]:
    named = " UNION ".join(f"SELECT service FROM kept_{table.name}" for table in TABLES)
    found = {str(row[0]): Promise() for row in connection.execute(named).fetchall()}
    if path:
        fields = (*Promise.__slots__,)
        present = _read(connection, path, {"service", *fields})
        columns = [name for name in fields if name in present]
        numbers = ", ".join(f"CAST({name} AS DOUBLE)" for name in columns)
        try:
            rows = connection.execute(
                f"SELECT service{', ' if columns else ''}{numbers} FROM given"
            ).fetchall()
        except duckdb.Error as error:
            raise EvidenceError(f"{path} cannot be read: {str(error).splitlines()[0]}") from None
        for service, *values in rows:
            name = check_name(str(service))
            found[name] = Promise.read(name, dict(zip(columns, values, strict=True)))
    return found


def _days(connection: duckdb.DuckDBPyConnection) -> list[date]:
    all_days = " UNION ".join(f"SELECT day FROM kept_{table.name}" for table in TABLES)
    return [row[0] for row in connection.execute(f"SELECT day FROM ({all_days}) ORDER BY day").fetchall()]
