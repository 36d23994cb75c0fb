"""The compared value can never be beyond the threshold.

A percentage over 100, a share over 1, a count below 0, a status check over 1, an age beyond what the
service keeps, a comparison (0 or 1) over 5: judged by what the metric can be, and through its expressions
by what they make of it. An alarm on "too little" whose missing data is breaching fires by silence; that
is meant and no finding.

Source: the bounds are the catalogue's, each from the service's page.
"""

from collections.abc import Iterator

from rehearsal.lint import reach
from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.rule import Finding

SEVERITY = "error"


def check(given: AlarmSet) -> Iterator[Finding]:
    """Thresholds out of reach."""
    for alarm in given.metric:
        by_silence = alarm.treatment == "breaching" and alarm.downward and (alarm.threshold or 0) > 0
        if reach.verdict(alarm) is False and not by_silence:
            yield Finding(
                alarm=alarm,
                key="Threshold",
                problem=f"{alarm.comparison} {alarm.threshold:g}, of {reach.of_alarm(alarm).text}",
                consequence="it never fires but when its metric stops"
                if alarm.treatment == "breaching"
                else "it never fires",
                fix="write a threshold in what the metric or the expression really gives",
            )
