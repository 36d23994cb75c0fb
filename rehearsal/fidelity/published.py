"""Everything that is published of CloudWatch's alarm evaluation, beside what the evaluation here does."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from monitoring.spec import Comparison, MetricAlarm, MetricStat, State
from rehearsal.cloudwatch.evaluate import state_at, timeline
from rehearsal.cloudwatch.series import MetricKey, MetricSeries, Series
from rehearsal.fidelity import tables
from rehearsal.fidelity.judge import Verdict, judge
from rehearsal.fidelity.transitions import read
from rehearsal.sources import files

RECORDED = Path(__file__).with_name("recorded.json")
ABOVE: Comparison = "GreaterThanThreshold"


@dataclass(frozen=True, kw_only=True, slots=True)
class Silence:
    """A recorded time from a metric's last datapoint to the change that its absence led to."""

    alarm: MetricAlarm
    last: datetime
    value: float
    changed: datetime
    to: State
    source: str

    @property
    def agrees(self) -> bool:
        """Whether the evaluation makes the change in the minute in which CloudWatch made it."""
        return changes_at(self) == self.changed.replace(second=0, microsecond=0)


def table_state(row: tables.Row, previous: State = "OK") -> str:
    """What the evaluation makes of a published row, in the table's words.

    `previous` is the state before it, which a treatment may keep.
    """
    query = MetricStat(
        id="m", namespace="N", metric="M", dimensions={}, statistic="Average", period_s=60, return_data=True
    )
    alarm = MetricAlarm(
        key="row",
        name="row",
        description="",
        queries=(query,),
        comparison=ABOVE,
        threshold=0.0,
        evaluation_periods=3,
        datapoints_to_alarm=row.table.to_alarm,
        missing_data=row.treatment,
    )
    points = [tables.POINTS[mark] for mark in row.points.split()]
    others: tuple[State, State, State] = ("OK", "ALARM", "INSUFFICIENT_DATA")
    after = {before: state_at(points, alarm, before) for before in others}
    return tables.KEEP if all(before == state for before, state in after.items()) else after[previous]


def recorded() -> list[Verdict]:
    """The shipped state changes, each judged."""
    alarms = {alarm.name: alarm for alarm in files.read(RECORDED).alarms if isinstance(alarm, MetricAlarm)}
    history = read(RECORDED)
    return [judge(change, alarms.get(change.alarm), history) for change in history.transitions]


def silences() -> Iterator[Silence]:
    """The shipped times from a last datapoint to a change."""
    alarms = {alarm.name: alarm for alarm in files.read(RECORDED).alarms if isinstance(alarm, MetricAlarm)}
    for entry in json.loads(RECORDED.read_text(encoding="utf-8"))["Silences"]:
        yield Silence(
            alarm=alarms[entry["AlarmName"]],
            last=datetime.fromisoformat(entry["LastDatapoint"]),
            value=entry["Value"],
            changed=datetime.fromisoformat(entry["Changed"]),
            to=entry["To"],
            source=entry["Source"],
        )


def changes_at(silence: Silence) -> datetime:
    """When the evaluation makes the change, to the minute: a day with that last datapoint and then none."""
    query = next(query for query in silence.alarm.queries if isinstance(query, MetricStat))
    start = silence.last.replace(hour=0, minute=0, second=0, microsecond=0)
    minute = int((silence.last - start).total_seconds() // 60)
    values = [silence.value if at % 2 == minute % 2 else float("nan") for at in range(minute + 1)]
    key = MetricKey.of(query.namespace, query.metric, query.dimensions)
    series = Series(start, 1440, {key: MetricSeries.of_minutes(values)})
    changes = timeline([silence.alarm], series).changes(silence.alarm.name)
    after = next(at for at, state in changes if at > minute and state == silence.to)
    return start + timedelta(minutes=after + 1)
