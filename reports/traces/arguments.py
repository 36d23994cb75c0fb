"""The command line of the trace report -> `Arguments`. Checks what belongs together; reads nothing."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import entry
from reports.traces import values
from reports.traces.defaults import FALSE_POSITIVE_RATE, MIN_CHANGE_MS, SLOWEST

LAST = timedelta(hours=1)
MAX_TRACES = 10_000
A_TENTH = -1.0  # --expect-no-regression without a figure: a tenth of the p90 before
EPILOG = """\
examples:
  python -m reports traces segments.jsonl --html traces.html
  python -m reports traces new.jsonl --compare old.jsonl --expect-no-regression
  python -m reports traces --last 3h --group inference-prod-slow --region eu-west-1
  python -m reports traces --last 2h --deployed-at 2026-11-24T10:00Z

exit codes: 0 reported; 1 an expectation (--expect-...) did not hold, or there was no trace to report on;
2 the call, a file or AWS's answer was in error
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Arguments:
    """What to report on and how. With `files` empty the traces of `range` come from X-Ray.

    The comparison, if any, is with `before_files`, with `before_range`, or of the traces before and after
    `deployed_at`; `where` are annotations that a trace must have, `by` is one to group by; `json` and `html`
    are paths (`-` for standard output).
    """

    files: tuple[str, ...]
    range: values.Range
    before_files: tuple[str, ...]
    before_range: values.Range | None
    deployed_at: datetime | None
    group: str | None
    filter: str | None
    region: str | None
    profile: str | None
    max_traces: int
    entry: str | None
    where: tuple[tuple[str, str], ...]
    by: str | None
    lenient: bool
    slowest: int
    traces: tuple[str, ...]
    json: str | None
    html: str | None
    false_positive_rate: float
    min_change_ms: float
    expect_p90_ms: float | None
    expect_no_regression: float | None
    expect_complete: bool


def parse(argv: Sequence[str], *, now: datetime) -> Arguments:
    """Parse and check. Prints help or what is wrong and raises SystemExit (0 or 2)."""
    made = parser()
    given = made.parse_args(argv)
    if given.files and (given.start or given.end or given.last or given.group or given.filter):
        made.error(
            "--start, --end, --last, --group and --filter choose traces in X-Ray; files are read whole"
        )
    if given.last and given.start:
        made.error("--last and --start both say where the range begins; give one")
    if given.compare and given.deployed_at:
        made.error("--compare and --deployed-at are two ways to say what to compare with; give one")
    end = given.end or now
    span = given.last or LAST
    chosen = values.Range(start=given.start or end - span, end=end)
    if given.deployed_at and not given.files:
        until = given.end or min(now, given.deployed_at + span)
        chosen = values.Range(start=given.start or given.deployed_at - span, end=until)
    before_range = None
    if given.compare and not given.files:
        if len(given.compare) > 1:
            made.error("--compare takes one range START/END where the traces come from X-Ray")
        try:
            before_range = values.instants(given.compare[0])
        except argparse.ArgumentTypeError as error:
            made.error(f"argument --compare: {error}")
    if chosen.start >= chosen.end:
        made.error(f"the range ends ({chosen.end.isoformat()}) before it begins ({chosen.start.isoformat()})")
    if given.expect_no_regression is not None and not (given.compare or given.deployed_at):
        made.error("--expect-no-regression needs --compare or --deployed-at")
    return Arguments(
        files=tuple(given.files),
        range=chosen,
        before_files=tuple(given.compare or ()) if given.files else (),
        before_range=before_range,
        deployed_at=given.deployed_at,
        group=given.group,
        filter=given.filter,
        region=given.region,
        profile=given.profile,
        max_traces=given.max_traces,
        entry=given.entry,
        where=tuple(given.where),
        by=given.by,
        lenient=given.lenient,
        slowest=given.slowest,
        traces=tuple(given.trace),
        json=given.json,
        html=given.html,
        false_positive_rate=given.false_positive_rate,
        min_change_ms=given.min_change_ms,
        expect_p90_ms=given.expect_p90_ms,
        expect_no_regression=given.expect_no_regression,
        expect_complete=given.expect_complete,
    )


def parser() -> argparse.ArgumentParser:
    """Every option and its help."""
    made = argparse.ArgumentParser(
        prog=entry.program("traces"),
        description="Which hop spends the time of a request, and what got slower.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = made.add_argument
    add(
        "files",
        nargs="*",
        metavar="FILE",
        help=(
            "segments as JSON lines, or what `aws xray batch-get-traces` prints; - for standard "
            "input. Without files the traces come from X-Ray"
        ),
    )
    add(
        "--lenient",
        action="store_true",
        help="skip and count what cannot be read in a file, instead of refusing it",
    )
    add("--entry", metavar="NAME", help="only traces that begin at the segment of this name")
    add(
        "--where",
        action="append",
        default=[],
        type=values.annotation,
        metavar="KEY=VALUE",
        help="only traces in which a span has this annotation; may be repeated",
    )
    add("--by", metavar="KEY", help="a table of the requests by their value of this annotation")
    source = made.add_argument_group("traces in X-Ray").add_argument
    source("--last", type=values.duration, metavar="SPAN", help="the last 30m, 6h, 2d (default 1h)")
    source("--start", type=values.instant, metavar="TIME", help="ISO 8601; UTC where no offset is given")
    source("--end", type=values.instant, metavar="TIME", help="default now")
    source("--group", metavar="NAME", help="only traces of this X-Ray group")
    source("--filter", metavar="EXPR", help="only traces that match this X-Ray filter expression")
    source(
        "--max-traces",
        type=values.count,
        default=MAX_TRACES,
        metavar="N",
        help="fetch at most N, an even sample of what was found (default %(default)s)",
    )
    source("--region", help="region of X-Ray; with files, the region for console links")
    source("--profile", help="AWS profile")
    compare = made.add_argument_group("comparison").add_argument
    compare(
        "--compare",
        action="append",
        metavar="BEFORE",
        help="a file to compare with (may be repeated); START/END where the traces come from X-Ray",
    )
    compare(
        "--deployed-at",
        type=values.instant,
        metavar="TIME",
        help=("compare the traces from before and after this time; in X-Ray as far back and forth as --last"),
    )
    compare(
        "--false-positive-rate",
        type=values.rate,
        default=FALSE_POSITIVE_RATE,
        metavar="RATE",
        help="chance of any claim where nothing changed (default %(default)s)",
    )
    compare(
        "--min-change-ms",
        type=values.milliseconds,
        default=MIN_CHANGE_MS,
        metavar="MS",
        help="smaller changes are not worth a word (default %(default)s)",
    )
    output = made.add_argument_group("output").add_argument
    output(
        "--slowest",
        type=values.count,
        default=SLOWEST,
        metavar="N",
        help="list the N slowest traces (default %(default)s)",
    )
    output(
        "--trace",
        action="append",
        default=[],
        type=values.trace_id,
        metavar="ID",
        help="draw this trace too; may be repeated",
    )
    output(
        "--json", metavar="FILE", help="write the report as JSON; - for standard output, without the tables"
    )
    output("--html", metavar="FILE", help="write the report as one self-contained page")
    expect = made.add_argument_group("expectations (exit code 1 where one does not hold)").add_argument
    expect(
        "--expect-p90-ms",
        type=values.milliseconds,
        metavar="MS",
        help="the p90 is at most MS",
    )
    expect(
        "--expect-no-regression",
        nargs="?",
        type=values.milliseconds,
        const=A_TENTH,
        metavar="MS",
        help=(
            "the comparison finds nothing worse, and would have seen a slowdown of every request by MS "
            "(default a tenth of the p90 before)"
        ),
    )
    expect("--expect-complete", action="store_true", help="no trace is incomplete")
    return made
