"""CloudWatch's recorded decisions made again: agreement, difference and its reason, what is not judged."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from rehearsal.cli import main
from rehearsal.cloudwatch import evaluate
from rehearsal.errors import RehearsalError
from rehearsal.fidelity import published
from rehearsal.fidelity.judge import judge
from rehearsal.fidelity.transitions import History, Point, Transition, read
from rehearsal.fidelity.whole import missed
from rehearsal.sources.stack import Account, AlarmSet
from tests.rehearsal.builders import START, alarm, one_metric

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 3, 2, 1, 0, 30, tzinfo=UTC)
NOTHING = History(transitions=(), configured={})


def change(points: str, old: str, new: str, **fields: Any) -> Transition:
    """One point a minute before 01:00, oldest first; `_` where no datapoint is listed at all."""
    marks = points.split()
    values = [
        Point(
            at=AT.replace(second=0) - timedelta(minutes=len(marks) - place),
            value=None if mark == "-" else float(mark),
        )
        for place, mark in enumerate(marks)
        if mark != "_"
    ]
    made: dict[str, Any] = {"alarm": "a", "at": AT, "reason": "", "evaluated": True}
    return Transition(old=old, new=new, points=tuple(values), **{**made, **fields})  # type: ignore[arg-type]


def item(**changes: Any) -> dict[str, Any]:
    data = {
        "version": "1.0", "queryDate": "2026-03-02T01:00:30.000+0000", "period": 60, "threshold": 0.0,
        "evaluatedDatapoints": [
            {"timestamp": "2026-03-02T00:59:00.000+0000", "sampleCount": 2.0, "value": 5.0},
            {"timestamp": "2026-03-02T00:58:00.000+0000"},
        ],
    }  # fmt: skip
    told = {"oldState": {"stateValue": "OK"}, "newState": {"stateValue": "ALARM", "stateReasonData": data}}
    return {
        "AlarmName": "a", "Timestamp": "2026-03-02T01:00:30.123000+00:00", "HistoryItemType": "StateUpdate",
        "HistoryData": json.dumps(told), **changes,
    }  # fmt: skip


def saved(tmp_path: Path, value: Any) -> Path:
    path = tmp_path / "history.json"
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return path


def test_everything_published_is_decided_as_cloudwatch_decided_it() -> None:
    out = StringIO()
    assert main(["verify"], Console(file=out, width=120)) == 0
    assert out.getvalue().splitlines() == [
        "AWS's tables of missing data: 60 of 60 states as published",
        "published state changes: 11 changes of state: 11 as CloudWatch made them, 0 otherwise, 0 not judged",
        "recorded times from a last datapoint to the change: 2 of 2 to the minute",
    ]


@pytest.mark.parametrize("extra", [1, 3])
def test_the_recorded_silences_tell_the_evaluation_range_apart_from_its_neighbours(
    extra: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(evaluate.timeline.__kwdefaults__ or {}, "extra_points", extra)
    assert [silence.agrees for silence in published.silences()] == [False, False]


def test_the_page_is_fresh() -> None:
    command = [sys.executable, str(ROOT / "docs" / "fidelity.py"), "--check"]
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0  # noqa: S603


@pytest.mark.parametrize("wrap", [
    lambda i: {"AlarmHistoryItems": [i]}, lambda i: [i], lambda i: [[i]], lambda i: i,
])  # fmt: skip
def test_a_history_is_read_however_much_of_it_was_kept(tmp_path: Path, wrap: Any) -> None:
    (found,) = read(saved(tmp_path, wrap(item()))).transitions
    assert (found.alarm, found.old, found.new, found.evaluated) == ("a", "OK", "ALARM", True)
    assert [(point.value, point.samples) for point in found.points] == [(None, None), (5.0, 2.0)]


def test_an_event_of_an_alarm_is_a_change_too(tmp_path: Path) -> None:
    reason = {
        "queryDate": "x",
        "startDate": "2026-03-02T00:58:00.000+0000",
        "period": 60,
        "recentDatapoints": [1, 2],
    }
    event = {
        "detail-type": "CloudWatch Alarm State Change",
        "time": "2026-03-02T01:00:30Z",
        "detail": {
            "alarmName": "a",
            "state": {"value": "OK", "reasonData": json.dumps(reason)},
            "previousState": {"value": "INSUFFICIENT_DATA"},
        },
    }
    (found,) = read(saved(tmp_path, event)).transitions
    assert (found.old, found.new) == ("INSUFFICIENT_DATA", "OK")
    assert [(f"{point.at:%H:%M}", point.value) for point in found.points] == [("00:58", 1), ("00:59", 2)]


def test_what_cannot_be_read_is_noted_and_refuses_nothing_else(tmp_path: Path) -> None:
    cut = item(HistoryData='{"version":"1.0","oldSt')
    history = read(saved(tmp_path, [cut, item(), item(Timestamp="soon")]))
    assert len(history.transitions) == 1
    assert len(history.notes) == 2


@pytest.mark.parametrize("value", [{}, [], {"AlarmHistoryItems": []}, {"MetricAlarms": [{"AlarmName": "a"}]}])
def test_a_file_without_changes_says_what_to_save(tmp_path: Path, value: Any) -> None:
    with pytest.raises(RehearsalError, match="describe-alarm-history --history-item-type StateUpdate"):
        read(saved(tmp_path, value))


@pytest.mark.parametrize(
    ("points", "old", "new", "fields"),
    [
        ("1 1 1", "OK", "ALARM", {"of": 3}),
        ("1 _ 1 1", "OK", "ALARM", {"of": 4, "to_alarm": 3}),
        ("- - -", "ALARM", "INSUFFICIENT_DATA", {"of": 3}),
        ("0", "ALARM", "OK", {"of": 1}),
    ],
)
def test_a_decision_is_made_again(points: str, old: str, new: str, fields: Any) -> None:
    assert judge(change(points, old, new), alarm(**fields), NOTHING).outcome == "agrees"


@pytest.mark.parametrize(
    ("points", "old", "new", "fields", "why"),
    [
        ("- - -", "OK", "ALARM", {"of": 3}, "agrees with TreatMissingData breaching, not missing"),
        ("1 _ _ _", "OK", "ALARM", {"of": 1, "missing_data": "notBreaching"}, ""),
        ("1 0 0", "OK", "ALARM", {"of": 3}, "agrees with 1 of 3 datapoints, not 3 of 3: was it changed?"),
        ("1 - - - -", "ALARM", "OK", {"of": 1, "to_alarm": 1, "missing_data": "notBreaching"}, ""),
        ("0 0 0", "OK", "ALARM", {"of": 1}, "no setting explains it"),
    ],
)
def test_a_difference_is_named_with_its_likely_reason(
    points: str, old: str, new: str, fields: Any, why: str
) -> None:
    verdict = judge(change(points, old, new), alarm(**fields), NOTHING)
    assert verdict.outcome == ("disagrees" if why else "agrees")
    assert why in verdict.why


def test_a_range_of_another_size_is_told() -> None:
    verdict = judge(change("1 - - 1", "ALARM", "OK"), alarm(of=2, missing_data="notBreaching"), NOTHING)
    assert verdict.why == (
        "agrees with an evaluation range of 2 datapoints, not 4: AWS does not publish its size"
    )


@pytest.mark.parametrize(
    ("made", "spec", "history", "why"),
    [
        (change("1", "OK", "ALARM"), None, NOTHING, "not among the alarms"),
        (change("1", "OK", "ALARM", evaluated=False), alarm(), NOTHING, "set by hand"),
        (change("", "OK", "ALARM"), alarm(), NOTHING, "no datapoints are recorded"),
        (change("1", "OK", "ALARM", threshold=3.0), alarm(), NOTHING, "threshold was 3.0 then, and is 0.0"),
        (
            change("1", "OK", "ALARM"), alarm(),
            History(transitions=(), configured={"a": AT + timedelta(days=1)}), "afterwards, on 2026-03-03",
        ),
        (
            change("1", "OK", "ALARM"), replace(alarm(), threshold=None, band_id="b"), NOTHING,
            "not all of its bounds",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_judged_says_why(made: Transition, spec: Any, history: History, why: str) -> None:
    verdict = judge(made, spec, history)
    assert verdict.outcome == "not judged"
    assert why in verdict.why


def test_a_recorded_band_decides() -> None:
    spec = replace(alarm(comparison="GreaterThanUpperThreshold"), threshold=None, band_id="b")
    assert judge(change("9", "OK", "ALARM", bands=((1.0, 5.0),)), spec, NOTHING).outcome == "agrees"
    assert judge(change("4", "OK", "ALARM", bands=((1.0, 5.0),)), spec, NOTHING).outcome == "disagrees"


def test_ones_own_history_is_verified_with_ones_own_alarms(tmp_path: Path) -> None:
    described = {
        "AlarmName": "a", "Namespace": "N", "MetricName": "m", "Statistic": "Sum", "Period": 60,
        "Threshold": 0, "EvaluationPeriods": 2, "DatapointsToAlarm": 1,
        "ComparisonOperator": "GreaterThanThreshold",
    }  # fmt: skip
    alarms = tmp_path / "alarms.json"
    alarms.write_text(json.dumps({"MetricAlarms": [described]}))
    out = StringIO()
    arguments = ["verify", "--alarms", str(alarms), "--history", str(saved(tmp_path, [item()]))]
    assert main(arguments, Console(file=out, width=120)) == 0
    assert "1 as CloudWatch made them, 0 otherwise, 0 not judged" in out.getvalue()
    alarms.write_text(json.dumps({"MetricAlarms": [{**described, "Threshold": 0.0, "DatapointsToAlarm": 2}]}))
    assert main(arguments, Console(file=out, width=120)) == 1
    assert "agrees with TreatMissingData breaching, not missing" in out.getvalue()


def test_whole_days_show_changes_that_only_one_side_has() -> None:
    minutes: list[float | None] = [0.0] * 240
    minutes[100] = minutes[200] = 1.0
    told = [
        change("1", "OK", "ALARM", at=START + timedelta(minutes=103)),
        change("1", "OK", "ALARM", at=START + timedelta(minutes=150)),
    ]
    alarms = AlarmSet(name="x", accounts=(Account(id=None, alarms=(alarm(),)),))
    found = missed(History(transitions=tuple(told), configured={}), alarms, one_metric(minutes))
    assert [line.split(". Likely")[0] for line in found] == [
        "a: CloudWatch went to ALARM on 2026-03-02 at 02:30, the saved metrics keep it in OK",
        "a: the saved metrics go to ALARM on 2026-03-02 at 03:21, CloudWatch not",
    ]
