"""A fixed threshold or an ordinary comparison beside an anomaly band, or a band's comparison without a band.

With `ThresholdMetricId` the band is the threshold: no `Threshold` may be given, and the comparison is one
of `LessThanLowerOrGreaterThanUpperThreshold`, `LessThanLowerThreshold` and `GreaterThanUpperThreshold`.
These three go with nothing else.

Source:
[PutMetricAlarm](https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html),
[cfn-lint E3704](https://github.com/aws-cloudformation/cfn-lint/pull/1306).
"""

from collections.abc import Iterator

from rehearsal.lint import formulas
from rehearsal.lint.alarms import Alarm, AlarmSet
from rehearsal.lint.rule import Finding

SEVERITY = "error"
OF_BANDS = ("LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold", "GreaterThanUpperThreshold")
BAND = "ANOMALY_DETECTION_BAND"


def check(given: AlarmSet) -> Iterator[Finding]:
    """Bands, thresholds and comparisons that do not go together."""
    for alarm in given.metric:
        for key, problem, fix in _wrong(alarm):
            yield Finding(
                alarm=alarm, key=key, problem=problem, consequence="CloudWatch refuses the alarm", fix=fix
            )


def _wrong(alarm: Alarm) -> Iterator[tuple[str, str, str]]:
    of_band = alarm.comparison in OF_BANDS
    if alarm.band_id and alarm.entry.get("Threshold") is not None:
        yield "Threshold", f"{alarm.entry['Threshold']} beside the band {alarm.band_id}", "remove Threshold"
    if alarm.band_id and alarm.comparison is not None and not of_band:
        yield "ComparisonOperator", f"{alarm.comparison} with a band", f"use one of {', '.join(OF_BANDS)}"
    if of_band and not alarm.band_id:
        yield (
            "ComparisonOperator",
            f"{alarm.comparison} without a band",
            "set ThresholdMetricId to the id of an ANOMALY_DETECTION_BAND, or compare with a threshold",
        )
    bands = [query.id for query in alarm.expressions if any(formulas.calls(query.tree, BAND))]
    band = next((query for query in alarm.queries if query.id == alarm.band_id), None)
    if alarm.band_id and band is None:
        fix = f"write {bands[0]}" if bands else f"add a query {BAND}(id, 2) with this id"
        yield "ThresholdMetricId", f"no query has the id {alarm.band_id}", fix
    elif band is not None and band.id not in bands and getattr(band, "tree", True) is not None:
        yield "ThresholdMetricId", f"{band.id} is no band", f"make it {BAND}(id, 2)"
    elif bands and not alarm.band_id and not of_band:
        yield (
            "ThresholdMetricId",
            f"the band {bands[0]} is not compared with",
            f"set ThresholdMetricId to {bands[0]}, and remove Threshold",
        )
