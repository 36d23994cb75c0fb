"""Figures -> Markdown, for a pull request, a ticket or a terminal."""

from collections.abc import Iterable, Iterator, Sequence

from reports.sla.result import Incident, Percentiles, ServiceReport
from reports.sla.show.fleet import HEADS, FleetReport
from reports.sla.words import DASH, duration, moment, number, share, spent
from reports.words import counted

ESCAPED = str.maketrans({char: f"\\{char}" for char in "\\`*_{}[]<>|#"})


def service_markdown(report: ServiceReport) -> str:
    """One service's page."""
    span, requests, probes, quick = report.span, report.requests, report.probes, report.latency
    promise = report.promise
    parts = [
        f"# {report.service}, {span.title}: {report.verdict}",
        f"Promised: {promise.availability_pct:g} % of requests succeed, {promise.latency_share_pct:g} % of "
        f"predictions come within {promise.latency_ms:g} ms. Days of {span.timezone}.",
        f"- **Availability: {report.availability_verdict}.** {report.availability_because}\n"
        f"- **Latency: {quick.verdict}.** {quick.because}",
        "\n".join(f"> {note}" for note in report.notes),
        "## Availability",
        _table(
            ("", "by requests", "by the canary"),
            [
                ("measured", share(requests.measured_pct), share(probes.measured_pct)),
                ("had all failed that was not seen", share(requests.lower_pct), share(probes.lower_pct)),
                ("had all succeeded", share(requests.upper_pct), share(probes.upper_pct)),
                ("counted", number(requests.total), number(probes.total)),
                ("failed", number(requests.failed), number(probes.failed)),
                ("of the error budget", spent(requests.budget_used_pct), spent(probes.budget_used_pct)),
                ("verdict", requests.verdict, probes.verdict),
            ],
        ),
        f"By requests: {requests.because} By the canary: {probes.because}",
        f"Down for {counted(probes.down_minutes, 'minute')} ({number(probes.down_lower_minutes)} to "
        f"{number(probes.down_upper_minutes)}, a probe a minute). "
        f"Without a probe: {counted(probes.gap_minutes, 'minute')}. "
        f"In announced maintenance: {counted(span.maintenance_minutes, 'minute')}.",
        report.forecast.words,
        "## Incidents",
        *_incidents(report.incidents),
        "## Latency",
        _table(
            ("", "within the limit", "p50", "p90", "p99"),
            [
                ("predictions", share(quick.share_pct), *_ms(quick.answered_ms)),
                ("everything the stage answered", share(quick.stage_share_pct), *_ms(quick.stage_ms)),
                ("the canary's probes", share(quick.probes_share_pct), "", "", ""),
            ],
        ),
        *_days(report),
        *_customers(report),
        *_usage(report),
        *_maintenance(report),
        *_aws(report),
        f"Evidence: {report.proof.first_day} to {report.proof.last_day}, head `{report.proof.head}`.",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def fleet_markdown(report: FleetReport) -> str:
    """The page over all services."""
    rows = [
        (f"[{_safe(line.service)}](services/{line.service}.md)", line.verdict, *line.figures)
        for line in report.services
    ]
    table = _table(("service", "promise", *HEADS), rows)
    return (
        f"# {report.title}: {report.verdict}\n\n{report.kept} kept, {report.broken} broken, "
        f"{report.not_provable} not provable; days of {report.timezone}.\n\n{table}\n\n"
        f"Evidence: {report.proof.first_day} to {report.proof.last_day}, head `{report.proof.head}`.\n"
    )


def _incidents(incidents: Sequence[Incident]) -> Iterator[str]:
    if not incidents:
        yield "None."
        return
    yield _table(
        ("began", "lasted", "seen by", "noticed by", "after", "pages", "customers saw"),
        [
            (
                moment(incident.begins),
                duration(incident.minutes),
                " and ".join(incident.seen_by),
                _safe(incident.detected_by or "nothing"),
                duration(incident.detected_after_s / 60) if incident.detected_after_s is not None else "",
                number(len(incident.pages)),
                saw(incident),
            )
            for incident in incidents
        ],
    )


def saw(incident: Incident) -> str:
    """What customers saw of it, in words."""
    reasons = ", ".join(f"{_safe(reason)} {count}" for reason, count in sorted(incident.reasons.items()))
    told = f"{number(incident.failed)} of {counted(incident.requests, 'request')} failed"
    return f"{told}; probes: {reasons}" if reasons else told


def _days(report: ServiceReport) -> Iterator[str]:
    yield "## By day"
    yield _table(
        ("day", "requests", "failed", "probes failed", "gaps", "within the limit", "p50", "p90", "p99"),
        [
            (
                day.day,
                number(day.requests),
                number(day.failed),
                number(day.failed_probes),
                number(day.gap_minutes),
                share(day.answered_share_pct),
                *_ms(day.answered_ms),
            )
            for day in report.days
        ],
    )


def _customers(report: ServiceReport) -> Iterator[str]:
    if report.customers:
        yield "## Customers"
        yield _table(
            ("customer", "requests", "failed", "429", "availability", "within the limit"),
            [
                (
                    _safe(customer.name),
                    number(customer.requests),
                    number(customer.failed),
                    number(customer.throttled),
                    share(customer.availability_pct),
                    share(customer.in_time_pct),
                )
                for customer in report.customers
            ],
        )


def _usage(report: ServiceReport) -> Iterator[str]:
    if report.usage:
        yield "## Usage"
        yield _table(
            ("plan", "customer", "requests", "quota", "highest", "on", "days near", "days at the quota"),
            [
                (
                    _safe(usage.plan),
                    _safe(usage.customer),
                    number(usage.used),
                    f"{number(usage.quota)} a {(usage.quota_period or '').lower()}" if usage.quota else DASH,
                    share(usage.highest_pct, 1),
                    str(usage.highest_on or DASH),
                    number(usage.near_days),
                    number(usage.full_days),
                )
                for usage in report.usage
            ],
        )


def _maintenance(report: ServiceReport) -> Iterator[str]:
    if report.maintenance:
        yield "## Planned maintenance"
        yield _table(
            ("announced", "begins", "ends", "notice", "counted"),
            [
                (
                    moment(work.announced_at),
                    moment(work.begins),
                    moment(work.ends),
                    _safe(work.notice),
                    "out" if work.counted_out else "in: not announced beforehand",
                )
                for work in report.maintenance
            ],
        )


def _aws(report: ServiceReport) -> Iterator[str]:
    yield "## What AWS owed"
    yield report.aws.ceiling_words
    if report.aws.services:
        yield _table(
            ("service", "promised", "uptime, at least", "errors, at most", "kept?", "claim until"),
            [
                (
                    aws.name,
                    f"{aws.promised_pct:g} %",
                    share(aws.uptime_at_least_pct),
                    number(aws.errors_at_most),
                    aws.verdict,
                    str(aws.claim_until) if aws.claim else DASH,
                )
                for aws in report.aws.services
            ],
        )


def _ms(percentiles: Percentiles | None) -> tuple[str, str, str]:
    if percentiles is None:
        return (DASH, DASH, DASH)
    return f"{percentiles.p50:,} ms", f"{percentiles.p90:,} ms", f"{percentiles.p99:,} ms"


def _safe(text: str) -> str:
    """Somebody else's words: no markup, one line."""
    return " ".join(text.translate(ESCAPED).split())


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
