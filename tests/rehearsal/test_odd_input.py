"""Whatever is in an alarm file or a scenario: an exit code and a sentence, never a traceback."""

import json
import re
from pathlib import Path
from random import Random
from typing import Any

import pytest

from rehearsal.cli import main
from rehearsal.incident.scenario import FOLDER
from tests.rehearsal.test_sources import ALARM, BOTH, RATE, SOURCES

SHORT = """
name: n
why: w
duration: 20m
history: 10m
faults: [{fault: errors, at: 5m, for: 5m, share: 0.5}]
series: [{metric: App M, dimensions: {A: b}, at: -5m, values: 1x9}]
quotas: [{metric: AWS/Usage CallCount, value: 5}]
expect: {states: [{alarm: "*", is: OK, at: 1m}]}
"""
ODD_TEXT = (
    *("null", "-1", "0", "1e400", ".nan", ".inf", "[]", "{}", "true", "'x'", "-5m", "9" * 30, "0x60", "~"),
    *("2026-01-01", "!!binary x", "&a [*a]", '"\\ud800"', "? [a]", "1.5", "\t", "999999d", "!Ref X", "[/b]"),
)
ODD_VALUES: tuple[Any, ...] = (
    *(None, -1, 0, 1e308, "", [], {}, True, "x", 60, [[]], {"a": 1}, "NaN", 10**30, 1.5, "[/b]", "${X}"),
    *({"Ref": "X"}, [None], "ALARM(", "FILL(", "arn:aws:cloudwatch:::alarm:errors", {"Fn::If": [1]}),
)


def spoiled_text(text: str, rng: Random) -> str:
    for _ in range(rng.randint(1, 3)):
        values = list(re.finditer(r"(?<=: )[^\n,}\]]+", text))
        at = rng.choice(values).span() if values and rng.random() < 0.7 else (rng.randrange(len(text)),) * 2
        text = text[: at[0]] + rng.choice(ODD_TEXT) + text[at[1] :]
    return text if rng.random() < 0.9 else text[: rng.randrange(len(text))]


def spoiled(value: Any, rng: Random) -> Any:
    """`value` with one thing in it replaced or left out."""
    if isinstance(value, dict) and value and rng.random() < 0.9:
        key = rng.choice(list(value))
        others = {name: own for name, own in value.items() if name != key}
        return others if rng.random() < 0.2 else {**others, key: spoiled(value[key], rng)}
    if isinstance(value, list) and value and rng.random() < 0.9:
        at = rng.randrange(len(value))
        return [*value[:at], spoiled(value[at], rng), *value[at + 1 :]]
    return rng.choice(ODD_VALUES)


def run(tmp_path: Path, alarms: str, scenario: str) -> int:
    (tmp_path / "alarms").write_text(alarms, errors="surrogatepass")
    (tmp_path / "s.yaml").write_text(scenario, errors="surrogatepass")
    return main(
        ["run", "--no-check", "--alarms", str(tmp_path / "alarms"), str(tmp_path / "s.yaml"), "--json"]
    )


@pytest.mark.parametrize("seed", range(8))
def test_a_spoiled_scenario_gives_an_exit_code(
    tmp_path: Path, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = Random(seed)  # noqa: S311  # no secret
    alarms = json.dumps([ALARM, RATE, BOTH])
    for _ in range(25):
        code = run(tmp_path, alarms, spoiled_text(SHORT, rng))
        assert code in (0, 2)
        assert bool(capsys.readouterr().err) == (code == 2)


@pytest.mark.parametrize("source", SOURCES)
def test_a_spoiled_alarm_file_gives_an_exit_code(
    tmp_path: Path, source: str, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = Random(source)  # noqa: S311  # no secret
    for _ in range(12):
        try:
            document = json.loads(SOURCES[source])
            text = json.dumps(spoiled(spoiled(document, rng), rng))
        except ValueError:
            text = spoiled_text(SOURCES[source], rng)
        code = run(tmp_path, text, SHORT)
        assert code in (0, 2, 3)
        assert bool(capsys.readouterr().err) == (code == 2)


@pytest.mark.parametrize(
    ("given", "wrong", "message"),
    [
        ("duration: 20m", "duration: 0m", ":4: duration: 0m is not between 1m and 60d"),
        ("duration: 20m", "duration: 99999d", "duration: 99999d is not between"),
        ("history: 10m", 'begins: "2026-02-30T10:00Z"', ":5: begins: 2026-02-30T10:00Z is no date"),
        ("history: 10m", 'begins: "0001-01-01T00:00Z"', "the year must be from 1971"),
        ("history: 10m", "seed: 1.0", "seed: 1.0 is no integer"),
        ("share: 0.5", "share: .nan", "faults[0].share: nan is no number"),
        ("share: 0.5", "share: .inf", "faults[0].share: inf"),
        ("at: -5m", "at: -11m", "it begins at -11m, the scenario runs from -10m to 20m"),
        ("at: -5m", "at: 20m", "it begins at 20m"),
        ("values: 1x9", "values: 0x60", 'YAML reads 0x60 as 96; put it in quotes: "0x60"'),
        ("is: OK, at: 1m", "is: OK, at: 0m", "there is nothing to check; states are those of 1m to 20m"),
        ("is: OK, at: 1m", "is: OK, by: 21m", "from 1m to 21m there is nothing to check"),
        ("is: OK, at: 1m", "is: OK, from: 5m, to: 4m", "from 5m to 4m there is nothing to check"),
        ("expect: {", "expect: {pages: [{alarm: a, by: 1m, after: 2m}], ", "can never go out"),
        ("quotas: [", "quotas: [{metric: AWS/Usage CallCount, value: 6}, ", "is there twice"),
        ("series: [", "series: [{metric: App M, dimensions: {A: b}, values: 1x2}, ", "is there twice"),
        ("why: w", "why: &w [*w]", ":3: an anchor within itself"),
        ("why: w", 'why: "\\ud800"', ":3: half a surrogate pair"),
        ("why: w", "? [a]\n: b", ":3: a key that is no text"),
    ],
)
def test_a_wrong_scenario_is_refused_with_line_key_and_fix(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], given: str, wrong: str, message: str
) -> None:
    assert given in SHORT
    assert run(tmp_path, json.dumps(ALARM), SHORT.replace(given, wrong)) == 2
    error = capsys.readouterr().err
    assert error.startswith("s.yaml:")
    assert message in error


def test_a_file_that_is_no_utf_8_says_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "s.yaml").write_bytes("name: x\nwhy: Störung\n".encode("latin-1"))
    assert main(["run", str(tmp_path / "s.yaml")]) == 2
    assert "s.yaml:2: byte 0xf6 is no UTF-8; save it as UTF-8" in capsys.readouterr().err


def test_anchors_that_explode_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    levels = "\n".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 9))
    text = f"a0: &a0 [x]\n{levels}"
    assert run(tmp_path, json.dumps(ALARM), text) == 2
    assert run(tmp_path, text, SHORT) == 2
    assert capsys.readouterr().err.count("values, aliases written out; shorten it") == 2


@pytest.mark.parametrize("name", ["[/b]", "a[red]b", "${x}", "ü ü"])
def test_a_name_is_printed_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    (tmp_path / "a.json").write_text(json.dumps({**ALARM, "AlarmName": name}))
    assert (
        main(["run", "--no-check", "--alarms", str(tmp_path / "a.json"), str(FOLDER / "model-down.yaml")])
        == 0
    )
    (tmp_path / "b.json").write_text(json.dumps({**ALARM, "AlarmName": name, "Period": 10}))
    assert (
        main(["run", "--no-check", "--alarms", str(tmp_path / "b.json"), str(FOLDER / "model-down.yaml")])
        == 3
    )
    assert f"{name} is not simulated" in capsys.readouterr().out


def test_the_output_can_go_nowhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    arguments = ["run", str(FOLDER / "model-down.yaml"), "--out", str(tmp_path / "file" / "x")]
    assert main(arguments) == 2
    assert "Not a directory" in capsys.readouterr().err
