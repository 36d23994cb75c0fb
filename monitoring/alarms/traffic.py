"""Rule 2: traffic has a less-than alarm and an anomaly alarm beside the greater-than pair of its limit."""

from dataclasses import replace

from monitoring.alarms.rule import WINDOW_FIELDS, MetricRule, Tuned
from monitoring.kpi import Kpi, Window
from monitoring.spec import Expression, MetricStat

LOW_PCT = 80  # of what arrives even when customers sleep
# Three of six: one ordinary period does not end it.
WINDOW = Window(period_s=300, evaluation_periods=6, datapoints_to_alarm=3)
BAND_WIDTH = 3  # standard deviations; 2 would page every twentieth period by design
BAND_ID = "band"


def rules(kpi: Kpi, *, min_per_minute: float) -> tuple[MetricRule, ...]:
    """`<key>-low`, unless nothing is sure to arrive, and `<key>-anomaly`: warn, not owning missing data."""
    return (*([_low(kpi, min_per_minute)] if min_per_minute else []), _anomaly(kpi))


def _low(kpi: Kpi, min_per_minute: float) -> MetricRule:
    def expected(window: Window) -> float:
        return min_per_minute * window.period_s / 60

    return MetricRule(
        key=f"{kpi.key}-low",
        component=kpi.component,
        signal=kpi.signal,
        severity="warn",
        anchor=f"{kpi.key}-low",
        meaning="Hardly any request arrives: customers, or the canary, do not reach the API.",
        detail=lambda tuned: (
            f"Fewer than {tuned.threshold:g} requests, where {expected(tuned.window):g} arrive even while "
            f"customers sleep, in {tuned.window}."
        ),
        queries=lambda tuned: (_counted(kpi, tuned),),
        comparison="LessThanThreshold",
        window=WINDOW,
        missing_data="ignore",
        threshold=lambda window: round(expected(window) * LOW_PCT / 100, 6),
        unit=kpi.unit,
    )


def _anomaly(kpi: Kpi) -> MetricRule:
    expression = f"ANOMALY_DETECTION_BAND(m, {BAND_WIDTH})"
    band = Expression(id=BAND_ID, expression=expression, label="expected", return_data=True)
    return MetricRule(
        key=f"{kpi.key}-anomaly",
        component=kpi.component,
        signal=kpi.signal,
        severity="warn",
        anchor=f"{kpi.key}-anomaly",
        meaning="Traffic is unlike what this hour and weekday usually bring.",
        detail=lambda tuned: f"Outside a band of {BAND_WIDTH} standard deviations in {tuned.window}.",
        queries=lambda tuned: (_counted(kpi, tuned), band),
        comparison="LessThanLowerOrGreaterThanUpperThreshold",
        window=WINDOW,
        missing_data="ignore",
        band_id=BAND_ID,
        tunable=WINDOW_FIELDS,
    )


def _counted(kpi: Kpi, tuned: Tuned) -> MetricStat:
    return replace(
        kpi.metric.stat("m", kpi.statistic, tuned.window.period_s, label=kpi.title), return_data=True
    )
