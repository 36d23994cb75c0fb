"""The alarms over real metrics: how often each would have paged.

The metrics are read from a file. Fetching them is `reports.history`'s business, which knows AWS and runs as a
process of its own, so that nothing here needs credentials or boto3.
"""

import argparse
import json
import subprocess
import sys
from dataclasses import replace

from rich.console import Console
from rich.table import Table

from monitoring.spec import MetricAlarm
from rehearsal.cloudwatch.actions import entries, pages
from rehearsal.cloudwatch.evaluate import metric_states, timeline
from rehearsal.cloudwatch.series import Series
from rehearsal.commands import alarm_set
from rehearsal.errors import RehearsalError
from rehearsal.history import recorded
from rehearsal.sources.stack import AlarmSet

OTHERS = (0.8, 1.2)


def history(given: argparse.Namespace, console: Console) -> int:
    """Replay every alarm over the saved or fetched metrics."""
    alarms = alarm_set(given)
    series = real_metrics(given, alarms)
    span = weeks(series)
    table = Table(
        title=f"{series.minutes / 1440:.1f} days from {series.start:%Y-%m-%d %H:%M} UTC", title_justify="left"
    )
    for heading in (
        "alarm",
        "went off",
        "pages sent",
        "muted",
        "pages a week",
        "at 80 % of it",
        "at 120 % of it",
    ):
        table.add_column(heading, justify="left" if heading == "alarm" else "right")
    for account in alarms.accounts:
        line = timeline(account.alarms, series, home=account.id)
        found = pages(account.alarms, line)
        for alarm in account.alarms:
            off = len(entries(line.states[alarm.name]))
            own = [page for page in found if page.alarm == alarm.name]
            sent = sum(page.muted_by is None for page in own)
            others = _others(alarm, series, account.id) if isinstance(alarm, MetricAlarm) else ("", "")
            if off or own:
                table.add_row(
                    alarm.key, str(off), str(sent), str(len(own) - sent), f"{sent / span:.2f}", *others
                )
    console.print(table)
    console.print(
        "Alarms that are not listed did not go off. Metrics are taken as having arrived at once.", style="dim"
    )
    return 0


def weeks(series: Series) -> float:
    """How long a series is, in weeks of whole days: today counts as one, though it is not over."""
    return -(-series.minutes // 1440) / 7


def _others(alarm: MetricAlarm, series: Series, home: str | None) -> tuple[str, ...]:
    if alarm.threshold is None:
        return tuple("" for _ in OTHERS)
    changed = (replace(alarm, threshold=alarm.threshold * factor) for factor in OTHERS)
    return tuple(str(len(entries(metric_states(other, series, home=home)))) for other in changed)


def real_metrics(given: argparse.Namespace, alarms: AlarmSet) -> Series:
    """The series of the saved metrics, or of those fetched now. Raises `RehearsalError`."""
    if given.metrics:
        return recorded.read(given.metrics)
    given.cache.mkdir(parents=True, exist_ok=True)
    queries, out = given.cache / "queries.json", given.cache / "metrics.json"
    queries.write_text(json.dumps(recorded.wanted(alarms)), encoding="utf-8")
    command = [sys.executable, "-m", "reports.history", "--queries", str(queries), "--out", str(out)]
    command += ["--days", str(given.days), "--cache", str(given.cache)]
    command += ["--profile", given.profile] if given.profile else []
    if subprocess.run(command, check=False).returncode:  # noqa: S603  # our own module, arguments of our own
        raise RehearsalError("the metrics could not be fetched; see above, or pass saved ones with --metrics")
    return recorded.read(out)
