"""Every alarm of a service under watch, whole: `expected_alarms.yaml` is what the catalogue has to give.

After a change of alarms that is meant `python -m tests.monitoring.expected_alarms` writes the table anew;
read what its diff says before it is committed.
"""

from pathlib import Path
from typing import Any

import yaml

from monitoring.alarms.rule import Entry
from monitoring.spec import CompositeAlarm, Expression, MetricAlarm, MetricQuery
from monitoring.stacks import stacks
from tests.monitoring.builders import GPU_INSTANCES, QUOTAS, WAITING, watched

FILE = Path(__file__).with_suffix(".yaml")
HEAD = (
    "# Every alarm, whole. Written by `python -m tests.monitoring.expected_alarms`; its diff is to be read.\n"
)
SYMBOLS = {
    "GreaterThanOrEqualToThreshold": ">=",
    "GreaterThanThreshold": ">",
    "LessThanThreshold": "<",
    "LessThanLowerOrGreaterThanUpperThreshold": "outside",
}


def table() -> dict[str, dict[str, dict[str, Any]]]:
    """Account, then alarm key, to all that the alarm is; GPUs, so that there is one of each kind."""
    found = stacks(watched(endpoint=GPU_INSTANCES, quotas=QUOTAS, own_kpis={"orders": WAITING}))
    return {
        "service": {entry.key: row(entry) for entry in found.service},
        "monitor": {entry.key: row(entry) for entry in found.monitor},
    }


def row(entry: Entry) -> dict[str, Any]:
    """One alarm. What it does not have is left out."""
    alarm, rule = entry.alarm, entry.rule
    about = [rule.component, rule.severity, *filter(None, [rule.signal])]
    said = {"name": alarm.name, "about": ", ".join(about), "runbook": rule.anchor}
    own = _metric(alarm, rule.unit) if isinstance(alarm, MetricAlarm) else _composite(alarm)
    silence = {"owns_silence": True} if rule.owns_silence else {}
    return {**said, **own, **silence, "says": alarm.description}


def text() -> str:
    """The table as it is kept."""
    return HEAD + yaml.safe_dump(table(), sort_keys=False, width=110)


def _metric(alarm: MetricAlarm, unit: str) -> dict[str, Any]:
    beyond = alarm.band_id if alarm.threshold is None else f"{alarm.threshold!r} {unit}".rstrip()
    of = f"{alarm.datapoints_to_alarm} of {alarm.evaluation_periods} x {alarm.period_s} s"
    found: dict[str, Any] = {
        "when": f"{SYMBOLS[alarm.comparison]} {beyond}, {of}",
        "missing": alarm.missing_data,
        "queries": {query.id: _query(query) for query in alarm.queries},
    }
    if alarm.warm_up_min:
        found["warm_up"] = f"{alarm.warm_up_min} min{', whole' if alarm.warm_up_whole else ''}"
    if not alarm.evaluate_low_samples:
        found["low_samples"] = "ignored"
    return found


def _query(query: MetricQuery) -> str:
    returned = f" -> {query.label}" if query.return_data else ""
    if isinstance(query, Expression):
        return f"{query.expression}{returned}"
    dimensions = ", ".join(f"{name}={value}" for name, value in query.dimensions.items())
    account = f" in {query.account_id}" if query.account_id else ""
    what = f"{query.statistic} of {query.namespace} {query.metric} ({dimensions})"
    return f"{what} every {query.period_s} s{account}{returned}"


def _composite(alarm: CompositeAlarm) -> dict[str, Any]:
    found: dict[str, Any] = {"pages": alarm.level, "rule": alarm.rule}
    if alarm.suppressor:
        found["muted_by"] = f"{alarm.suppressor}, wait {alarm.wait_s} s, extension {alarm.extension_s} s"
    return found


if __name__ == "__main__":
    FILE.write_text(text())
