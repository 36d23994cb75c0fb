"""The report of a local run: one HTML file that asks nothing of the network and runs no script.

Brings findings into the shape that `templates/` shows; every section is a template of its own, listed in
`SECTIONS`. It words and draws things (see `local.report.charts`) and judges nothing.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from local.emulator import MONITOR_ACCOUNT, SERVICE_ACCOUNT
from local.report import charts, dashboards
from local.report.words import described, outcome, verdict
from local.run.findings import Findings
from local.run.watching import Alarm
from local.summary import Summary
from reports import traces

TEMPLATES = Path(__file__).with_name("templates")
WIDE, NARROW = 980, 388  # CSS pixels of a chart in the wide and in the narrow layout
SECTIONS = {
    "latency": "Latency",
    "answers": "Answers",
    "canary": "Canary",
    "usage": "Usage against quota",
    "alarms": "Alarms",
    "dashboards": "Dashboards",
    "traces": "Traces",
    "resources": "Resources",
    "time": "Where the time went",
}
ACCOUNTS = {SERVICE_ACCOUNT: "service account", MONITOR_ACCOUNT: "monitor account"}
MEANINGS = {
    "": "the known answer",
    "wrong_value": "an answer, but not the known one",
    "bad_body": "not in the contract's form",
    "timeout": "the client gave up waiting",
    "connection": "no connection, or it broke",
    "invalid_request": "the body does not match the schema",
    "forbidden": "not signed, not allowed, or no valid API key",
    "unknown_reference": "no reference data for this id",
    "too_many_requests": "the usage plan's throttle or quota is used up",
    "internal_error": "an error of ours",
    "model_failure": "the model failed",
    "throttled": "a dependency is throttled",
    "unavailable": "no free capacity for the function",
    "time_budget_exceeded": "out of the time budget",
}
STATES = ("ALARM", "INSUFFICIENT_DATA", "OK")  # as shown: what needs a look comes first


def environment() -> Environment:
    """The templates, with what they format with."""
    found = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {"number": number, "clock": clock, "outcome": outcome, "described": described}
    return found


def render(summary: Summary, findings: Findings) -> str:
    """The report as HTML."""
    return (
        environment()
        .get_template("report.html")
        .render(
            summary=summary,
            verdict=verdict(summary),
            sections=SECTIONS,
            accounts=ACCOUNTS,
            levels=findings.watched["levels"],
            latency=_latency(summary, findings),
            outcomes=_outcomes(findings),
            probes=_probes(findings),
            alarms=_alarms(findings),
            paging={page.alarm for page in summary.pages},
            dashboards=_dashboards(findings),
            traces=_traces(findings),
            resources=_resources(findings),
            started=datetime.fromtimestamp(findings.started_at, UTC),
        )
    )


def number(value: float | None, digits: int = 1) -> str:
    """A number for people: thousands apart, no needless zeros; a dash for none."""
    if value is None:
        return "-"
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def clock(epoch_s: float) -> str:
    """The time of day, UTC."""
    return datetime.fromtimestamp(epoch_s, UTC).strftime("%H:%M:%S")


def _both(draw: Callable[[int], str]) -> Markup:
    """A chart for wide and for narrow pages; the style sheet shows one of them."""
    return Markup(f'<div class="wide">{draw(WIDE)}</div><div class="narrow">{draw(NARROW)}</div>')  # noqa: S704  # our own SVG


def _latency(summary: Summary, findings: Findings) -> dict[str, Any] | None:
    samples = [sample for sample in findings.samples if sample.status]
    if not samples:
        return None
    target_ms = summary.target.p90_ms
    return {
        "chart": _both(
            lambda width: charts.latency(
                samples, target_ms=target_ms, fault_at=findings.fault_at, width=width
            )
        ),
        "distribution": _both(lambda width: charts.distribution(samples, target_ms=target_ms, width=width)),
        "rows": charts.buckets(samples, count=12),
    }


def _outcomes(findings: Findings) -> list[dict[str, Any]]:
    """Kinds of answers, most frequent first, with their share in percent."""
    counted = Counter((sample.status, sample.code) for sample in findings.samples)
    return [
        {
            "status": status or "none",
            "code": code,
            "meaning": MEANINGS.get(code, "see the API's contract"),
            "count": count,
            "share": 100 * count / len(findings.samples),
        }
        for (status, code), count in sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    ]


def _probes(findings: Findings) -> dict[str, Any]:
    start = findings.deployed_at
    times = [sample.at for sample in findings.samples] or [start]
    draw: Callable[[int], str] = lambda width: charts.canary(  # noqa: E731  # same arguments, two widths
        findings.probes,
        start=start,
        end=findings.ended_at,
        traffic=(times[0], times[-1]),
        fault_at=findings.fault_at,
        width=width,
    )
    rows = [asdict(probe) | {"after_s": probe.at - start} for probe in findings.probes]
    return {"chart": _both(draw), "rows": rows}


def _alarms(findings: Findings) -> dict[str, list[Alarm]]:
    """All alarms, what needs a look first, and apart from them those that notify somebody."""
    shown = sorted(findings.alarms, key=lambda alarm: (STATES.index(alarm.state), alarm.account, alarm.name))
    return {"pages": [alarm for alarm in shown if alarm.kind == "composite"], "all": shown}


def _dashboards(findings: Findings) -> list[dict[str, Any]]:
    """Each deployed dashboard, drawn from the run's datapoints."""
    states = {alarm.name: alarm.state for alarm in findings.alarms}
    now = datetime.fromtimestamp(findings.ended_at, UTC)
    return [
        {
            "name": each.name,
            "account": each.account,
            "html": Markup(  # noqa: S704  # the renderer escapes what it did not write
                dashboards.render(each.body, findings.datapoints, states, now, home=each.account)
            ),
        }
        for each in findings.dashboards
    ]


def _traces(findings: Findings) -> Markup | None:
    """Service map and waterfalls of the run's traces; None when none was sampled."""
    found = traces.report(findings.segments, entry=findings.entry)
    return Markup(traces.html_fragment(found)) if found.total else None  # noqa: S704  # escaped by its template


def _resources(findings: Findings) -> list[dict[str, Any]]:
    """Per account: how many, and its types, each with the names of its resources."""
    found = []
    for account, role in ACCOUNTS.items():
        own = sorted((kind(r.type), r.name) for r in findings.resources if r.account == account)
        types = [
            {"type": name, "names": [each for _, each in group]}
            for name, group in groupby(own, key=lambda item: item[0])
        ]
        found.append({"account": account, "role": role, "count": len(own), "types": types})
    return found


def kind(token: str) -> str:
    """A type token as people say it: `aws:lambda/function:Function` is `lambda Function`."""
    module, _, name = token.rpartition(":")
    return f"{module.split(':')[1].split('/')[0]} {name}" if ":" in module else token
