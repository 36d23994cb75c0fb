"""What an SNS record says: a change of an alarm's state as CloudWatch publishes it, or any other text.

CloudWatch's message is a JSON object with `AlarmName`, `AlarmDescription` (null without one),
`AWSAccountId`, `NewStateValue`, `NewStateReason`, `StateChangeTime` and, for people, `Region`; see "Alarm
events and notifications" in its user guide.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

Severity = Literal["critical", "warning", "info"]
LEVELS: Mapping[str, Severity] = {"critical": "critical", "warn": "warning"}  # by the end of a topic's name
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
    severity = LEVELS.get(sns["TopicArn"].rpartition("-")[2], "warning")
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
    name, state = str(alarm["AlarmName"]), str(alarm["NewStateValue"])
    # `Region` is a name for people, such as "EU (Frankfurt)"; an alarm notifies topics of its own region.
    partition, _, region, account, _ = topic_arn.split(":", 5)[1:]
    account = str(alarm.get("AWSAccountId") or account)
    console = f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}"
    description = str(alarm.get("AlarmDescription") or "")
    meaning, *more = SENTENCE.split(" ".join(LINK.sub("", description).split()), maxsplit=1)
    resolved = state == "OK"
    word = "RESOLVED" if resolved else severity.upper() if state == "ALARM" else state
    return Message(
        key=f"arn:{partition}:cloudwatch:{region}:{account}:alarm:{name}",
        severity=severity,
        resolved=resolved,
        source=f"{account} {region}",
        title=": ".join(part for part in (word, name, meaning) if part),
        text=" ".join(more),
        at=str(alarm.get("StateChangeTime") or ""),
        details=(
            ("Alarm", name),
            ("State", " -> ".join(filter(None, (str(alarm.get("OldStateValue") or ""), state)))),
            ("Reason", str(alarm.get("NewStateReason") or "")),
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
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
