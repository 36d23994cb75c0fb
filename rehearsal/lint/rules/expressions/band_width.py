"""The anomaly band is so narrow or so wide that the alarm says nothing.

The second argument of `ANOMALY_DETECTION_BAND` is how many standard deviations wide the band is, a positive
number; 2 is usual. At 0 every value is out of the band half of the time; from 10 on practically none is.

Source: [Using anomaly
detection](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Anomaly_Detection.html).
"""

from collections.abc import Iterator

from rehearsal.cloudwatch.math.syntax import Negative, Number
from rehearsal.lint import formulas
from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.rule import Finding

SEVERITY = "error"
BAND = "ANOMALY_DETECTION_BAND"
WIDE = 10


def check(given: AlarmSet) -> Iterator[Finding]:
    """Widths that cannot be meant."""
    for alarm in given.metric:
        for query in alarm.expressions:
            for call in formulas.calls(query.tree, BAND):
                width = call.arguments[1] if len(call.arguments) > 1 else Number(2)
                narrow = isinstance(width, Negative) or (isinstance(width, Number) and width.value <= 0)
                if narrow or (isinstance(width, Number) and width.value >= WIDE):
                    yield Finding(
                        alarm=alarm,
                        key=f"{query.key}Expression",
                        problem=f"a band {'of no width' if narrow else 'far wider than the metric varies'}",
                        consequence="every value is outside it"
                        if narrow
                        else "hardly any value is outside it",
                        fix="use 2 to 4 standard deviations",
                        severity=None if narrow else "warning",
                    )
