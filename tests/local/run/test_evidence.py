"""Evidence on both accounts: the deployed collector keeps a day, hands out its head, reports on a month."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from local.emulator import MONITOR_ACCOUNT, SERVICE_ACCOUNT
from monitoring.watched import Watched
from reports.sla.collect.bucket import Bucket
from reports.sla.collect.daily import Daily
from reports.sla.collect.deployed import Settings, daily
from reports.sla.evidence.chain import heads
from reports.sla.evidence.verify import verify
from tests.local.deployed import Stacks

BUCKET = f"inference-dev-evidence-{MONITOR_ACCOUNT}"
HEADS = "/inference-watch/inference-dev/evidence-heads"
WARN = f"arn:aws:sns:eu-central-1:{MONITOR_ACCOUNT}:inference-dev-monitor-warn"


def handed_out(stacks: Stacks) -> tuple[str, ...]:
    logs = stacks.emulator.client("logs", SERVICE_ACCOUNT)
    return tuple(event["message"] for event in logs.filter_log_events(logGroupName=HEADS)["events"])


@pytest.fixture
def collector(stacks: Stacks, monkeypatch: pytest.MonkeyPatch) -> Daily:
    """The collector's parts with a session of its own role, whose trust is widened to its account."""
    iam = stacks.emulator.client("iam", MONITOR_ACCOUNT)
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"AWS": f"arn:aws:iam::{MONITOR_ACCOUNT}:root"},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam.update_assume_role_policy(RoleName="inference-dev-evidence", PolicyDocument=document)
    given = stacks.emulator.client("sts", MONITOR_ACCOUNT).assume_role(
        RoleArn=f"arn:aws:iam::{MONITOR_ACCOUNT}:role/inference-dev-evidence", RoleSessionName="test"
    )["Credentials"]
    environment = {
        "AWS_ENDPOINT_URL": stacks.emulator.url,
        "AWS_DEFAULT_REGION": stacks.emulator.region,
        "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
        "AWS_SESSION_TOKEN": given["SessionToken"],
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings = Settings(
        bucket=BUCKET, collector="test", topic_arn=WARN, tell_heads=True, report=True, timezone="UTC"
    )
    return daily(settings, (Watched.model_validate(stacks.service.outputs["watched"], strict=False),))


def test_the_collector_keeps_yesterday_and_its_head_leaves_the_account(
    stacks: Stacks, tmp_path: Path
) -> None:
    answer = stacks.emulator.client("lambda", MONITOR_ACCOUNT).invoke(
        FunctionName="inference-dev-evidence", Qualifier="live", Payload=b"{}"
    )
    told = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, told
    day, head = next(iter(told.items()))
    assert f"{day} {head}" in handed_out(stacks)
    bucket = Bucket(client=stacks.emulator.client("s3", MONITOR_ACCOUNT), name=BUCKET)
    bucket.pull(tmp_path, [place for place in bucket.places() if f"{day}" in place])
    found = verify(tmp_path, heads=heads([f"{day} {head}"]))
    assert (found.faults, found.head_confirmed) == ((), True)
    assert any(
        point["metric"] == "EvidenceKept" and point["dimensions"] == {"Collector": "inference-dev-evidence"}
        for point in stacks.emulator.datapoints(MONITOR_ACCOUNT)
    )
    place = f"chain/{day}.json"
    kept = bucket.client.get_object_retention(Bucket=BUCKET, Key=place)["Retention"]
    assert kept["Mode"] == "GOVERNANCE"
    assert kept["RetainUntilDate"] > datetime.now(UTC) + timedelta(days=399)
    version = bucket.client.head_object(Bucket=BUCKET, Key=place)["VersionId"]
    with pytest.raises(ClientError, match="AccessDenied"):
        bucket.client.delete_object(Bucket=BUCKET, Key=place, VersionId=version)


def test_on_the_first_of_a_month_the_report_lies_beside_the_evidence_and_the_topic_is_told(
    stacks: Stacks, collector: Daily
) -> None:
    today = datetime.now(UTC).date()
    first = _month_after(_month_after(today))  # so that its last 14 days are none of those of other tests
    queue = _hears(stacks)
    at = datetime(first.year, first.month, first.day, 4, tzinfo=UTC)
    minutes = [at - timedelta(hours=10, minutes=number) for number in range(10)]
    metrics = {"CanaryAttempts": minutes, "CanarySuccess": minutes[2:], "CanaryFailure": minutes[:2]}
    stacks.emulator.client("cloudwatch", MONITOR_ACCOUNT).put_metric_data(
        Namespace="InferenceWatch",
        MetricData=[
            {
                "MetricName": name,
                "Dimensions": [{"Name": "Service", "Value": "inference-dev"}],
                "Timestamp": minute,
                "Value": 1,
            }
            for name, them in metrics.items()
            for minute in them
        ],
    )
    told = collector.run(at)
    verdict = told.pop("verdict")
    assert [f"{day} {head}" for day, head in told.items()] == list(handed_out(stacks))[-len(told) :]
    s3 = stacks.emulator.client("s3", MONITOR_ACCOUNT)
    place = f"reports/{at - timedelta(days=1):%Y-%m}"
    found = json.loads(
        s3.get_object(Bucket=BUCKET, Key=f"{place}/services/inference-dev.json")["Body"].read()
    )
    assert (found["probes"]["total"], found["probes"]["failed"]) == (10, 2)
    assert found["proof"]["head"] == list(told.values())[-1]
    assert (
        s3.head_object(Bucket=BUCKET, Key=f"{place}/index.html")["ContentType"] == "text/html; charset=utf-8"
    )
    messages = _received(stacks, queue)
    assert [message["Subject"] for message in messages] == [
        *(f"Evidence of {day}" for day in told),
        f"SLA {at - timedelta(days=1):%Y-%m}: {verdict}",
    ]
    assert f"s3://{BUCKET}/{place}/index.html" in messages[-1]["Message"]


def test_the_collectors_role_can_delete_nothing_and_announce_nothing(collector: Daily) -> None:
    client = collector.bucket.client
    client.put_object(Bucket=BUCKET, Key="reports/tried", Body=b"", ChecksumAlgorithm="SHA256")
    with pytest.raises(ClientError, match="AccessDenied"):
        client.delete_object(Bucket=BUCKET, Key="reports/tried")
    with pytest.raises(ClientError, match="AccessDenied"):
        client.put_object(Bucket=BUCKET, Key="announcements/inference-dev/a.json", Body=b"{}")
    service = collector.places[0].service.session
    with pytest.raises(ClientError, match="AccessDenied"):
        service.client("logs").delete_log_group(logGroupName=HEADS)
    with pytest.raises(ClientError, match="AccessDenied"):
        service.client("apigateway").get_api_keys(includeValues=True)


def _month_after(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _hears(stacks: Stacks) -> str:
    """A queue that is subscribed to the topic of warnings."""
    client = stacks.emulator.client("sqs", MONITOR_ACCOUNT)
    queue = client.create_queue(QueueName="evidence-hears")["QueueUrl"]
    arn = f"arn:aws:sqs:{stacks.emulator.region}:{MONITOR_ACCOUNT}:evidence-hears"
    statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    client.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    stacks.emulator.client("sns", MONITOR_ACCOUNT).subscribe(TopicArn=WARN, Protocol="sqs", Endpoint=arn)
    return str(queue)


def _received(stacks: Stacks, queue: str) -> list[dict[str, str]]:
    client, found = stacks.emulator.client("sqs", MONITOR_ACCOUNT), []
    while messages := client.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            found.append(json.loads(message["Body"]))
            client.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return sorted(found, key=lambda message: message["Timestamp"])
