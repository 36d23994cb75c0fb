"""Service, monitor, smoke test; whatever fails stops it, says what holds and what goes back."""

import subprocess
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


head = deploy.head  # before it is replaced


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deploy, "head", lambda: HERE)


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
    (
        (1, 0, 0),
        1,
        "the update of prod failed",
        "The monitor stack was not touched: it watches what is there.",
    ),
    (
        (0, 1, 0),
        2,
        "the update of prod-monitor failed",
        "The service stack is the new one, watched by the monitor stack of before.",
    ),
    (
        (0, 0, 1),
        2,
        "the smoke test failed",
        "Both stacks are the new ones, and customers may be served wrongly.",
    ),
]


@pytest.mark.parametrize("failing", FAILING)
def test_whatever_fails_stops_it_and_names_the_command_that_goes_back(
    programs: Programs,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    failing: tuple[tuple[int, int, int], int, str, str],
) -> None:
    (service, monitor, tried), deployed, why, holds = failing
    answer(programs, HISTORY, service=service, monitor=monitor)
    smoke(monkeypatch, tried)
    assert main(["deploy", "prod", "--monitor-profile", "m"]) == 1
    assert len(ups(programs)) == deployed
    told = capsys.readouterr().err.partition("STOPPED: ")[2].splitlines()
    assert told[0].startswith(why)
    assert told[1:] == [
        holds,
        f"Go back to what was deployed before, {OLD}:",
        f'  git checkout {OLD} && make deploy ARGS="prod --monitor-profile m"',
        f"or, in GitHub: gh workflow run deploy.yml -f stack=prod -f revision={OLD}",
    ]


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


@pytest.mark.parametrize(("options", "given"), [([], []), (PROFILES, PROFILES), (PROFILES[2:], PROFILES[2:])])
def test_the_smoke_test_tries_this_pair(
    programs: Programs, monkeypatch: pytest.MonkeyPatch, options: list[str], given: list[str]
) -> None:
    answer(programs, HISTORY)
    programs.answer("python", ([], "", "", 0))
    monkeypatch.setattr("sys.executable", str(programs.folder / "python"))
    assert main(["deploy", "prod", *options]) == 0
    assert [words for name, words, *_ in programs.calls if name == "python"] == [
        ["-m", "reports", "smoke", "prod", *given]
    ]
    asked = [words for _, words, *_ in programs.calls if "history" in words]
    assert [words[:7] for words in asked] == [
        ["stack", "history", "--json", "--page-size", "50", "--page", "1"]
    ]


def test_what_is_deployed_now_is_the_commit_of_the_folder() -> None:
    words = ["git", "log", "-1", "--format=%H"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603
    assert head() == done.stdout.strip()
