"""The alarms over real metrics: how often each would have paged, and what other thresholds would have given.

The metrics are read from a file. Fetching them is `reports.history`'s business, which knows AWS and runs as a
process of its own, so that nothing here needs credentials or boto3.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from rich.console import Console
from rich.table import Table

from monitoring.spec import MetricAlarm
from rehearsal.cloudwatch.actions import entries, pages
from rehearsal.cloudwatch.decide import ALARM
from rehearsal.cloudwatch.evaluate import metric_states, timeline
from rehearsal.cloudwatch.points import Points
from rehearsal.cloudwatch.series import Series
from rehearsal.commands import alarm_set
from rehearsal.errors import RehearsalError
from rehearsal.history import recorded
from rehearsal.incident.expectations import matching
from rehearsal.sources.stack import AlarmSet

WEEK = 7 * 1440
OTHERS = (0.8, 1.2)
CANDIDATES = 40
SHOWN = 9


@dataclass(frozen=True, kw_only=True, slots=True)
class Trade:
    """What a threshold would have given: how often a week the alarm went off, and for how many minutes."""

    threshold: float
    per_week: float
    minutes_per_week: float


def history(given: argparse.Namespace, console: Console) -> int:
    """Replay every alarm over the saved or fetched metrics."""
    alarms = alarm_set(given)
    series = _series(given, alarms)
    weeks = series.minutes / WEEK
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
                    alarm.key, str(off), str(sent), str(len(own) - sent), f"{sent / weeks:.2f}", *others
                )
    console.print(table)
    console.print(
        "Alarms that are not listed did not go off. Metrics are taken as having arrived at once.", style="dim"
    )
    return 0


def tune(given: argparse.Namespace, console: Console) -> int:
    """Propose a threshold for a wanted page rate, with the trade around it."""
    alarms = alarm_set(given)
    series = _series(given, alarms)
    alarm = matching(given.alarm, alarms.alarms, "tune")[0]
    if not isinstance(alarm, MetricAlarm) or alarm.threshold is None:
        raise RehearsalError(
            f"{alarm.name} has no threshold to tune; name a metric alarm with a fixed threshold"
        )
    home = next(account.id for account in alarms.accounts if alarm in account.alarms)
    trades = trade(alarm, series, home)
    chosen = propose(trades, given.pages_per_week)
    table = Table(title=f"{alarm.key}: now {alarm.threshold:g}", title_justify="left")
    for heading in ("threshold", "went off a week", "minutes in ALARM a week", ""):
        table.add_column(heading, justify="right")
    shown = {*trades[:: max(1, len(trades) // SHOWN)], chosen}
    for option in sorted(shown, key=lambda t: t.threshold):
        mark = "proposed" if option == chosen else ""
        table.add_row(
            f"{option.threshold:g}", f"{option.per_week:.2f}", f"{option.minutes_per_week:.0f}", mark
        )
    console.print(table)
    return 0


def trade(alarm: MetricAlarm, series: Series, home: str | None) -> list[Trade]:
    """What thresholds over the range of the alarm's values would have given, most sensitive first."""
    values, _, _ = Points(alarm, series, home=home, size=1, seen_after=0).watched()
    real = values[~np.isnan(values)]
    if not len(real):
        raise RehearsalError(f"{alarm.name}: its metrics have no data in this time; nothing to tune by")
    candidates = np.unique(np.quantile(real, np.linspace(0, 1, CANDIDATES)).round(6))
    below = alarm.comparison.startswith("LessThan")
    weeks = series.minutes / WEEK
    found: list[Trade] = []
    for threshold in sorted(map(float, candidates), reverse=below):
        states = metric_states(replace(alarm, threshold=threshold), series, home=home)
        found.append(
            Trade(
                threshold=threshold,
                per_week=len(entries(states)) / weeks,
                minutes_per_week=float((states == ALARM).sum()) / weeks,
            )
        )
    return found


def propose(trades: Sequence[Trade], per_week: float) -> Trade:
    """The most sensitive threshold from which on the alarm goes off no more often than wanted.

    A threshold so low that the alarm never leaves ALARM goes off once and is no answer: everything less
    sensitive has to keep within the rate too, and the alarm must be out of ALARM most of the time.
    """
    chosen = trades[-1]
    for option in reversed(trades):
        if option.per_week > per_week or option.minutes_per_week > WEEK / 2:
            break
        chosen = option
    return chosen


def _others(alarm: MetricAlarm, series: Series, home: str | None) -> tuple[str, ...]:
    if alarm.threshold is None:
        return tuple("" for _ in OTHERS)
    changed = (replace(alarm, threshold=alarm.threshold * factor) for factor in OTHERS)
    return tuple(str(len(entries(metric_states(other, series, home=home)))) for other in changed)


def _series(given: argparse.Namespace, alarms: AlarmSet) -> Series:
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
