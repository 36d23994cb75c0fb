"""What an SNS record says: a change of an alarm's state as CloudWatch publishes it, or any other text.

CloudWatch's message is a JSON object with `AlarmName`, `AlarmDescription` (null without one),
`AWSAccountId`, `NewStateValue`, `NewStateReason`, `StateChangeTime` and, for people, `Region`; see "Alarm
events and notifications" in its user guide. A composite alarm's has `AlarmRule` and `TriggeringChildren`
where a metric alarm's has `Trigger`. Texts are as long as PutMetricAlarm and SetAlarmState let them be.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

Severity = Literal["critical", "warning", "info"]
NAME, DESCRIPTION, REASON, STATE = 255, 1024, 1023, 32  # characters
LINK = re.compile(r"\b(Runbook|Dashboard): (https?://\S+)")
SENTENCE = re.compile(r"(?<=[.!?])\s")


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """`key` is one for all that is said of one incident, which is over when `resolved`.

    `details` and `links` are (label, value) in the order in which people want them.
    """

    key: str
    severity: Severity
    resolved: bool
    source: str
    title: str
    text: str
    at: str
    details: tuple[tuple[str, str], ...] = ()
    links: tuple[tuple[str, str], ...] = ()


def read(record: Mapping[str, Any]) -> Message:
    """The message of one record of Lambda's SNS event."""
    sns = record["Sns"]
    severity: Severity = "critical" if sns["TopicArn"].endswith("-critical") else "warning"
    alarm = _object(sns["Message"])
    if alarm.get("AlarmName") and alarm.get("NewStateValue"):
        return _of_alarm(alarm, sns["TopicArn"], severity)
    return Message(
        key=sns["MessageId"],
        severity="info",
        resolved=False,
        source=sns["TopicArn"],
        title=sns.get("Subject") or "Message",
        text=sns["Message"],
        at=sns["Timestamp"],
    )


def _of_alarm(alarm: Mapping[str, Any], topic_arn: str, severity: Severity) -> Message:
    def said(key: str, longest: int) -> str:
        return str(alarm.get(key) or "")[:longest]

    name, state = said("AlarmName", NAME), said("NewStateValue", STATE)
    # `Region` is a name for people, such as "EU (Frankfurt)"; an alarm notifies topics of its own region.
    partition, _, region, account, _ = topic_arn.split(":", 5)[1:]
    account = said("AWSAccountId", STATE) or account
    console = f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}"
    description = said("AlarmDescription", DESCRIPTION)
    meaning, more, *_ = [*SENTENCE.split(" ".join(LINK.sub("", description).split()), maxsplit=1), ""]
    resolved = state == "OK"
    word = "RESOLVED" if resolved else severity.upper() if state == "ALARM" else state
    return Message(
        key=f"arn:{partition}:cloudwatch:{region}:{account}:alarm:{name}",
        severity=severity,
        resolved=resolved,
        source=f"{account} {region}",
        title=": ".join(part for part in (word, name, meaning) if part),
        text=more,
        at=said("StateChangeTime", STATE),
        details=(
            ("Alarm", name),
            ("State", " -> ".join(filter(None, (said("OldStateValue", STATE), state)))),
            ("Reason", said("NewStateReason", REASON)),
            ("Account", f"{account} {region}"),
        ),
        links=(
            *LINK.findall(description),
            ("Alarm", f"{console}#alarmsV2:alarm/{quote(name, safe='')}"),
        ),
    )


def _object(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
