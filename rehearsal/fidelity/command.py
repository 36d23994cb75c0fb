"""`python -m rehearsal verify`: CloudWatch's own decisions, published or of one's own account, made again."""

import argparse
from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from monitoring.spec import MetricAlarm
from rehearsal.commands import alarm_set
from rehearsal.fidelity import published, tables
from rehearsal.fidelity.judge import Verdict, judge
from rehearsal.fidelity.transitions import History, read
from rehearsal.fidelity.whole import missed
from rehearsal.history.recorded import read as metrics
from rehearsal.sources.stack import AlarmSet

AGREES, DISAGREES = 0, 1
SHOWN_UNJUDGED = 10


def verify(given: argparse.Namespace, console: Console) -> int:
    """1 if any decision that could be judged is made otherwise here."""
    if not given.history:
        return _published(console)
    alarms = alarm_set(given)
    wrong = 0
    for path in given.history:
        history = read(path)
        for note in history.notes:
            console.print(f"[yellow]{escape(note)}")
        verdicts = verdicts_of(history, alarms)
        _show(path.name, verdicts, console)
        wrong += sum(verdict.outcome == "disagrees" for verdict in verdicts)
        if given.metrics:
            found = missed(history, alarms, metrics(given.metrics))
            for line in found:
                console.print(escape(line), soft_wrap=True)
            wrong += len(found)
    return DISAGREES if wrong else AGREES


def verdicts_of(history: History, alarms: AlarmSet) -> list[Verdict]:
    """Each recorded change, judged by the alarm of its name."""
    by_name = {alarm.name: alarm for alarm in alarms.alarms}
    skipped = {skip.name: f"not simulated: {skip.reason}" for skip in alarms.skipped}
    found: list[Verdict] = []
    for change in history.transitions:
        alarm = by_name.get(change.alarm)
        metric = alarm if isinstance(alarm, MetricAlarm) else None
        composite = "a composite: its children's changes are judged" if alarm is not None else ""
        found.append(judge(change, metric, history, skipped.get(change.alarm, composite)))
    return found


def _published(console: Console) -> int:
    rows = list(tables.rows())
    wrong = [row for row in rows if published.table_state(row) != row.expected]
    console.print(
        f"AWS's tables of missing data: {len(rows) - len(wrong)} of {len(rows)} states as published"
    )
    for row in wrong:
        console.print(f"  {row.points} {row.treatment}: {row.expected}, here {published.table_state(row)}")
    verdicts = published.recorded()
    _show("published state changes", verdicts, console)
    times = list(published.silences())
    late = [time for time in times if not time.agrees]
    console.print(
        f"recorded times from a last datapoint to the change: {len(times) - len(late)} of {len(times)} "
        f"to the minute"
    )
    agree = not wrong and not late and all(verdict.outcome == "agrees" for verdict in verdicts)
    return AGREES if agree else DISAGREES


def _show(title: str, verdicts: Sequence[Verdict], console: Console) -> None:
    counts = Counter(verdict.outcome for verdict in verdicts)
    console.print(
        f"{escape(title)}: {len(verdicts)} changes of state: {counts['agrees']} as CloudWatch made them, "
        f"{counts['disagrees']} otherwise, {counts['not judged']} not judged"
    )
    for outcome, most in (("disagrees", len(verdicts)), ("not judged", SHOWN_UNJUDGED)):
        chosen = [verdict for verdict in verdicts if verdict.outcome == outcome]
        if not chosen:
            continue
        table = Table(title=outcome, title_justify="left")
        for heading in ("when (UTC)", "alarm", "CloudWatch", "here", "why"):
            table.add_column(heading, overflow="fold")
        for verdict in chosen[:most]:
            change = verdict.transition
            table.add_row(
                f"{change.at:%Y-%m-%d %H:%M}",
                escape(change.alarm),
                f"{change.old} to {change.new}",
                verdict.ours or "",
                escape(verdict.why),
            )
        console.print(table)
        if len(chosen) > most:
            console.print(f"… and {len(chosen) - most} more", style="dim")
