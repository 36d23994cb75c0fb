"""Rule 2: traffic has a less-than alarm and an anomaly alarm beside the greater-than pair of its limit."""

from dataclasses import replace

from monitoring.alarms.entry import Draft, Entry, Scope, finish
from monitoring.kpi import Kpi
from monitoring.spec import Expression

LOW_PCT = 80  # of what arrives even when customers sleep
PERIOD_S, PERIODS, OF_PERIODS = 300, 3, 6  # three of six: one ordinary period does not end it
BAND_WIDTH = 3  # standard deviations; 2 would page every twentieth period by design
BAND_ID = "band"


def alarms(kpi: Kpi, *, min_per_minute: float, scope: Scope) -> tuple[Entry, ...]:
    """`<key>-low`, unless nothing is sure to arrive, and `<key>-anomaly`: warn, not owning missing data."""
    low = (_low(kpi, min_per_minute, scope),) if min_per_minute else ()
    return (*low, _anomaly(kpi, scope))


def _low(kpi: Kpi, min_per_minute: float, scope: Scope) -> Entry:
    expected = min_per_minute * PERIOD_S / 60
    return finish(
        Draft(
            key=f"{kpi.key}-low",
            component=kpi.component,
            signal=kpi.signal,
            severity="warn",
            anchor=f"{kpi.key}-low",
            meaning="Hardly any request arrives: customers, or the canary, do not reach the API.",
            detail=f"Fewer than {LOW_PCT} % of the canary's own {expected:g} requests in 5 minutes.",
            queries=(
                replace(kpi.metric.stat("m", kpi.statistic, PERIOD_S, label=kpi.title), return_data=True),
            ),
            comparison="LessThanThreshold",
            evaluation_periods=OF_PERIODS,
            datapoints_to_alarm=PERIODS,
            missing_data="ignore",
            threshold=round(expected * LOW_PCT / 100, 6),
            unit=kpi.unit,
        ),
        scope,
    )


def _anomaly(kpi: Kpi, scope: Scope) -> Entry:
    metric = replace(kpi.metric.stat("m", kpi.statistic, PERIOD_S, label=kpi.title), return_data=True)
    band = Expression(
        id=BAND_ID, expression=f"ANOMALY_DETECTION_BAND(m, {BAND_WIDTH})", label="expected", return_data=True
    )
    return finish(
        Draft(
            key=f"{kpi.key}-anomaly",
            component=kpi.component,
            signal=kpi.signal,
            severity="warn",
            anchor=f"{kpi.key}-anomaly",
            meaning="Traffic is unlike what this hour and weekday usually bring.",
            detail=f"Outside a band of {BAND_WIDTH} standard deviations in 3 of 6 periods of 5 minutes.",
            queries=(metric, band),
            comparison="LessThanLowerOrGreaterThanUpperThreshold",
            evaluation_periods=OF_PERIODS,
            datapoints_to_alarm=PERIODS,
            missing_data="ignore",
            band_id=BAND_ID,
            tunable=("period_s", "evaluation_periods", "datapoints_to_alarm"),
        ),
        scope,
    )
