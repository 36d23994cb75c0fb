"""Reads, reports, writes, and ends with whether what was expected holds."""

import gc
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console

from reports.traces.arguments import A_TENTH, Arguments
from reports.traces.measure.change import Comparison
from reports.traces.measure.comparison import MIN_TRACES, compare_samples, sample
from reports.traces.read.files import FileError
from reports.traces.read.source import load
from reports.traces.read.xray import XRayError
from reports.traces.result import TraceReport
from reports.traces.show.html import html_page
from reports.traces.show.terminal import show
from reports.traces.show.words import milliseconds
from reports.traces.summary import Options, UnknownTraceError, summarise

OK, FAILED, USAGE = 0, 1, 2
STDOUT = "-"


def run(arguments: Arguments) -> int:
    """Run the command; returns its exit code."""
    gc.disable()  # spans are kept to the end and form no cycles: looking for garbage takes a third longer
    try:
        return _run(arguments, Console(stderr=True))
    finally:
        gc.enable()


def _run(arguments: Arguments, errors: Console) -> int:
    try:
        sources = load(arguments, errors)
        comparison = None
        if sources.before is not None:
            comparison = compare_samples(
                sample(sources.before),
                sample(sources.after),
                false_positive_rate=arguments.false_positive_rate,
                min_change_ms=arguments.min_change_ms,
            )
        options = Options(
            region=sources.region, slowest=arguments.slowest, chosen=arguments.traces, by=arguments.by
        )
        report = summarise(sources.after, options, comparison)
        _write(report, arguments, sources.notes)
    except (FileError, XRayError, UnknownTraceError, OSError) as error:
        errors.print(f"error: {error}", style="bold red", markup=False, highlight=False, soft_wrap=True)
        return USAGE
    failures = list(unmet(report, arguments))
    for failure in failures:
        errors.print(
            f"not as expected: {failure}", style="bold red", markup=False, highlight=False, soft_wrap=True
        )
    return FAILED if failures else OK


def unmet(report: TraceReport, arguments: Arguments) -> list[str]:
    """What was expected and does not hold, in words."""
    counts, total, comparison = report.counts, report.total, report.comparison
    found: list[str] = []
    if total is None:
        found.append("there is no trace to report on")
    elif arguments.expect_p90_ms is not None and total.p90_ms > arguments.expect_p90_ms:
        found.append(
            f"the p90 is {milliseconds(total.p90_ms)} ms, above {milliseconds(arguments.expect_p90_ms)} ms"
        )
    if arguments.expect_complete and counts.complete < counts.total:
        found.append(f"{counts.total - counts.complete} of {counts.total} traces are incomplete")
    if arguments.expect_no_regression is not None and comparison:
        found += _regression(comparison, arguments.expect_no_regression)
    return found


def _regression(comparison: Comparison, asked_ms: float) -> Iterator[str]:
    if comparison.worse:
        yield f"worse than before: {', '.join(comparison.worse)}"
        return
    request = comparison.request
    wanted_ms = request.p90_before_ms / 10 if asked_ms == A_TENTH else asked_ms
    wanted = f"a slowdown of every request by {milliseconds(wanted_ms)} ms"
    if request.verdict == "too few":
        yield f"not provable: {wanted}; fewer than {MIN_TRACES} warm requests on one side"
    elif request.detectable_ms is None:
        yield f"not provable: {wanted}; too few warm requests for any claim"
    elif request.detectable_ms > wanted_ms:
        least = milliseconds(request.detectable_ms)
        yield (
            f"not provable: {wanted}; with these requests only one by {least} ms or more would be seen "
            f"nine times in ten; compare more traces"
        )


def _write(report: TraceReport, arguments: Arguments, notes: Sequence[str]) -> None:
    if arguments.html:
        _put(html_page(report), arguments.html)
    if arguments.json:
        _put(json.dumps(report.to_json(), indent=2, allow_nan=False) + "\n", arguments.json)
    if STDOUT not in (arguments.html, arguments.json):
        show(report, Console(), notes)


def _put(text: str, where: str) -> None:
    if where == STDOUT:
        sys.stdout.write(text)
    else:
        Path(where).write_text(text, encoding="utf-8")
