"""What would fire: CloudWatch's alarm evaluation, offline. No Pulumi, no boto3.

`state_at` and `timeline` are the evaluator; `states` is the short way from raw datapoints to the alarms'
present states. The command line is `python -m rehearsal`.
"""

from rehearsal.errors import RehearsalError, UnsupportedError
from rehearsal.evaluate import Timeline, state_at, timeline
from rehearsal.now import states
from rehearsal.series import MetricKey, MetricSeries, Series

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
