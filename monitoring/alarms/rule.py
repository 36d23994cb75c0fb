"""What the catalogue wants of an alarm, and the alarm that becomes of it: made, then tuned, then described.

A rule is data and pure functions of its window, and knows no tuning. `Entry` is what documentation,
dashboards and composites choose alarms by; what is deployed and rehearsed is its `alarm`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from monitoring.alarms.limits import DESCRIPTION_CHARS
from monitoring.alarms.runbook import SOME_FUNCTION, first_steps
from monitoring.errors import MonitoringError
from monitoring.kpi import Component, Kpi, Metric, Window
from monitoring.spec import Alarm, Comparison, CompositeAlarm, Level, MetricAlarm, MetricQuery, MissingData
from settings.alarms import AlarmsTuning, AlarmTuning
from settings.kpis import Signal

WINDOW_FIELDS = ("period_s", "evaluation_periods", "datapoints_to_alarm")


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """What any alarm is for.

    `severity` is the level that the alarm stands for, also where a composite speaks for it; `meaning` is what
    customers notice, `anchor` the runbook's section. `kpi` is the KPI it compares with a limit, if any;
    `unit` that of its threshold; `owns_silence` whether it goes to ALARM when one of its metrics stops.
    """

    key: str
    component: Component
    severity: Level
    anchor: str
    meaning: str
    signal: Signal | None = None
    kpi: Kpi | None = None
    unit: str = ""
    owns_silence: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Tuned:
    """What a stack may choose of an alarm. `min_samples` None leaves them as they are."""

    window: Window
    threshold: float
    min_samples: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class MetricRule(Rule):
    """A metric alarm. The threshold follows the window; queries and what the alarm saw follow both.

    `tunable` is what its own key may change, `of_component` what its component's tuning may as well. It is
    not evaluated for its whole window, at least `warm_up_min`, after it is made; None does without.
    """

    queries: Callable[[Tuned], tuple[MetricQuery, ...]]
    detail: Callable[[Tuned], str]
    comparison: Comparison
    window: Window
    missing_data: MissingData
    threshold: Callable[[Window], float] = lambda _: 0
    band_id: str | None = None
    tunable: tuple[str, ...] = ("threshold", *WINDOW_FIELDS)
    of_component: tuple[str, ...] = ()
    warm_up_min: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """An alarm and the rule that it was made by."""

    alarm: Alarm
    rule: Rule

    @property
    def key(self) -> str:
        """The alarm's key in config and documentation."""
        return self.rule.key

    @property
    def is_part(self) -> bool:
        """Whether it only holds a part of a page's rule: no tuning is for it, nobody looks at it."""
        return isinstance(self.alarm, CompositeAlarm) and self.alarm.level is None


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """What all alarms of one account share: the prefix of their names, the runbook, the dashboard, if any,
    and the tuning. `base` is what the service's own names begin with, where that is not the prefix;
    `function` the name of the function that answers requests.
    """

    prefix: str
    runbook_url: str | None
    tuning: AlarmsTuning = AlarmsTuning()  # noqa: RUF009  # frozen
    dashboard_url: str | None = None
    base: str | None = None
    function: str = SOME_FUNCTION

    def name(self, key: str) -> str:
        """An alarm's physical name."""
        return f"{self.prefix}-{key}"

    def window(self, key: str, default: Window) -> Window:
        """An alarm's window as its own key tunes it."""
        return tuned_window(default, self.tuning.of_alarm(key))

    def enabled(self, rule: Rule) -> bool:
        """Whether the alarm is to be made."""
        return self.tuning.enabled(rule.component, rule.key)

    def describe(self, rule: Rule, detail: str, *, told: bool = False) -> str:
        """What customers notice, what the alarm saw, and the runbook's section or its first steps.

        What somebody is `told` links the dashboard, too.
        """
        said = f"{rule.meaning} {detail}"
        if told and self.dashboard_url:
            said += f" Dashboard: {self.dashboard_url}"
        if self.runbook_url:
            return f"{said} Runbook: {self.runbook_url}#{rule.anchor}"
        room = DESCRIPTION_CHARS - len(said) - 1
        return f"{said} {first_steps(rule.anchor, room, self.base or self.prefix, self.function)}".rstrip()


def made(rule: MetricRule, scope: Scope) -> Entry:
    """The alarm, tuned and described. Raises `MonitoringError` for tuning that it cannot follow."""
    own = scope.tuning.of_alarm(rule.key)
    refuse_tuning(rule.key, own, rule.tunable)
    wider = scope.tuning.of_component(rule.component)
    own = own.model_copy(
        update={name: getattr(wider, name) for name in rule.of_component if getattr(own, name) is None}
    )
    window = tuned_window(rule.window, own)
    tuned = Tuned(
        window=window,
        threshold=rule.threshold(window) if own.threshold is None else own.threshold,
        min_samples=own.min_samples,
    )
    alarm = MetricAlarm(
        key=rule.key,
        name=scope.name(rule.key),
        description=scope.describe(rule, rule.detail(tuned)),
        queries=rule.queries(tuned),
        comparison=rule.comparison,
        evaluation_periods=window.evaluation_periods,
        datapoints_to_alarm=window.datapoints_to_alarm,
        missing_data=rule.missing_data,
        threshold=None if rule.band_id else tuned.threshold,
        band_id=rule.band_id,
        warm_up_min=0 if rule.warm_up_min is None else max(rule.warm_up_min, window.minutes),
    )
    return Entry(alarm=alarm, rule=rule)


def tuned_window(default: Window, own: AlarmTuning) -> Window:
    """The window as tuned. If every period has to breach, every one of another number of them has to."""
    periods = own.evaluation_periods or default.evaluation_periods
    every = default.datapoints_to_alarm == default.evaluation_periods
    return Window(
        period_s=own.period_s or default.period_s,
        evaluation_periods=periods,
        datapoints_to_alarm=own.datapoints_to_alarm
        or (periods if every else min(default.datapoints_to_alarm, periods)),
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
