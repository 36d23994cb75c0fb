"""What would fire: CloudWatch's alarm evaluation, offline. No Pulumi, no boto3.

`state_at` and `timeline` are the evaluator; `states` is the short way from raw datapoints to the alarms'
present states, `until` and `pages` to what led there. The command line is `python -m rehearsal`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rehearsal.cloudwatch.actions import Page, pages
    from rehearsal.cloudwatch.evaluate import Timeline, state_at, timeline
    from rehearsal.cloudwatch.now import states, until
    from rehearsal.cloudwatch.series import MetricKey, MetricSeries, Series
    from rehearsal.errors import RehearsalError, UnsupportedError
else:
    _HOMES = {
        "cloudwatch.actions": ("Page", "pages"),
        "cloudwatch.evaluate": ("Timeline", "state_at", "timeline"),
        "cloudwatch.now": ("states", "until"),
        "cloudwatch.series": ("MetricKey", "MetricSeries", "Series"),
        "errors": ("RehearsalError", "UnsupportedError"),
    }

    def __getattr__(name: str) -> object:
        """Imported at first use: the command line begins before that, to be interrupted with a message."""
        for home, names in _HOMES.items():
            if name in names:
                return getattr(import_module(f"rehearsal.{home}"), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


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
