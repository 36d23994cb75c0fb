"""What must hold for a local run to pass, and the summary that says so. Pure: findings in, summary out.

A run without a fault must keep the promise to customers. A run with a fault must keep it until the fault
begins, and must then show the fault as described; it is not held to the promise any more.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from http import HTTPStatus

from local import summary
from local.emulator import MONITOR_ACCOUNT, SERVICE_ACCOUNT
from local.report.fault import judge
from local.run.client import Sample
from local.run.findings import Findings
from local.run.observe import Probe
from local.run.plan import BEFORE, DURING
from local.run.watching import Alarm
from local.summary import (
    Canary,
    Check,
    Page,
    Resources,
    Summary,
    Target,
    Traces,
    Usage,
    WentOff,
)
from reports import traces

MIN_ANSWERS = 100  # a p90 of fewer says nothing: 10 / (1 - 0.9), CloudWatch's rule for low samples
REFUSED_AS_AGREED = "too_many_requests"
MODEL = "model"  # the name of the model's segments


def summarise(findings: Findings) -> Summary:
    """Judge a run and put it into numbers."""
    watched, fault = findings.watched, findings.options.fault
    target = Target(
        availability_pct=watched["slo"]["availability_pct"], p90_ms=watched["slo"]["latency_p90_ms"]
    )
    shown = judge(fault, findings.of_phase(DURING), findings.probes_since_fault) if fault else None
    planned = findings.phases[0].requests
    traced = traces_of(findings)
    if shown is None:
        found = [no_failure(findings.samples, planned), fast(findings.samples, target)]
        found.append(canary_succeeded(findings.probes))
        found.append(traces_complete(traced, findings))
    else:
        found = [no_failure(findings.of_phase(BEFORE), planned, "No request failed before the fault")]
        found.append(fault_shows(shown))
    found.append(usage_published(findings.usage, [plan["name"] for plan in watched["usage_plans"]]))
    failed_probes = [probe for probe in findings.probes if not probe.succeeded]
    accounts = Counter(resource.account for resource in findings.resources)
    return Summary(
        service=watched["name"],
        region=watched["region"],
        started_at=_iso(findings.started_at),
        held=all(check.held for check in found),
        slo_kept=slo_kept(findings.samples, target),
        checks=found,
        target=target,
        clients=findings.options.clients,
        **summary.traffic(findings.samples).model_dump(),
        canary=Canary(
            probes=len(findings.probes),
            succeeded=len(findings.probes) - len(failed_probes),
            reasons=summary.counts(str(probe.reason) for probe in failed_probes),
        ),
        usage=dict(findings.usage),
        traces=traced,
        resources=Resources(service=accounts[SERVICE_ACCOUNT], monitor=accounts[MONITOR_ACCOUNT]),
        alarms={alarm.name: alarm.state for alarm in findings.alarms},
        went_off=_went_off(findings.alarms),
        pages=[Page(**{**asdict(page), "at": _iso(page.at), "to": list(page.to)}) for page in findings.pages],
        fault=shown,
        steps_s=dict(findings.steps_s),
        wall_s=round(findings.ended_at - findings.started_at, 1),
    )


def _went_off(alarms: Sequence[Alarm]) -> list[WentOff]:
    times = [(at, alarm.name, alarm.account, end) for alarm in alarms for at, end in alarm.went_off]
    return [
        WentOff(alarm=name, account=account, at=_iso(at), until=None if end is None else _iso(end))
        for at, name, account, end in sorted(times, key=lambda one: one[:3])
    ]


def _iso(epoch_s: float) -> str:
    return datetime.fromtimestamp(epoch_s, UTC).isoformat(timespec="seconds")


def slo_kept(samples: Sequence[Sample], target: Target) -> bool:
    """Whether customers got the availability and the p90 that were promised.

    What a usage plan refuses is refused as agreed and no failure; few answers have no p90.
    """
    counted = [sample for sample in samples if sample.code != REFUSED_AS_AGREED]
    available = summary.traffic(counted).availability_pct
    return available is not None and available >= target.availability_pct and fast(counted, target).held


def no_failure(samples: Sequence[Sample], planned: int | None, name: str = "No request failed") -> Check:
    """All requests that were planned (None: as many as time allowed) were sent and answered rightly."""
    found = summary.traffic(samples)
    missing = 0 if planned is None else planned - found.requests
    detail = f"{found.failed:,} of {found.requests:,} failed"
    if found.failures:
        detail += " (" + ", ".join(f"{n:,} x {code}" for code, n in found.failures.items()) + ")"
    if missing > 0:
        detail += f"; {missing:,} of {planned:,} were not sent in time"
    return Check(name=name, held=bool(samples) and not found.failed and missing <= 0, detail=detail)


def fast(samples: Sequence[Sample], target: Target) -> Check:
    """90 % of the answers came faster than promised; not judged by fewer than `MIN_ANSWERS`."""
    p90_ms = summary.traffic(samples).p90_ms
    name, answers = f"p90 below {target.p90_ms:g} ms", sum(bool(sample.status) for sample in samples)
    if 0 < answers < MIN_ANSWERS:
        return Check(name=name, held=True, detail=f"not judged: {answers} answers, a p90 needs {MIN_ANSWERS}")
    if p90_ms is None:
        return Check(name=name, held=False, detail="no answer to measure")
    held = p90_ms < target.p90_ms
    hint = "" if held else "; on a busy or small machine take fewer --clients"
    return Check(name=name, held=held, detail=f"p90 was {p90_ms:g} ms{hint}")


def canary_succeeded(probes: Sequence[Probe]) -> Check:
    """At least one probe was fired by the schedule, and all succeeded."""
    failed = summary.counts(str(probe.reason) for probe in probes if not probe.succeeded)
    detail = f"{len(probes) - sum(failed.values())} of {len(probes)} succeeded"
    if failed:
        detail += " (" + ", ".join(f"{n} x {reason}" for reason, n in failed.items()) + ")"
    return Check(
        name="The canary's schedule fired and every probe succeeded",
        held=bool(probes) and not failed,
        detail=detail if probes else "no probe arrived in time",
    )


def usage_published(published: Mapping[str, Usage], plans: Collection[str]) -> Check:
    """The usage reporter published every plan that customers have, and counted their requests."""
    missing = sorted(set(plans) - set(published))
    counted = sum(published[plan].requests for plan in plans if plan in published)
    detail = f"{counted:,} requests of customers counted"
    if missing:
        detail += f"; nothing published for {', '.join(missing)}"
    return Check(name="Usage was published for every plan", held=not missing and counted > 0, detail=detail)


def traces_of(findings: Findings) -> Traces:
    """Count the traces that begin at the API's stage."""
    report = traces.report(findings.segments, entry=findings.entry)
    return Traces(
        total=report.counts.total,
        complete=report.counts.complete,
        orphaned=report.counts.orphaned,
        reached_model=sum(hop.traces for hop in report.hops if (hop.kind, hop.name) == ("service", MODEL)),
    )


def traces_complete(found: Traces, findings: Findings) -> Check:
    """No trace lacks a part, and that of every success that needs the model leads into it.

    With every request traced each answered one left a trace; else those that were sampled did.
    """
    samples, asks_model = findings.samples, findings.asks_model
    answered = sum(bool(s.status) for s in samples)
    predicted = sum(s.ok and s.status == HTTPStatus.OK and s.operation in asks_model for s in samples)
    detail = f"{found.complete:,} of {found.total:,} traces complete, {found.reached_model:,} into the model"
    if found.orphaned:
        detail += f", {found.orphaned:,} with orphaned parts"
    if not findings.fully_traced:
        detail += f"; a sample of {answered:,} requests"
        answered, predicted = min(answered, found.total), max(found.total - (len(samples) - predicted), 0)
    elif found.total < answered:
        detail += f"; {answered - found.total:,} of {answered:,} answered requests left none"
    held = 0 < found.total == found.complete and found.total >= answered and found.reached_model >= predicted
    return Check(name="Every trace is complete, from the API into the model", held=held, detail=detail)


def fault_shows(found: summary.Fault) -> Check:
    """The fault showed as it should."""
    return Check(name=f"The fault {found.name} shows as it should", held=found.as_expected, detail=found.seen)
