"""What would fire: CloudWatch's alarm evaluation, offline. No Pulumi, no boto3.

`state_at` and `timeline` are the evaluator; `states` is the short way from raw datapoints to the alarms'
present states, `until` and `pages` to what led there. The command line is `python -m rehearsal`.
"""

from rehearsal.cloudwatch.actions import Page, pages
from rehearsal.cloudwatch.evaluate import Timeline, state_at, timeline
from rehearsal.cloudwatch.now import states, until
from rehearsal.cloudwatch.series import MetricKey, MetricSeries, Series
from rehearsal.errors import RehearsalError, UnsupportedError

__all__ = [
    "MetricKey",
    "MetricSeries",
    "Page",
    "RehearsalError",
    "Series",
    "Timeline",
    "UnsupportedError",
    "pages",
    "state_at",
    "states",
    "timeline",
    "until",
]
