"""Writes the tables of docs/diff.md: `python docs/diff.py` after `python -m bench.diff`, from its figures.

`--check` only compares the table of what `--fail-on` takes, which the program itself knows.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench import diff  # noqa: E402  # the line above makes it importable
from rehearsal.diff import unseen  # noqa: E402
from rehearsal.diff.command import POLICIES  # noqa: E402
from rehearsal.diff.verdict import MEANING  # noqa: E402

PAGE = ROOT / "docs" / "diff.md"
FEW = 6  # alarms that are named one by one


def policies() -> Iterator[str]:
    """What `--fail-on` takes."""
    yield "| word | refuses |"
    yield "| --- | --- |"
    for word, (meaning, _) in POLICIES.items():
        yield f"| `{word}` | {MEANING.get(word, meaning)} |"  # type: ignore[call-overload]  # a kind or another word


def mutants(outcomes: list[diff.Outcome], every: int) -> Iterator[str]:
    """How many mutants of each field show."""
    if every > 1:
        yield f"One of {every} of them, spread evenly (`--every {every}`):"
        yield ""
    yield "| changed | mutants | show |"
    yield "| --- | ---: | ---: |"
    for field, count, shown in diff.table(outcomes):
        yield f"| {field} | {count} | {shown} |"
    shown = sum(outcome.reason is None for outcome in outcomes)
    equal = sum(outcome.reason in unseen.PROVEN for outcome in outcomes)
    yield f"| **all** | **{len(outcomes)}** | **{shown} ({shown / len(outcomes):.1%})** |"
    yield ""
    yield (
        f"{equal} of them do what the alarm does, whatever happens (its value is never missing, say); of the "
        f"other {len(outcomes) - equal} {shown / (len(outcomes) - equal):.1%} show."
    )


def survivors(outcomes: list[diff.Outcome]) -> Iterator[str]:
    """The mutants that do not show, with the reason why nobody could notice."""
    yield "| changed | to | alarms | why nobody notices |"
    yield "| --- | --- | --- | --- |"
    grouped: dict[tuple[str, str, str], list[str]] = {}
    for outcome in outcomes:
        if outcome.reason is not None:
            reason = re.sub(r" (\d+ of|of) \d+ incidents", " incidents", outcome.reason)
            grouped.setdefault((outcome.field, outcome.what, reason), []).append(outcome.alarm)
    for (field, what, reason), alarms in sorted(grouped.items()):
        named = ", ".join(f"`{alarm}`" for alarm in alarms[:FEW])
        more = f" and {len(alarms) - FEW} more" if len(alarms) > FEW else ""
        yield f"| {field} | {what} | {named}{more} | {reason} |"


def put(page: str, name: str, lines: Iterator[str]) -> str:
    """The page with the lines between its marks of that name."""
    begin, end = f"<!-- {name}:begin -->\n", f"<!-- {name}:end -->"
    before, rest = page.split(begin)
    return before + begin + "\n".join(lines) + "\n" + rest[rest.index(end) :]


def text(figures: dict[str, Any] | None = None) -> str:
    """The page, with the figures of a run or as they are."""
    page = put(PAGE.read_text(encoding="utf-8"), "policies", policies())
    if figures is not None:
        outcomes = [diff.Outcome(**outcome) for outcome in figures["outcomes"]]
        page = put(page, "mutants", mutants(outcomes, figures["every"]))
        page = put(page, "survivors", survivors(outcomes))
    return page


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        if PAGE.read_text(encoding="utf-8") != text():
            sys.exit("docs/diff.md is stale; run `python docs/diff.py`")
    elif not diff.OUT.exists():
        sys.exit(f"{diff.OUT}: not there; run `python -m bench.diff` first")
    else:
        PAGE.write_text(text(json.loads(diff.OUT.read_text(encoding="utf-8"))), encoding="utf-8")
