"""The command: stacks in, lines and an exit code out."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import monitoring.cli
from reports.drill import command
from reports.stacks import StackError
from tests.reports.drill.account import MAIL, Account, arn, subscription

OUTPUTS = {"topics": {"warn": arn("warn"), "critical": arn("critical")}}


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Account:
    """Both stacks of a pair have the same topics here; a Pulumi CLI prints `STACK.json`."""
    cli = tmp_path / "pulumi"
    cli.write_text(f'#!/bin/sh\nexec cat "{tmp_path}/$5.json"\n')
    cli.chmod(0o755)
    for stack in ("prod", "prod-monitor"):
        (tmp_path / f"{stack}.json").write_text(json.dumps(OUTPUTS))
    (tmp_path / "old.json").write_text('{"watched": {}}')
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    found = Account()
    monkeypatch.setattr("time.sleep", found.sleep)

    def session(region: str, profile: str | None, account_id: str, option: str) -> Any:
        assert region == "eu-central-1"
        if profile == "wrong":
            raise StackError(f"the account is {account_id}, but these credentials are for 9; set {option}.")
        return found

    class Clock:
        @staticmethod
        def now(_zone: object) -> Any:
            return found.now

    monkeypatch.setattr(command, "session", session)
    monkeypatch.setattr(command, "datetime", Clock)
    return found


def drill(*arguments: str) -> int:
    return monitoring.cli.main(["drill", "--stack", "prod", *arguments])


def test_a_sound_pair_ends_with_0_and_says_what_arrived(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    account.counted_after = timedelta(0)
    account.subscriptions["critical"] = [MAIL, subscription("sms", "+49123456789")]
    assert drill("--list") == 0
    assert (
        "svc-prod-critical\n    email      o...@example.com: confirmed\n    sms        ...89: confirmed\n"
        in (capsys.readouterr().out)
    )
    assert account.changes == []


@pytest.mark.parametrize(
    ("subscriptions", "code", "line"),
    [
        ({"warn": [MAIL], "critical": []}, 1, "  FAILED  NOBODY IS PAGED"),
        ({"warn": [], "critical": [MAIL]}, 3, "  ?       nobody hears of warnings"),
        ({"warn": [], "critical": []}, 1, "    no subscriber\n"),
        (
            {"warn": [subscription("email", "a@b.example", confirmed=False)], "critical": [MAIL]},
            1,
            "    email      a...@b.example: UNCONFIRMED\n",
        ),
    ],
)
def test_the_exit_code_tells_a_fault_from_a_doubt(
    account: Account,
    subscriptions: dict[str, list[dict[str, str]]],
    code: int,
    line: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    account.subscriptions = subscriptions
    assert drill("--list") == code
    assert line in capsys.readouterr().out


def test_a_drill_says_what_was_published_and_delivered(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    account.counted_after = timedelta(minutes=60)
    assert drill("--wait", "0.1") == 3
    out = capsys.readouterr()
    assert "svc-prod-warn: 2 of 2 messages published, 0 of 2 deliveries\n" in out.out
    assert "  ?       counted so far are 0 of 2 deliveries" in out.out
    assert out.err.startswith("4 drill alarms are in ALARM\n")


def test_what_keeps_it_from_being_made_is_told_with_2(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments, said in (
        (["--monitor-stack", "nowhere"], "--stack nowhere` failed"),
        (["--monitor-stack", "old"], "a stack has no output 'topics'; run `pulumi up`"),
        (["--monitor-profile", "wrong"], "set --monitor-profile"),
        (["--service-profile", "wrong"], "set --service-profile"),
    ):
        assert drill(*arguments) == 2
        assert said in capsys.readouterr().err
    assert account.changes == []


def test_another_command_and_none_say_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert monitoring.cli.main([]) == 2
    assert monitoring.cli.main(["drlil"]) == 2
    assert "'drlil' is no command" in capsys.readouterr().err
    assert monitoring.cli.main(["--help"]) == 0
    assert "drill " in capsys.readouterr().out
