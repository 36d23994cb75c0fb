"""What is written and shown of several services that ran side by side."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from local import summary
from local.emulator import MONITOR_ACCOUNT
from local.report import show
from local.report.checks import summarise
from local.report.files import write
from local.report.words import fleet_verdict
from local.run.findings import Findings, Shared
from local.run.sequence import apart
from local.run.watching import Dashboard
from local.summary import FleetSummary, Usage
from tests.local.made import DASHBOARD, START, WATCHED, findings, sample

ROOT = Path(__file__).resolve().parents[3]


def service(name: str, **changes: Any) -> Findings:
    """A run of a service of this name, in which everything held."""
    made = findings(
        watched={**WATCHED, "name": name}, dashboards=(replace(DASHBOARD, name=f"{name}-monitor"),)
    )
    return replace(made, **changes)


def shared() -> Shared:
    return Shared(
        dashboards=(
            Dashboard(account=MONITOR_ACCOUNT, name="inference-dev-monitor-overview", body=DASHBOARD.body),
        ),
        alarms=(),
        datapoints=(),
        started_at=START,
        ended_at=START + 78,
    )


@pytest.fixture
def both() -> list[Findings]:
    slow = tuple(sample(n / 100, latency_ms=400.0) for n in range(1000))
    return [service("wine-dev"), service("wine-staging", samples=slow)]


def test_each_service_has_its_own_files_and_all_have_one_over_them(
    both: list[Findings], tmp_path: Path
) -> None:
    summaries = [summarise(found) for found in both]
    document = write(summaries, both, shared(), tmp_path)
    assert (tmp_path / "summary.json").read_text() == document
    fleet = FleetSummary.model_validate_json(document)
    assert (list(fleet.services), fleet.held, fleet.slo_kept) == (["wine-dev", "wine-staging"], False, False)
    for each in summaries:
        assert json.loads((tmp_path / each.service / "summary.json").read_text()) == each.model_dump(
            mode="json"
        )
        assert each.service in (tmp_path / each.service / "report.html").read_text()
    report = (tmp_path / "report.html").read_text()
    rows = re.findall(r'<tr><th[^>]*><a href="([^"]+)">', report)
    assert rows == ["wine-dev/report.html", "wine-staging/report.html"]
    assert "Not everything held for wine-staging." in report
    assert "inference-dev-monitor-overview" in report
    assert (tmp_path / "sla" / "index.html").exists()


def test_one_service_is_written_as_ever(tmp_path: Path) -> None:
    write([summarise(findings())], [findings()], shared(), tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"summary.json", "report.html", "sla"}
    assert json.loads((tmp_path / "summary.json").read_text())["service"] == "inference-dev"


def test_the_terminal_shows_all_side_by_side_and_a_verdict(both: list[Findings], tmp_path: Path) -> None:
    console = Console(record=True, width=80)
    show.summaries(console, [summarise(found) for found in both], tmp_path)
    said = console.export_text()
    table = said[said.index("Side by side") :]
    for words in ("wine-dev", "wine-staging", "400 ms", "1,000", "1 of 1"):
        assert words in table
    assert "Not everything held for wine-staging. 78 s" in said


def test_a_plan_without_a_quota_is_shown_with_what_was_used(tmp_path: Path) -> None:
    free = Usage(used=5, limit=None, period=None, percent=None, requests=7)
    console = Console(record=True, width=100)
    show.summaries(console, [summarise(findings(usage={"free": free}))], tmp_path)
    assert re.search(r"Usage of plan free +│ +5 │ busiest key, no quota", console.export_text())


def test_where_everything_held_the_verdict_says_for_how_many() -> None:
    fleet = FleetSummary.of([summarise(service(name)) for name in ("wine-dev", "digits-dev")])
    assert fleet_verdict(fleet) == "Everything held for all 2 services."


def test_each_service_keeps_its_own_and_what_is_of_none_is_in_no_findings() -> None:
    wine, other = service("wine-dev"), service("wine-dev-b")
    alarm = wine.alarms[0]
    alarms = tuple(replace(alarm, name=f"{name}-x") for name in ("wine-dev", "wine-dev-b", "inference-dev"))
    overview = replace(DASHBOARD, name="inference-dev-monitor-overview")
    dashboards = (*wine.dashboards, *other.dashboards, overview)
    found = apart([replace(each, alarms=alarms, dashboards=dashboards) for each in (wine, other)])
    assert [[a.name for a in each.alarms] for each in found] == [["wine-dev-x"], ["wine-dev-b-x"]]
    assert [[d.name for d in each.dashboards] for each in found] == [
        ["wine-dev-monitor"],
        ["wine-dev-b-monitor"],
    ]


def test_the_schema_of_several_services_is_shipped() -> None:
    shipped = json.loads((ROOT / "local" / "fleet_summary.schema.json").read_text())
    assert summary.schema(FleetSummary) == shipped, (
        "run `python -m local.summary fleet > local/fleet_summary.schema.json`"
    )
