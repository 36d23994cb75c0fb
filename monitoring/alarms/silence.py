"""Alarms that own missing data: exactly one for each metric (rule 3), and none of them pages twice.

CloudWatch's `breaching` alone is slower than it reads: an alarm looks at more datapoints than it evaluates,
and an old one that is fine keeps it OK ("How alarm state is evaluated when data is missing", CloudWatch user
guide). So gaps are filled in metric math with a value that breaches. FILL gives every period of the
evaluation range a value, so the latest N decide and "missing for 5 minutes" is 5 minutes. AWS documents that
FILL replaces missing points, and does not say so for a range without any: should it return nothing there,
`breaching` gives the same state. On metrics of DynamoDB it could not: `PutMetricAlarm` says that alarms on
them always ignore missing data (the user guide: by default), so there `ignore` is said and FILL does it.

AWS also warns that FILL makes a metric that is published late look missing in the newest period. All
datapoints of these alarms have to breach, so one late point never fires them.
"""

from collections.abc import Iterable, Iterator, Mapping, Set

from monitoring.alarms.limits import DAY_S, HOUR_S, MATH_METRICS, WEEK_S
from monitoring.alarms.rule import WINDOW_FIELDS, MetricRule, Tuned
from monitoring.kpi import Component, Kpi, Metric, MetricId, Window, watched_last
from monitoring.spec import Level, MetricQuery

DYNAMODB = "AWS/DynamoDB"
ABSENT = -1  # no statistic used here is negative
# Of AWS's own metrics, which come every minute when there is traffic.
WINDOW = Window(period_s=300, evaluation_periods=3, datapoints_to_alarm=3)
# Of a daily report, with two hours of grace.
DAILY = Window(period_s=3600, evaluation_periods=26, datapoints_to_alarm=26)
WARM_UP_MIN = 15  # a new part's first metrics come some minutes after its alarms


def of_period(period_s: int) -> Window:
    """The window for a metric that comes once in a period: three of them, or as many as CloudWatch allows."""
    period_s = max(period_s, WINDOW.period_s)
    allowed_s = DAY_S if period_s < HOUR_S else WEEK_S
    periods = max(min(WINDOW.evaluation_periods, allowed_s // period_s), 1)
    return Window(period_s=period_s, evaluation_periods=periods, datapoints_to_alarm=periods)


def owners(
    key: str,
    watched: Iterable[Metric],
    *,
    sparse: Set[MetricId] = frozenset(),
    component: Component,
    meaning: str,
    window: Window = WINDOW,
    anchor: str = "",
) -> Iterator[MetricRule]:
    """The alarm that breaches when one of the metrics stops, and `<key>-2` for more than one can read.

    Metrics that come with every request must all be there. A `sparse` one cannot be missed; but where it is
    there, the part is not silent.
    """
    metrics = {metric.identity: metric for metric in watched}
    identities = list(metrics)
    if len(identities) > MATH_METRICS:  # a sparse one needs others beside it
        identities.sort(key=lambda identity: identity not in sparse)
    for number, first in enumerate(range(0, len(identities), MATH_METRICS), 1):
        some = {identity: metrics[identity] for identity in identities[first : first + MATH_METRICS]}
        name = key if number == 1 else f"{key}-{number}"
        yield _owner(
            name,
            some,
            sparse,
            component=component,
            meaning=meaning,
            window=window,
            anchor=anchor or key,
        )


def _owner(
    key: str,
    metrics: Mapping[MetricId, Metric],
    sparse: Set[MetricId],
    *,
    component: Component,
    meaning: str,
    window: Window,
    anchor: str,
) -> MetricRule:
    names = ", ".join(metric.name for metric in metrics.values())

    def queries(tuned: Tuned) -> tuple[MetricQuery, ...]:
        samples: list[MetricQuery] = []
        dense_terms: list[str] = []
        sparse_terms: list[str] = []
        for number, (identity, metric) in enumerate(metrics.items()):
            samples.append(metric.stat(f"m{number}", "SampleCount", tuned.window.period_s, label=metric.name))
            terms = sparse_terms if identity in sparse else dense_terms
            terms.append(f"FILL(m{number}, {ABSENT})")
        expression = _of("MAX", [_of("MIN", dense_terms), *sparse_terms])
        return watched_last(samples, expression, "Samples (-1 when missing)")

    return MetricRule(
        key=key,
        component=component,
        signal="traffic",
        severity="warn",
        anchor=anchor,
        meaning=meaning,
        detail=lambda tuned: (
            f"Not reported for {tuned.window}: one of {names}."
            if len(metrics) > 1
            else f"{names} was not reported for {tuned.window}."
        ),
        queries=queries,
        comparison="LessThanThreshold",
        window=window,
        missing_data="ignore" if DYNAMODB in {m.namespace for m in metrics.values()} else "breaching",
        owns_silence=True,
        tunable=WINDOW_FIELDS,
        warm_up_min=WARM_UP_MIN,
    )


def absence(kpi: Kpi, *, severity: Level, also: Iterable[Metric] = ()) -> MetricRule:
    """The alarm on a KPI that must not fall below its limit, and which therefore owns its missing data.

    `also`: metrics published together with it, whose silence it owns too; where one of them is there, the
    value is not missing.
    """
    others = tuple(also)

    def queries(tuned: Tuned) -> tuple[MetricQuery, ...]:
        period_s = tuned.window.period_s
        own = kpi.metric.stat("m", kpi.statistic, period_s)
        samples = [metric.stat(f"m{n}", "SampleCount", period_s) for n, metric in enumerate(others)]
        expression = _of("MAX", ["FILL(m, 0)", *(f"FILL({sample.id}, 0)" for sample in samples)])
        return watched_last([own, *samples], expression, kpi.title)

    return MetricRule(
        key=kpi.key,
        component=kpi.component,
        signal=kpi.signal,
        severity=severity,
        anchor=kpi.anchor or kpi.key,
        meaning=kpi.meaning,
        detail=lambda tuned: (
            f"{kpi.title}: fewer than {tuned.threshold:g} for {tuned.window}; wanted is {kpi.limit_source}."
        ),
        queries=queries,
        comparison="LessThanThreshold",
        window=kpi.window,
        missing_data="breaching",
        owns_silence=True,
        threshold=lambda _: kpi.limit,
        kpi=kpi,
        unit=kpi.unit,
        warm_up_min=WARM_UP_MIN,
    )


def _of(function: str, terms: list[str]) -> str:
    """The function over an array of series, point by point; over one series it would be a scalar."""
    return terms[0] if len(terms) == 1 else f"{function}([{', '.join(terms)}])"
