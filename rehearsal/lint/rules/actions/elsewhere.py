"""An action is in another region or partition than the alarm.

Alarms act in their own region only. CloudFront's, Route 53's and Billing's metrics are in us-east-1, so
their alarms and topics are, too. (A topic or function of another account is allowed, if it lets
CloudWatch in.)

Source:
[PutMetricAlarm](https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html);
[a public report](https://github.com/cds-snc/notification-terraform/pull/128).
"""

from collections.abc import Iterator

from rehearsal.lint import arns
from rehearsal.lint.alarms import AlarmSet, AnyAlarm
from rehearsal.lint.rule import Finding

SEVERITY = "error"


def check(given: AlarmSet) -> Iterator[Finding]:
    """Actions elsewhere than the alarm, or in two regions where its own is not known."""
    for alarm in given.alarms:
        home = _home(alarm)
        first: arns.Arn | None = None
        for key, actions in alarm.actions.items():
            for action in actions:
                arn = arns.parse(action)
                if arn is None or not arn.region or arns.refused(action):
                    continue
                first = first or arn
                region, partition = home or (first.region, first.partition)
                if arn.region != region or arn.partition != partition:
                    where = arn.region if arn.region != region else f"partition {arn.partition}"
                    yield Finding(
                        alarm=alarm,
                        key=key,
                        problem=f"{action} is in {where}, the alarm "
                        + (f"in {region}" if home else f"has another one in {region}"),
                        consequence="CloudWatch refuses it, and nobody is told",
                        fix=f"act on one in {region} ({partition})",
                    )


def _home(alarm: AnyAlarm) -> tuple[str, str] | None:
    if alarm.region is None or not alarm.region or "${" in alarm.region:
        return None
    starts = {
        "cn-": "aws-cn",
        "us-gov-": "aws-us-gov",
        "us-iso-": "aws-iso",
        "us-isob-": "aws-iso-b",
        "eusc-": "aws-eusc",
    }
    partition = next((name for start, name in starts.items() if alarm.region.startswith(start)), "aws")
    return alarm.region, partition
