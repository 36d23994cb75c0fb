"""What would fire: CloudWatch's alarm evaluation, offline. No Pulumi, no boto3.

`state_at` and `timeline` are the evaluator; `states` is the short way from raw datapoints to the alarms'
present states. The command line is `python -m rehearsal`.
"""

from rehearsal.cloudwatch.evaluate import Timeline, state_at, timeline
from rehearsal.cloudwatch.now import states
from rehearsal.cloudwatch.series import MetricKey, MetricSeries, Series
from rehearsal.errors import RehearsalError, UnsupportedError

__all__ = [
    "MetricKey",
    "MetricSeries",
    "RehearsalError",
    "Series",
    "Timeline",
    "UnsupportedError",
    "state_at",
    "states",
    "timeline",
]
