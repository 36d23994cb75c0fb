"""What the terminal shows at the end of a local run."""

from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table

from local.summary import Summary

HELD, NOT_HELD = "[green]✓[/]", "[red]✗[/]"


def summary(console: Console, found: Summary, out: Path) -> None:
    """The checks, the numbers and where the files are."""
    console.print()
    console.print(_checks(found))
    console.print(_numbers(found))
    if found.fault:
        console.print(f"[bold]Fault {found.fault.name}[/]", highlight=False)
        console.print(f"  expected  {found.fault.expected}", highlight=False, soft_wrap=True)
        console.print(f"  seen      {found.fault.seen}", highlight=False, soft_wrap=True)
    failed = sum(not check.held for check in found.checks)
    verdict = (
        "[green]Everything held.[/]"
        if found.held
        else f"[red]{failed} of {len(found.checks)} did not hold.[/]"
    )
    where = _shown(out / "report.html")
    console.print(f"\n{verdict} [dim]{found.wall_s:.0f} s[/]  {where}", highlight=False, soft_wrap=True)


def how_to_call(console: Console, curl: str, environment: Mapping[str, str]) -> None:
    """A ready command for the API, and how to reach the accounts with the AWS CLI."""
    console.print("\n[bold]Still up.[/] Call the API as a customer:\n", highlight=False)
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
    reasons = ", ".join(f"{n} x {reason}" for reason, n in found.canary.reasons.items())
    table.add_row(
        "Canary probes", str(found.canary.probes), f"{found.canary.succeeded} succeeded {reasons}".strip()
    )
    for plan, usage in found.usage.items():
        of = (
            f"of {usage.limit:,} a {str(usage.period).lower()} and key, {usage.percent:g} %"
            if usage.limit
            else "no quota"
        )
        table.add_row(f"Usage of plan {plan}", f"{usage.used:,}", of)
    table.add_row("Traces", f"{found.traces.total:,}", f"{found.traces.complete:,} complete")
    table.add_row(
        "Resources",
        str(found.resources.service),
        f"service account, {found.resources.monitor} monitor account",
    )
    alarming = sorted(name for name, state in found.alarms.items() if state == "ALARM")
    table.add_row("Alarms", str(len(found.alarms)), f"{len(alarming)} in ALARM")
    return table


def _number(value: float | None, unit: str) -> str:
    return "-" if value is None else f"{value:g} {unit}"


def _shown(path: Path) -> str:
    """The path as a person would type it from here."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
