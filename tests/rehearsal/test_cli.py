"""The command line: output, files, exit codes."""

import json
import re
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from rich.console import Console

from rehearsal.cli import main
from rehearsal.report import chart

DESCRIBED: dict[str, Any] = {
    "MetricAlarms": [
        {
            "AlarmName": "function-errors",
            "AlarmActions": ["arn:aws:sns:eu-west-1:111111111111:ops"],
            "Namespace": "AWS/Lambda",
            "MetricName": "Errors",
            "Statistic": "Sum",
            "Period": 60,
            "EvaluationPeriods": 3,
            "Threshold": 0,
            "ComparisonOperator": "GreaterThanThreshold",
            "TreatMissingData": "notBreaching",
        }
    ]
}
SCENARIO = """\
name: Errors & <more>
why: To test.
duration: 1h
history: 1h
faults:
  - {fault: errors, at: 10m, for: 20m, share: 0.5}
expect:
  pages:
    - {alarm: function-errors, by: %s}
"""


@pytest.fixture
def alarms(tmp_path: Path) -> str:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(DESCRIBED))
    return str(path)


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "outage.yaml"
    path.write_text(SCENARIO % "20m")
    return path


def cli(*arguments: object) -> tuple[int, str]:
    out = StringIO()
    code = main([str(argument) for argument in arguments], Console(file=out, width=140))
    return code, out.getvalue()


def test_a_met_expectation_exits_with_0_and_shows_what_fired(alarms: str, scenario: Path) -> None:
    code, text = cli("run", "--alarms", alarms, scenario)
    assert code == 0
    assert "14m function-errors (critical)" in text
    assert re.search(r"│ +4m +│ 14m", text)


def test_a_failed_expectation_exits_with_1_and_says_what_was_expected_and_what_happened(
    alarms: str, scenario: Path
) -> None:
    scenario.write_text(SCENARIO % "13m")
    code, text = cli("run", "--alarms", alarms, scenario)
    assert code == 1
    assert "outage.yaml:9: expect.pages[0]" in text
    assert "expected: function-errors pages by 13m\n  happened: it paged at 14m" in text


def test_no_check_leaves_expectations_alone(alarms: str, scenario: Path) -> None:
    scenario.write_text(SCENARIO % "13m")
    assert cli("run", "--alarms", alarms, "--no-check", scenario)[0] == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "--stack", "nowhere"], "There is no stack 'nowhere'"),
        (["run", "--alarms", "none.json"], "none.json"),
        (["run", "none.yaml"], "no scenario at none.yaml"),
        (["evaluate", "nobody", "1"], "no alarm matches 'nobody'"),
        (["evaluate", "page-blind", "1"], "is a composite"),
        (["evaluate", "api-requests-anomaly", "1"], "compares with an anomaly band"),
        (["evaluate", "canary-success", "one"], "'one' is no value"),
        (["tune", "page-blind", "--metrics", "none.json"], "no saved metrics"),
    ],
)
def test_wrong_input_exits_with_2_and_says_why(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli(*arguments)[0] == 2
    assert message in capsys.readouterr().err


def test_wrong_usage_exits_with_2() -> None:
    with pytest.raises(SystemExit) as error:
        cli("rehearse")
    assert error.value.code == 2


def test_json_is_all_there_is_and_holds_the_result(
    alarms: str, scenario: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, text = cli("run", "--alarms", alarms, "--json", scenario)
    found = json.loads(capsys.readouterr().out)
    assert (code, text, found["passed"], found["scenarios"]) == (0, "", True, 1)
    result = found["results"][0]
    assert result["pages"] == [
        {"alarm": "function-errors", "level": "critical", "minute": 14, "entered": 14, "muted_by": None}
    ]
    assert result["faults"] == [
        {
            "fault": "errors",
            "begin": 10,
            "end": 30,
            "detected_by": "function-errors",
            "detected_after_minutes": 4,
            "missed": False,
        }
    ]
    assert result["changes"] == {
        "function-errors": [{"minute": 14, "state": "ALARM"}, {"minute": 32, "state": "OK"}]
    }


class Page(HTMLParser):
    """Collects what a page would load, its scripts, and its headings."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loads += [str(v) for k, v in attrs if k in ("src", "href") and not str(v).endswith(".html")]


def test_files_are_written_for_people_and_ci(alarms: str, scenario: Path, tmp_path: Path) -> None:
    scenario.write_text(SCENARIO % "13m")
    out = tmp_path / "out"
    assert cli("run", "--alarms", alarms, "--out", out, scenario)[0] == 1
    assert {path.name for path in out.iterdir()} == {"index.html", "outage.html", "results.json", "junit.xml"}
    assert json.loads((out / "results.json").read_text())["failed"] == ["outage"]

    suite = ElementTree.fromstring((out / "junit.xml").read_text())  # noqa: S314  # our own
    assert suite.attrib == {"name": "rehearsal.mine", "tests": "1", "failures": "1", "errors": "0"}
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert failure.text == (
        "outage.yaml:9: expect.pages[0]: expected: function-errors pages by 13m; happened: it paged at 14m"
    )

    for name in ("index.html", "outage.html"):
        text = (out / name).read_text()
        page = Page()
        page.feed(text)
        assert page.loads == []
        assert "script" not in page.tags
        assert "Errors &amp; &lt;more&gt;" in text
        assert "prefers-color-scheme: dark" in text
        assert '<div class="scroll" tabindex="0" role="region"' in text
    assert "details" in page.tags
    assert "polyline" in page.tags
    assert "1 expectation was not met." in text
    index = (out / "index.html").read_text()
    assert "1 scenario, 1 failed." in index
    assert '<td class="num">4m</td>' in index


def test_a_point_alone_is_as_wide_as_its_bucket_and_a_gap_ends_a_line() -> None:
    values = np.array([1, np.nan, 2, 4])
    lines = chart.polylines(values, 0, 4, len(values))
    assert [[float(point.split(",")[0]) for point in line.split()] for line in lines] == [
        [0, 90, 180], [360, 450, 630, 720],
    ]  # fmt: skip
    assert len({point.split(",")[1] for point in lines[0].split()}) == 1


def test_evaluate_shows_the_state_under_each_treatment(alarms: str) -> None:
    code, text = cli("evaluate", "--alarms", alarms, "function-errors", "_ _ 1 _ _")
    states = [line.split("│")[2].strip() for line in text.splitlines() if line.startswith("│")]
    assert (code, states) == (0, ["ALARM", "OK", "ALARM", "OK"])
    assert "3 of 3, evaluation range 5" in text


def test_coverage_names_the_gaps(alarms: str, scenario: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(
        (SCENARIO % "20m").replace("errors, at: 10m, for: 20m, share: 0.5", "model-down, at: 10m, for: 20m")
    )
    text = cli("coverage", "--alarms", alarms, scenario, other)[1]
    rows = [
        [cell.strip() for cell in line.split("│")[1:-1]] for line in text.splitlines() if line.startswith("│")
    ]
    assert rows == [["errors", "1", "4", ""], ["model-down", "1", "-", "other"]]
    assert "Alarms that no scenario trips (0 of 1): none" in text
    assert "2 incidents, 0.5 pages each, 0 pages without an incident" in text


def test_peers_stand_side_by_side(scenario: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scenario.write_text((SCENARIO % "20m").replace("function-errors", "page-function-errors"))
    assert cli("peers", "--markdown", scenario)[0] == 0
    names = [line.split(" | ")[0] for line in capsys.readouterr().out.splitlines()]
    assert names == [
        "| alarm set",
        "| ---",
        "| inference-watch",
        "| AWS recommended alarms",
        "| cdk-monitoring-constructs",
        '| "missing for 5 minutes", literally',
        "| SLIC Watch",
    ]
