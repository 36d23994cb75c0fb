"""The frontier as plain data; docs/frontier.md says what each field means."""

from typing import Any

from rehearsal.cloudwatch.band import NOTICE
from rehearsal.cloudwatch.evaluate import EXTRA_POINTS
from rehearsal.frontier.answers import WHAT, after, answers, incident, sentences
from rehearsal.frontier.grid import MILLION, Point
from rehearsal.frontier.sweep import Frontier, again
from rehearsal.run import ALTERNATIVE_EXTRA_POINTS


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
            kind: {
                "shows_in": list(found.shows_in),
                "begins": list(found.begins),
                "not_reached": [{"alarm": a, "reason": why} for a, why in found.not_reached.items()],
                "always_in_alarm": [
                    {"requests_per_minute": requests, "alarms": list(names)}
                    for requests, names in found.always_in_alarm.items()
                ],
            }
            for kind, found in frontier.kinds.items()
        },
        "points": [_point(point) for point in frontier.points],
        "not_simulated": [{"alarm": s.name, "reason": s.reason} for s in frontier.alarm_set.skipped],
        "notes": notes(frontier),
    }


def notes(frontier: Frontier) -> list[str]:
    """What a reader has to know to judge the answer."""
    alarm_set = frontier.alarm_set
    found = [f"{skip.name} is not simulated: {skip.reason}" for skip in alarm_set.skipped]
    found += alarm_set.notes
    for kind, said in frontier.kinds.items():
        if not said.shows_in:
            found.append(f"no alarm's metrics show {WHAT[kind]}, so nothing is said of them")
            continue
        by_reason: dict[str, list[str]] = {}
        for alarm, why in said.not_reached.items():
            by_reason.setdefault(why, []).append(alarm)
        found += [f"{kind}: not reached, {why}: {', '.join(names)}" for why, names in by_reason.items()]
        found += [
            f"{kind}: in ALARM before anything happens at {requests:,} requests a minute: {', '.join(names)}"
            for requests, names in said.always_in_alarm.items()
        ]
    found += [
        f"incidents also begin as {rule} begins to mute"
        for rule in dict.fromkeys(rule for said in frontier.kinds.values() for rule in said.mutes)
    ]
    stand_in = any(said.stand_in_band for said in frontier.kinds.values())
    return [*found, *doubts(frontier), *([NOTICE] if stand_in else [])]


def doubts(frontier: Frontier) -> list[str]:
    """Which of the answers would be another with another size of the evaluation range."""
    found: dict[str, None] = {}
    for answer in answers(frontier):
        for point in answer.points:
            for extra_points in ALTERNATIVE_EXTRA_POINTS:
                told = again(frontier, point, extra_points).heard.told
                if told != point.heard.told:
                    found[
                        f"{incident(point)} is {after(point.heard.told)}; with an evaluation range of "
                        f"N + {extra_points}, not N + {EXTRA_POINTS}, {after(told)}"
                    ] = None
    return list(found)


def _point(point: Point | None) -> dict[str, Any] | None:
    if point is None:
        return None
    asked, heard = point.incident, point.heard
    return {
        "kind": asked.size.kind,
        "share": asked.size.share_ppm / MILLION,
        "latency_ms": asked.size.latency_ms or None,
        "minutes": asked.minutes,
        "requests_per_minute": asked.requests,
        "warn_after_minutes": heard.warn,
        "critical_after_minutes": heard.critical,
        "told_after_minutes": heard.told,
        "ok_after_end_minutes": heard.ok,
        "budget_spent": point.spent,
        "budget_spent_when_told": point.spent_until_told,
    }
