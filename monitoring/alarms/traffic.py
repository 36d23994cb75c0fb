"""Rule 2: traffic has a less-than alarm and an anomaly alarm beside the greater-than pair of its limit."""

from dataclasses import replace

from monitoring.alarms.entry import Draft, Entry, Scope, finish
from monitoring.kpi import Kpi, Window
from monitoring.spec import Expression

LOW_PCT = 80  # of what arrives even when customers sleep
# Three of six: one ordinary period does not end it.
WINDOW = Window(period_s=300, evaluation_periods=6, datapoints_to_alarm=3)
BAND_WIDTH = 3  # standard deviations; 2 would page every twentieth period by design
BAND_ID = "band"


def alarms(kpi: Kpi, *, min_per_minute: float, scope: Scope) -> tuple[Entry, ...]:
    """`<key>-low`, unless nothing is sure to arrive, and `<key>-anomaly`: warn, not owning missing data."""
    low = (_low(kpi, min_per_minute, scope),) if min_per_minute else ()
    return (*low, _anomaly(kpi, scope))


def _low(kpi: Kpi, min_per_minute: float, scope: Scope) -> Entry:
    key = f"{kpi.key}-low"
    window = scope.window(key, WINDOW)
    expected = min_per_minute * window.period_s / 60
    threshold = scope.threshold(key, round(expected * LOW_PCT / 100, 6))
    return finish(
        Draft(
            key=key,
            component=kpi.component,
            signal=kpi.signal,
            severity="warn",
            anchor=key,
            meaning="Hardly any request arrives: customers, or the canary, do not reach the API.",
            detail=(
                f"Fewer than {threshold:g} requests, where {expected:g} arrive even while customers sleep, "
                f"in {window}."
            ),
            queries=(
                replace(
                    kpi.metric.stat("m", kpi.statistic, window.period_s, label=kpi.title), return_data=True
                ),
            ),
            comparison="LessThanThreshold",
            window=window,
            missing_data="ignore",
            threshold=threshold,
            unit=kpi.unit,
        ),
        scope,
    )


def _anomaly(kpi: Kpi, scope: Scope) -> Entry:
    key = f"{kpi.key}-anomaly"
    window = scope.window(key, WINDOW)
    metric = replace(kpi.metric.stat("m", kpi.statistic, window.period_s, label=kpi.title), return_data=True)
    band = Expression(
        id=BAND_ID, expression=f"ANOMALY_DETECTION_BAND(m, {BAND_WIDTH})", label="expected", return_data=True
    )
    return finish(
        Draft(
            key=key,
            component=kpi.component,
            signal=kpi.signal,
            severity="warn",
            anchor=key,
            meaning="Traffic is unlike what this hour and weekday usually bring.",
            detail=f"Outside a band of {BAND_WIDTH} standard deviations in {window}.",
            queries=(metric, band),
            comparison="LessThanLowerOrGreaterThanUpperThreshold",
            window=window,
            missing_data="ignore",
            band_id=BAND_ID,
            tunable=("period_s", "evaluation_periods", "datapoints_to_alarm"),
        ),
        scope,
    )
