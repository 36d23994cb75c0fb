"""CloudWatch's limits on a dashboard as validation, so that it fails before anything is deployed.

Sources: "CloudWatch service quotas" in the user guide (a metric that an expression reads counts, shown or
not), the alarm widget in "Dashboard Body Structure and Syntax" and `MetricDataQuery` (API reference). AWS
publishes no limit on a body's size.
"""

from collections.abc import Iterator, Sequence

from monitoring.alarms.limits import EXPRESSION_CHARS
from monitoring.dashboards.widgets import Widget
from monitoring.errors import MonitoringError

WIDGETS = 500
WIDGET_METRICS = 500
METRICS = 2500
WIDGET_ALARMS = 100


def check(widgets: Sequence[Widget], mend: str) -> None:
    """Raise `MonitoringError` with every violation; `mend` says what to do."""
    problems = [f"{problem}. {mend}." for problem in _problems(widgets)]
    if problems:
        raise MonitoringError("CloudWatch would refuse a dashboard, or show a part of it", problems)


def _problems(widgets: Sequence[Widget]) -> Iterator[str]:
    if len(widgets) > WIDGETS:
        yield f"it has {len(widgets)} widgets; {WIDGETS} are allowed"
    every = 0
    for widget in widgets:
        properties = widget["properties"]
        rows, alarms = properties.get("metrics", []), properties.get("alarms", [])
        every += len(rows)
        if len(rows) > WIDGET_METRICS:
            yield f"{properties['title']!r} has {len(rows)} metrics; {WIDGET_METRICS} are allowed"
        if len(alarms) > WIDGET_ALARMS:
            yield f"{properties['title']!r} has {len(alarms)} alarms; {WIDGET_ALARMS} are allowed"
        longest = max((len(row[0]["expression"]) for row in rows if "expression" in row[0]), default=0)
        if longest > EXPRESSION_CHARS:
            yield (
                f"{properties['title']!r} has an expression of {longest} characters; {EXPRESSION_CHARS} are"
                " allowed"
            )
    if every > METRICS:
        yield f"its widgets have {every} metrics and expressions; {METRICS} are allowed"
