"""Findings for people and for machines.

`sarif-2.1.0-rtm.5.json` is OASIS's schema as npm's @microsoft/jest-sarif 1.0.0-beta.0 has it, without its
descriptions.
"""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from rich.console import Console

from rehearsal.cli import main
from rehearsal.lint import rules
from tests.rehearsal.lint.builders import described
from tests.rehearsal.lint.presets import cpu, errors

SCHEMA = json.loads(Path(__file__).with_name("sarif-2.1.0-rtm.5.json").read_text())
LOG_ALARM = {"AlarmName": "log lines", "QueryResultsToEvaluate": 1}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "my alarms.json"
    entries = [errors(MetricName="Error"), cpu(AlarmName="busy", InsufficientDataActions=[])]
    path.write_text(described(entries) + json.dumps({"LogAlarms": [LOG_ALARM]}))
    return path


def printed(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, Any]:
    code = main(["lint", *map(str, arguments)])
    return code, json.loads(capsys.readouterr().out)


def test_sarif_is_valid_against_its_schema(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, log = printed(capsys, file, "--sarif")
    jsonschema.validate(log, SCHEMA)
    run = log["runs"][0]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == list(rules.every())
    first = run["results"][0]
    assert first["ruleId"] == run["tool"]["driver"]["rules"][first["ruleIndex"]]["id"] == "unknown-metric"
    assert first["level"] == "error"
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"].endswith("/my%20alarms.json")
    line = file.read_text().splitlines()[place["region"]["startLine"] - 1]
    assert line.strip() == '"AlarmName": "shop",'


def test_sarif_of_a_stack_has_no_place_in_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    _, log = printed(capsys, "--stack", "prod", "--sarif")
    jsonschema.validate(log, SCHEMA)
    assert all("physicalLocation" not in str(result) for result in log["runs"][0]["results"])


def test_what_is_ignored_is_suppressed_in_sarif_with_its_reason(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, log = printed(capsys, file, "--sarif", "--ignore", "unknown-metric:shop=published by our agent")
    jsonschema.validate(log, SCHEMA)
    first = log["runs"][0]["results"][0]
    assert first["suppressions"] == [{"kind": "external", "justification": "published by our agent"}]
    assert code == 3


def test_json_has_every_finding_and_what_is_not_judged(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, summary = printed(capsys, file, "--json")
    assert code == 1
    assert summary["alarms"] == 2
    first = summary["findings"][0]
    assert {key: first[key] for key in ("rule", "severity", "alarm", "key", "ignored")} == {
        "rule": "unknown-metric",
        "severity": "error",
        "alarm": "shop",
        "key": "MetricName",
        "ignored": None,
    }
    assert [one["severity"] for one in summary["findings"]] == sorted(
        (one["severity"] for one in summary["findings"]), key=["error", "warning", "info"].index
    )
    assert summary["not_judged"][0]["alarm"] == "log lines"


@pytest.mark.parametrize(("terminal", "coloured"), [(True, True), (False, False)])
def test_there_is_colour_on_a_terminal_alone(file: Path, *, terminal: bool, coloured: bool) -> None:
    out = StringIO()
    main(
        ["lint", str(file)],
        Console(
            file=out, width=140, force_terminal=terminal, color_system="standard" if terminal else "auto"
        ),
    )
    assert ("\x1b[" in out.getvalue()) is coloured


@pytest.mark.parametrize(("level", "code"), [("error", 1), ("warning", 1), ("info", 1), ("never", 3)])
def test_what_fails_is_chosen(file: Path, level: str, code: int) -> None:
    assert main(["lint", str(file), "--fail-on", level], Console(file=StringIO())) == code


def test_a_warning_alone_is_no_failure_unless_asked(tmp_path: Path) -> None:
    path = tmp_path / "alarms.json"
    path.write_text(described([cpu(InsufficientDataActions=[])]))
    assert main(["lint", str(path)], Console(file=StringIO())) == 0
    assert main(["lint", str(path), "--fail-on", "warning"], Console(file=StringIO())) == 1


def test_infos_are_counted_and_shown_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "alarms.json"
    path.write_text(described([errors()]))
    short, long = StringIO(), StringIO()
    main(["lint", str(path)], Console(file=short, width=140))
    main(["lint", str(path), "--info"], Console(file=long, width=140))
    assert short.getvalue() == "1 alarm: 0 errors, 0 warnings, 1 info (--info shows these)\n"
    assert "1 alarm costs $0.10 a month (prices of " in long.getvalue()
