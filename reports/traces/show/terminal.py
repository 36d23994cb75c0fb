"""`TraceReport` -> tables on a terminal. Colour and width are the console's business."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from reports.traces.distribution import Latency
from reports.traces.measure.change import Change, Comparison
from reports.traces.result import HopStats, TraceReport
from reports.traces.show.words import milliseconds, percent, seen
from reports.words import counted

VERDICT_STYLES = {"slower": "bold red", "mixed": "bold red", "faster": "green", "too few": "yellow"}
MAX_LISTED = 10
BAR = 30  # characters of the longest bar
WIDE = 110  # columns, from which the confidence interval has room


def show(report: TraceReport, console: Console, notes: Sequence[str] = ()) -> None:
    """Print the report."""
    _headline(report, console)
    for note in notes:
        console.print(f"[yellow]{escape(note)}")
    if report.total is None:
        console.print("[bold red]No trace could be measured.[/] None has a finished root and all its parts.")
    else:
        if report.comparison:
            _comparison(report.comparison, console)
        calls = [hop for hop in report.hops if hop.kind != "step"]
        _hops("Hops", calls, console)
        if report.steps:
            _hops("Business steps", report.steps, console)
        _critical_path(report, console)
        _histogram(report, console)
        _cold_starts(report, console)
        _by(report, console)
        _exceptions(report, console)
        _slowest(report, console)
        _advice(report, console)
    _incomplete(report, console)


def _headline(report: TraceReport, console: Console) -> None:
    counts, total = report.counts, report.total
    span = f", {report.start} to {report.end}" if report.start else ""
    console.print(
        f"[bold]{counts.analysed:,} of {counted(counts.total, 'trace')} measured[/], "
        f"{counted(counts.segments, 'segment')}{span}"
    )
    if total:
        failed = f"[red]{percent(counts.failed / total.count)}[/]" if counts.failed else "none"
        console.print(
            f"p50 {milliseconds(total.p50_ms)} ms, [bold]p90 {milliseconds(total.p90_ms)} ms[/], "
            f"p99 {milliseconds(total.p99_ms)} ms; failed: {failed}; "
            f"cold starts: {percent(report.cold_starts.share)}"
        )
    if len(report.entries) > 1:
        places = ", ".join(f"{escape(name)} ({count:,})" for name, count in report.entries.items())
        console.print(f"[yellow]The traces begin at several places: {places}; --entry NAME takes one of them")
    if counts.shifted:
        console.print(
            f"{counts.shifted:,} segments of hosts with another clock were moved, "
            f"by up to {milliseconds(counts.max_shift_ms)} ms"
        )
    if counts.skipped:
        console.print(f"[bold red]{counts.skipped:,} documents could not be read and were skipped")


def _hops(title: str, hops: Sequence[HopStats], console: Console) -> None:
    table = _table(title, "hop", "kind")
    for heading in ("calls", "p50 ms", "p90 ms", "p99 ms", "share of p90", "errors", "faults", "429"):
        table.add_column(heading, justify="right")
    for hop in hops:
        counts = [f"[red]{n:,}[/]" if n else "0" for n in (hop.errors, hop.faults, hop.throttles)]
        table.add_row(escape(hop.label), hop.kind, *_times(hop.latency), percent(hop.share), *counts)
    console.print(table)


def _comparison(comparison: Comparison, console: Console) -> None:
    table = _table("What changed, in ms a warm request is held up", "hop", "verdict")
    wide = console.width >= WIDE
    for heading in ("mean", "difference", *(("between",) if wide else ()), "p90", "p", "p slow"):
        table.add_column(heading, justify="right", no_wrap=True)
    for change in (comparison.request, *comparison.hops):
        if change.mean_before_ms or change.mean_after_ms:
            table.add_row(*_change(change, wide=wide))
    console.print(table)
    for rate in comparison.rates:
        style = "bold red" if rate.changed else "dim"
        console.print(
            f"[{style}]{rate.label}: {percent(rate.before)} -> {percent(rate.after)} (p {rate.p:.2g})[/]"
        )
    slower = ", ".join(f"{escape(c.label)} ({c.difference_ms:+.1f} ms)" for c in comparison.slower)
    if slower:
        console.print(f"[bold red]Slower:[/] {slower}")
    elif comparison.request.verdict == "too few":
        console.print("[yellow]Too few warm requests on one side to claim anything.")
    else:
        console.print(f"[green]No hop got slower[/]{seen(comparison)}.")
    console.print(
        f"[dim]{comparison.before:,} requests before, {comparison.after:,} after. Where nothing has changed, "
        f"the chance of any claim is at most {percent(comparison.false_positive_rate)}."
    )


def _change(change: Change, *, wide: bool) -> tuple[str, ...]:
    style = VERDICT_STYLES.get(change.verdict, "dim")
    between = (f"{change.mean_low_ms:+.2f} … {change.mean_high_ms:+.2f}",) if wide else ()
    return (
        escape(change.label),
        f"[{style}]{change.verdict}[/]",
        f"{milliseconds(change.mean_before_ms)} → {milliseconds(change.mean_after_ms)}",
        f"{change.difference_ms:+.2f}",
        *between,
        f"{milliseconds(change.p90_before_ms)} → {milliseconds(change.p90_after_ms)}",
        f"{change.p_location:.2g}",
        f"{change.p_tail:.2g}",
    )


def _critical_path(report: TraceReport, console: Console) -> None:
    table = _table("Critical path of the p90 request, stretches of 1 % and more", "held up by")
    table.add_column("from ms", justify="right")
    table.add_column("for ms", justify="right")
    for step in report.main_path:
        table.add_row(escape(step.label), milliseconds(step.start_ms), milliseconds(step.ms))
    console.print(table)


def _histogram(report: TraceReport, console: Console) -> None:
    table = _table("How long requests took", "ms")
    table.add_column("requests", justify="right")
    table.add_column("")
    most = max(entry.count for entry in report.histogram)
    for entry in report.histogram:
        span = f"{milliseconds(entry.from_ms)} to {milliseconds(entry.to_ms)}"
        bar = "█" * max(round(BAR * entry.count / most), bool(entry.count))
        table.add_row(span, f"{entry.count:,}", bar)
    console.print(table)


def _by(report: TraceReport, console: Console) -> None:
    if report.by is None:
        return
    table = _table(f"Requests by {escape(report.by.key)}", "value")
    for heading in ("requests", "p50 ms", "p90 ms", "p99 ms", "failed", "cold"):
        table.add_column(heading, justify="right")
    for part in report.by.slices:
        failed = f"[red]{part.failed:,}[/]" if part.failed else "0"
        table.add_row(escape(part.value), *_times(part.latency), failed, f"{part.cold:,}")
    console.print(table)


def _exceptions(report: TraceReport, console: Console) -> None:
    if not report.exceptions:
        return
    table = _table("Exceptions", "type", "message", "at")
    table.add_column("times", justify="right")
    table.add_column("traces", justify="right")
    for found in report.exceptions:
        words = (escape(text) for text in (found.type, found.message, found.label))
        table.add_row(*words, f"{found.count:,}", f"{found.traces:,}")
    console.print(table)


def _cold_starts(report: TraceReport, console: Console) -> None:
    cold = report.cold_starts
    if cold.cold is None:
        return
    table = _table("Cold starts", "requests")
    for heading in ("count", "p50 ms", "p90 ms", "p99 ms"):
        table.add_column(heading, justify="right")
    for label, times in (("warm", cold.warm), ("cold", cold.cold), ("initialisation", cold.initialization)):
        if times:
            table.add_row(label, *_times(times))
    console.print(table)


def _slowest(report: TraceReport, console: Console) -> None:
    table = _table("Slowest traces", "trace")
    table.add_column("ms", justify="right")
    table.add_column("held up longest by")
    table.add_column("for ms", justify="right")
    table.add_column("state")
    for line in report.slowest:
        state = " ".join(word for word, is_so in (("cold", line.cold), ("failed", line.failed)) if is_so)
        name = f"[link={line.url}]{line.trace_id}[/link]" if line.url else line.trace_id
        held = (escape(line.held_by), milliseconds(line.held_ms))
        table.add_row(name, milliseconds(line.total_ms), *held, state)
    console.print(table)
    if report.slowest and report.slowest[0].url:
        console.print(f"[dim]The slowest one in the console: {report.slowest[0].url}", soft_wrap=True)


def _advice(report: TraceReport, console: Console) -> None:
    for number, item in enumerate(report.advice, start=1):
        console.print(f"\n[bold]{number}. {escape(item.title)}.[/] {escape(item.text)}")


def _incomplete(report: TraceReport, console: Console) -> None:
    if not report.incomplete:
        return
    counts = report.counts
    console.print(
        f"\n[bold yellow]{counts.total - counts.complete:,} incomplete traces:[/] {counts.orphaned} with "
        f"orphaned parts and {counts.open} with an unfinished root (left out); {counts.unfinished} with "
        f"unfinished spans and {counts.headless} whose caller is not recorded (kept)"
    )
    for trace in report.incomplete[:MAX_LISTED]:
        spans = f": {escape(', '.join(trace.spans))}" if trace.spans else ""
        console.print(f"  {trace.trace_id} {', '.join(trace.defects)}{spans}")
    if len(report.incomplete) > MAX_LISTED:
        console.print("  ... (more in --json and --html)")


def _table(title: str, *columns: str) -> Table:
    table = Table(
        title=title, title_justify="left", title_style="bold", header_style="dim", box=None, pad_edge=False
    )
    for column in columns:
        table.add_column(column, overflow="fold", min_width=9)
    return table


def _times(times: Latency) -> tuple[str, ...]:
    return (f"{times.count:,}", *(milliseconds(ms) for ms in (times.p50_ms, times.p90_ms, times.p99_ms)))
