"""A comparison as plain data: what `--json` prints. docs/diff.md describes it."""

from collections.abc import Sequence
from typing import Any

from rehearsal import price
from rehearsal.diff import words
from rehearsal.diff.comparison import Change, Comparison
from rehearsal.diff.rehearsed import Rehearsed
from rehearsal.diff.verdict import Difference, Notice


def to_dict(found: Comparison) -> dict[str, Any]:
    """Times are minutes after the incident began, or a scenario's start; prices US dollars a month."""
    listed = price.prices()
    return {
        "old": found.old.name,
        "new": found.new.name,
        "kinds": found.kinds,
        "price": {
            "old": found.old_dollars,
            "new": found.new_dollars,
            "currency": "USD",
            "date": listed.date,
            "source": listed.source,
        },
        "alarms": [_change(change) for change in found.changes],
        "scenarios": [_rehearsed(one) for one in found.scenarios],
        "grid": [_rehearsed(one) for one in found.grid],
        "rehearsed": found.rehearsed,
        "not_simulated": [
            {"side": side, "alarm": skip.name, "reason": skip.reason}
            for side, alarms in (("old", found.old), ("new", found.new))
            for skip in alarms.skipped
        ],
        "notes": list(found.notes),
    }


def _change(change: Change) -> dict[str, Any]:
    pair = change.pair
    return {
        "alarm": pair.label,
        "change": pair.kind,
        "renamed_from": pair.renamed_from,
        "fields": [{"field": c.field, "old": c.old, "new": c.new} for c in pair.changed],
        "noticed": bool(change.examples),
        "reason": change.reason,
        "incidents": change.tried.incidents if change.tried else 0,
        "noticed_in": len(change.tried.noticed) if change.tried else 0,
        "state_differs_in": change.tried.in_alarm + change.tried.otherwise if change.tried else 0,
        "examples": [
            {
                "kind": example.kind,
                "incident": example.incident,
                "differences": _differences(example.differences),
            }
            for example in change.examples
        ],
    }


def _rehearsed(found: Rehearsed) -> dict[str, Any]:
    return {
        "incident": found.name,
        "scenario": found.scenario,
        "kind": found.differences[0].kind,
        "differences": _differences(found.differences),
    }


def _differences(found: Sequence[Difference]) -> list[dict[str, Any]]:
    return [
        {
            "kind": one.kind,
            "old": [_notice(notice) for notice in one.old],
            "new": [_notice(notice) for notice in one.new],
            "text": words.difference(one),
        }
        for one in found
    ]


def _notice(notice: Notice) -> dict[str, Any]:
    return {"alarm": notice.alarm, "targets": list(notice.targets), "minutes": list(notice.minutes)}
