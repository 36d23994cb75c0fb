"""Figures -> HTML: self-contained, no script, no request. How it looks is in `reports/templates/sla*`."""

from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from reports.sla.result import Probes, ServiceReport
from reports.sla.show.charts import burn_chart, difference, latency_chart, strip
from reports.sla.show.fleet import FleetReport
from reports.sla.show.markdown import saw
from reports.sla.words import DASH, days, duration, number, share, spent
from reports.words import counted

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
SHOWN = 100  # incidents on a page


def service_html(report: ServiceReport) -> str:
    """One service's page."""
    return _render(
        "sla_service.html.j2",
        report=report,
        burn=burn_chart(report),
        latency_chart=latency_chart(report),
        strip=strip(report),
        difference=difference(report.latency),
        confidence=confidence(report.probes),
        shown=SHOWN,
    )


def fleet_html(report: FleetReport) -> str:
    """The page over all services."""
    return _render("sla_fleet.html.j2", report=report)


def confidence(probes: Probes) -> str:
    """What so many probes can and cannot prove, in words."""
    if not probes.total:
        return "Without a probe nothing is known from outside."
    kept, broken = probes.proves_kept_up_to, probes.proves_broken_from
    few = "no number of failures proves" if kept is None else f"up to {number(kept)} failures prove"
    many = "none" if broken is None else f"{number(broken)} or more"
    return (
        f"Of {counted(probes.total, 'probe')} {few} at 95 % confidence that the promise was kept, and {many} "
        "that it was broken; between the two they prove neither (exact binomial interval of Clopper and "
        "Pearson). A single failure counts like a minute, and an outage between two probes is not seen."
    )


def _render(template: str, **values: Any) -> str:
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        counted=counted,
        days=days,
        number=lambda value: DASH if value is None else number(value),
        share=share,
        spent=spent,
        duration=duration,
        saw=saw,
        plain=lambda value: f"{value:g}",
        clock=lambda at: f"{at:%Y-%m-%d %H:%M}",
    )
    return environment
