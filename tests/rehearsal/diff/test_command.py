"""`diff OLD NEW`: what is printed, and the exit code."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from docs import diff as page
from rehearsal.cli import main
from rehearsal.diff import command, markdown
from rehearsal.diff.comparison import compare
from rehearsal.errors import RehearsalError
from rehearsal.incident.scenario import load_all
from rehearsal.sources import stack
from tests.rehearsal.builders import alarm

SCENARIO = """
name: Orders pile up
why: Somebody has to see it.
history: 1h
duration: 1h
series:
  - {metric: Shop Depth, dimensions: {Queue: orders}, at: -60m, values: 50x79 120x20 50x19}
expect: {}
"""


def entry(**changed: Any) -> Mapping[str, Any]:
    return {
        "AlarmName": "deep",
        "Namespace": "Shop",
        "MetricName": "Depth",
        "Dimensions": [{"Name": "Queue", "Value": "orders"}],
        "Statistic": "Maximum",
        "Period": 60,
        "EvaluationPeriods": 3,
        "Threshold": 100,
        "ComparisonOperator": "GreaterThanThreshold",
        "AlarmActions": ["arn:aws:sns:eu-central-1:1:team"],
        **changed,
    }


def write(path: Path, *entries: Mapping[str, Any]) -> str:
    path.write_text(json.dumps({"MetricAlarms": entries}))
    return str(path)


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str, str]:
    """Before, after a higher threshold, and an incident between the two."""
    scenario = tmp_path / "orders.yaml"
    scenario.write_text(SCENARIO)
    after = write(tmp_path / "new.json", entry(Threshold=150))
    return write(tmp_path / "old.json", entry()), after, str(scenario)


@pytest.fixture(autouse=True)
def _no_grid(monkeypatch: pytest.MonkeyPatch) -> None:
    """The grid is of the simulated service, and takes seconds."""
    monkeypatch.setattr("rehearsal.diff.probing.grid.TRAFFIC", ())


def test_a_scenario_that_pages_no_more_is_told_with_when_it_did(
    files: tuple[str, str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    old, new, scenario = files
    assert main(["diff", old, new, scenario], Console(width=200)) == 0
    said = capsys.readouterr().out
    assert "Orders pile up (orders)\n  missed: deep (team) paged after 23m, now never\n" in said
    assert "  Threshold: 100 -> 150\n" in said
    assert "$0.10 -> $0.10 a month (+0.00; list prices of " in said


@pytest.mark.parametrize(
    ("fail_on", "code"),
    [("missed", 1), ("newly,missed", 1), ("quieter", 1), ("any", 1), ("noisier", 0), ("dearer", 0), ("", 0)],
)
def test_the_exit_code_follows_the_policy(files: tuple[str, str, str], fail_on: str, code: int) -> None:
    old, new, scenario = files
    assert main(["diff", old, new, scenario, "--fail-on", fail_on], Console(quiet=True)) == code


def test_a_policy_that_does_not_exist_is_refused_with_those_that_do(
    files: tuple[str, str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diff", *files, "--fail-on", "louder"]) == 2
    assert capsys.readouterr().err.startswith("--fail-on: louder; give some of missed, moved, newly, later, ")


def test_a_dearer_set_is_refused_if_so_wished(tmp_path: Path) -> None:
    old = write(tmp_path / "old.json", entry())
    new = write(tmp_path / "new.json", entry(), entry(AlarmName="two", MetricName="Age"))
    quiet = Console(quiet=True)
    assert main(["diff", old, new, "--fail-on", "dearer"], quiet) == 1
    assert main(["diff", new, old, "--fail-on", "dearer"], quiet) == 0


def test_alarms_that_are_not_simulated_are_compared_by_their_fields(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    quick = {"AlarmName": "quick", "Period": 10}
    old = write(tmp_path / "old.json", entry(), entry(**quick))
    new = write(tmp_path / "new.json", entry(), entry(**quick, Threshold=7))
    assert main(["diff", old, new, "--json"]) == 3
    found = json.loads(capsys.readouterr().out)
    (changed,) = found["alarms"]
    assert (changed["alarm"], changed["change"], changed["noticed"]) == ("quick", "changed", False)
    assert changed["fields"] == [{"field": "Threshold", "old": "100", "new": "7"}]
    assert [(skip["side"], skip["alarm"]) for skip in found["not_simulated"]] == [
        ("old", "quick"),
        ("new", "quick"),
    ]
    assert main(["diff", old, new, "--fail-on", "unsimulated"], Console(quiet=True)) == 1


def test_the_json_has_the_keys_that_the_page_documents(
    files: tuple[str, str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    old, new, scenario = files
    main(["diff", old, new, scenario, "--json"])
    found = json.loads(capsys.readouterr().out)
    table = page.PAGE.read_text(encoding="utf-8").split("## JSON")[1].split("\n## ")[0]
    for key in (*found, *found["alarms"][0], *found["scenarios"][0], *found["price"]):
        assert f"`{key}`" in table, key
    assert found["kinds"]["missed"] > 0
    assert found["scenarios"] == [
        {
            "incident": "Orders pile up",
            "scenario": "orders",
            "kind": "missed",
            "differences": [
                {
                    "kind": "missed",
                    "old": [
                        {"alarm": "deep", "targets": ["arn:aws:sns:eu-central-1:1:team"], "minutes": [23]}
                    ],
                    "new": [],
                    "text": "deep (team) paged after 23m, now never",
                }
            ],
        }
    ]


def test_the_comment_folds_the_details_and_escapes_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = write(tmp_path / "old.json", entry(AlarmName="a|<b>"))
    new = write(tmp_path / "new.json", entry(AlarmName="a|<b>", Threshold=150))
    assert main(["diff", old, new, "--markdown"]) == 0
    said = capsys.readouterr().out
    assert "<details><summary><code>a\\|&lt;b></code> changed: paged before, never now</summary>" in said
    assert "- Threshold: `100` -> `150`\n" in said
    assert said.count("<details>") == said.count("</details>") == 1


def test_the_comment_stays_within_githubs_limit_and_says_what_it_left_out(tmp_path: Path) -> None:
    def given(word: str) -> stack.AlarmSet:
        alarms = [alarm(f"a{n}", description=word * 300) for n in range(100)]
        return stack.AlarmSet(name=word, accounts=(stack.Account(id=None, alarms=alarms),))

    del tmp_path
    said = markdown.text(compare(given("x"), given("y"), [], grid=False))
    assert len(said) <= 65_536
    assert said.endswith(markdown.LEFT_OUT)
    assert said.count("<details>") == said.count("</details>") > 50


def test_nothing_that_differs_is_said_so(
    files: tuple[str, str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    old, _, scenario = files
    assert main(["diff", old, old, scenario, "--markdown", "--fail-on", "any"]) == 0
    assert "- Nothing changes for people.\n" in capsys.readouterr().out


def test_a_file_that_is_no_file_of_alarms_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.json"
    path.write_text("{}")
    assert main(["diff", str(path), str(path)]) == 2
    assert "no alarms in it" in capsys.readouterr().err


def test_policies_are_read_with_blanks_and_refused_by_name() -> None:
    assert command.policies(" missed, noisier,") == ["missed", "noisier"]
    with pytest.raises(RehearsalError, match="--fail-on: x, y;"):
        command.policies("x,y")


def test_the_page_lists_what_can_be_refused() -> None:
    assert page.PAGE.read_text(encoding="utf-8") == page.text()


def test_the_gravest_changes_come_first_and_words_last(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def given(threshold: int, treatment: str, words: str) -> list[Mapping[str, Any]]:
        return [
            entry(AlarmName="said", AlarmDescription=words, MetricName="A"),
            entry(
                AlarmName="quiet", MetricName="B", TreatMissingData=treatment, OKActions=["arn:aws:sns:x:1:t"]
            ),
            entry(AlarmName="grave", MetricName="C", Threshold=threshold),
        ]

    old = write(tmp_path / "old.json", *given(100, "notBreaching", "x"))
    new = write(tmp_path / "new.json", *given(150, "ignore", "y"))
    assert main(["diff", old, new, "--markdown"]) == 0
    said = capsys.readouterr().out
    assert [part.split("</code>")[0] for part in said.split("<code>")[1:]] == ["grave", "quiet", "said"]
    assert "<code>said</code> says something else</summary>" in said


def test_many_scenarios_are_folded(files: tuple[str, str, str], tmp_path: Path) -> None:
    old, new, scenario = files
    many = tmp_path / "many"
    many.mkdir()
    for number in range(9):
        (many / f"{number}.yaml").write_text(Path(scenario).read_text())
    before, after = (stack.of_file(Path(path)) for path in (old, new))
    for most, folded in ((8, False), (9, True)):
        found = compare(before, after, load_all(sorted(many.iterdir())[:most]), grid=False)
        assert ("<details><summary>9 of 9 scenarios</summary>" in markdown.text(found)) is folded
