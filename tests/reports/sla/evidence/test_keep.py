"""What can be kept: tables as CSV, JSON Lines or Parquet; what is impossible is refused by name."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from reports.sla.evidence.chain import links
from reports.sla.evidence.errors import EvidenceError
from reports.sla.evidence.keep import keep
from reports.sla.evidence.promise import Promise
from reports.sla.evidence.schema import MINUTES, TABLES
from tests.reports.sla.months import KEPT_AT, SERVICE, good, write_csv, write_jsonl

MIDNIGHT = datetime(2026, 10, 1)


def kept(root: Path, table: str = "minutes") -> list[tuple[Any, ...]]:
    return duckdb.read_parquet(f"{root}/{table}/*/*/data.parquet", hive_partitioning=False).fetchall()


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_the_same_rows_of_any_form_are_the_same_evidence(form: str, tmp_path: Path) -> None:
    source, root = tmp_path / "tables", tmp_path / "evidence"
    source.mkdir()
    rows = [good(MIDNIGHT), {**good(MIDNIGHT.replace(minute=1)), "reason": "timeout"}]
    write_csv(tmp_path / "rows.csv", rows)
    if form == "csv":
        write_csv(source / "minutes.csv", rows)
    elif form == "jsonl":
        write_jsonl(source / "minutes.jsonl", rows)
    else:
        duckdb.sql(f"COPY (FROM '{tmp_path}/rows.csv') TO '{source}/minutes.parquet'")
    keep(source, root, kept_at=KEPT_AT)
    assert kept(root) == [tuple(row[name] for name in MINUTES.names) for row in rows]
    (link,) = links(root)
    assert (link.day, link.kept_at, link.files[0].rows) == (date(2026, 10, 1), "2027-01-01T00:00:00+00:00", 2)


@pytest.mark.parametrize(
    "written", ["2026-10-01T00:00:00Z", "2026-10-01T02:00:00+02:00", "2026-10-01 00:00:00"]
)
def test_a_moment_with_an_offset_is_kept_as_utc(written: str, tmp_path: Path) -> None:
    write_csv(tmp_path / "minutes.csv", [{**good(MIDNIGHT), "minute": written}])
    keep(tmp_path, tmp_path / "evidence", kept_at=KEPT_AT)
    assert kept(tmp_path / "evidence")[0][0] == MIDNIGHT


def test_columns_that_are_not_given_are_null(tmp_path: Path) -> None:
    write_csv(tmp_path / "minutes.csv", [{"service": SERVICE, "minute": MIDNIGHT, "attempts": "1.0"}])
    keep(tmp_path, tmp_path / "evidence", kept_at=KEPT_AT)
    assert kept(tmp_path / "evidence") == [(MIDNIGHT, 1, *[None] * (len(MINUTES.columns) - 2))]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"attempts": "many"}, r"attempts 'many' is no BIGINT \(probes that the canary sent\)"),
        ({"attempts": "1.5"}, "attempts '1.5' is no BIGINT"),
        ({"probe_ms": "inf"}, "probe_ms 'inf' is no DOUBLE"),
        ({"minute": "noon"}, "minute 'noon' is no TIMESTAMP"),
        ({"minute": ""}, "minute None is no TIMESTAMP"),
        ({"minute": "2026-10-01T00:00:30Z"}, "no whole minute"),
        ({"successes": 2}, "more successes than attempts"),
        ({"probes_in_time": 2}, "more probes_in_time than successes"),
        ({"failed": 6, "refused": 5}, "more errors than requests"),
        ({"in_time": 11}, "more in_time than timed"),
        ({"answered_in_time": 11}, "more answered_in_time than answered"),
        ({"requests": -1, "timed": None, "in_time": None}, "below 0"),
        ({"service": "../x"}, "the service '../x' cannot be a folder's name"),
        ({"colour": "red"}, "the unknown column colour"),
    ],
)
def test_an_impossible_row_is_refused_and_nothing_is_kept(
    change: dict[str, Any], words: str, tmp_path: Path
) -> None:
    write_csv(tmp_path / "minutes.csv", [{**good(MIDNIGHT), **change}])
    with pytest.raises(EvidenceError, match=words):
        keep(tmp_path, tmp_path / "evidence", kept_at=KEPT_AT)
    assert not (tmp_path / "evidence").exists()


def test_a_minute_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    write_csv(tmp_path / "minutes.csv", [good(MIDNIGHT), good(MIDNIGHT, requests=11)])
    with pytest.raises(
        EvidenceError, match="2026-10-01 00:00:00 is there twice; one row for each service, minute"
    ):
        keep(tmp_path, tmp_path / "evidence", kept_at=KEPT_AT)


def test_a_column_that_cannot_be_done_without_is_named(tmp_path: Path) -> None:
    write_csv(tmp_path / "minutes.csv", [{"service": SERVICE, "attempts": 1}])
    with pytest.raises(EvidenceError, match=r"has no column minute \(its start\)"):
        keep(tmp_path, tmp_path / "evidence", kept_at=KEPT_AT)


def test_a_file_that_is_no_table_is_named(tmp_path: Path) -> None:
    write_csv(tmp_path / "minute.csv", [good(MIDNIGHT)])
    with pytest.raises(EvidenceError, match=r"minute\.csv is no table of the evidence; there are minutes,"):
        keep(tmp_path, tmp_path / "evidence", kept_at=KEPT_AT)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "minutes.parquet").write_bytes(b"PAR1 it is not")
    with pytest.raises(EvidenceError, match=r"minutes\.parquet cannot be read: "):
        keep(tmp_path, tmp_path / "evidence", kept_at=KEPT_AT)


def test_a_day_is_kept_once_and_none_before_it_after(tmp_path: Path) -> None:
    source, root = tmp_path / "tables", tmp_path / "evidence"
    source.mkdir()
    write_csv(source / "minutes.csv", [good(MIDNIGHT)])
    heads = keep(source, root, kept_at=KEPT_AT)
    for day in (MIDNIGHT, MIDNIGHT.replace(month=9)):
        write_csv(source / "minutes.csv", [good(day, requests=20)])
        with pytest.raises(EvidenceError, match="2026-10-01, which is kept: a chain only grows"):
            keep(source, root, kept_at=KEPT_AT)
    assert [link.day for link in links(root)] == list(heads)
    assert kept(root)[0][7] == 10


def test_the_promise_is_kept_with_the_day(tmp_path: Path) -> None:
    write_csv(tmp_path / "minutes.csv", [good(MIDNIGHT), {**good(MIDNIGHT), "service": "other"}])
    write_csv(tmp_path / "promises.csv", [{"service": SERVICE, "availability_pct": 99.9, "latency_ms": 300}])
    keep(tmp_path, tmp_path / "evidence", kept_at=KEPT_AT)
    (link,) = links(tmp_path / "evidence")
    assert link.promises == {SERVICE: Promise(availability_pct=99.9, latency_ms=300), "other": Promise()}


@pytest.mark.parametrize(
    ("field", "value"), [("availability_pct", 100), ("latency_ms", 0), ("latency_share_pct", -1)]
)
def test_an_impossible_promise_is_refused(field: str, value: float, tmp_path: Path) -> None:
    write_csv(tmp_path / "promises.csv", [{"service": SERVICE, field: value}])
    write_csv(tmp_path / "minutes.csv", [good(MIDNIGHT)])
    with pytest.raises(EvidenceError, match=f"the promise of {SERVICE}: {field}"):
        keep(tmp_path, tmp_path / "evidence", kept_at=KEPT_AT)


def test_an_interrupted_day_can_be_kept_again(tmp_path: Path) -> None:
    source, root = tmp_path / "tables", tmp_path / "evidence"
    source.mkdir()
    write_csv(source / "minutes.csv", [good(MIDNIGHT)])
    left = root / "minutes" / f"service={SERVICE}" / "day=2026-10-01" / "data.parquet"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    keep(source, root, kept_at=datetime(2026, 10, 2, tzinfo=UTC))
    assert len(kept(root)) == 1


def test_every_column_of_every_table_has_a_meaning_and_every_key_is_one() -> None:
    for table in TABLES:
        assert all(column.meaning for column in table.columns), table.name
        assert {table.time, *table.key} <= set(table.names), table.name
