"""An alarm together with what the catalogue knows of it: where it belongs and what it is for.

`Entry` is what documentation, dashboards and composites choose alarms by; what is deployed and rehearsed is
its `alarm`.
"""

from dataclasses import dataclass, replace

from monitoring.alarms.limits import DESCRIPTION_CHARS
from monitoring.alarms.runbook import first_steps
from monitoring.errors import MonitoringError
from monitoring.kpi import Component, Kpi, Metric, Signal, Window
from monitoring.spec import Alarm, Comparison, Level, MetricAlarm, MetricQuery, MissingData
from settings.alarms import AlarmsTuning, AlarmTuning, Tuning

UNTUNED, NOT_TUNED = AlarmsTuning(), Tuning()
WINDOW_FIELDS = ("threshold", "period_s", "evaluation_periods", "datapoints_to_alarm")


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """What all alarms of one account share: the prefix of their names, the runbook, and the tuning."""

    prefix: str
    runbook_url: str | None
    tuning: AlarmsTuning = UNTUNED

    def name(self, key: str) -> str:
        """An alarm's physical name."""
        return f"{self.prefix}-{key}"

    def window(self, key: str, default: Window, tuning: Tuning = NOT_TUNED) -> Window:
        """The alarm's window as tuned by its own key or, behind that, by `tuning`.

        An alarm whose every period has to breach keeps that over another number of periods.
        """
        own = self.tuning.of_alarm(key)
        periods = own.evaluation_periods or tuning.evaluation_periods or default.evaluation_periods
        every = default.datapoints_to_alarm == default.evaluation_periods
        usual = periods if every else min(default.datapoints_to_alarm, periods)
        return Window(
            period_s=own.period_s or default.period_s,
            evaluation_periods=periods,
            datapoints_to_alarm=own.datapoints_to_alarm or tuning.datapoints_to_alarm or usual,
        )

    def threshold(self, key: str, default: float) -> float:
        """The alarm's threshold as tuned by its own key."""
        own = self.tuning.of_alarm(key).threshold
        return default if own is None else own

    def describe(self, meaning: str, detail: str, anchor: str) -> str:
        """What customers notice, what the alarm saw, and the runbook's section or its first steps."""
        said = f"{meaning} {detail}"
        if self.runbook_url:
            return f"{said} Runbook: {self.runbook_url}#{anchor}"
        return f"{said} {first_steps(anchor, DESCRIPTION_CHARS - len(said) - 1)}".rstrip()


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """`severity` is the level that the alarm stands for, also where a composite speaks for it.

    `kpi` is the KPI it compares with a limit, if any; `anchor` its runbook section; `unit` that of its
    threshold; `owns_silence` whether it goes to ALARM when one of its metrics stops.
    """

    alarm: Alarm
    component: Component
    severity: Level
    anchor: str
    signal: Signal | None = None
    kpi: Kpi | None = None
    unit: str = ""
    owns_silence: bool = False

    @property
    def key(self) -> str:
        """The alarm's key in config and documentation."""
        return self.alarm.key


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A metric alarm as it is to be, tuned and described; `tunable` is what its own key may change."""

    key: str
    component: Component
    signal: Signal
    severity: Level
    anchor: str
    meaning: str
    detail: str
    queries: tuple[MetricQuery, ...]
    comparison: Comparison
    window: Window
    missing_data: MissingData
    threshold: float | None = None
    band_id: str | None = None
    kpi: Kpi | None = None
    unit: str = ""
    tunable: tuple[str, ...] = WINDOW_FIELDS
    warm_up_min: int = 0
    owns_silence: bool = False


def finish(draft: Draft, scope: Scope) -> Entry:
    """The alarm under its name. Raises `MonitoringError` for tuning that it cannot follow."""
    refuse_tuning(draft.key, scope.tuning.of_alarm(draft.key), draft.tunable)
    alarm = MetricAlarm(
        key=draft.key,
        name=scope.name(draft.key),
        description=scope.describe(draft.meaning, draft.detail, draft.anchor),
        queries=draft.queries,
        comparison=draft.comparison,
        evaluation_periods=draft.window.evaluation_periods,
        datapoints_to_alarm=draft.window.datapoints_to_alarm,
        missing_data=draft.missing_data,
        threshold=draft.threshold,
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
        owns_silence=draft.owns_silence,
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
