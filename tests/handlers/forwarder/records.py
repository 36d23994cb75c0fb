"""SNS records as Lambda gets them, with CloudWatch's messages as AWS documents them."""

import json
from typing import Any

ACCOUNT, REGION = "222222222222", "eu-central-1"
NAME = "inference-prod-monitor-page-api-down"
ARN = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{NAME}"
RUNBOOK = "https://example.com/runbook#page-api-down"
DASHBOARD = f"https://{REGION}.console.aws.amazon.com/cloudwatch/home?region={REGION}#dashboards/dashboard/x"
DESCRIPTION = (
    "The API is down: no request from outside was answered rightly. Nothing mutes it."
    f" Runbook: {RUNBOOK} Dashboard: {DASHBOARD}"
)


def topic(level: str) -> str:
    return f"arn:aws:sns:{REGION}:{ACCOUNT}:inference-prod-monitor-{level}"


def alarm(state: str = "ALARM", **changed: Any) -> dict[str, Any]:
    """CloudWatch's message."""
    return {
        "AlarmName": NAME,
        "AlarmDescription": DESCRIPTION,
        "AWSAccountId": ACCOUNT,
        "NewStateValue": state,
        "NewStateReason": "its rule is true",
        "StateChangeTime": "2026-11-27T17:00:00.000+0000",
        "Region": "EU (Frankfurt)",
        "AlarmArn": ARN,
        "OldStateValue": "OK" if state == "ALARM" else "ALARM",
        "AlarmRule": 'ALARM("x")',
        **changed,
    }


def composite() -> dict[str, Any]:
    """CloudWatch's message of a composite alarm."""
    child = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:inference-prod-monitor-canary-success"
    return alarm(
        NewStateReason=f"{child} transitioned to ALARM at Friday 27 November, 2026 17:00:00 UTC",
        AlarmRule=f'ALARM("{child}") AND NOT ALARM("x")',
        TriggeringChildren=[{"Arn": child, "State": {"Value": "ALARM", "Timestamp": "2026-11-27T17:00:00Z"}}],
    )


def record(message: object, level: str = "critical") -> dict[str, Any]:
    """One record of the event; a message that is no text becomes JSON."""
    return {
        "EventSource": "aws:sns",
        "Sns": {
            "Type": "Notification",
            "MessageId": "95df01b4-ee98-5cb9-9903-4c221d41eb5e",
            "TopicArn": topic(level),
            "Subject": "A subject",
            "Message": message if isinstance(message, str) else json.dumps(message),
            "Timestamp": "2026-11-27T17:00:01.000Z",
        },
    }
