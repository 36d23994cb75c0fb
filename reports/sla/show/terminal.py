"""The report over all services on a terminal: a line each, and where the pages are."""

from pathlib import Path

from rich.console import Console
from rich.table import Table

from reports.sla.show.fleet import HEADS, FleetReport

STYLES = {"kept": "green", "broken": "bold red", "not provable": "yellow"}
MANY = 40  # lines, after which a terminal is no place for a list


def show(report: FleetReport, out: Path, console: Console) -> None:
    """Print it; of many services those that did not keep their promise."""
    table = Table(
        title=f"{report.title}: {report.verdict}", title_justify="left", box=None, padding=(0, 2, 0, 0)
    )
    for heading in ("service", "promise"):
        table.add_column(heading, no_wrap=True)
    for heading in HEADS:
        table.add_column(heading, justify="right", no_wrap=True)
    for line in report.services[:MANY]:
        table.add_row(line.service, f"[{STYLES[line.verdict]}]{line.verdict}[/]", *line.figures)
    console.print(table)
    if len(report.services) > MANY:
        console.print(f"… and {len(report.services) - MANY} more")
    console.print(f"evidence {report.proof.head}\npages {out}/index.html", highlight=False, soft_wrap=True)
