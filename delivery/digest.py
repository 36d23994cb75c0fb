"""What `pulumi preview --json` says of one stack, for people: never a value, only which inputs change."""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

QUIET = ("same", "read", "refresh")  # nothing happens to what is there
WORDS: Mapping[str, str] = {
    "create": "created",
    "update": "updated",
    "replace": "replaced",
    "create-replacement": "replaced",
    "delete": "deleted",
    "delete-replaced": "replaced",
}
# What the program writes to standard error comes as `info#err`.
SEVERITIES: Mapping[str, str] = {"warning": "warning", "error": "error", "info#err": "error"}
COLOUR = re.compile(r"\x1b\[[0-9;]*m|<\{%[^%]*%\}>")  # as terminals and as Pulumi write it
LOUD = ("replaced", "deleted")  # first, where they are seen


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What happens to one resource; `inputs` are the names of those that change."""

    what: str
    type: str
    name: str
    inputs: Sequence[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Digest:
    """One stack's preview; `problems` are its warnings and errors, `failed` whether it ended with one."""

    stack: str
    steps: Sequence[Step]
    problems: Sequence[str]
    failed: bool

    @property
    def counts(self) -> str:
        """`2 updated, 1 replaced`, or `no change`."""
        counted = Counter(step.what for step in self.steps)
        ordered = sorted(counted, key=lambda what: (what not in LOUD, what))
        return ", ".join(f"{counted[what]} {what}" for what in ordered) or "no change"


def read(stack: str, text: str, error: str, code: int) -> Digest:
    """The digest of one run of the CLI: what it printed, what it said on standard error, its exit code."""
    try:
        found = json.loads(text)
    except ValueError:
        found = {}
    said = [
        f"{SEVERITIES[each['severity']]}: {text}"
        for each in found.get("diagnostics") or []
        if each.get("severity") in SEVERITIES and (text := _plain(each.get("message", "")))
    ]
    if code and not any(line.startswith("error") for line in said):
        said.append(f"error: {_plain(error or text) or 'the preview failed without a word'}")
    steps: dict[tuple[str, str], Step] = {}  # a replacement is three operations on one resource
    for step in filter(None, map(_step, found.get("steps") or [])):
        known = steps.get((step.type, step.name))
        steps[step.type, step.name] = known if known and known.inputs else step
    return Digest(
        stack=stack,
        steps=sorted(
            steps.values(), key=lambda step: (step.what not in LOUD, step.what, step.type, step.name)
        ),
        problems=said,
        failed=bool(code),
    )


def _step(found: Mapping[str, Any]) -> Step | None:
    operation = found.get("op", "")
    if operation in QUIET:
        return None
    *_, token, name = found["urn"].split("::")
    inputs = found.get("detailedDiff") or dict.fromkeys(found.get("diffReasons") or [])
    return Step(
        what=WORDS.get(operation, operation),
        type=token.rpartition("$")[2].rpartition(":")[2],
        name=name,
        inputs=sorted({path.partition(".")[0].partition("[")[0] for path in inputs}),
    )


def _plain(text: str) -> str:
    return " ".join(COLOUR.sub("", text).split())
