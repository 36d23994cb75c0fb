"""Fetching metrics: batches, pages, the cache, and what comes out."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from reports import history

DAY = date(2026, 3, 3)
MIDNIGHT = datetime(2026, 3, 3, tzinfo=UTC)
LATER = MIDNIGHT + timedelta(days=9)


def metric(name: str = "m", account: str | None = None, *statistics: str) -> dict[str, Any]:
    return {
        "namespace": "N",
        "metric": name,
        "dimensions": {"D": "1"},
        "account": account,
        "statistics": list(statistics or ("Sum",)),
    }


@pytest.fixture
def client() -> Any:
    return boto3.client("cloudwatch", "eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")


def kept_in(folder: Path) -> history.Cache:
    return history.Cache(folder=folder, reader="r")


class Counting:
    """A client that answers every query with one datapoint at 00:05 and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def get_paginator(self, name: str) -> "Counting":
        assert name == "get_metric_data"
        return self

    def paginate(self, **request: Any) -> Iterator[Any]:
        queries: list[dict[str, Any]] = request["MetricDataQueries"]
        self.asked.append([query["Id"] for query in queries])
        at = request["StartTime"] + timedelta(minutes=5)
        yield {
            "MetricDataResults": [
                {"Id": query["Id"], "Timestamps": [at], "Values": [7.0]} for query in queries
            ]
        }


def test_a_day_is_asked_for_by_the_minute_in_the_metric_s_account_and_read_page_by_page(
    client: Any, tmp_path: Path
) -> None:
    query = {
        "Id": "q0",
        "MetricStat": {
            "Metric": {"Namespace": "N", "MetricName": "m", "Dimensions": [{"Name": "D", "Value": "1"}]},
            "Period": 60,
            "Stat": "Sum",
        },
        "AccountId": "222222222222",
    }
    request = {
        "MetricDataQueries": [query],
        "StartTime": MIDNIGHT,
        "EndTime": MIDNIGHT + timedelta(days=1),
        "ScanBy": "TimestampAscending",
    }
    with Stubber(client) as stub:
        for page, token in ((3, "more"), (4, None)):
            answer: dict[str, Any] = {
                "MetricDataResults": [
                    {"Id": "q0", "Timestamps": [MIDNIGHT + timedelta(minutes=page)], "Values": [page]}
                ]
            }
            given = request if page == 3 else {**request, "NextToken": "more"}
            stub.add_response("get_metric_data", answer | ({"NextToken": token} if token else {}), given)
        found = history.fetch(
            client,
            [metric("m", "222222222222")],
            start=DAY,
            days=1,
            cache=kept_in(tmp_path),
            now=LATER,
        )
    assert found == {
        "start": "2026-03-03T00:00:00+00:00",
        "minutes": 1440,
        "metrics": [
            {
                "namespace": "N",
                "metric": "m",
                "dimensions": {"D": "1"},
                "account": "222222222222",
                "statistics": {"Sum": {"3": 3.0, "4": 4.0}},
            }
        ],
    }


def test_minutes_count_on_over_the_days(tmp_path: Path) -> None:
    found = history.fetch(Counting(), [metric()], start=DAY, days=2, cache=kept_in(tmp_path), now=LATER)
    assert found["metrics"][0]["statistics"] == {"Sum": {"5": 7.0, "1445": 7.0}}


def test_many_series_are_asked_for_in_batches(tmp_path: Path) -> None:
    client = Counting()
    wanted = [metric(f"m{i}", None, "Sum", "SampleCount") for i in range(40)]
    history.fetch(client, wanted, start=DAY, days=1, cache=kept_in(tmp_path), now=LATER)
    assert [len(ids) for ids in client.asked] == [60, 20]


def test_a_day_that_is_over_is_fetched_once(tmp_path: Path) -> None:
    first, second = Counting(), Counting()
    whole = history.fetch(first, [metric()], start=DAY, days=2, cache=kept_in(tmp_path), now=LATER)
    again = history.fetch(
        second,
        [metric(), metric("new")],
        start=DAY,
        days=2,
        cache=kept_in(tmp_path),
        now=LATER,
    )
    assert again["metrics"][0] == whole["metrics"][0]
    assert [len(ids) for ids in second.asked] == [1, 1]


def test_a_day_is_not_kept_before_late_metrics_have_come(tmp_path: Path) -> None:
    history.fetch(
        Counting(),
        [metric()],
        start=DAY,
        days=1,
        cache=kept_in(tmp_path),
        now=MIDNIGHT + timedelta(hours=26),
    )
    assert list(tmp_path.iterdir()) == []


def test_more_days_than_cloudwatch_keeps_minutes_for_are_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as error:
        history.main(["--queries", "q", "--out", str(tmp_path / "o"), "--days", "16"])
    assert error.value.code == 2


def test_the_command_writes_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Session:
        def __init__(self, profile_name: str | None) -> None:
            assert profile_name == "ops"

        def client(self, _service: str) -> Counting:
            return Counting()

    monkeypatch.setattr(boto3, "Session", Session)
    monkeypatch.setattr(history, "reader", lambda _: "somebody")
    queries, out = tmp_path / "queries.json", tmp_path / "out.json"
    queries.write_text(json.dumps([metric()]))
    arguments = [
        "--queries",
        queries,
        "--out",
        out,
        "--days",
        "2",
        "--cache",
        tmp_path / "c",
        "--profile",
        "ops",
    ]
    assert history.main([str(argument) for argument in arguments]) == 0
    assert 1440 - 5 <= json.loads(out.read_text())["minutes"] <= 2880


def test_an_aws_that_does_not_answer_exits_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    queries = tmp_path / "queries.json"
    queries.write_text("[]")
    arguments = [
        "--queries",
        queries,
        "--out",
        tmp_path / "o",
        "--profile",
        "no-such-profile",
        "--cache",
        tmp_path,
    ]
    assert history.main([str(argument) for argument in arguments]) == 1
    assert "CloudWatch did not answer" in capsys.readouterr().err


def test_what_has_yet_to_come_is_not_missing(tmp_path: Path) -> None:
    cache = kept_in(tmp_path)
    now = MIDNIGHT + timedelta(days=1, hours=2, minutes=7)
    found = history.fetch(Counting(), [metric()], start=DAY, days=2, cache=cache, now=now)
    assert (found["minutes"], found["metrics"][0]["statistics"]) == (
        1440 + 122,
        {"Sum": {"5": 7.0, "1445": 7.0}},
    )
    just_begun = history.fetch(Counting(), [metric()], start=DAY, days=1, cache=cache, now=MIDNIGHT)
    assert (just_begun["minutes"], just_begun["metrics"][0]["statistics"]) == (0, {"Sum": {}})


def test_the_days_of_another_reader_are_fetched_anew(tmp_path: Path) -> None:
    for reader in ("one", "two"):
        client = Counting()
        cache = history.Cache(folder=tmp_path, reader=reader)
        history.fetch(client, [metric()], start=DAY, days=1, cache=cache, now=LATER)
        assert len(client.asked) == 1


def session(monkeypatch: pytest.MonkeyPatch, region: str = "eu-west-1", **environment: str) -> boto3.Session:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return boto3.Session(region_name=region)


def test_a_reader_is_an_account_a_region_a_profile_and_an_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    first = history.reader(session(monkeypatch, AWS_ACCOUNT_ID="111111111111"))
    assert json.loads(first) == [
        "111111111111", "eu-west-1", "default", "https://monitoring.eu-west-1.amazonaws.com",
    ]  # fmt: skip
    elsewhere = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_ACCOUNT_ID": "111111111111"}
    others = {
        history.reader(session(monkeypatch, AWS_ACCOUNT_ID="222222222222")),
        history.reader(session(monkeypatch, "us-east-1", AWS_ACCOUNT_ID="111111111111")),
        history.reader(session(monkeypatch, **elsewhere)),
    }
    assert len(others - {first}) == 3


def test_where_nobody_names_the_account_the_key_stands_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCOUNT_ID", raising=False)
    found = history.reader(session(monkeypatch, AWS_ENDPOINT_URL="http://127.0.0.1:9"))
    assert json.loads(found)[0] == "AKIDEXAMPLE"
