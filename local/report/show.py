"""What the terminal shows at the end of a local run."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from local.report.words import fleet_verdict, outcome, verdict
from local.summary import FleetSummary, Summary

HELD, NOT_HELD = "[green]✓[/]", "[red]✗[/]"


def summary(console: Console, found: Summary, out: Path) -> None:
    """The checks, the numbers and where the files are."""
    console.print()
    console.print(_checks(found))
    console.print(_numbers(found))
    if found.fault:
        console.print(f"[bold]Fault {found.fault.name}[/]", highlight=False)
        console.print(Padding(f"expected  {found.fault.expected}", (0, 2)), highlight=False)
        console.print(Padding(f"seen      {found.fault.seen}", (0, 2)), highlight=False)
    if found.went_off:
        console.print(_paging(found))
    colour = "green" if found.held and found.slo_kept else "red"
    console.print(f"\n[{colour}]{verdict(found)}[/] [dim]{found.wall_s:.0f} s[/]", highlight=False)
    _files(console, out)


def summaries(console: Console, found: Sequence[Summary], out: Path) -> None:
    """One service as above; of several the checks of each, and then all side by side."""
    if len(found) == 1:
        summary(console, found[0], out)
        return
    fleet = FleetSummary.of(found)
    console.print()
    for each in found:
        console.print(_checks(each))
        if each.went_off:
            console.print(_paging(each))
    table = Table(title="Side by side", title_justify="left", title_style="bold")
    table.add_column("")
    table.add_column("Service", overflow="fold")
    for column in ("Requests", "Failed", "Available", "p90", "Probes", "In ALARM"):
        table.add_column(column, justify="right", no_wrap=True)
    for name, each in fleet.services.items():
        table.add_row(
            HELD if each.held and each.slo_kept else NOT_HELD,
            name,
            f"{each.requests:,}",
            f"{each.failed:,}",
            _number(each.availability_pct, "%"),
            _number(each.p90_ms, "ms"),
            f"{each.canary.succeeded} of {each.canary.probes}",
            str(sum(state == "ALARM" for state in each.alarms.values())),
        )
    console.print(table)
    colour = "green" if fleet.held and fleet.slo_kept else "red"
    console.print(f"\n[{colour}]{fleet_verdict(fleet)}[/] [dim]{fleet.wall_s:.0f} s[/]", highlight=False)
    _files(console, out)


def _files(console: Console, out: Path) -> None:
    for file in (out / "report.html", out / "sla" / "index.html"):
        console.print(_shown(file), highlight=False, soft_wrap=True)


def how_to_call(console: Console, curls: Sequence[str], environment: Mapping[str, str]) -> None:
    """A ready command for each API, and how to reach the accounts with the AWS CLI."""
    console.print("\n[bold]Still up.[/] Call the API as a customer:\n", highlight=False)
    for curl in curls:
        console.print(curl, soft_wrap=True, markup=False, highlight=False)
    variables = " ".join(
        f"{name}={environment[name]}"
        for name in ("AWS_ENDPOINT_URL", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    )
    console.print("\nLook into the service account with the AWS CLI:\n", highlight=False)
    console.print(f"{variables} aws cloudwatch list-metrics", soft_wrap=True, markup=False, highlight=False)
    console.print("\nPress Ctrl-C to end it.", highlight=False)


def _checks(found: Summary) -> Table:
    table = Table(title=f"{found.service}, {found.region}", title_justify="left", title_style="bold")
    table.add_column("")
    table.add_column("What had to hold")
    table.add_column("Found")
    for check in found.checks:
        table.add_row(HELD if check.held else NOT_HELD, check.name, check.detail)
    return table


def _numbers(found: Summary) -> Table:
    table = Table(show_header=False)
    table.add_column("", style="dim")
    table.add_column("", justify="right")
    table.add_column("")
    target = found.target
    table.add_row(
        "Availability", _number(found.availability_pct, "%"), f"promised {target.availability_pct:g} %"
    )
    table.add_row("Latency p50", _number(found.p50_ms, "ms"), "")
    table.add_row("Latency p90", _number(found.p90_ms, "ms"), f"promised below {target.p90_ms:g} ms")
    table.add_row("Latency p99", _number(found.p99_ms, "ms"), "")
    table.add_row("Requests", f"{found.requests:,}", f"{found.failed:,} failed, {found.clients} clients")
    reasons = "".join(f", {n} x {reason}" for reason, n in found.canary.reasons.items())
    table.add_row("Canary probes", str(found.canary.probes), f"{found.canary.succeeded} succeeded{reasons}")
    for plan, usage in found.usage.items():
        quota = "no quota"
        if usage.limit:
            quota = f"{usage.percent:g} % of {usage.limit:,} a {str(usage.period).lower()}"
        table.add_row(f"Usage of plan {plan}", f"{usage.used:,}", f"busiest key, {quota}")
    table.add_row("Traces", f"{found.traces.total:,}", f"{found.traces.complete:,} complete")
    table.add_row(
        "Resources",
        str(found.resources.service),
        f"service account, {found.resources.monitor} monitor account",
    )
    alarming = [name for name, state in found.alarms.items() if state == "ALARM"]
    table.add_row("Alarms", str(len(found.alarms)), f"{len(alarming)} in ALARM")
    return table


def _paging(found: Summary) -> Table:
    """Which alarms went off, and which pages that led to: sent to whom, or muted by what."""
    table = Table(title="Paging, UTC", title_justify="left", title_style="bold")
    for column in ("At", "Level", "Alarm, and what came of it"):
        table.add_column(column, overflow="fold")
    paging, prefix = {page.alarm for page in found.pages}, f"{found.service}-"
    rows = [
        (one.at, "", one.alarm, "went off; other alarms speak for it")
        for one in found.went_off
        if one.alarm not in paging
    ]
    rows += [(page.at, page.level, page.alarm, outcome(page, prefix)) for page in found.pages]
    for at, level, alarm, what in sorted(rows):
        table.add_row(at[11:19], level, f"{alarm.removeprefix(prefix)}\n  {what}")
    return table


def _number(value: float | None, unit: str) -> str:
    return "-" if value is None else f"{value:g} {unit}"


def _shown(path: Path) -> str:
    """The path as a person would type it from here."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
