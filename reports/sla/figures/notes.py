"""What a reader has to know before the figures, in sentences."""

from collections.abc import Mapping
from datetime import date

from reports.sla.evidence.promise import Promise
from reports.sla.evidence.verify import Verified
from reports.sla.result import Latency, Requests, Span
from reports.sla.words import duration, share
from reports.words import counted


def notes(
    promises: Mapping[date, Promise], span: Span, requests: Requests, latency: Latency, verified: Verified
) -> tuple[str, ...]:
    """In the order in which they matter."""
    found = []
    if not verified.head_confirmed:
        found.append(
            "No head of the chain that was handed out earlier was given (--head, --heads), so a chain "
            "rewritten as a whole would not have been noticed."
        )
    if span.to_come_minutes:
        found.append(
            f"The period is not over or not all kept: {duration(span.to_come_minutes)} are still to come."
        )
    if span.unwatched_minutes:
        found.append(
            f"The first {duration(span.unwatched_minutes)} of the period are before the service was watched."
        )
    if span.missing_minutes:
        found.append(f"Of {counted(span.missing_minutes, 'minute')} there is no evidence at all.")
    if len(promises) > 1:
        days = ", ".join(str(day) for day in list(promises)[1:])
        found.append(f"The promise changed on {days}; the whole period is judged by the last one.")
    if latency.source.endswith("stage metrics"):
        found.append(
            "Not every minute has an access log. There the latency of predictions is bounded by the stage's "
            "own metric, which counts refused requests too."
        )
    if latency.share_pct is not None and latency.stage_share_pct is not None:
        ours, stage = share(latency.share_pct), share(latency.stage_share_pct)
        if ours != stage:
            found.append(
                f"Of everything that the stage answered {stage} came in time, of predictions {ours}."
                " What is refused or fails is answered at another speed, so predictions decide."
            )
    if requests.refused:
        found.append(
            f"{counted(requests.refused, 'request')} refused (4XX); what is refused counts as answered."
        )
    return tuple(found)
