"""Alarms on a KPI's limit: `warn` and `critical` at their percentages of it (rule 1).

Every one ignores missing data (rule 3): when a metric stops, these keep their state, because silence is no
evidence that customers are well again. Whoever owns the silence is in `silence`. Of a part that may rest
nobody does: there, no request is no failure.
"""

from dataclasses import replace

from monitoring.alarms.rule import WINDOW_FIELDS, MetricRule, Tuned
from monitoring.kpi import Kpi, value_queries
from monitoring.spec import Level, MetricQuery
from monitoring.watched import WatchedParts

LEVELS: tuple[Level, ...] = ("warn", "critical")
SYMBOLS = {"Percent": " %", "Milliseconds": " ms", "Seconds": " s", "Megabytes": " MB"}


def rules(kpi: Kpi, parts: WatchedParts) -> tuple[MetricRule, ...]:
    """The KPI's alarms, warn first."""
    return tuple(_rule(kpi, level, level_pct(kpi, level, parts)) for level in LEVELS)


def _rule(kpi: Kpi, level: Level, pct: float) -> MetricRule:
    gated = kpi.min_samples or kpi.min_failures
    above = kpi.direction == "above"
    beyond = "more" if above else "less"

    def queries(tuned: Tuned) -> tuple[MetricQuery, ...]:
        own = kpi.over(tuned.window)
        least = own.min_samples if tuned.min_samples is None else tuned.min_samples
        return value_queries(replace(own, min_samples=least))

    def detail(tuned: Tuned) -> str:
        own = kpi.over(tuned.window)
        return (
            f"{kpi.title} was {with_unit(tuned.threshold, kpi.unit)} or {beyond} in {tuned.window}; "
            f"the limit is {with_unit(own.limit, kpi.unit)}: {kpi.limit_source}."
        )

    return MetricRule(
        key=f"{kpi.key}-{level}",
        component=kpi.component,
        signal=kpi.signal,
        severity=level,
        anchor=kpi.anchor or kpi.key,
        meaning=kpi.meaning,
        detail=detail,
        queries=queries,
        comparison="GreaterThanOrEqualToThreshold" if above else "LessThanOrEqualToThreshold",
        window=kpi.window,
        missing_data="ignore" if kpi.silence_owner else "notBreaching",
        threshold=lambda window: threshold(kpi.over(window), pct),
        kpi=kpi,
        unit=kpi.unit,
        tunable=("threshold", *WINDOW_FIELDS, "min_samples"),
        of_component=("evaluation_periods", "datapoints_to_alarm", *(["min_samples"] if gated else [])),
    )


def threshold(kpi: Kpi, pct: float) -> float:
    """Where a level at that percentage fires: before the limit, from whichever side the value comes."""
    return round(kpi.limit * (pct / 100 if kpi.direction == "above" else 100 / pct), 6)


def level_pct(kpi: Kpi, level: Level, parts: WatchedParts) -> float:
    """At which percentage of the KPI's limit the level fires."""
    usage, tuning, levels = kpi.component == "usage", parts.tuning.of_component(kpi.component), parts.levels
    if level == "warn":
        return tuning.warn_pct or (levels.usage_warn_pct if usage else levels.warn_pct)
    return tuning.critical_pct or (levels.usage_critical_pct if usage else levels.critical_pct)


def with_unit(value: float, unit: str) -> str:
    """A value as people read it: `160 ms`, `0.95 %`, `4,800`."""
    return f"{value:,.6g}{SYMBOLS.get(unit, '')}"
