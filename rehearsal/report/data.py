"""Results as plain data: what is written as JSON, and what the other renderers share."""

from collections.abc import Sequence
from typing import Any

from rehearsal.cloudwatch.actions import Notification, Page
from rehearsal.cloudwatch.band import NOTICE
from rehearsal.cloudwatch.evaluate import EXTRA_POINTS
from rehearsal.run import Doubt, Result


def notes(*results: Result) -> list[str]:
    """What a reader has to know to judge the results, each once."""
    found = dict.fromkeys(note for result in results for note in _notes(result))
    if idle := [key for key in results[0].idle_kpis if all(key in result.idle_kpis for result in results)]:
        keys = ", ".join(idle)
        unmoved = f"KPIs that nothing moves here, so well within their limits: {keys}"
        found[f"{unmoved}; a kpi-at fault or a series would"] = None
    return list(found)


def _notes(result: Result) -> list[str]:
    alarm_set = result.alarm_set
    found = [f"{skip.name} is not simulated: {skip.reason}" for skip in alarm_set.skipped]
    found += [*alarm_set.notes, *result.scenario.notes]
    found += [NOTICE] if result.stand_in_band else []
    if result.unknown_metrics:
        found.append(f"not simulated, so without data: {', '.join(result.unknown_metrics)}")
    return found


def doubt_text(doubt: Doubt) -> str:
    """What would be otherwise with another size of the evaluation range."""

    def when(minute: int | None) -> str:
        return "not at all" if minute is None else f"at minute {minute}"

    return (
        f"{doubt.alarm} pages {when(doubt.sent)}; with an evaluation range of N + {doubt.extra_points}, "
        f"not N + {EXTRA_POINTS}, {when(doubt.otherwise)}"
    )


def to_dict(result: Result) -> dict[str, Any]:
    """One result. Times are minutes after the scenario's start."""
    history = result.scenario.history
    alarms = [(alarm.key, alarm.name) for alarm in result.alarm_set.alarms]
    return {
        "scenario": result.scenario.key,
        "name": result.scenario.name,
        "alarms": result.alarm_set.name,
        "passed": result.passed,
        "failures": [
            {"where": f.where, "expected": f.expected, "happened": f.happened} for f in result.failures
        ],
        "pages": [_page(page) for page in result.sent],
        "muted": [_page(page) for page in result.muted],
        "faults": [
            {
                "fault": d.fault.kind,
                "begin": d.fault.begin,
                "end": d.fault.end,
                "detected_by": d.page.key if d.page else None,
                "detected_after_minutes": d.after,
                "missed": d.missed,
            }
            for d in result.detections
        ],
        "changes": {
            key: [
                {"minute": minute + 1 - history, "state": state}
                for minute, state in result.timeline.changes(name)
                if minute >= history
            ]
            for key, name in alarms
            if any(minute >= history for minute, _ in result.timeline.changes(name))
        },
        "notifications": [_told(told) for told in result.told],
        "not_simulated": [{"alarm": s.name, "reason": s.reason} for s in result.alarm_set.skipped],
        "depends_on_evaluation_range": [doubt_text(doubt) for doubt in result.doubts],
        "notes": notes(result),
    }


def summary(results: Sequence[Result]) -> dict[str, Any]:
    """All results of a run."""
    return {
        "passed": all(result.passed for result in results),
        "scenarios": len(results),
        "failed": [result.scenario.key for result in results if not result.passed],
        "results": [to_dict(result) for result in results],
    }


def _told(told: Notification) -> dict[str, Any]:
    return {
        "alarm": told.key,
        "state": told.state,
        "minute": told.minute,
        "entered": told.entered,
        "targets": list(told.targets),
        "muted_by": told.muted_by,
    }


def _page(page: Page) -> dict[str, Any]:
    return {
        "alarm": page.key,
        "level": page.level,
        "minute": page.minute,
        "entered": page.entered,
        "muted_by": page.muted_by,
    }
