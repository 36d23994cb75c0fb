"""The frontier as plain data; docs/frontier.md says what each field means."""

from typing import Any

from rehearsal.frontier.answers import answers, sentences
from rehearsal.frontier.grid import MILLION, Point
from rehearsal.frontier.sweep import Frontier


def to_dict(frontier: Frontier) -> dict[str, Any]:
    """What is printed and written as JSON. Times are in minutes, shares from 0 to 1."""
    grid, slo = frontier.grid, frontier.alarm_set.slo
    return {
        "alarms": frontier.alarm_set.name,
        "promise": {
            "availability_pct": slo.availability_pct,
            "latency_p90_ms": slo.latency_p90_ms,
            "window_days": slo.window_days,
        },
        "worst_over": {
            "begin_seconds": list(grid.phases_s),
            "begin_times": {kind: found.begins for kind, found in frontier.kinds.items()},
            "late_minutes": list(grid.late_minutes),
        },
        "answers": [
            {
                "kind": answer.kind,
                "sentences": sentences(answer, slo.window_days),
                "unseen": _point(answer.unseen),
                "slowest": _point(answer.slowest),
                "smallest": _point(answer.smallest),
            }
            for answer in answers(frontier)
        ],
        "kinds": {
            kind: {"shows_in": found.shows_in, "not_reached": found.not_reached}
            for kind, found in frontier.kinds.items()
        },
        "points": [_point(point) for point in frontier.points],
        "not_simulated": [{"alarm": s.name, "reason": s.reason} for s in frontier.alarm_set.skipped],
        "notes": list(frontier.notes),
    }


def _point(point: Point | None) -> dict[str, Any] | None:
    if point is None:
        return None
    incident, heard = point.incident, point.heard
    return {
        "kind": incident.size.kind,
        "share": incident.size.share_ppm / MILLION,
        "latency_ms": incident.size.latency_ms or None,
        "minutes": incident.minutes,
        "requests_per_minute": incident.requests,
        "warn_after_minutes": heard.warn,
        "critical_after_minutes": heard.critical,
        "told_after_minutes": heard.told,
        "ok_after_end_minutes": heard.ok,
        "budget_spent": point.spent,
        "budget_spent_when_told": point.spent_until_told,
    }
