"""Alarms on a KPI's limit: `warn` and `critical` at their percentages of it (rule 1), with tuning.

Every one ignores missing data (rule 3): when a metric stops, these keep their state, because silence is no
evidence that customers are well again. Whoever owns the silence is in `silence`.
"""

from dataclasses import replace

from monitoring.alarms.entry import WINDOW_FIELDS, Draft, Entry, Scope, finish
from monitoring.kpi import Kpi, value_queries
from monitoring.spec import Level
from settings.alarms import Tuning
from settings.slo import Levels

LEVELS: tuple[Level, ...] = ("warn", "critical")
SYMBOLS = {"Percent": " %", "Milliseconds": " ms", "Count": ""}


def alarms(kpi: Kpi, levels: Levels, scope: Scope) -> tuple[Entry, ...]:
    """The KPI's alarms that are not switched off, warn first."""
    tuning = scope.tuning
    made: list[Entry] = []
    for level in LEVELS:
        key = f"{kpi.key}-{level}"
        component = tuning.of_component(kpi.component)
        own = kpi.over(scope.window(key, kpi.window, component))
        least = _first(
            tuning.of_alarm(key).min_samples,
            component.min_samples if kpi.min_samples or kpi.min_failures else None,
            own.min_samples,
        )
        pct = level_pct(kpi, level, levels, component)
        threshold = scope.threshold(key, round(own.limit * pct / 100, 6))
        draft = Draft(
            key=key,
            component=kpi.component,
            signal=kpi.signal,
            severity=level,
            anchor=kpi.anchor or kpi.key,
            meaning=kpi.meaning,
            detail=_detail(own, threshold),
            queries=value_queries(replace(own, min_samples=least)),
            comparison="GreaterThanOrEqualToThreshold",
            window=own.window,
            missing_data="ignore",
            threshold=threshold,
            kpi=kpi,
            unit=kpi.unit,
            tunable=(*WINDOW_FIELDS, "min_samples"),
        )
        made.append(finish(draft, scope))
    return tuple(made)


def level_pct(kpi: Kpi, level: Level, levels: Levels, tuning: Tuning) -> float:
    """At which percentage of the KPI's limit the level fires."""
    usage = kpi.component == "usage"
    if level == "warn":
        return tuning.warn_pct or (levels.usage_warn_pct if usage else levels.warn_pct)
    return tuning.critical_pct or (levels.usage_critical_pct if usage else levels.critical_pct)


def with_unit(value: float, unit: str) -> str:
    """A value as people read it: `160 ms`, `0.95 %`, `4,800`."""
    return f"{value:,.6g}{SYMBOLS.get(unit, '')}"


def _detail(kpi: Kpi, threshold: float) -> str:
    return (
        f"{kpi.title} was {with_unit(threshold, kpi.unit)} or more in {kpi.window}; "
        f"the limit is {with_unit(kpi.limit, kpi.unit)}: {kpi.limit_source}."
    )


def _first(*values: int | None) -> int:
    return next(value for value in values if value is not None)
