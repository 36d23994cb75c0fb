"""Alarm mute rules in the emulator: as they were put, and muting while they are active."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.emulator import MONITOR_ACCOUNT, SERVICE_ACCOUNT, Emulator
from local.run.watching import mute_rules


def entry(expression: str, *alarms: str) -> dict[str, Any]:
    schedule = {"Expression": expression, "Duration": "PT1H", "Timezone": "UTC"}
    return {"Name": "planned", "Rule": {"Schedule": schedule}, "MuteTargets": {"AlarmNames": [*alarms]}}


def once(offset: timedelta) -> str:
    return f"at({datetime.now(UTC) + offset:%Y-%m-%dT%H:%M})"


@pytest.fixture
def client(emulator: Emulator) -> Iterator[Any]:
    found = emulator.client("cloudwatch", SERVICE_ACCOUNT)
    yield found
    found.delete_alarm_mute_rule(AlarmMuteRuleName="planned")


def test_a_rule_reads_back_as_it_was_put_in_its_own_account(client: Any, emulator: Emulator) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    client.put_alarm_mute_rule(**entry("cron(0 2 * * SUN)", "a", "b"), Description="Upgrade")
    found = client.get_alarm_mute_rule(AlarmMuteRuleName="planned")
    assert {key: found[key] for key in ("Name", "Description", "Rule", "MuteTargets", "MuteType")} == {
        **entry("cron(0 2 * * SUN)", "a", "b"),
        "Description": "Upgrade",
        "MuteType": "RECURRING",
    }
    assert before <= found["LastUpdatedTimestamp"] <= datetime.now(UTC) + timedelta(seconds=1)
    (rule,) = mute_rules(client)
    assert (rule.name, rule.targets) == ("planned", frozenset({"a", "b"}))
    assert mute_rules(emulator.client("cloudwatch", MONITOR_ACCOUNT)) == []
    assert client.list_alarm_mute_rules(AlarmName="c")["AlarmMuteRuleSummaries"] == []
    client.delete_alarm_mute_rule(AlarmMuteRuleName="planned")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.get_alarm_mute_rule(AlarmMuteRuleName="planned")


def test_what_aws_refuses_is_refused(client: Any) -> None:
    with pytest.raises(ClientError, match="Expression"):
        client.put_alarm_mute_rule(**entry("rate(1 day)", "a"))


@pytest.mark.parametrize(
    ("offset", "status", "acted"),
    [
        (timedelta(minutes=-5), "ACTIVE", 0),
        (timedelta(minutes=5), "SCHEDULED", 1),
        (timedelta(hours=-2), "SCHEDULED", 1),
    ],
)
def test_while_it_is_active_its_alarms_act_on_no_change_of_state(
    client: Any, emulator: Emulator, offset: timedelta, status: str, acted: int
) -> None:
    topic = emulator.client("sns", SERVICE_ACCOUNT).create_topic(Name="muted-topic")["TopicArn"]
    name = f"muted-{offset.total_seconds():.0f}"
    client.put_metric_alarm(
        AlarmName=name,
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=1,
        Namespace="N",
        MetricName="M",
        Period=60,
        Threshold=1.0,
        Statistic="Sum",
        AlarmActions=[topic],
        OKActions=[topic],
    )
    client.put_alarm_mute_rule(**entry(once(offset), name))
    assert client.get_alarm_mute_rule(AlarmMuteRuleName="planned")["Status"] == status
    for asked in ("ACTIVE", "SCHEDULED"):
        found = client.list_alarm_mute_rules(Statuses=[asked])["AlarmMuteRuleSummaries"]
        assert [each["AlarmMuteRuleArn"].rpartition(":")[2] for each in found] == ["planned"] * (
            asked == status
        )
    for state in ("ALARM", "OK"):
        client.set_alarm_state(AlarmName=name, StateValue=state, StateReason="a test")
    history = client.describe_alarm_history(AlarmName=name)["AlarmHistoryItems"]
    kinds = [item["HistoryItemType"] for item in history]
    assert kinds.count("Action") == 2 * acted
