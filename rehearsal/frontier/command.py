"""`python -m rehearsal frontier`: which outage would nobody hear of?"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.text import Text

from rehearsal.commands import EXPECTATION_FAILED, NOT_SIMULATED, OK, alarm_set
from rehearsal.frontier import data, page
from rehearsal.frontier.answers import Answer, answers, incident, percent, sentences
from rehearsal.frontier.grid import grid_for
from rehearsal.frontier.sweep import Frontier, sweep

ROUNDING = 1e-9


def run(given: argparse.Namespace, console: Console) -> int:
    """Sweep the grid; print and write what came of it."""
    alarms = alarm_set(given)
    grid = grid_for(alarms.slo)
    if given.requests_per_minute:
        grid = replace(grid, traffic=given.requests_per_minute)
    found = sweep(alarms, grid, given.at or ())
    if given.json:
        print(json.dumps(data.to_dict(found), indent=2))  # noqa: T201  # the command's output
    else:
        _print(found, console)
    if given.out:
        _write(found, given.out)
    unseen = too_large(answers(found), given.unseen_at_most)
    for sentence in unseen:
        console.print(Text(sentence, "bold red"), soft_wrap=True) if not given.json else None
    if unseen:
        return EXPECTATION_FAILED
    return NOT_SIMULATED if alarms.skipped else OK


def too_large(found: Sequence[Answer], limit: float | None) -> list[str]:
    """What nobody hears of and spends more than `limit` of the budget, a sentence each."""
    return [
        f"unseen: {incident(answer.unseen)} spends {percent(answer.unseen.spent)}, "
        f"more than the {percent(limit)} of --unseen-at-most"
        for answer in found
        if limit is not None and answer.unseen is not None and answer.unseen.spent > limit + ROUNDING
    ]


def _write(found: Frontier, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(data.to_dict(found), indent=2) + "\n"
    (folder / "frontier.json").write_text(text, encoding="utf-8")
    (folder / "frontier.html").write_text(page.html(found), encoding="utf-8")
    print(f"written: {folder}/frontier.html, frontier.json", file=sys.stderr)  # noqa: T201  # for people


def _print(found: Frontier, console: Console) -> None:
    for answer in answers(found):
        for sentence in sentences(answer, found.alarm_set.slo.window_days):
            console.print(sentence, highlight=False, soft_wrap=True)
    for note in data.notes(found):
        console.print(Text(f"note: {note}", "dim"), soft_wrap=True)
