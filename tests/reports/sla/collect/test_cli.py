"""`python -m reports sla collect` as people call it."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from reports.sla.collect import cli
from reports.sla.collect.accounts import Account, service_account
from reports.sla.evidence.chain import links
from tests.reports.sla.collect.cloud import DAY, NOW, WATCHED, Cloud


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Cloud:
    made = Cloud()
    monkeypatch.setattr("boto3.Session", lambda **_: made.account().session)
    monkeypatch.setattr("reports.sla.collect.access_log.POLL_S", 0.0)
    return made


@pytest.fixture
def watched(tmp_path: Path) -> Path:
    path = tmp_path / "watched.json"
    path.write_text(WATCHED.model_dump_json())
    return path


def run(*words: object, now: Any = NOW) -> int:
    return cli.main([str(word) for word in words], now=now)


def test_yesterday_is_kept_and_its_head_printed(
    cloud: Cloud, watched: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--watched", watched, "--evidence", tmp_path / "evidence") == 0
    day, head = capsys.readouterr().out.split()
    assert (day, len(head)) == (str(DAY), 64)
    assert cloud.requests("GetMetricData")
    assert run("--watched", watched, "--evidence", tmp_path / "evidence") == 0
    assert capsys.readouterr().out == ""


def test_days_that_are_kept_are_left_out(cloud: Cloud, watched: Path, tmp_path: Path) -> None:
    root, before = tmp_path / "evidence", DAY - timedelta(days=2)
    assert run("--watched", watched, "--evidence", root, "--from", before, "--to", before) == 0
    assert run("--watched", watched, "--evidence", root, "--from", before) == 0
    assert [link.day for link in links(root)] == [before, DAY - timedelta(days=1), DAY]
    assert len(cloud.requests("GetRestApis")) == 3


def test_a_role_is_assumed_in_the_services_own_account(cloud: Cloud, watched: Path, tmp_path: Path) -> None:
    cloud.credentials = {"AccessKeyId": "a", "SecretAccessKey": "s", "SessionToken": "t"}
    words = (
        "--watched",
        watched,
        "--evidence",
        tmp_path / "evidence",
        "--service-role",
        "inference-evidence",
    )
    assert run(*words) == 0
    assert cloud.requests("AssumeRole") == [
        {
            "RoleArn": "arn:aws:iam::111111111111:role/inference-evidence",
            "RoleSessionName": "inference-watch-evidence",
        }
    ]


def test_an_account_by_its_profile_assumes_nothing(cloud: Cloud) -> None:
    monitor = Account(session=cloud.account().session)
    service_account(monitor, "eu-central-1", profile=None, role_arn=None)
    assert cloud.asked == []


@pytest.mark.usefixtures("cloud")
@pytest.mark.parametrize(
    ("words", "content", "told"),
    [
        ((), "{", "watched.json is not JSON"),
        ((), "{}", "validation error"),
        (("--to", "2026-10-06"), None, "2026-10-06 is not whole before 2026-10-07 03:00 UTC"),
        (("--from", "2026-09-01"), None, "2026-09-01 is over 15 days old"),
    ],
)
def test_what_cannot_be_collected_is_told_without_a_traceback(
    words: tuple[str, ...], content: str | None, told: str, watched: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if content:
        watched.write_text(content)
    assert run("--watched", watched, "--evidence", watched.parent / "evidence", *words) == 2
    assert told in capsys.readouterr().err


def test_what_aws_refuses_is_told_and_the_days_before_stay_kept(
    cloud: Cloud, watched: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "evidence"
    cloud.refused = "GetUsage"
    assert run("--watched", watched, "--evidence", root) == 1
    told = capsys.readouterr().err
    assert "AWS could not be asked" in told
    assert "AccessDenied" in told
    assert not root.exists()


def test_several_services_are_kept_together(cloud: Cloud, tmp_path: Path) -> None:
    path, root = tmp_path / "watched.json", tmp_path / "evidence"
    both = [
        WATCHED.model_copy(update={"name": name}).model_dump(mode="json")
        for name in ("orders-prod", "b-prod")
    ]
    path.write_text(json.dumps(both))
    assert run("--watched", path, "--evidence", root) == 0
    (link,) = links(root)
    assert list(link.promises) == ["b-prod", "orders-prod"]
    assert cloud.requests("GetRestApis")
