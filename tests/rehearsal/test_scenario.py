"""Scenario files: what they mean, and that an error gives the line, the key and the fix."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from rehearsal import notation
from rehearsal.errors import RehearsalError
from rehearsal.incident import durations, schema
from rehearsal.incident.faults import FAULTS
from rehearsal.incident.scenario import FOLDER, Fault, load, load_all

GOOD = """\
name: A fault
why: To see it.
begins: "2026-03-03T10:30Z"
duration: 2h
history: 1d
traffic: {per_minute: 60}
faults:
  - {fault: errors, at: 20m, for: 30m, share: 0.02}
  - {fault: model-down, at: 1h}
series:
  - {metric: AWS/Lambda Errors, at: 5m, values: 0x5 _x3 12x10}
expect:
  pages:
    - {alarm: a, by: 30m, after: 21m}
  silent: ["b*"]
  states:
    - {alarm: c, is: OK, from: 1m, to: 1h}
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "s.yaml"
    path.write_text(text)
    return path


def test_a_scenario_is_read_with_its_defaults(tmp_path: Path) -> None:
    found = load(write(tmp_path, GOOD))
    assert found.begins == datetime(2026, 3, 3, 10, 30, tzinfo=UTC)
    assert (found.history, found.duration, found.seed) == (1440, 120, 1)
    assert (found.traffic.per_minute, found.traffic.swing) == (60, 0.6)
    assert found.faults == [
        Fault(kind="errors", begin=20, end=50, given={"share": 0.02}),
        Fault(kind="model-down", begin=60, end=120, given={"share": 1.0}),
    ]
    assert (found.series[0].namespace, found.series[0].begin, len(found.series[0].values)) == (
        "AWS/Lambda",
        5,
        20,
    )
    page = found.expect.pages[0] if found.expect.pages else None
    assert page is not None
    assert (page.alarm, page.after, page.by, page.where) == ("a", 21, 30, "s.yaml:14: expect.pages[0]")
    assert (found.expect.states[0].begin, found.expect.states[0].end) == (1, 60)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "share: 0.02",
            "share: 2",
            "s.yaml:8: faults[0].share: 2 does not fit; give part of the requests, 0 to 1",
        ),
        ("share: 0.02", "sahre: 0.02", "s.yaml:8: faults[0].sahre: unknown key; did you mean `share`?"),
        (
            ", share: 0.02",
            "",
            "s.yaml:8: faults[0].fault: errors takes either `share` or `budgets`; give one of them",
        ),
        (
            "fault: errors",
            "fault: eras",
            "s.yaml:8: faults[0].fault: 'eras' does not fit; give one of model-slow",
        ),
        (
            "at: 20m",
            "at: 20 minutes",
            "s.yaml:8: faults[0].at: '20 minutes' does not fit; give when it begins",
        ),
        (
            "for: 30m",
            "for: 3h",
            "s.yaml:8: faults[0].for: the fault runs from 20m to 3h20m, the scenario only to 2h",
        ),
        ("at: 1h}", "at: 3h}", "s.yaml:9: faults[1].at: the fault runs from 3h to 2h"),
        ("12x10", "12 x 10", "s.yaml:11: series[0].values: 'x' is no value; write 5, 5x3, 5+2x3, _ or _x3"),
        (
            "AWS/Lambda Errors",
            "Errors",
            "s.yaml:11: series[0].metric: 'Errors' does not fit; give `Namespace Metric`",
        ),
        ("duration: 2h\n", "", "s.yaml:1: the scenario: `duration` is missing; add duration: how long"),
        (
            "why: To see it.",
            "why: 5",
            's.yaml:2: why: YAML reads 5 as 5; put it in quotes: "5"',
        ),
        ("is: OK", "is: Okay", "s.yaml:17: expect.states[0].is: 'Okay' does not fit; give one of OK, ALARM"),
        (
            "from: 1m, to: 1h",
            "to: 1h",
            "s.yaml:17: expect.states[0]: say when: either `by`, or `at`, or `from`",
        ),
        ("name: A fault", "name: A fault\nname: B", "s.yaml:2: name is there twice; remove one"),
        ("  silent:", "   silent:", "s.yaml:15: "),
    ],
)
def test_an_error_gives_the_line_the_key_and_the_fix(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    with pytest.raises(RehearsalError) as error:
        load(write(tmp_path, GOOD.replace(old, new, 1)))
    assert str(error.value).startswith(message)


def test_every_error_is_reported_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("share: 0.02", "share: 2").replace("is: OK", "is: Okay").replace("swing", "sing")
    with pytest.raises(RehearsalError) as error:
        load(write(tmp_path, text))
    assert [line.split(" ")[0] for line in str(error.value).splitlines()] == ["s.yaml:8:", "s.yaml:17:"]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RehearsalError, match=r"no scenario at .*none\.yaml"):
        load_all([tmp_path / "none.yaml"])


def test_the_shipped_schema_is_the_one_in_force() -> None:
    assert schema.FILE.read_text() == schema.text()


def test_the_shipped_scenarios_use_every_kind_of_fault() -> None:
    used = {fault.kind for scenario in load_all([FOLDER]) for fault in scenario.faults}
    assert used == set(FAULTS) - {"kpi-at"}  # made for the stack that has some: see `incident.kpis`


def test_the_shipped_scenarios_are_at_least_fifteen_and_say_what_must_stay_silent() -> None:
    found = load_all([FOLDER])
    assert len(found) >= 15
    assert [scenario.key for scenario in found if not scenario.expect.silent] == []


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("5", [5]),
        ("0x5", [0] * 6),
        ("5+2x3", [5, 7, 9, 11]),
        ("5-2x2", [5, 3, 1]),
        ("-1x1 1.5", [-1, -1, 1.5]),
        ("_x3 1e3", ["gap"] * 3 + [1000]),
        ("_", ["gap"]),
    ],
)
def test_promtool_s_notation_is_expanded(text: str, values: list[object]) -> None:
    """As in promtool, `axn` is a and n more of it."""
    assert ["gap" if v != v else v for v in notation.expand(text)] == values  # noqa: PLR0124  # NaN is not itself


@pytest.mark.parametrize("text", ["5x", "x3", "5+2", "stale", "_3", "5,6"])
def test_what_is_no_notation_is_refused(text: str) -> None:
    with pytest.raises(RehearsalError, match="is no value"):
        notation.expand(text)


def test_a_series_of_more_than_sixty_days_is_refused() -> None:
    with pytest.raises(RehearsalError, match="60 days"):
        notation.expand("1x99999999")


@pytest.mark.parametrize(
    ("text", "minutes"), [("0m", 0), ("90m", 90), ("1h30m", 90), ("2d", 2880), ("1d2h3m", 1563)]
)
def test_durations_are_whole_minutes(text: str, minutes: int) -> None:
    assert durations.minutes(text) == minutes
    assert durations.minutes(durations.text(minutes)) == minutes
