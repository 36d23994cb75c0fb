"""Why nobody can notice a change: what is known of it from what was tried and from its fields."""

from monitoring.spec import Alarm, CompositeAlarm, MetricAlarm
from rehearsal.cloudwatch.math.calls import band_calls
from rehearsal.diff.probing.levels import SILENCE
from rehearsal.diff.probing.trial import Trial, Tried
from rehearsal.diff.sides import Pair

TEXT = "only what it says changed"
SKIPPED = "not simulated: only its fields are compared"
FILLED = "its value is never missing: its expression fills every gap"
ALONE = "without a suppressor there is nothing to wait for"
SAME_MINUTE = "within the same minute, and states change once a minute"
PROVEN = (FILLED, ALONE, SAME_MINUTE)
"""Reasons that follow from the alarm itself, whatever is tried."""
PERIODS = ("ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod")
VALUES = ("Threshold", "ComparisonOperator", "Stat", "Expression")


def reason(pair: Pair, tried: Tried, trial: Trial) -> str:
    """One sentence, without a full stop."""
    if not tried.tellers:
        return "neither it nor any composite above it tells anybody"
    if tried.in_alarm:
        return (
            f"its own state differs in {tried.in_alarm} of {tried.incidents} incidents; in all of them those "
            "who are told hear of it from another alarm at the same time, or are muted"
        )
    if tried.otherwise:
        return "it is in OK instead of INSUFFICIENT_DATA or the reverse, of which nobody is told"
    return (
        _of_fields(pair, trial) or f"its state is the same in all of {tried.incidents} incidents made for it"
    )


def _of_fields(pair: Pair, trial: Trial) -> str | None:
    """What the changed fields say where no state ever differs."""
    fields = {change.field.rsplit(" ", 1)[-1] for change in pair.changed}
    if fields <= {*PERIODS} and pair.old is not None and pair.new is not None:
        return _periods(pair.old, pair.new)
    if fields <= {"TreatMissingData"} and isinstance(pair.new, MetricAlarm):
        return _treatment(pair.new, trial)
    if fields <= {"EvaluateLowSampleCountPercentile"}:
        return "what it compares is no percentile of a metric, so few samples play no part"
    return "no value that its metrics can have lies between the two" if fields <= {*VALUES} else None


def _periods(old: Alarm, new: Alarm) -> str:
    both = [alarm for alarm in (old, new) if isinstance(alarm, CompositeAlarm)]
    if all(alarm.suppressor is None for alarm in both):
        return ALONE
    minutes = {(-(-alarm.wait_s // 60), -(-alarm.extension_s // 60)) for alarm in both}
    if len(minutes) == 1:
        return SAME_MINUTE
    return "whenever the suppressor leaves ALARM, this alarm has acted already or is over"


def _treatment(alarm: MetricAlarm, trial: Trial) -> str:
    if not band_calls(alarm.queries):
        silent = dict.fromkeys(trial.usual.keys(alarm), SILENCE)
        if trial.usual.verdicts((alarm, trial.new.homes[alarm.name]), [silent]).real[0]:
            return FILLED
    return "its value is decided before its metrics are silent for long enough"
