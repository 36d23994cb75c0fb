"""Refuses own KPIs that cannot be, all at once and before anything is deployed.

CloudWatch accepts without a word an alarm on what nothing reports, and one that could never go off or never
be OK. Sources: `PutMetricAlarm`, `MetricStat`, `Dimension` and `PutMetricData` in the CloudWatch API
reference; "Statistics definitions" in its user guide.
"""

import re
from collections.abc import Container, Iterator
from math import inf

from monitoring.alarms import limits, thresholds
from monitoring.alarms.thresholds import LEVELS, with_unit
from monitoring.catalogue import own
from monitoring.errors import MonitoringError
from monitoring.kpi import Metric
from monitoring.names import NAMESPACE
from monitoring.watched import WatchedParts
from settings.kpis import OwnKpi

KEY = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
KEY_CHARS = 64  # the name of an alarm, at most 255 long, is the service's, this and an ending
NAMESPACE_FORM = re.compile(r"[A-Za-z0-9._/#-][A-Za-z0-9._/#:-]*")
NAME_CHARS, VALUE_CHARS, SHOWN_CHARS = 255, 1024, 60
COUNTED = ("Sum", "SampleCount")
ENDS = {"p0": "Minimum", "p100": "Maximum"}
ALL_PCT = 100
KPIS = 75  # of 100 alarms that a page can read, `page-silence` has those of the service itself too
MINUTE_S = 60


def check(parts: WatchedParts, taken: Container[str]) -> None:
    """Raise `MonitoringError` with a line for each thing that is wrong; `taken` are other alarms' keys."""
    problems: list[str] = []
    for key, kpi in parts.own_kpis.items():
        found = [*_key(key, kpi, taken), *_metrics(kpi), *_statistics(kpi), *_value(kpi), *_window(kpi)]
        problems += [f"kpis.{key}{problem}" for problem in found or _levels(key, kpi, parts)]
    if len(parts.own_kpis) > KPIS:
        problems.append(
            f"kpis: {len(parts.own_kpis)} are described and one page speaks for {KPIS} at most: CloudWatch"
            f" would refuse its rule. Keep {KPIS}."
        )
    if problems:
        raise MonitoringError("an own KPI could not be watched", problems)


def _key(key: str, kpi: OwnKpi, taken: Container[str]) -> Iterator[str]:
    if not KEY.fullmatch(key) or len(key) > KEY_CHARS:
        yield (
            ": the key begins its alarms' names, so it is lower-case words and digits joined by single"
            f" hyphens, a letter first, and {KEY_CHARS} characters at most. Rename it."
        )
    if clash := next((alarm for alarm in own.alarms(key, kpi) if alarm in taken), None):
        yield f": alarm `{clash}` is there already, and one would replace the other. Call it `own-{key}`."
    elif key.startswith("page-"):
        yield f": pages' keys begin with `page-`, and one would replace the other. Call it `own-{key}`."


def _metrics(kpi: OwnKpi) -> Iterator[str]:
    whole = own.whole(kpi)
    for path, metric in [(".", own.metric(kpi)), *([(".share_of.", whole.metric)] if whole else [])]:
        yield from (f"{path}{problem}" for problem in _metric(metric))
    if whole and (whole.metric, whole.statistic) == (own.metric(kpi), kpi.statistic):
        yield ".share_of: the metric is a share of itself, always 100 %. Name what it is a part of."


def _metric(metric: Metric) -> Iterator[str]:
    refused = "is no name that CloudWatch takes, so the alarm would be refused"
    if not NAMESPACE_FORM.fullmatch(metric.namespace) or len(metric.namespace) > NAME_CHARS:
        yield (
            f"namespace: {_shown(metric.namespace)} {refused}. Use at most {NAME_CHARS} letters, digits and"
            " . - _ / # : with no colon first."
        )
    if not _printable(metric.name, NAME_CHARS):
        yield f"metric: {_shown(metric.name)} {refused}. Use at most {NAME_CHARS} printable ASCII characters."
    if metric.namespace == NAMESPACE and metric.name.startswith("Canary"):
        yield (
            "metric: the canary publishes it in the monitor account, and own KPIs are watched in the service"
            " account, where nothing reports it. Tune the canary's own alarms in `alarms` instead."
        )
    if len(metric.dimensions) > limits.DIMENSIONS:
        yield (
            f"dimensions: {len(metric.dimensions)}, and no metric has more than {limits.DIMENSIONS}: the"
            " alarm would be refused. Give those that the metric is published with."
        )
    for name, value in metric.dimensions.items():
        if name.startswith(":") or not (_printable(name, NAME_CHARS) and _printable(value, VALUE_CHARS)):
            yield (
                f"dimensions.{name[:SHOWN_CHARS]}: {_shown(value)} {refused}. A dimension's name has at"
                f" most {NAME_CHARS} printable ASCII characters and no colon first, its value at most"
                f" {VALUE_CHARS}."
            )


def _statistics(kpi: OwnKpi) -> Iterator[str]:
    share = kpi.share_of
    given = [("statistic", kpi.statistic), *([("share_of.statistic", share.statistic)] if share else [])]
    for field, statistic in given:
        if not limits.STATISTIC.fullmatch(statistic):
            yield (
                f".{field}: {_shown(statistic)} is no CloudWatch statistic, so the alarm would be refused."
                " Use Sum, SampleCount, Average, Minimum, Maximum or a percentile like p90."
            )
        elif share and statistic not in COUNTED:
            yield (
                f".{field}: a share is a number of events in another, and {statistic} counts none. Use Sum or"
                " SampleCount, or remove share_of."
            )
        elif statistic in ENDS:
            end = ENDS[statistic]
            yield f".{field}: {statistic} is the {end}, of however few samples. Use {end}."
    if not share and kpi.statistic == "SampleCount" and kpi.unit != "Count":
        yield f".unit: SampleCount is a number of samples, so a limit in {kpi.unit} means nothing. Use Count."


def _value(kpi: OwnKpi) -> Iterator[str]:
    if kpi.share_of and kpi.unit != "Percent":
        yield f".unit: a share is in percent, so a limit in {kpi.unit} means nothing. Use Percent."
    if kpi.share_of and kpi.divisor != 1:
        yield ".divisor: a share is not divided again, so it would do nothing. Remove it."
    if kpi.divisor <= 0:
        yield f".divisor: {kpi.divisor:g} leaves no value to compare. Use a number above 0."
    if kpi.min_failures and not (kpi.share_of and kpi.direction == "above"):
        yield ".min_failures: only a share that is too high has one, so it would do nothing. Remove it."
    if kpi.limit <= 0:
        yield (
            f".limit: levels are percentages of the limit, and those of {kpi.limit:g} mean nothing. Use a"
            " limit above 0; where a count must not fall to 0, use 0.5 and `direction: below`."
        )
    if kpi.direction == "below" and not own.missed(kpi):
        yield (
            ".missing_data: what comes only when there is something to tell is never too low; its silence"
            " would be taken for that or change nothing. Use `alarm`, or `direction: above`."
        )


def _window(kpi: OwnKpi) -> Iterator[str]:
    if kpi.period_s < MINUTE_S:
        yield (
            f".period_s: {kpi.period_s} s is high resolution, which AWS's own metrics do not have; the alarm"
            f" costs three times as much and cannot be rehearsed. Use {MINUTE_S} or more."
        )
        return
    window = own.window(kpi)
    given = limits.window(window.period_s, window.evaluation_periods, window.datapoints_to_alarm)
    yield from (f": CloudWatch would refuse its alarms: {problem}" for problem in given)


def _levels(key: str, kpi: OwnKpi, parts: WatchedParts) -> Iterator[str]:
    """A level that no value reaches, or that every value has; of a KPI that is right otherwise."""
    lowest, highest = _range(kpi)
    (made,) = own.kpis(parts.model_copy(update={"own_kpis": {key: kpi}}), ())
    for level in LEVELS:
        tuned = parts.tuning.of_alarm(f"{key}-{level}").threshold
        pct = thresholds.level_pct(made, level, parts)
        at = thresholds.threshold(made, pct) if tuned is None else tuned
        above = kpi.direction == "above"
        never, always = (at > highest, at <= lowest) if above else (at < lowest, at >= highest)
        if never or always:
            ends = f"{with_unit(lowest, kpi.unit)} to {with_unit(highest, kpi.unit)}"
            yield (
                f".limit: {level} is at {with_unit(at, kpi.unit)} for a limit of"
                f" {with_unit(kpi.limit, kpi.unit)}, and the value is {ends}: the alarm would"
                f" {'never go off' if never else 'never be OK'}. Change the limit, or set"
                f" alarms.each.{key}-{level}.threshold."
            )


def _range(kpi: OwnKpi) -> tuple[float, float]:
    """Between which bounds the value is, as far as is known."""
    if kpi.share_of or (kpi.unit == "Percent" and kpi.direction == "below"):
        return 0, ALL_PCT
    return -inf, inf


def _printable(text: str, chars: int) -> bool:
    return text.isascii() and text.isprintable() and bool(text.strip()) and len(text) <= chars


def _shown(text: str) -> str:
    return repr(text[:SHOWN_CHARS])
