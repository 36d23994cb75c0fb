"""Findings as SARIF 2.1.0, which code hosts show beside the lines (OASIS, sarif-v2.1.0)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rehearsal.lint import rules
from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.judge import Judged
from rehearsal.lint.rule import Rule

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS: Mapping[str, str] = {"error": "error", "warning": "warning", "info": "note"}


def log(found: Sequence[tuple[AlarmSet, Sequence[Judged]]]) -> dict[str, Any]:
    """One run with every rule and every finding; what is ignored is suppressed, with its reason."""
    numbers = {id_: number for number, id_ in enumerate(rules.every())}
    driver = {"name": "inference-watch lint", "rules": [_rule(rule) for rule in rules.every().values()]}
    results = [
        _result(one, numbers[one.rule.id], given.source != "") for given, judged in found for one in judged
    ]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.meaning},
        "fullDescription": {"text": rule.meaning},
        "help": {"text": rule.page or rule.meaning, "markdown": rule.page or rule.meaning},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
    }


def _result(one: Judged, number: int, in_file: bool) -> dict[str, Any]:  # of this module alone
    finding = one.finding
    key = f"{finding.key}: " if finding.key else ""
    name = f"{one.alarm}: " if one.alarm else ""
    result: dict[str, Any] = {
        "ruleId": one.rule.id,
        "ruleIndex": number,
        "level": LEVELS[one.severity],
        "message": {"text": f"{name}{key}{finding.problem}: {finding.consequence}. Fix: {finding.fix}."},
    }
    location: dict[str, Any] = {}
    if in_file:
        location["physicalLocation"] = {
            "artifactLocation": {"uri": _uri(one.file)},
            "region": {"startLine": one.line},
        }
    if one.alarm:
        location["logicalLocations"] = [{"fullyQualifiedName": one.alarm, "kind": "resource"}]
    if location:
        result["locations"] = [location]
    if one.ignored is not None:
        result["suppressions"] = [{"kind": "external", "justification": one.ignored}]
    return result


def _uri(file: str) -> str:
    path = Path(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
