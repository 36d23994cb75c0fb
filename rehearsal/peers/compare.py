"""Other alarm sets over the same scenarios, side by side with ours.

`peers/*.json` are written from what their makers document, as `describe-alarms` prints it; each alarm's
description names the source, and where a threshold is left to the user, what was taken instead.
"""

from collections.abc import Sequence
from pathlib import Path

from rehearsal.incident.scenario import Scenario
from rehearsal.report.coverage import Coverage, cover
from rehearsal.run import run
from rehearsal.sources import stack

FOLDER = Path(__file__).parent
OURS = "inference-watch"
NAMES = {
    "aws-recommended": "AWS recommended alarms",
    "cdk-monitoring-constructs": "cdk-monitoring-constructs",
    "literal-five-minutes": '"missing for 5 minutes", literally',
    "slic-watch": "SLIC Watch",
}
HEADINGS = (
    "alarm set",
    "alarms",
    "harmful faults noticed",
    "other faults noticed",
    "median minutes to first page",
    "pages per incident",
    "pages without incident",
)


def compare(stack_name: str, scenarios: Sequence[Scenario]) -> list[tuple[str, Coverage]]:
    """The coverage of our stack, then of every peer, over the same scenarios and the same metrics."""
    ours = stack.of_stack(stack_name)
    found = [(OURS, cover([run(s, ours, check=False, doubt=False) for s in scenarios]))]
    for path in sorted(FOLDER.glob("*.json")):
        peer = stack.like(ours, stack.of_file(path))
        results = [run(s, peer, check=False, doubt=False) for s in scenarios]
        found.append((NAMES.get(path.stem, path.stem), cover(results)))
    return found


def row(name: str, coverage: Coverage) -> tuple[str, ...]:
    """One line of the table, in the order of `HEADINGS`."""
    minutes = coverage.median_minutes
    return (
        name,
        str(coverage.alarms),
        f"{coverage.harmful_noticed} of {coverage.harmful}",
        f"{coverage.warnings_noticed} of {coverage.warnings}",
        "-" if minutes is None else f"{minutes:g}",
        f"{coverage.pages_per_incident:.1f}",
        str(coverage.noise),
    )


def markdown(compared: Sequence[tuple[str, Coverage]]) -> str:
    """The table as docs/rehearsal.md has it."""
    lines = ["| " + " | ".join(HEADINGS) + " |", "| --- |" + " ---: |" * (len(HEADINGS) - 1)]
    lines += ["| " + " | ".join(row(name, coverage)) + " |" for name, coverage in compared]
    return "\n".join(lines)
