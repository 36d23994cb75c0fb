"""`python -m rehearsal lint`."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from rehearsal.errors import RehearsalError
from rehearsal.lint import ignore, reading, rules
from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.judge import Judged, judge
from rehearsal.lint.output import data, sarif, terminal
from rehearsal.lint.rule import SEVERITIES

OK, FOUND, NOT_JUDGED = 0, 1, 3


def lint(given: argparse.Namespace, console: Console) -> int:
    """Judge the alarms of files and stacks; 1 if something as grave as `--fail-on` says is found."""
    if given.explain:
        return _explain(given.explain, console)
    if not given.files and not given.stack:
        raise RehearsalError("nothing to judge: name files that describe alarms, or a stack with --stack")
    ignores = [*_decided(given), *ignore.of_arguments(given.ignore)]
    sets = [reading.of_file(path, dict(given.parameter or ())) for path in given.files]
    sets += [reading.of_stack(stack) for stack in given.stack]
    found = [(alarms, judge(alarms, ignores)) for alarms in sets]
    if given.json or given.sarif:
        made = data.summary(found) if given.json else sarif.log(found)
        print(json.dumps(made, indent=2))  # noqa: T201  # the command's output
    else:
        terminal.show(found, console, infos=given.info)
        _unused(found, ignores, console)
    return _code(found, given.fail_on)


def _code(found: Sequence[tuple[AlarmSet, Sequence[Judged]]], fail_on: str) -> int:
    grave = SEVERITIES[: SEVERITIES.index(fail_on) + 1] if fail_on in SEVERITIES else ()
    if any(one.ignored is None and one.severity in grave for _, judged in found for one in judged):
        return FOUND
    return NOT_JUDGED if any(alarms.skipped for alarms, _ in found) else OK


def _decided(given: argparse.Namespace) -> list[ignore.Ignore]:
    path: Path | None = given.ignore_file
    if path is None:
        return ignore.of_file(ignore.FILE) if ignore.FILE.exists() else []
    return ignore.of_file(path)


def _unused(
    found: Sequence[tuple[AlarmSet, Sequence[Judged]]], ignores: Sequence[ignore.Ignore], console: Console
) -> None:
    every = [one for _, judged in found for one in judged]
    for each in ignores:
        if not any(each.fits(one.rule.id, one.alarm) for one in every):
            console.print(
                f"note: nothing to ignore for {each.rule}:{each.alarm} ({each.reason}); remove it",
                highlight=False,
                soft_wrap=True,
            )


def _explain(name: str, console: Console) -> int:
    rule = rules.every().get(name)
    if rule is None:
        raise RehearsalError(ignore.unknown(name))
    terminal.page(rule, console)
    return OK
