"""Service, monitor, smoke test; whatever fails stops it, says what holds and what goes back."""

from collections.abc import Sequence

import pytest

from delivery import deploy
from delivery.cli import main
from tests.delivery.programs import Programs, update

PROFILES = ["--service-profile", "s", "--monitor-profile", "m"]
OLD, OLDER, HERE = "a" * 40, "b" * 40, "c" * 40
HISTORY = [
    update(HERE),
    update("d" * 40, result="failed"),
    update("e" * 40, kind="destroy"),
    update("f" * 40, dirty="true"),
    {"kind": "update", "result": "succeeded", "environment": None},
    update(OLD),
    update(OLDER),
]


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deploy, "_head", lambda: HERE)


def smoke(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    monkeypatch.setattr(deploy, "_smoke", lambda _: code)


def ups(programs: Programs) -> list[tuple[str, str]]:
    return [
        (words[words.index("--stack") + 1], profile)
        for _, words, profile, _ in programs.calls
        if "up" in words
    ]


def answer(programs: Programs, history: Sequence[object], *, service: int = 0, monitor: int = 0) -> None:
    programs.answer(
        "pulumi",
        (["history"], list(history), "", 0),
        (["up", "--yes", "prod"], "", "", service),
        (["up", "--yes", "prod-monitor"], "", "", monitor),
    )


def test_the_service_comes_first_then_the_monitor_each_with_its_profile(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(programs, HISTORY)
    smoke(monkeypatch, 0)
    assert main(["deploy", "prod", *PROFILES]) == 0
    assert ups(programs) == [("prod", "s"), ("prod-monitor", "m")]


FAILING = [
    ((1, 0, 0), 1, "the update of prod failed"),
    ((0, 1, 0), 2, "the update of prod-monitor failed"),
    ((0, 0, 1), 2, "the smoke test failed"),
]


@pytest.mark.parametrize("failing", FAILING)
def test_whatever_fails_stops_it_and_names_the_command_that_goes_back(
    programs: Programs,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    failing: tuple[tuple[int, int, int], int, str],
) -> None:
    (service, monitor, tried), deployed, why = failing
    answer(programs, HISTORY, service=service, monitor=monitor)
    smoke(monkeypatch, tried)
    assert main(["deploy", "prod"]) == 1
    assert len(ups(programs)) == deployed
    said = capsys.readouterr().err
    assert f"STOPPED: {why}" in said
    assert f'git checkout {OLD} && make deploy ARGS="prod"' in said
    assert f"gh workflow run deploy.yml -f stack=prod -f revision={OLD}" in said


@pytest.mark.parametrize("history", [[], [update(HERE)]])
def test_a_first_deployment_has_nothing_to_go_back_to(
    programs: Programs,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    history: list[object],
) -> None:
    answer(programs, history)
    smoke(monkeypatch, 1)
    assert main(["deploy", "prod"]) == 1
    assert "There is no earlier deployment of prod with a known revision" in capsys.readouterr().err


def test_the_smoke_test_gets_the_profiles(programs: Programs, capfd: pytest.CaptureFixture[str]) -> None:
    programs.answer(
        "pulumi",
        (["history"], "not json", "", 1),
        (["up"], "", "", 0),
        (["output"], "", "no stack named 'prod' found", 255),
    )
    assert main(["deploy", "prod", *PROFILES]) == 1
    said = capfd.readouterr().err
    assert "no stack named 'prod' found" in said
    assert "STOPPED: the smoke test failed" in said
