"""The arguments of `python -m reports sla`."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import entry
from reports.sla.evidence.chain import heads
from reports.sla.period import Period, month

EPILOG = """\
exit codes:
  0  done
  1  with --expect-kept: a promise was broken, or it cannot be proven that it was kept
  2  wrong usage, or there is no such evidence
  3  with --verify: the evidence is not what was kept

The evidence is a folder of Parquet files and a chain of hashes; docs/sla.md describes it. A report reads the
files of its period alone, after comparing them with the chain; changed evidence is refused.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Arguments:
    """What was asked for."""

    evidence: str
    period: Period
    services: tuple[str, ...]
    out: Path
    heads: tuple[str, ...]
    keep: Path | None
    verify: bool
    schema: bool
    profile: str | None
    athena: tuple[str, str] | None
    expect_kept: bool


def parse(argv: Sequence[str], *, now: datetime) -> Arguments:
    """Raises SystemExit for wrong arguments, `PeriodError` and `EvidenceError` for wrong values."""
    parser = argparse.ArgumentParser(
        prog=entry.program("sla"),
        usage="%(prog)s [options] | %(prog)s collect --help",
        description="Whether the promise was kept: a page a service and one over all, from kept evidence. "
        "`collect` reads the days of both AWS accounts and keeps them.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    what = parser.add_argument_group("what to do (a report unless said otherwise)")
    what.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the tables of a folder as evidence")
    what.add_argument("--schema", action="store_true", help="print the JSON Schema of the reports' JSON")
    what.add_argument("--verify", action="store_true", help="compare all evidence with the chain")
    parser.add_argument(
        "--evidence", default="evidence", metavar="PLACE", help="a folder, or s3://bucket/prefix (evidence)"
    )
    parser.add_argument("--profile", metavar="NAME", help="AWS profile that reads the bucket")
    parser.add_argument(
        "--athena",
        nargs=2,
        metavar=("WORKGROUP", "DATABASE"),
        help="let Athena answer over the bucket, for a fleet whose month outgrows this machine",
    )
    parser.add_argument("--month", metavar="YYYY-MM", help="the month (the last one that is over)")
    parser.add_argument(
        "--from", type=date.fromisoformat, dest="first", metavar="DAY", help="instead: first day"
    )
    parser.add_argument(
        "--to", type=date.fromisoformat, dest="last", metavar="DAY", help="last day, included"
    )
    parser.add_argument(
        "--timezone", default="UTC", metavar="NAME", help="in which the contract's days begin (UTC)"
    )
    parser.add_argument(
        "--service", action="append", default=[], metavar="NAME", help="this one; can be repeated"
    )
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="where the pages go (build/sla/PERIOD)")
    parser.add_argument(
        "--head", action="append", default=[], metavar="HASH", help="a head that was handed out"
    )
    parser.add_argument("--heads", type=Path, metavar="FILE", help="a file of them, one a line")
    parser.add_argument(
        "--expect-kept", action="store_true", help="exit with 1 unless all promises were kept"
    )
    given = parser.parse_args(argv)
    if given.athena and not given.evidence.startswith("s3://"):
        parser.error("--athena answers over a bucket; name it: --evidence s3://...")
    if given.month and (given.first or given.last):
        parser.error("--month and --from/--to exclude each other")
    if bool(given.first) != bool(given.last):
        parser.error("--from and --to go together")
    period = (
        Period(first=given.first, last=given.last, timezone=given.timezone)
        if given.first
        else month(given.month or f"{now.date().replace(day=1) - timedelta(days=1):%Y-%m}", given.timezone)
    )
    lines = [*given.head, *(given.heads.read_text(encoding="utf-8").splitlines() if given.heads else ())]
    return Arguments(
        evidence=given.evidence,
        period=period,
        services=tuple(dict.fromkeys(given.service)),
        out=given.out or Path("build/sla") / period.title.replace(" ", "-"),
        heads=heads(lines),
        keep=given.keep,
        verify=given.verify,
        schema=given.schema,
        profile=given.profile,
        athena=(given.athena[0], given.athena[1]) if given.athena else None,
        expect_kept=given.expect_kept,
    )
