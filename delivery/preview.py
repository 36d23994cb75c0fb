"""Both stacks previewed, and what their alarms' change changes for people on call: one Markdown text."""

import argparse
import subprocess
import sys
from collections.abc import Sequence

from delivery import digest
from delivery.comment import MARKER
from delivery.pair import stacks

ROWS = 200  # of resources; a comment holds 65,536 characters


def run(options: argparse.Namespace) -> int:
    """Preview a pair; returns the exit code."""
    digests = []
    for stack in stacks(options):
        sys.stderr.write(f"pulumi preview --stack {stack.name}\n")
        done = stack.pulumi("preview", "--json")
        digests.append(digest.read(stack.name, done.stdout, done.stderr, done.returncode))
    text = comment(options.stack, digests, alarms(options.base, options.stack))
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(text, encoding="utf-8")
        sys.stderr.write(f"{options.out}: {'; '.join(f'{d.stack}: {d.counts}' for d in digests)}\n")
    else:
        sys.stdout.write(text)
    return 1 if any(each.failed for each in digests) else 0


def alarms(base: str, stack: str) -> str:
    """What the alarms' change changes for people, as `rehearsal diff` says it in Markdown."""
    command = [sys.executable, "-m", "rehearsal", "diff", base, ".", "--stack", stack, "--markdown"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # fixed words
    if done.returncode in (0, 3):  # 3: with alarms that are not simulated, which it names
        return done.stdout
    return f"Alarms could not be compared with `{base}`:\n\n```text\n{done.stderr.strip()}\n```\n"


def comment(stack: str, digests: Sequence[digest.Digest], behaviour: str) -> str:
    """The whole comment of one pair."""
    lines = [MARKER.format(stack), f"## `{stack}`: what this change does", ""]
    for each in digests:
        lines += [f"### Stack `{each.stack}`: {'FAILED' if each.failed else each.counts}", ""]
        lines += [f"> {problem}" + "\n>" for problem in each.problems]
        lines += ["", *_table(each.steps), ""] if each.steps else [""]
    return "\n".join([*lines, "### Alarms", "", behaviour.strip(), ""])


def _table(steps: Sequence[digest.Step]) -> list[str]:
    """The steps that are loud, then a folded list of the others."""
    loud = [step for step in steps if step.what in digest.LOUD]
    others = [step for step in steps if step.what not in digest.LOUD]
    lines = _rows(loud) if loud else []
    if others:
        lines += ["", f"<details><summary>{len(others)} created or updated</summary>", ""]
        lines += [*_rows(others[:ROWS]), "", "</details>"]
    if len(others) > ROWS:
        lines += ["", f"{len(others) - ROWS} more are in the workflow's log."]
    return lines


def _rows(steps: Sequence[digest.Step]) -> list[str]:
    rows = [
        f"| {step.what} | {step.type} | `{step.name}` | {', '.join(f'`{i}`' for i in step.inputs)} |"
        for step in steps
    ]
    return ["| | resource | name | inputs that change |", "| --- | --- | --- | --- |", *rows]
