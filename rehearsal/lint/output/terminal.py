"""Findings for people: where, what is wrong, what comes of it, what to do."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.text import Text

from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.judge import Judged
from rehearsal.lint.rule import SEVERITIES, Rule

COLOURS: Mapping[str, str] = {"error": "bold red", "warning": "yellow", "info": "cyan"}


def show(found: Sequence[tuple[AlarmSet, Sequence[Judged]]], console: Console, *, infos: bool) -> None:
    """Every finding, and how many of each kind there are; `infos` False only counts what is an info."""
    for given, judged in found:
        for one in judged:
            if one.ignored is None and (infos or one.severity != "info"):
                _finding(one, console)
        for name, reason in given.skipped:
            console.print(f"{given.name}: {name} is not judged: {reason}", highlight=False, soft_wrap=True)
        for note in given.notes:
            console.print(f"{given.name}: note: {note}", highlight=False, soft_wrap=True)
    every = [one for _, judged in found for one in judged]
    counted = [one.severity for one in every if one.ignored is None]
    alarms = sum(len(given.alarms) for given, _ in found)
    ignored = len(every) - len(counted)
    counts = ", ".join(_several(counted.count(severity), severity) for severity in SEVERITIES)
    hidden = "" if infos or "info" not in counted else " (--info shows these)"
    console.print(
        f"{_several(alarms, 'alarm')}: {counts}{hidden}{f', {ignored} ignored' if ignored else ''}",
        highlight=False,
    )


def _several(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 or what == 'info' else 's'}"


def page(rule: Rule, console: Console) -> None:
    """A rule's page."""
    console.print(f"{rule.id} ({rule.severity}): {rule.meaning}\n\n{rule.page}", highlight=False)


def _finding(one: Judged, console: Console) -> None:
    place = f"{one.file}:{one.line}" if one.line > 1 else one.file
    name = f"{one.alarm}: " if one.alarm else ""
    head = Text.assemble(
        f"{place}: ", (name, "bold"), (one.severity, COLOURS[one.severity]), f" [{one.rule.id}]"
    )
    console.print(head, soft_wrap=True)
    key = f"{one.finding.key}: " if one.finding.key else ""
    console.print(
        f"  {key}{one.finding.problem}: {one.finding.consequence}.", highlight=False, soft_wrap=True
    )
    console.print(f"  fix: {one.finding.fix}.", highlight=False, soft_wrap=True)
