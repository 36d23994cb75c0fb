"""`pulumi`, `gh` and the like in a folder of one's own: each notes its calls and answers as it was told."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

PROGRAM = """#!{python}
import json, os, sys
place = {place!r}
with open(place + "/calls.jsonl", "a") as file:
    sent = sys.stdin.read() if "--input" in sys.argv else ""
    file.write(json.dumps([{name!r}, sys.argv[1:], os.environ.get("AWS_PROFILE", ""), sent]) + "\\n")
for needed, printed, error, code in json.load(open(place + "/{name}.json")):
    if all(word in sys.argv for word in needed):
        sys.stdout.write(printed)
        sys.stderr.write(error)
        raise SystemExit(code)
raise SystemExit("no answer for " + " ".join(sys.argv[1:]))
"""


class Programs:
    """The folder; put it on the PATH."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def answer(self, name: str, *answers: tuple[Sequence[str], Any, str, int]) -> None:
        """Words that the arguments hold -> what it prints (an object as JSON), its error, its exit code."""
        listed = [
            (list(words), said if isinstance(said, str) else json.dumps(said), error, code)
            for words, said, error, code in answers
        ]
        (self.folder / f"{name}.json").write_text(json.dumps(listed))
        program = self.folder / name
        program.write_text(PROGRAM.format(python=sys.executable, place=str(self.folder), name=name))
        program.chmod(0o755)

    @property
    def calls(self) -> list[tuple[str, list[str], str, str]]:
        """Name, arguments, AWS_PROFILE and standard input of each call."""
        path = self.folder / "calls.jsonl"
        return [tuple(json.loads(line)) for line in path.read_text().splitlines()] if path.exists() else []


def update(
    commit: str, result: str = "succeeded", kind: str = "update", dirty: str = "false"
) -> Mapping[str, Any]:
    """An entry of `pulumi stack history --json`."""
    return {"kind": kind, "result": result, "environment": {"git.head": commit, "git.dirty": dirty}}
