"""The SLA's report over a run's own minutes, from evidence as it is kept for a month.

The minutes are the datapoints that the deployed parts left in the two accounts; which requests were answered,
and how fast, is what the filter on the access log published.
"""

import json
import shutil
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from local.run.findings import Findings
from monitoring.catalogue.promise import ANSWERED_LATENCY
from monitoring.names import NAMESPACE
from reports.sla.evidence.keep import keep
from reports.sla.evidence.verify import verify
from reports.sla.figures.measure import measure, services
from reports.sla.figures.windows import first_minute
from reports.sla.period import MINUTE, Period
from reports.sla.show.fleet import FleetReport
from reports.sla.show.write import write

API = "AWS/ApiGateway"
COUNTED = {  # column: metric of the canary
    "attempts": "CanaryAttempts",
    "successes": "CanarySuccess",
    "failures": "CanaryFailure",
}
REQUESTS = {"requests": "Count", "refused": "4XXError", "failed": "5XXError"}
Row = dict[str, Any]


def write_sla(every: Sequence[Findings], out: Path) -> FleetReport:
    """Keep the minutes that the run touched in `out/evidence` and report on them, of each service."""
    begins = _moment(min(each.deployed_at for each in every)).replace(second=0, microsecond=0)
    ends = first_minute(_moment(max(each.ended_at for each in every)))
    rows: dict[str, list[Row]] = defaultdict(list)
    for findings in every:
        for name, own in tables(findings, begins, ends).items():
            rows[name] += own
    shutil.rmtree(out, ignore_errors=True)  # of the run before
    root = out / "evidence"
    with tempfile.TemporaryDirectory() as folder:
        for name, of_all in rows.items():
            lines = (f"{json.dumps(row, default=datetime.isoformat)}\n" for row in of_all)
            if text := "".join(lines):
                (Path(folder) / f"{name}.jsonl").write_text(text, encoding="utf-8")
        keep(Path(folder), root, kept_at=ends.replace(tzinfo=UTC), covers=(begins, ends))
    found = verify(root)
    period = Period(first=begins.date(), last=(ends - MINUTE).date())
    return write(measure(root, found, period, services(found.links, period)), out)


def tables(findings: Findings, begins: datetime, ends: datetime) -> dict[str, list[Row]]:
    """The run's evidence: minutes, what the alarms did, and the promise."""
    watched = findings.watched
    limit_ms = watched["slo"]["latency_p90_ms"]
    sums = _sums(findings, limit_ms)
    reasons = _reasons(findings)
    minutes = [
        {"service": watched["name"], "minute": at, "reason": reasons.get(at), **sums.get(at, {})}
        for at in _minutes(begins, ends)
    ]
    latencies = [
        {"service": watched["name"], "hour": hour, "source": source, "ms": ms, "requests": number}
        for (hour, source, ms), number in sorted(_latencies(findings).items())
    ]
    promise = {"availability_pct": watched["slo"]["availability_pct"], "latency_ms": limit_ms}
    return {
        "minutes": minutes,
        "latencies": latencies,
        "transitions": list(_transitions(findings)),
        "promises": [{"service": watched["name"], **promise}],
    }


def _sums(findings: Findings, limit_ms: float) -> dict[datetime, Row]:
    stage, ours = _dimensions(findings)
    found: defaultdict[datetime, Counter[str]] = defaultdict(Counter)
    for point in findings.datapoints:
        row, metric = found[_minute(point)], point["metric"]
        value, count = float(point["value"]), round(point.get("count", 1))
        in_time = count * (value <= limit_ms)
        if _is(point, API, stage):
            row.update({column: round(value * count) for column, name in REQUESTS.items() if name == metric})
            if metric == "Latency":
                row.update(timed=count, in_time=in_time)
                if findings.watched["api"].get("answered_as"):
                    row.update(answered=0)  # known to be none, where none was
        elif _is(point, NAMESPACE, ours):
            row.update({column: round(value * count) for column, name in COUNTED.items() if name == metric})
            if metric == ANSWERED_LATENCY:
                row.update(answered=count, answered_in_time=in_time)
            elif metric == "CanaryLatency":
                row.update(probes_in_time=in_time)
    return {at: dict(row) for at, row in found.items()}


def _latencies(findings: Findings) -> Counter[tuple[datetime, str, int]]:
    stage, ours = _dimensions(findings)
    found: Counter[tuple[datetime, str, int]] = Counter()
    for point in findings.datapoints:
        hour, ms = _minute(point).replace(minute=0), round(float(point["value"]))
        if point["metric"] == "Latency" and _is(point, API, stage):
            found[hour, "stage", ms] += round(point.get("count", 1))
        elif point["metric"] == ANSWERED_LATENCY and _is(point, NAMESPACE, ours):
            found[hour, "answered", ms] += round(point.get("count", 1))
    return found


def _dimensions(findings: Findings) -> tuple[dict[str, str], dict[str, str]]:
    """Of the API's stage and of our own metrics."""
    watched = findings.watched
    return {"ApiName": watched["api"]["name"], "Stage": watched["api"]["stage"]}, {"Service": watched["name"]}


def _is(point: Mapping[str, Any], namespace: str, dimensions: Mapping[str, str]) -> bool:
    return bool(point["namespace"] == namespace and point["dimensions"] == dimensions)


def _reasons(findings: Findings) -> dict[datetime, str]:
    return {
        _moment(probe.at).replace(second=0, microsecond=0): probe.reason
        for probe in findings.probes
        if probe.reason
    }


def _transitions(findings: Findings) -> Iterator[Row]:
    service = findings.watched["name"]
    for alarm in findings.alarms:
        for began, ended in alarm.went_off:
            for at, old, new in ((began, "OK", "ALARM"), (ended, "ALARM", "OK")):
                if at is not None:
                    row = {"noted_at": _moment(at), "alarm": alarm.name, "kind": "state"}
                    yield {"service": service, **row, "old_state": old, "new_state": new}
    for page in findings.pages:
        if not (page.muted_by or page.pending):
            row = {"noted_at": _moment(page.at), "alarm": page.alarm, "kind": "page"}
            yield {"service": service, **row, "target": page.topic.rsplit(":", 1)[-1]}


def _minutes(begins: datetime, ends: datetime) -> Iterator[datetime]:
    at = begins
    while at < ends:
        yield at
        at += timedelta(minutes=1)


def _minute(point: Mapping[str, Any]) -> datetime:
    return _moment(float(point["timestamp"])).replace(second=0, microsecond=0)


def _moment(epoch_s: float) -> datetime:
    """UTC without a zone, as evidence has it."""
    return datetime.fromtimestamp(epoch_s, UTC).replace(tzinfo=None)
