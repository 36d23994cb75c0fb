"""Writes the pages of each service as it comes, then those over all, so that no more than one is held."""

from collections.abc import Iterable
from pathlib import Path

from reports.sla.result import Model, ServiceReport
from reports.sla.show.claim import claim_markdown
from reports.sla.show.fleet import FleetReport, Line, fleet, line
from reports.sla.show.html import fleet_html, service_html
from reports.sla.show.markdown import fleet_markdown, service_markdown

FOLDER = "services"


def write(reports: Iterable[ServiceReport], out: Path) -> FleetReport:
    """`out/index.*` and `out/services/<service>.*` as HTML, Markdown and JSON; returns what is over all.

    Beside them a packet for each claim against AWS that the evidence may carry.
    """
    (out / FOLDER).mkdir(parents=True, exist_ok=True)
    lines: list[Line] = []
    last = None
    for last in reports:
        _put(out / FOLDER / last.service, last, service_markdown(last), service_html(last))
        for aws in last.aws.services:
            if aws.claim:
                path = out / FOLDER / f"{last.service}-claim-{aws.provider}.md"
                path.write_text(claim_markdown(last, aws), encoding="utf-8")
        lines.append(line(last))
    if last is None:
        raise ValueError("there is no service to report on")
    whole = fleet(last, lines)
    _put(out / "index", whole, fleet_markdown(whole), fleet_html(whole))
    return whole


def _put(stem: Path, report: Model, markdown: str, html: str) -> None:
    for suffix, text in (
        (".json", f"{report.model_dump_json(indent=1)}\n"),
        (".md", markdown),
        (".html", html),
    ):
        stem.with_name(stem.name + suffix).write_text(text, encoding="utf-8")
