"""Writes what a local run found: its summary, its report and the SLA's, of several services one over all."""

from collections.abc import Sequence
from pathlib import Path

from local.report.fleet import render_fleet
from local.report.html import render
from local.report.sla import write_sla
from local.run.findings import Findings, Shared
from local.summary import FleetSummary, Summary


def write(summaries: Sequence[Summary], findings: Sequence[Findings], shared: Shared, out: Path) -> str:
    """Everything, in `out`; returns what is in `summary.json`.

    Of several services each has its own summary and report in a folder of its name.
    """
    write_sla(findings, out / "sla")
    if len(summaries) == 1:
        return _pages(summaries[0], render(summaries[0], findings[0]), out)
    for summary, found in zip(summaries, findings, strict=True):
        _pages(summary, render(summary, found), out / summary.service)
    fleet = FleetSummary.of(summaries)
    return _pages(fleet, render_fleet(fleet, shared), out)


def _pages(summary: Summary | FleetSummary, report: str, out: Path) -> str:
    out.mkdir(parents=True, exist_ok=True)
    document = summary.model_dump_json(indent=2) + "\n"
    (out / "summary.json").write_text(document, encoding="utf-8")
    (out / "report.html").write_text(report, encoding="utf-8")
    return document
