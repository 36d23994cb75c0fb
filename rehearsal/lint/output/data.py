"""Findings as plain JSON."""

from collections.abc import Sequence
from typing import Any

from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.judge import Judged


def summary(found: Sequence[tuple[AlarmSet, Sequence[Judged]]]) -> dict[str, Any]:
    """Every finding, and the alarms that could not be judged."""
    return {
        "alarms": sum(len(given.alarms) for given, _ in found),
        "findings": [_finding(one) for _, judged in found for one in judged],
        "not_judged": [
            {"file": given.name, "alarm": name, "reason": reason}
            for given, _ in found
            for name, reason in given.skipped
        ],
        "notes": [f"{given.name}: {note}" for given, _ in found for note in given.notes],
    }


def _finding(one: Judged) -> dict[str, Any]:
    return {
        "rule": one.rule.id,
        "severity": one.severity,
        "file": one.file,
        "line": one.line,
        "alarm": one.alarm or None,
        "key": one.finding.key,
        "problem": one.finding.problem,
        "consequence": one.finding.consequence,
        "fix": one.finding.fix,
        "ignored": one.ignored,
    }
