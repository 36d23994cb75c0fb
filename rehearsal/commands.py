"""What the command line's commands do. Each returns the exit code."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from monitoring.spec import MetricAlarm, MissingData
from rehearsal import notation
from rehearsal.cloudwatch.evaluate import EXTRA_POINTS, state_at
from rehearsal.errors import RehearsalError
from rehearsal.incident.expectations import matching
from rehearsal.incident.fitting import fitting
from rehearsal.incident.kpis import scenarios as of_kpis
from rehearsal.incident.scenario import FOLDER, load_all
from rehearsal.peers import compare as peers_
from rehearsal.report import coverage as coverage_
from rehearsal.report import data, html, junit, terminal
from rehearsal.run import Result
from rehearsal.run import run as rehearse
from rehearsal.sources import stack

OK, EXPECTATION_FAILED, NOT_SIMULATED = 0, 1, 3
TREATMENTS: tuple[MissingData, ...] = ("missing", "ignore", "breaching", "notBreaching")


def alarm_set(given: argparse.Namespace) -> stack.AlarmSet:
    """The alarms that the arguments name."""
    if not given.alarms:
        return stack.of_stack(given.stack)
    return stack.of_file(given.alarms, dict(getattr(given, "parameter", None) or ()))


def run(given: argparse.Namespace, console: Console) -> int:
    """Rehearse scenarios; write and print what came of it."""
    results = _rehearse(given, console, check=not given.no_check)
    if given.json:
        print(json.dumps(data.summary(results), indent=2))  # noqa: T201  # the command's output
    else:
        terminal.overview(results, console)
        if len(results) == 1:
            terminal.detail(results[0], console)
        else:
            terminal.notes(results, console)
        terminal.failures(results, console)
    if given.out:
        _write(results, given.out)
    if not all(result.passed for result in results):
        return EXPECTATION_FAILED
    return NOT_SIMULATED if results[0].alarm_set.skipped else OK


def evaluate(given: argparse.Namespace, console: Console) -> int:
    """One evaluation of one alarm, under each treatment of missing data."""
    found = matching(given.alarm, alarm_set(given).alarms, "evaluate")[0]
    if not isinstance(found, MetricAlarm):
        raise RehearsalError(f"{found.name} is a composite; its rule is {found.rule}")
    if found.band_id is not None:
        raise RehearsalError(f"{found.name} compares with an anomaly band; rehearse it with `run`")
    values = notation.expand(given.points)
    points = [None if np.isnan(value) else float(value) for value in values]
    console.print(
        f"{found.name}: {found.comparison} {found.threshold}, {found.datapoints_to_alarm} of "
        f"{found.evaluation_periods}, evaluation range {found.evaluation_periods + EXTRA_POINTS}",
        highlight=False,
    )
    table = Table("missing data", "state")
    for treatment in TREATMENTS:
        spec = replace(found, missing_data=treatment)
        mark = " (the alarm's)" if treatment == found.missing_data else ""
        table.add_row(treatment + mark, state_at(points, spec, given.previous))
    console.print(table)
    return OK


def coverage(given: argparse.Namespace, console: Console) -> int:
    """The gaps and the noise of an alarm set over all scenarios."""
    results = _rehearse(given, console, check=False)
    found = coverage_.cover(results)
    faults = Table(title="Faults", title_justify="left")
    for heading in ("fault", "times", "minutes to first page", "not noticed in"):
        faults.add_column(heading)
    for fault in found.faults:
        minutes = ", ".join(map(str, fault.minutes)) or "-"
        faults.add_row(fault.kind, str(fault.times), minutes, ", ".join(fault.missed_in))
    console.print(faults)
    untripped = ", ".join(found.untripped) or "none"
    console.print(f"Alarms that no scenario trips ({len(found.untripped)} of {found.alarms}): {untripped}")
    console.print(
        f"{found.incidents} incidents, {found.pages_per_incident:.1f} pages each, "
        f"{found.noise} pages without an incident",
        highlight=False,
    )
    terminal.notes(results, console)
    return NOT_SIMULATED if results[0].alarm_set.skipped else OK


def peers(given: argparse.Namespace, console: Console) -> int:
    """Other alarm sets over the same scenarios."""
    compared = peers_.compare(given.stack, load_all(given.scenarios))
    if given.markdown:
        print(peers_.markdown(compared))  # noqa: T201  # the command's output
        return OK
    table = Table(*peers_.HEADINGS, title="Side by side, one run", title_justify="left")
    for name, found in compared:
        table.add_row(*peers_.row(name, found))
    console.print(table)
    return OK


def _rehearse(given: argparse.Namespace, console: Console, *, check: bool) -> list[Result]:
    alarms, scenarios = alarm_set(given), load_all(given.scenarios)
    if list(given.scenarios) == [FOLDER]:
        scenarios += of_kpis.scenarios(alarms)
    scenarios, alarms = fitting(scenarios, alarms)
    quiet = getattr(given, "json", False) or not console.is_terminal
    with Progress(console=console, transient=True, disable=quiet) as progress:
        task = progress.add_task("rehearsing", total=len(scenarios))
        results = []
        for scenario in scenarios:
            results.append(rehearse(scenario, alarms, check=check))
            progress.advance(task)
    return results


def _write(results: Sequence[Result], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    name = results[0].alarm_set.name
    (folder / "results.json").write_text(json.dumps(data.summary(results), indent=2) + "\n", encoding="utf-8")
    (folder / "junit.xml").write_text(junit.text(results, name), encoding="utf-8")
    (folder / "index.html").write_text(html.index(results, folder), encoding="utf-8")
    for result in results:
        (folder / f"{result.scenario.key}.html").write_text(html.timeline(result), encoding="utf-8")
    print(f"written: {folder}/index.html, results.json, junit.xml", file=sys.stderr)  # noqa: T201  # for people
