"""It is not clear which query the alarm compares: none or several return data.

Exactly one query has `ReturnData` true. An anomaly alarm has exactly two: the metric and its band. Left
out, `ReturnData` is true in CloudWatch's API and CloudFormation, and false in Terraform and Pulumi.

Source:
[PutMetricAlarm](https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html),
[Creating an anomaly
alarm](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create_Anomaly_Detection_Alarm.html).
"""

from collections.abc import Iterator

from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.rule import Finding

SEVERITY = "error"


def check(given: AlarmSet) -> Iterator[Finding]:
    """Alarms with the wrong number of queries that return data."""
    for alarm in given.metric:
        returning = [query.id for query in alarm.queries if query.returns]
        wanted = 2 if alarm.band_id else 1
        listed = isinstance(alarm.entry.get("Metrics"), list) and alarm.queries
        if not listed or (len(returning) == wanted and (not alarm.band_id or alarm.band_id in returning)):
            continue
        one = "the metric and the band" if alarm.band_id else "the one to be compared"
        yield Finding(
            alarm=alarm,
            key="Metrics",
            problem=f"{', '.join(returning) or 'no query'} returns data",
            consequence=f"CloudWatch takes exactly {wanted} and refuses the alarm",
            fix=f"set ReturnData true on {one} and false on the others",
        )
