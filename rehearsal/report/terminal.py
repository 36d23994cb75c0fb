"""Results in the terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from rehearsal.cloudwatch.actions import Page
from rehearsal.incident import durations
from rehearsal.report import data
from rehearsal.run import Result


def overview(results: Sequence[Result], console: Console) -> None:
    """One line a scenario: verdict, time to detect, pages sent and muted."""
    table = Table(
        title=f"{len(results)} scenarios, alarms of {results[0].alarm_set.name}", title_justify="left"
    )
    table.add_column("scenario", no_wrap=True)
    table.add_column("result")
    table.add_column("detected", justify="right", no_wrap=True)
    table.add_column("pages sent", overflow="fold")
    table.add_column("muted", justify="right")
    for result in results:
        verdict = Text("ok", "green") if result.passed else Text(f"{len(result.failures)} failed", "bold red")
        table.add_row(
            result.scenario.key,
            verdict,
            _detected(result),
            "\n".join(_page(page) for page in result.sent) or "none",
            str(len(result.muted) or ""),
        )
    console.print(table)


def failures(results: Sequence[Result], console: Console) -> None:
    """What was expected and what happened."""
    for result in results:
        for failure in result.failures:
            console.print(Text(failure.where, "bold red"))
            console.print(f"  expected: {failure.expected}\n  happened: {failure.happened}", highlight=False)


def notes(results: Sequence[Result], console: Console) -> None:
    """What a reader has to know to judge the results, each once."""
    for note in sorted(data.notes(*results)):
        console.print(Text(f"note: {note}", "dim"))


def detail(result: Result, console: Console) -> None:
    """One scenario in full: what fired, when, what went out and what was muted by what."""
    scenario = result.scenario
    console.print(Text(scenario.name, "bold"), scenario.why, sep="\n", highlight=False)
    if result.detections:
        console.print(_faults(result))
    console.print(_fired(result))
    if result.told:
        console.print(_notifications(result))
    for doubt in result.doubts:
        console.print(Text(f"note: {data.doubt_text(doubt)}", "dim"))
    notes([result], console)


def _faults(result: Result) -> Table:
    """When each fault is, and the first page that it led to."""
    faults = Table(title="Faults", title_justify="left")
    for heading in ("fault", "from", "to", "first page", "after"):
        faults.add_column(heading)
    for found in result.detections:
        faults.add_row(
            found.fault.kind,
            durations.text(found.fault.begin),
            durations.text(found.fault.end),
            found.page.key if found.page else Text("missed", "red") if found.missed else "none",
            durations.text(found.after) if found.after is not None else "",
        )
    return faults


def _fired(result: Result) -> Table:
    """Each time that an alarm went off, and the page that this led to."""
    history = result.scenario.history
    fired = Table(title="What fired", title_justify="left")
    for heading in ("alarm", "in ALARM from", "page", "muted by"):
        fired.add_column(heading, overflow="fold")
    pages = {(page.alarm, page.entered): page for page in (*result.sent, *result.muted)}
    for alarm in result.alarm_set.alarms:
        for minute, state in result.timeline.changes(alarm.name):
            at = minute + 1 - history
            if state == "ALARM" and at > 0:
                page = pages.get((alarm.name, at))
                fired.add_row(
                    alarm.key,
                    durations.text(at),
                    f"{page.level} at {durations.text(page.minute)}" if page and not page.muted_by else "",
                    (page.muted_by or "") if page else "",
                )
    return fired


def _notifications(result: Result) -> Table:
    """Every action that was taken or muted, and where it went."""
    table = Table(title="Actions", title_justify="left")
    for heading in ("alarm", "enters", "at", "to", "muted by"):
        table.add_column(heading, overflow="fold")
    for told in result.told:
        table.add_row(
            told.key, told.state, durations.text(told.minute), "\n".join(told.targets), told.muted_by or ""
        )
    return table


def _page(page: Page) -> str:
    return f"{durations.text(page.minute)} {page.key} ({page.level})"


def _detected(result: Result) -> Text:
    parts = []
    for found in result.detections:
        if found.after is not None:
            parts.append(Text(durations.text(found.after)))
        else:
            parts.append(Text("missed", "red") if found.missed else Text("none"))
    return Text(", ").join(parts)
