"""A key that CloudWatch does not have, and that is all but one it has.

`TreatMissingDate`, `EvaluationPeriod`, `AlarmAction`: a template with it is refused, a script that builds
the request drops it, and the alarm has the default instead.

Source:
[PutMetricAlarm](https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html),
[PutCompositeAlarm](https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html).
"""

import difflib
from collections.abc import Iterator

from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.rule import Finding
from rehearsal.sources.provider import API_NAMES

SEVERITY = "error"
ELSE = {  # what describe-alarms, templates and the providers add
    *(
        "AlarmArn",
        "AlarmConfigurationUpdatedTimestamp",
        "Tags",
        "TagsAll",
        "Arn",
        "Id",
        "Region",
        "EvaluationState",
    ),
    *("StateValue", "StateReason", "StateReasonData", "StateUpdatedTimestamp", "StateTransitionedTimestamp"),
    *("ActionsSuppressedBy", "ActionsSuppressedReason", "MetricQuery", "MetricQueries", "AlarmArn"),
}
KEYS = {*API_NAMES.values(), *ELSE}
ALIKE = 0.86


def check(given: AlarmSet) -> Iterator[Finding]:
    """Keys that are one letter or so from one of CloudWatch's."""
    for alarm in given.alarms:
        for key in alarm.entry:
            near = () if key in KEYS else difflib.get_close_matches(str(key), KEYS, n=1, cutoff=ALIKE)
            if near and near[0] not in alarm.entry:
                yield Finding(
                    alarm=alarm,
                    key=str(key),
                    problem="there is no such key",
                    consequence="it is refused or ignored, and the default is in force",
                    fix=f"write {near[0]}",
                )
