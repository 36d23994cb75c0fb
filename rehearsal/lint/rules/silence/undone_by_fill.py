"""A FILL decides about missing data, and the alarm's own treatment does nothing.

With `FILL(m, 0)` there is no missing data, so `TreatMissingData` never comes into play: an alarm that
says `breaching` and fills with a harmless value stays OK. `FILL(m, REPEAT)` shows the last good value
through an outage.

Source: [Metric
math](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html), FILL.
"""

from collections.abc import Iterator

from rehearsal.cloudwatch.math.syntax import Name
from rehearsal.lint import behaviour, formulas
from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.rule import Finding

SEVERITY = "warning"


def check(given: AlarmSet) -> Iterator[Finding]:
    """FILL against the treatment, and FILL with what was before."""
    for alarm in given.metric:
        for query in alarm.expressions:
            for call in formulas.calls(query.tree, "FILL"):
                repeats = any(isinstance(node, Name) and node.id == "REPEAT" for node in call.arguments[1:])
                undone = alarm.treatment == "breaching" and behaviour.silent(alarm) == "OK"
                if not repeats and not undone:
                    continue
                yield Finding(
                    alarm=alarm,
                    key=f"{query.key}Expression",
                    problem="FILL repeats the last value"
                    if repeats
                    else "FILL leaves no missing data, so breaching does nothing",
                    consequence="a metric that stops looks as it did before"
                    if repeats
                    else "it stays OK when its metric stops",
                    fix="fill with a value that breaches, or leave FILL out",
                )
                break
