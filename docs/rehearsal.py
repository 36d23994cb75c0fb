"""Writes the tables of docs/rehearsal.md: `python docs/rehearsal.py`, or `--check` to only compare.

`--without-peers` leaves what is rehearsed for it alone, which takes half a minute.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from rehearsal.incident import durations  # noqa: E402  # the line above makes it importable
from rehearsal.incident.faults import FAULTS  # noqa: E402  # as above
from rehearsal.incident.scenario import FOLDER, load_all  # noqa: E402  # as above
from rehearsal.peers import compare as peers  # noqa: E402  # as above
from rehearsal.run import run  # noqa: E402  # as above
from rehearsal.sources import stack  # noqa: E402  # as above

PAGE = ROOT / "docs" / "rehearsal.md"
STACK = "prod"
COMMAND = "python docs/rehearsal.py"


def faults() -> str:
    """Every kind of fault and what it takes."""
    lines = ["| fault | what it does | takes |", "| --- | --- | --- |"]
    for name, kind in FAULTS.items():
        takes = "; ".join(f"`{key}`: {parameter.meaning}" for key, parameter in kind.parameters.items())
        lines.append(f"| `{name}` | {kind.meaning} | {takes} |")
    return "\n".join(lines)


def scenarios() -> str:
    """Every shipped scenario and what it is for."""
    lines = ["| scenario | what happens | what the alarms have to show |", "| --- | --- | --- |"]
    for scenario in load_all([FOLDER]):
        link = f"[{scenario.key}](../rehearsal/incident/scenarios/{scenario.file})"
        lines.append(f"| {link} | {scenario.name} | {scenario.why} |")
    return "\n".join(lines)


def paged() -> str:
    """When each shipped scenario pages whom, with the stack's own alarms."""
    alarms = stack.of_stack(STACK)
    found = [run(scenario, alarms, doubt=False) for scenario in load_all([FOLDER])]
    lines = ["| scenario | first page after | critical | warn |", "| --- | ---: | --- | --- |"]
    for result in found:
        first = min((d.after for d in result.detections if d.after is not None), default=None)
        levels = (
            ", ".join(f"{durations.text(p.minute)} `{p.key}`" for p in result.sent if p.level == level)
            for level in ("critical", "warn")
        )
        after = "" if first is None else durations.text(first)
        lines.append(f"| {result.scenario.key} | {after} | {' | '.join(levels)} |")
    return "\n".join(lines)


def side_by_side() -> str:
    """The alarm sets over the shipped scenarios."""
    return peers.markdown(peers.compare(STACK, load_all([FOLDER])))


SECTIONS: dict[str, Callable[[], str]] = {
    "faults": faults,
    "scenarios": scenarios,
    "pages": paged,
    "peers": side_by_side,
}
REHEARSED = ("pages", "peers")


def text(current: str, names: list[str]) -> str:
    """The page with those sections anew."""
    for name in names:
        begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
        before, rest = current.split(begin)
        after = rest.split(end)[1]
        current = f"{before}{begin}\n{SECTIONS[name]()}\n{end}{after}"
    return current


def main() -> int:
    """Write or check; 1 when the page is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare; exit 1 when the page is stale")
    parser.add_argument("--without-peers", action="store_true", help="leave the rehearsed tables alone")
    given = parser.parse_args()
    names = [name for name in SECTIONS if not (given.without_peers and name in REHEARSED)]
    current = PAGE.read_text()
    wanted = text(current, names)
    if not given.check:
        PAGE.write_text(wanted)
        return 0
    if current == wanted:
        return 0
    sys.stderr.write(f"docs/rehearsal.md is stale; run `{COMMAND}`\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
