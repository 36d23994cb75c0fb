"""The command `diff`: two alarm sets, what their difference means for people, and whether that may be."""

import argparse
import json
from collections.abc import Callable, Iterator, Mapping, Sequence

from rich.console import Console

from rehearsal.diff import data, markdown, revisions, words
from rehearsal.diff.comparison import Change, Comparison, compare
from rehearsal.diff.verdict import KINDS
from rehearsal.errors import RehearsalError
from rehearsal.incident.scenario import load_all

OK, REFUSED, NOT_SIMULATED = 0, 1, 3
SHOWN = 3
Policy = Callable[[Comparison], bool]


def _any_of(*kinds: str) -> Policy:
    return lambda found: any(kind in found.kinds for kind in kinds)


POLICIES: Mapping[str, tuple[str, Policy]] = {
    **{kind: (f"an incident of the kind {kind}", _any_of(kind)) for kind in KINDS},
    "noisier": ("pages where there were none, or more of them", _any_of("newly", "more")),
    "quieter": ("no page where there was one, or fewer", _any_of("missed", "fewer")),
    "dearer": ("a higher price", lambda found: found.new_dollars > found.old_dollars),
    "any": ("anything that people notice", lambda found: bool(found.kinds)),
    "unsimulated": ("a changed alarm that is not simulated", lambda found: bool(found.unsimulated)),
}


def policies(text: str) -> list[str]:
    """`missed,noisier` -> its parts. Raises `RehearsalError` for a part that is none."""
    chosen = [part.strip() for part in text.split(",") if part.strip()]
    wrong = [part for part in chosen if part not in POLICIES]
    if wrong:
        raise RehearsalError(f"--fail-on: {', '.join(wrong)}; give some of {', '.join(POLICIES)}")
    return chosen


def diff(given: argparse.Namespace, console: Console) -> int:
    """Compare; print what came of it. 1 if it is what `--fail-on` refuses, 3 if not all is simulated."""
    fail_on, parameters = policies(given.fail_on), dict(given.parameter or ())
    old, new = (revisions.read(word, given.stack, parameters) for word in (given.old, given.new))
    found = compare(old, new, load_all(given.scenarios))
    refused = [name for name in fail_on if POLICIES[name][1](found)]
    if given.json:
        print(json.dumps({**data.to_dict(found), "refused": refused}, indent=2))  # noqa: T201  # its output
    elif given.markdown:
        print(markdown.text(found))  # noqa: T201  # its output
    else:
        _show(found, console, refused)
    if refused:
        return REFUSED
    return NOT_SIMULATED if old.skipped or new.skipped else OK


def _show(found: Comparison, console: Console, refused: Sequence[str]) -> None:
    def line(text: str, style: str | None = None) -> None:
        console.print(text, style=style, highlight=False, soft_wrap=True)

    line(f"{found.old.name} -> {found.new.name}: {markdown.counted(found)}", "bold")
    for sentence in markdown.summary(found):
        line(f"  {sentence}")
    for one in found.scenarios:
        line(words.rehearsed(one), "bold")
        for difference in one.differences:
            line(f"  {difference.kind}: {words.difference(difference)}")
    for change in found.changes:
        renamed = f" (was {change.pair.renamed_from})" if change.pair.renamed_from else ""
        line(f"{change.pair.label}{renamed}: {change.pair.kind}", "bold")
        for text in _lines(change):
            line(f"  {text}")
    if found.grid:
        line(f"and in {len(found.grid)} faults of the simulated service; --markdown and --json list them")
    for note in found.notes:
        line(f"note: {note}", "dim")
    for name in refused:
        line(f"refused by --fail-on {name}: {POLICIES[name][0]}", "bold red")


def _lines(change: Change) -> Iterator[str]:
    for field in change.pair.changed:
        yield f"{field.field}: {field.old} -> {field.new}"
    if change.reason:
        yield f"nobody notices: {change.reason}"
    for example in change.examples[:SHOWN]:
        yield f"{example.kind}: {example.incident}:"
        for difference in example.differences:
            yield f"    {words.difference(difference)}"
