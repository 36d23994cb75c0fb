"""A comparison as one pull-request comment: what changes for people first, everything else folded."""

from collections.abc import Iterable, Sequence

from rehearsal import price
from rehearsal.diff import words
from rehearsal.diff.comparison import Change, Comparison
from rehearsal.diff.rehearsed import Rehearsed
from rehearsal.diff.verdict import KINDS, MEANING

LIMIT = 65_536  # characters of a comment on GitHub
ROOM = 400  # for what closes a shortened comment
LEFT_OUT = "\n\nThe rest does not fit into a comment; `--json` has all of it.\n"
EXAMPLES = 3
AT_ONCE = 8  # scenarios that are shown unfolded


def text(found: Comparison) -> str:
    """The comment, within GitHub's limit."""
    parts = [_head(found), *_scenarios(found), *_changes(found), *_grid(found), *_notes(found)]
    kept: list[str] = []
    size = 0
    for part in parts:
        if size + len(part) + 2 > LIMIT - ROOM:
            return "\n\n".join(kept) + LEFT_OUT
        kept.append(part)
        size += len(part) + 2
    return "\n\n".join(kept) + "\n"


def summary(found: Comparison) -> list[str]:
    """What changes, in a sentence for each kind of change and one for the price."""
    lines = [f"{_incidents(count)} {MEANING[kind]}" for kind, count in found.kinds.items()]
    return [*(lines or ["Nothing changes for people."]), money(found)]


def money(found: Comparison) -> str:
    """The price of both sides."""
    listed = price.prices()
    change = found.new_dollars - found.old_dollars
    return (
        f"${found.old_dollars:,.2f} -> ${found.new_dollars:,.2f} a month ({change:+,.2f}; "
        f"list prices of {listed.date}, {listed.source})"
    )


def counted(found: Comparison) -> str:
    """How many alarms were added, removed, renamed, changed."""
    kinds = [change.pair.kind for change in found.changes]
    renamed = sum(change.pair.renamed_from is not None for change in found.changes)
    said = {
        "added": kinds.count("added"),
        "removed": kinds.count("removed"),
        "changed": kinds.count("changed"),
        "text only": kinds.count("text"),
        "renamed": renamed,
    }
    return ", ".join(f"{count} {what}" for what, count in said.items() if count) or "no alarm differs"


def _head(found: Comparison) -> str:
    lines = "\n".join(f"- {line}" for line in summary(found))
    return f"### Alarms: {found.old.name} -> {found.new.name}\n\n{counted(found)}\n\n{lines}"


def _scenarios(found: Comparison) -> Iterable[str]:
    if found.scenarios:
        title = f"{len(found.scenarios)} of {found.rehearsed} scenarios"
        rows = _table(found.scenarios)
        few = len(found.scenarios) <= AT_ONCE
        yield f"**{title}**\n\n{rows}" if few else _folded(title, rows)
    elif any(change.tried for change in found.changes) and found.rehearsed:
        yield f"In none of {found.rehearsed} scenarios is anybody told anything else."


def _table(rehearsed: Sequence[Rehearsed]) -> str:
    rows = ["| incident | what changes |", "| --- | --- |"]
    for one in rehearsed:
        told = "<br>".join(_escaped(words.difference(d)) for d in one.differences)
        rows.append(f"| {_escaped(words.rehearsed(one))} | {told} |")
    return "\n".join(rows)


def _changes(found: Comparison) -> Iterable[str]:
    for change in sorted(found.changes, key=_gravity):
        yield _folded(_title(change), "\n".join(_lines(change)))


def _gravity(change: Change) -> int:
    if change.examples:
        return KINDS.index(change.examples[0].kind)
    return len(KINDS) + (change.pair.kind == "text")


def _folded(title: str, text_: str) -> str:
    return f"<details><summary>{title}</summary>\n\n{text_}\n\n</details>"


def _title(change: Change) -> str:
    pair = change.pair
    name = f"<code>{_escaped(pair.label)}</code>"
    renamed = f", was <code>{_escaped(pair.renamed_from)}</code>" if pair.renamed_from else ""
    gravest = f": {MEANING[change.examples[0].kind]}" if change.examples else ""
    return f"{name} {'says something else' if pair.kind == 'text' else pair.kind}{renamed}{gravest}"


def _lines(change: Change) -> Iterable[str]:
    for field in change.pair.changed:
        yield f"- {field.field}: {_value(field.old)} -> {_value(field.new)}"
    if change.pair.skipped:
        yield f"- not simulated: {_escaped(change.pair.skipped)}"
    elif change.reason:
        yield f"- nobody notices: {_escaped(change.reason)}"
    for example in change.examples[:EXAMPLES]:
        told = "; ".join(words.difference(d) for d in example.differences)
        yield f"- {_escaped(example.incident)}: **{_escaped(told)}**"
    if change.tried and change.tried.noticed:
        yield f"- {len(change.tried.noticed)} of {change.tried.incidents} incidents made for it"


def _grid(found: Comparison) -> Iterable[str]:
    if found.grid:
        title = f"{len(found.grid)} faults of the simulated service, by severity, length and traffic"
        yield _folded(title, _table(found.grid))


def _notes(found: Comparison) -> Iterable[str]:
    if found.notes:
        lines = "\n".join(f"- {_escaped(note)}" for note in found.notes)
        yield _folded("Notes", lines)


def _value(value: str | None) -> str:
    return "none" if value is None else f"`{value.replace('`', chr(39))}`"


def _escaped(text_: str) -> str:
    return text_.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def _incidents(count: int) -> str:
    return f"{count} incident{'s' if count != 1 else ''}:"
