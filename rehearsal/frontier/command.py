"""`python -m rehearsal frontier`: which outage would nobody hear of?"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.text import Text

from rehearsal.commands import EXPECTATION_FAILED, NOT_SIMULATED, OK, alarm_set
from rehearsal.frontier import data, html
from rehearsal.frontier.answers import Answer, answers, incident, percent, sentences
from rehearsal.frontier.grid import Grid, grid_for
from rehearsal.frontier.sweep import Frontier, sweep
from rehearsal.sources.stack import AlarmSet

ROUNDING = 1e-9


def run(given: argparse.Namespace, console: Console) -> int:
    """Sweep the grid; print and write what came of it."""
    alarms = alarm_set(given)
    grid = grid_for(alarms.slo)
    if given.requests_per_minute:
        grid = replace(grid, traffic=given.requests_per_minute)
    found = _swept(alarms, grid, given, console)
    if given.json:
        print(json.dumps(data.to_dict(found), indent=2))  # noqa: T201  # the command's output
    else:
        _print(found, console)
    if given.out:
        _write(found, given.out)
    missed = too_large(answers(found), given.unseen_at_most)
    for sentence in missed:
        print(sentence, file=sys.stderr)  # noqa: T201  # why the exit code is 1
    if missed:
        return EXPECTATION_FAILED
    return NOT_SIMULATED if alarms.skipped else OK


def too_large(found: Sequence[Answer], limit: float | None) -> list[str]:
    """What nobody hears of and spends more than `limit` of the budget, a sentence each."""
    if limit is not None and not found:
        return ["no alarm's metrics show a failing request or a slow answer: nobody would hear of any"]
    return [
        f"unseen: {incident(answer.unseen)} spends {percent(answer.unseen.spent)}, "
        f"more than the {percent(limit)} of --unseen-at-most"
        for answer in found
        if limit is not None and answer.unseen is not None and answer.unseen.spent > limit + ROUNDING
    ]


def _swept(alarms: AlarmSet, grid: Grid, given: argparse.Namespace, console: Console) -> Frontier:
    with Progress(console=console, transient=True, disable=given.json or not console.is_terminal) as progress:
        task = progress.add_task("sweeping", total=len(grid.sizes) * len(grid.traffic))
        return sweep(alarms, grid, given.at or (), done=lambda: progress.advance(task))


def _write(found: Frontier, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(data.to_dict(found), indent=2) + "\n"
    (folder / "frontier.json").write_text(text, encoding="utf-8")
    (folder / "frontier.html").write_text(html.heat_map(found), encoding="utf-8")
    print(f"written: {folder}/frontier.html, frontier.json", file=sys.stderr)  # noqa: T201  # for people


def _print(found: Frontier, console: Console) -> None:
    for answer in answers(found):
        for sentence in sentences(answer, found.alarm_set.slo.window_days):
            console.print(sentence, highlight=False, soft_wrap=True)
    for note in data.notes(found):
        console.print(Text(f"note: {note}", "dim"), soft_wrap=True)
