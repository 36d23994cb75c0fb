"""The report over all services on a terminal: a line each, and where the pages are."""

from pathlib import Path

from rich.console import Console
from rich.table import Table

from reports.sla.show.fleet import FleetReport
from reports.sla.words import number, share, spent

STYLES = {"kept": "green", "broken": "bold red", "not provable": "yellow"}
MANY = 40  # lines, after which a terminal is no place for a list


def show(report: FleetReport, out: Path, console: Console) -> None:
    """Print it; of many services those that did not keep their promise."""
    table = Table(
        title=f"{report.title}: {report.verdict}", title_justify="left", box=None, padding=(0, 2, 0, 0)
    )
    for heading in ("service", "promise", "requests", "canary", "in time", "budget", "outages", "min down"):
        table.add_column(
            heading, justify="left" if heading in ("service", "promise") else "right", no_wrap=True
        )
    for line in report.services[:MANY]:
        table.add_row(
            line.service,
            f"[{STYLES[line.verdict]}]{line.verdict}[/]",
            share(line.requests_pct),
            share(line.probes_pct),
            share(line.in_time_pct),
            spent(line.budget_used_pct),
            number(line.incidents),
            number(line.down_minutes),
        )
    console.print(table)
    if len(report.services) > MANY:
        console.print(f"… and {len(report.services) - MANY} more")
    console.print(f"evidence {report.proof.head}\npages {out}/index.html", highlight=False, soft_wrap=True)
