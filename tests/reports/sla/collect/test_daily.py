"""What runs once a day: days go into the bucket once, heads out of it, and a report each month."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from reports.cli import main as reports
from reports.sla.collect import cli as collect
from reports.sla.collect.announcements import announced, announcement
from reports.sla.collect.bucket import Bucket
from reports.sla.collect.daily import Daily
from reports.sla.collect.day import Place
from reports.sla.collect.monthly import CHANGED, MOST_TOLD, Monthly, told
from reports.sla.evidence.chain import heads
from reports.sla.evidence.errors import EvidenceError
from reports.sla.evidence.verify import verify
from reports.sla.show.fleet import FleetReport
from tests.reports.sla.collect.cloud import WATCHED, Cloud

NAME = "evidence"
TOPIC = "arn:aws:sns:eu-central-1:222222222222:orders-prod-monitor-warn"


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    monkeypatch.setattr("reports.sla.collect.access_log.POLL_S", 0.0)
    with mock_aws():
        client = boto3.client("s3", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
        client.create_bucket(Bucket=NAME)
        yield Bucket.at(f"s3://{NAME}/prod/", client)


@pytest.fixture
def cloud() -> Cloud:
    return Cloud()


def daily(cloud: Cloud, bucket: Bucket, **changes: Any) -> Daily:
    account = cloud.account()
    place = Place(watched=WATCHED, monitor=account, service=account)
    return Daily(places=(place,), bucket=bucket, topic_arn=TOPIC, monthly=Monthly(), **changes)


def fired(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


def pulled(bucket: Bucket, root: Path) -> Any:
    bucket.pull(root, [place for place in bucket.places() if place.startswith(("chain/", "minutes/"))])
    return verify(root, wanted=lambda _, file: file.table == "minutes")


def test_the_day_before_goes_into_the_bucket_and_its_head_into_the_services_account(
    cloud: Cloud, bucket: Bucket, tmp_path: Path
) -> None:
    told = daily(cloud, bucket).run(fired(date(2026, 10, 6)))
    found = pulled(bucket, tmp_path)
    assert found.faults == ()
    assert told == {"2026-10-05": found.head}
    (put,) = cloud.requests("PutLogEvents")
    assert put["logGroupName"] == "/inference-watch/orders-prod/evidence-heads"
    (event,) = put["logEvents"]
    assert event == {
        "timestamp": int(fired(date(2026, 10, 6)).timestamp() * 1000),
        "message": f"2026-10-05 {found.head}",
    }
    assert heads([event["message"]]) == (found.head,)
    assert cloud.requests("Publish") == []


def test_the_topic_hears_of_each_head_if_it_is_to(cloud: Cloud, bucket: Bucket) -> None:
    run = daily(cloud, bucket, tell_heads=True).run
    run(fired(date(2026, 10, 6)))
    found = run(fired(date(2026, 10, 8)))
    subjects = [message["Subject"] for message in cloud.requests("Publish")]
    assert subjects == [f"Evidence of 2026-10-0{day}" for day in (5, 6, 7)]
    assert heads([cloud.requests("Publish")[-1]["Message"].splitlines()[0]]) == (found["2026-10-07"],)


def test_a_repeated_run_keeps_nothing_again_and_a_late_one_what_is_missing(
    cloud: Cloud, bucket: Bucket, tmp_path: Path
) -> None:
    run = daily(cloud, bucket).run
    first = run(fired(date(2026, 10, 6)))
    # It may have been broken off before the head was handed out.
    assert run(fired(date(2026, 10, 6))) == first
    assert len(cloud.requests("PutLogEvents")) == 2
    assert list(run(fired(date(2026, 10, 9)))) == ["2026-10-06", "2026-10-07", "2026-10-08"]
    found = pulled(bucket, tmp_path)
    assert (found.faults, found.never_kept, len(found.links)) == ((), (), 4)


def test_days_whose_minutes_are_gone_are_left_out_and_named(
    cloud: Cloud, bucket: Bucket, tmp_path: Path
) -> None:
    run = daily(cloud, bucket).run
    run(fired(date(2026, 10, 2)))
    heads = run(fired(date(2026, 10, 20)))
    assert (min(heads), max(heads), len(heads)) == ("2026-10-06", "2026-10-19", 14)
    never = [str(day) for day in pulled(bucket, tmp_path).never_kept]
    assert never == ["2026-10-02", "2026-10-03", "2026-10-04", "2026-10-05"]


def test_a_broken_off_day_is_kept_again_and_a_kept_day_is_never_replaced(
    cloud: Cloud, bucket: Bucket, tmp_path: Path
) -> None:
    left = tmp_path / "left"
    left.write_text("half")
    bucket.put("minutes/service=orders-prod/day=2026-10-05/data.parquet", left)
    daily(cloud, bucket).run(fired(date(2026, 10, 6)))
    assert pulled(bucket, tmp_path / "evidence").faults == ()
    with pytest.raises(
        EvidenceError, match=r"chain/2026-10-05\.json is there already, and a day is kept once"
    ):
        bucket.push_day(tmp_path / "evidence")


def test_on_the_first_of_a_month_the_month_before_is_reported_and_told(cloud: Cloud, bucket: Bucket) -> None:
    run = daily(cloud, bucket).run
    run(fired(date(2026, 9, 29)))
    told = run(fired(date(2026, 10, 1)))
    assert told["verdict"] == "not provable"  # nothing was there
    assert list(told) == ["2026-09-29", "2026-09-30", "verdict"]
    pages = set(bucket.places("reports/"))
    assert {"reports/2026-09/index.html", "reports/2026-09/services/orders-prod.json"} <= pages
    kind = bucket.client.head_object(Bucket=NAME, Key="prod/reports/2026-09/index.html")["ContentType"]
    assert kind == "text/html; charset=utf-8"
    (message,) = cloud.requests("Publish")
    assert (message["TopicArn"], message["Subject"]) == (TOPIC, "SLA 2026-09: not provable")
    assert told["2026-09-30"] in message["Message"]
    assert "s3://evidence/prod/reports/2026-09/index.html" in message["Message"]


def test_changed_evidence_is_told_and_not_reported_on(cloud: Cloud, bucket: Bucket, tmp_path: Path) -> None:
    run = daily(cloud, bucket).run
    run(fired(date(2026, 9, 29)))
    changed = tmp_path / "changed"
    changed.write_text("else")
    bucket.put("minutes/service=orders-prod/day=2026-09-28/data.parquet", changed)
    for number, day in enumerate((date(2026, 10, 1), date(2026, 10, 2)), 1):  # until it is mended
        assert run(fired(day))["verdict"] == CHANGED
        messages = cloud.requests("Publish")
        assert len(messages) == number
        assert messages[-1]["Subject"] == "SLA 2026-09: the evidence was changed"
        assert "day=2026-09-28/data.parquet is not what was kept" in messages[-1]["Message"]
    assert list(bucket.places("reports/")) == []


def test_a_report_is_made_once_and_made_up_for_where_the_first_of_the_month_was_missed(
    cloud: Cloud, bucket: Bucket
) -> None:
    run = daily(cloud, bucket).run
    run(fired(date(2026, 9, 29)))
    assert "verdict" in run(fired(date(2026, 10, 3)))
    assert "verdict" not in run(fired(date(2026, 10, 4)))
    assert len(cloud.requests("Publish")) == 1


def test_a_month_of_which_nothing_was_kept_is_not_reported(cloud: Cloud, bucket: Bucket) -> None:
    assert list(daily(cloud, bucket).run(fired(date(2026, 10, 2)))) == ["2026-10-01"]
    assert list(bucket.places("reports/")) == []


def test_a_month_of_the_contract_that_ends_after_midnight_utc_waits_for_the_day_that_it_ends_in(
    cloud: Cloud, bucket: Bucket
) -> None:
    run = replace(daily(cloud, bucket), monthly=Monthly(timezone="America/Los_Angeles")).run
    run(fired(date(2026, 9, 29)))
    assert "verdict" not in run(fired(date(2026, 10, 1)))  # there it is still September
    assert "verdict" in run(fired(date(2026, 10, 2)))
    assert any(bucket.places("reports/2026-09/index.html"))


def test_without_a_monthly_report_only_days_are_kept(cloud: Cloud, bucket: Bucket) -> None:
    run = replace(daily(cloud, bucket), monthly=None).run
    run(fired(date(2026, 9, 29)))
    assert list(run(fired(date(2026, 10, 1)))) == ["2026-09-29", "2026-09-30"]


def test_a_fleets_message_names_the_worst_and_stays_short(cloud: Cloud, bucket: Bucket) -> None:
    run = daily(cloud, bucket).run
    run(fired(date(2026, 9, 30)))
    whole = FleetReport.model_validate_json(
        bucket.client.get_object(Bucket=NAME, Key="prod/reports/2026-09/index.json")["Body"].read()
        if run(fired(date(2026, 10, 1)))
        else b""
    )
    many = whole.model_copy(update={"services": whole.services * (MOST_TOLD + 7)})
    text = told(many, "s3://x")
    assert text.count("orders-prod: not provable.") == MOST_TOLD
    assert "7 more are on the pages." in text
    assert len(text.encode()) < 256 * 1024


def test_an_announcement_is_dated_by_the_buckets_own_clock(bucket: Bucket, tmp_path: Path) -> None:
    today = datetime.now(UTC)
    begins, ends = today + timedelta(days=2), today + timedelta(days=2, hours=1)
    told = {"begins_at": begins.isoformat(), "ends_at": ends.isoformat(), "notice": "larger instances"}
    for name, text in (("a.json", json.dumps(told)), ("b.json", "{}"), ("c.json", "no")):
        path = tmp_path / name
        path.write_text(text)
        bucket.put(f"announcements/orders-prod/{name}", path)
    found = announced(bucket, "orders-prod", today.date())
    assert [(one["begins_at"], one["ends_at"], one["notice"]) for one in found] == [
        (begins, ends, "larger instances")
    ]
    assert abs(found[0]["announced_at"] - today) < timedelta(minutes=5)
    assert announced(bucket, "orders-prod", today.date() - timedelta(days=1)) == []


@pytest.mark.parametrize(
    "told",
    [
        {"begins_at": "2026-10-05T02:00:00", "ends_at": "2026-10-05T03:00:00+00:00"},
        {"begins_at": "2026-10-05T03:00:00+00:00", "ends_at": "2026-10-05T03:00:00+00:00"},
        {"begins_at": 5, "ends_at": 6},
        {"begins_at": "soon", "ends_at": "later"},
        [],
    ],
)
def test_what_is_no_announcement_is_refused(told: Any) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        announcement(json.dumps(told).encode())


def test_an_address_without_a_bucket_is_refused() -> None:
    with pytest.raises(EvidenceError, match="names no bucket"):
        Bucket.at("s3://", None)
    assert Bucket.at("s3://a/b/c/", None).prefix == "b/c/"
    assert Bucket.at("s3://a", None).prefix == ""


def test_an_object_outside_of_the_evidence_is_not_taken(bucket: Bucket, tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="lies outside of the evidence"):
        bucket.pull(tmp_path / "evidence", ["../x"])


def test_a_bucket_is_reported_on_and_verified_as_a_folder_is(
    cloud: Cloud,
    bucket: Bucket,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    daily(cloud, bucket).run(fired(date(2026, 10, 6)))
    monkeypatch.setattr(
        "reports.sla.collect.bucket.opened", lambda address, _: Bucket.at(address, bucket.client)
    )
    address = f"s3://{NAME}/prod"
    day = ("--from", "2026-10-05", "--to", "2026-10-05", "--out", str(tmp_path))
    watched = tmp_path / "watched.json"
    watched.write_text(WATCHED.model_dump_json())
    monkeypatch.setattr(collect, "opened", lambda address, _: Bucket.at(address, bucket.client))
    monkeypatch.setattr("boto3.Session", lambda **_: cloud.account().session)
    words = ["--watched", str(watched), "--evidence", address]
    assert collect.main(words, now=fired(date(2026, 10, 7))) == 0
    assert capsys.readouterr().out.startswith("2026-10-06 ")
    with pytest.raises(SystemExit):
        collect.main([*words, "--from", "2026-10-01"])
    with pytest.raises(SystemExit):
        collect.main(["--watched", str(watched), "--topic", TOPIC])
    assert reports(["sla", "--evidence", address, *day]) == 0
    assert json.loads((tmp_path / "index.json").read_text())["services"][0]["service"] == "orders-prod"
    assert reports(["sla", "--evidence", address, "--verify"]) == 0
    assert "are what was kept" in capsys.readouterr().out
    (kept, *_) = bucket.places("minutes/")
    bucket.client.put_object(Bucket=NAME, Key=f"prod/{kept}.more", Body=b"")
    assert reports(["sla", "--evidence", address, "--verify"]) == 3
    assert f"{kept}.more is in no link" in capsys.readouterr().out
    bucket.client.delete_object(Bucket=NAME, Key=f"prod/{kept}")
    assert reports(["sla", "--evidence", address, "--verify"]) == 3
    assert f"{kept} is missing" in capsys.readouterr().out
    assert reports(["sla", "--evidence", address, *day]) == 2
    assert f"{kept} is missing" in capsys.readouterr().err
    assert reports(["sla", "--evidence", "s3://no-such-bucket-of-ours", "--verify"]) == 2
    assert "s3://no-such-bucket-of-ours cannot be read" in capsys.readouterr().err
