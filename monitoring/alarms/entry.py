"""An alarm together with what the catalogue knows of it: where it belongs and what it is for.

`Entry` is what documentation, dashboards and composites choose alarms by; what is deployed and rehearsed is
its `alarm`.
"""

from dataclasses import dataclass, replace

from monitoring.errors import MonitoringError
from monitoring.kpi import Component, Kpi, Metric, Signal
from monitoring.spec import Alarm, Comparison, Level, MetricAlarm, MetricQuery, MetricStat, MissingData
from monitoring.tuning import AlarmsTuning, AlarmTuning

UNTUNED = AlarmsTuning()
WINDOW_FIELDS = ("threshold", "period_s", "evaluation_periods", "datapoints_to_alarm")


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """What all alarms of one account share: the prefix of their names, the runbook, and the tuning."""

    prefix: str
    runbook_url: str
    tuning: AlarmsTuning = UNTUNED

    def name(self, key: str) -> str:
        """An alarm's physical name."""
        return f"{self.prefix}-{key}"

    def describe(self, meaning: str, detail: str, anchor: str) -> str:
        """What customers notice, what the alarm saw, and where the runbook says what to do."""
        return f"{meaning} {detail} Runbook: {self.runbook_url}#{anchor}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """`severity` is the level that the alarm stands for, also where a composite speaks for it.

    `kpi` is the KPI it compares with a limit, if any; `anchor` its runbook section; `unit` that of its
    threshold.
    """

    alarm: Alarm
    component: Component
    severity: Level
    anchor: str
    signal: Signal | None = None
    kpi: Kpi | None = None
    unit: str = ""

    @property
    def key(self) -> str:
        """The alarm's key in config and documentation."""
        return self.alarm.key


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A metric alarm before its tuning; the fields are those of `MetricAlarm`."""

    key: str
    component: Component
    signal: Signal
    severity: Level
    anchor: str
    meaning: str
    detail: str
    queries: tuple[MetricQuery, ...]
    comparison: Comparison
    evaluation_periods: int
    datapoints_to_alarm: int
    missing_data: MissingData
    threshold: float | None = None
    band_id: str | None = None
    kpi: Kpi | None = None
    unit: str = ""
    tunable: tuple[str, ...] = WINDOW_FIELDS
    warm_up_min: int = 0


def finish(draft: Draft, scope: Scope) -> Entry:
    """The alarm as tuned by its own key. `min_samples` is applied by whoever wrote the queries.

    Raises `MonitoringError` for tuning that this alarm cannot follow.
    """
    own = scope.tuning.of_alarm(draft.key)
    refuse_tuning(draft.key, own, draft.tunable)
    queries = draft.queries
    if own.period_s:
        queries = tuple(
            replace(query, period_s=own.period_s) if isinstance(query, MetricStat) else query
            for query in queries
        )
    threshold = draft.threshold if own.threshold is None else own.threshold
    alarm = MetricAlarm(
        key=draft.key,
        name=scope.name(draft.key),
        description=scope.describe(draft.meaning, draft.detail, draft.anchor),
        queries=queries,
        comparison=draft.comparison,
        evaluation_periods=own.evaluation_periods or draft.evaluation_periods,
        datapoints_to_alarm=own.datapoints_to_alarm or draft.datapoints_to_alarm,
        missing_data=draft.missing_data,
        threshold=None if draft.band_id else threshold,
        band_id=draft.band_id,
        warm_up_min=draft.warm_up_min,
    )
    return Entry(
        alarm=alarm,
        component=draft.component,
        severity=draft.severity,
        anchor=draft.anchor,
        signal=draft.signal,
        kpi=draft.kpi,
        unit=draft.unit,
    )


def refuse_tuning(key: str, own: AlarmTuning, tunable: tuple[str, ...]) -> None:
    """Raise `MonitoringError` if the alarm's own tuning has a field other than `enabled` and `tunable`."""
    given = [name for name, value in own if value is not None and name != "enabled"]
    problems = [
        f"alarms.each.{key}.{name}: this alarm has no {name} to tune; it takes "
        f"{', '.join(('enabled', *tunable))}. Remove the key."
        for name in given
        if name not in tunable
    ]
    if problems:
        raise MonitoringError("the tuning of the alarms would have had no effect", problems)


def seen_from(kpi: Kpi, account_id: str) -> Kpi:
    """The KPI as an alarm or graph of another account reads it."""

    def outside(metric: Metric) -> Metric:
        return replace(metric, account_id=account_id)

    share = kpi.share_of and replace(kpi.share_of, metric=outside(kpi.share_of.metric))
    return replace(kpi, metric=outside(kpi.metric), share_of=share)
