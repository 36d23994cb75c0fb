"""Real metrics: what is asked for, how minutes are rebuilt, replaying and tuning."""

import json
import subprocess
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from rehearsal.cli import main
from rehearsal.errors import RehearsalError
from rehearsal.history import recorded
from rehearsal.sources.stack import Account, AlarmSet
from tests.rehearsal.builders import START, alarm, stat


def saved(tmp_path: Path, statistics: dict[str, dict[str, float]], minutes: int = 7 * 1440) -> Path:
    entry = {"namespace": "N", "metric": "m", "dimensions": {}, "account": None, "statistics": statistics}
    document = {"start": START.isoformat(), "minutes": minutes, "metrics": [entry]}
    path = tmp_path / "metrics.json"
    path.write_text(json.dumps(document))
    return path


def read(path: Path, statistic: str, width: int = 1) -> float:
    windows = recorded.read(path).find(stat())
    assert windows is not None
    return float(windows.matrix(statistic, width, 1, np.array([width - 1]))[0, 0])


def test_each_metric_is_asked_for_once_with_what_its_alarms_need() -> None:
    alarms = AlarmSet(
        name="x",
        accounts=(
            Account(
                id="111111111111",
                alarms=(
                    alarm("a"),
                    alarm("b", queries=(stat(statistic="p90", return_data=True),)),
                    alarm("c", queries=(stat(account_id="222222222222", return_data=True),)),
                ),
            ),
        ),
    )
    shape = ["p10", "p25", "p50", "p75", "p90", "p95", "p99", "p99.9"]
    simple = ["SampleCount", "Sum", "Minimum", "Maximum"]
    assert [(entry["account"], entry["statistics"]) for entry in recorded.wanted(alarms)] == [
        ("111111111111", [*simple, *shape]),
        ("222222222222", simple),
    ]


@pytest.mark.parametrize("count", [1, 2, 3, 10])
def test_a_minute_s_simple_statistics_are_rebuilt_exactly(tmp_path: Path, count: int) -> None:
    total = {1: 8.0, 2: 10.0, 3: 15.0, 10: 50.0}[count]
    low = 8.0 if count == 1 else 2.0
    statistics = {"SampleCount": count, "Sum": total, "Minimum": low, "Maximum": 8.0}
    path = saved(tmp_path, {name: {"0": float(value)} for name, value in statistics.items()})
    assert {name: read(path, name) for name in statistics} == statistics


def test_a_minute_s_percentiles_are_rebuilt_exactly(tmp_path: Path) -> None:
    statistics = {"SampleCount": 200.0, "Maximum": 900.0, "p50": 40.0, "p90": 70.0, "p99": 300.0}
    path = saved(tmp_path, {name: {"0": value} for name, value in statistics.items()})
    assert {name: read(path, name) for name in ("p50", "p90", "p99", "p100")} == {
        "p50": 40.0,
        "p90": 70.0,
        "p99": 300.0,
        "p100": 900.0,
    }


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"start": "x", "minutes": 1, "metrics": []}'])
def test_a_file_without_saved_metrics_says_how_to_write_them(tmp_path: Path, text: str) -> None:
    path = tmp_path / "m.json"
    path.write_text(text)
    with pytest.raises(RehearsalError, match=r"write them with `python -m reports\.history`"):
        recorded.read(path)


def spiky(tmp_path: Path) -> Path:
    """A week of 10, with a minute of 50, one of 60, ... one of 110."""
    values = {str(m): 10.0 for m in range(7 * 1440)}
    values |= {str(1440 * day + 700): 50.0 + 10 * day for day in range(7)}
    ones = dict.fromkeys(values, 1.0)
    return saved(tmp_path, {"SampleCount": ones, "Sum": values, "Minimum": values, "Maximum": values})


def described(tmp_path: Path) -> Path:
    entry: dict[str, Any] = {
        "AlarmName": "spikes",
        "AlarmActions": ["arn:aws:sns:eu-west-1:111111111111:ops"],
        "Namespace": "N",
        "MetricName": "m",
        "Statistic": "Average",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 75,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    path = tmp_path / "alarms.json"
    path.write_text(json.dumps({"MetricAlarms": [entry]}))
    return path


def rows(*arguments: object) -> list[list[str]]:
    out = StringIO()
    assert main([str(a) for a in arguments], Console(file=out, width=140)) == 0
    lines = [line for line in out.getvalue().splitlines() if line.startswith("│")]
    return [[cell.strip() for cell in line.split("│")[1:-1]] for line in lines]


def test_history_counts_the_pages_and_those_of_other_thresholds(tmp_path: Path) -> None:
    """75 is crossed by 80 to 110; 60 by 70 to 110; 90 by 100 and 110."""
    found = rows("history", "--alarms", described(tmp_path), "--metrics", spiky(tmp_path))
    assert found == [["spikes", "4", "4", "0", "4.00", "5", "2"]]


def test_metrics_are_fetched_by_a_process_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []

    class Done:
        returncode = 0

    def fake(command: list[str], *, check: bool) -> Done:
        assert check is False
        commands.append(command)
        wanted = json.loads(Path(command[command.index("--queries") + 1]).read_text())
        assert [entry["metric"] for entry in wanted] == ["m"]
        Path(command[command.index("--out") + 1]).write_text(spiky(tmp_path).read_text())
        return Done()

    monkeypatch.setattr(subprocess, "run", fake)
    arguments = ["--days", 7, "--cache", tmp_path / "cache", "--profile", "ops"]
    assert len(rows("history", "--alarms", described(tmp_path), *arguments)) == 1
    assert commands[0][1:3] == ["-m", "reports.history"]
    assert commands[0][-2:] == ["--profile", "ops"]
    assert timedelta(days=7) == timedelta(days=int(commands[0][commands[0].index("--days") + 1]))


def test_a_fetch_that_fails_is_wrong_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Failed:
        returncode = 1

    monkeypatch.setattr(subprocess, "run", lambda *_args, **_kwargs: Failed())
    arguments = ["history", "--alarms", str(described(tmp_path)), "--cache", str(tmp_path / "cache")]
    assert main(arguments, Console(file=StringIO())) == 2
    assert "could not be fetched" in capsys.readouterr().err
