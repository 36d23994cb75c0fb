"""The account of a metric is no account's id.

`AccountId` names the account whose metric is read, twelve digits, where this account is a monitoring
account of cross-account observability. Leading zeros belong to it: in YAML it has to be in quotes.

Source:
[MetricDataQuery](https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html).
"""

import re
from collections.abc import Iterator

from rehearsal.lint.alarms import AlarmSet, known
from rehearsal.lint.rule import Finding

SEVERITY = "error"
_ACCOUNT = re.compile(r"[0-9]{12}")


def check(given: AlarmSet) -> Iterator[Finding]:
    """Accounts that are not twelve digits."""
    for alarm in given.metric:
        for metric in alarm.metrics:
            account = metric.account_id
            if account is not None and known(account) and not _ACCOUNT.fullmatch(account):
                yield Finding(
                    alarm=alarm,
                    key=f"{metric.key}AccountId",
                    problem=f"{account} is no account id",
                    consequence="CloudWatch refuses the alarm",
                    fix="write the account's twelve digits, in quotes",
                )
