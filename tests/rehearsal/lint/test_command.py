"""`python -m rehearsal lint`: what it prints, ignores and returns."""

import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from rehearsal.cli import main
from rehearsal.lint import rules

FAULTY = {
    "MetricAlarms": [],
    "CompositeAlarms": [
        {
            "AlarmName": "never",
            "AlarmRule": "ALARM(a) AND OK(a)",
            "AlarmActions": ["arn:aws:sns:eu-west-1:111111111111:ops"],
        }
    ],
}


def cli(*arguments: object) -> tuple[int, str]:
    out = StringIO()
    code = main([str(argument) for argument in arguments], Console(file=out, width=140))
    return code, out.getvalue()


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    path = tmp_path / "faulty.json"
    path.write_text(json.dumps(FAULTY, indent=1))
    return path


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_the_shipped_alarms_have_no_error(stack: str) -> None:
    code, out = cli("lint", "--stack", stack, "--fail-on", "warning")
    assert code == 0, out


def test_a_finding_says_where_what_its_consequence_and_the_fix(faulty: Path) -> None:
    code, out = cli("lint", faulty)
    assert code == 1
    assert f"{faulty}:5: never: error [never-in-alarm]" in out
    assert "AlarmRule: no states of its alarms make it true: the alarm never fires." in out
    assert "fix: " in out


def test_what_is_ignored_needs_a_reason_and_is_no_error(
    faulty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli("lint", faulty, "--ignore", "never-in-alarm")[0] == 2
    assert "gives no reason" in capsys.readouterr().err
    code, out = cli("lint", faulty, "--ignore", "never-in-alarm:nev*=a drill")
    assert code == 0
    assert "1 ignored" in out


def test_every_rule_explains_itself() -> None:
    for name, rule in rules.every().items():
        code, out = cli("lint", "--explain", name)
        assert code == 0
        assert rule.meaning.split(maxsplit=1)[0] in out
        assert rule.meaning.endswith("."), name
        assert rule.page, name


@pytest.mark.parametrize(
    "given", ["never-in-alarm", "never-in-alarm=", "never-in-alarm= ", "nevr-in-alarm=why"]
)
def test_what_is_to_be_ignored_is_a_rule_and_has_a_reason(
    given: str, faulty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli("lint", faulty, "--ignore", given)[0] == 2
    assert (
        "did you mean never-in-alarm?" if "nevr" in given else "gives no reason"
    ) in capsys.readouterr().err


def test_only_the_alarm_that_is_named_is_ignored(faulty: Path) -> None:
    code, out = cli("lint", faulty, "--ignore", "never-in-alarm:other=a drill")
    assert code == 1
    assert "nothing to ignore for never-in-alarm:other (a drill); remove it" in out


def test_a_file_of_decisions_is_read_and_a_wrong_one_named(
    faulty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    decisions = tmp_path / "lint-ignore.yaml"
    decisions.write_text("- {rule: never-in-alarm, alarm: never, reason: a drill}\n")
    assert cli("lint", faulty)[0] == 0
    decisions.write_text("- {rule: never-in-alarm, reason: ''}\n")
    assert cli("lint", faulty)[0] == 2
    assert "lint-ignore.yaml:1" in capsys.readouterr().err
    decisions.write_text("- {rule: no-such, reason: why}\n")
    assert cli("lint", faulty)[0] == 2
    assert "there is no rule 'no-such'" in capsys.readouterr().err


def test_nothing_to_judge_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli("lint")[0] == 2
    assert "name files that describe alarms, or a stack with --stack" in capsys.readouterr().err
