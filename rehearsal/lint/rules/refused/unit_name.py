"""The unit is none of CloudWatch's.

CloudWatch knows 27 units by their exact names, such as `Percent`, `Count`, `Milliseconds` and
`Bytes/Second`.

Source:
[MetricDatum](https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html).
"""

import difflib
from collections.abc import Iterator

from rehearsal.lint.alarms import AlarmSet, known
from rehearsal.lint.rule import Finding

SEVERITY = "error"
_SIZES = ("", "Kilo", "Mega", "Giga", "Tera")
UNITS = (
    *("Seconds", "Microseconds", "Milliseconds", "Percent", "Count", "Count/Second", "None"),
    *(f"{size}{thing}{per}" for per in ("", "/Second") for thing in ("bytes", "bits") for size in _SIZES[1:]),
    *(f"{thing}{per}" for per in ("", "/Second") for thing in ("Bytes", "Bits")),
)


def check(given: AlarmSet) -> Iterator[Finding]:
    """Units by a name that does not exist."""
    for alarm in given.metric:
        for metric in alarm.metrics:
            if metric.unit is not None and known(metric.unit) and metric.unit not in UNITS:
                folded = {unit.lower(): unit for unit in UNITS}
                near = difflib.get_close_matches(metric.unit.lower(), folded, n=1)
                fix = f"write {folded[near[0]]}" if near else f"use one of {', '.join(UNITS)}"
                yield Finding(
                    alarm=alarm,
                    key=f"{metric.key}Unit",
                    problem=f"{metric.unit} is no unit",
                    consequence="CloudWatch refuses the alarm",
                    fix=f"{fix}, or leave Unit out",
                )
