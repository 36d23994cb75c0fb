"""Alarms that own missing data: exactly one for each metric (rule 3), and none of them pages twice.

CloudWatch's `breaching` alone is slower than it reads: an alarm looks at more datapoints than it evaluates,
and an old one that is fine keeps it OK ("How alarm state is evaluated when data is missing", CloudWatch user
guide). So gaps are filled in metric math with a value that breaches. FILL gives every period of the
evaluation range a value, so the latest N decide and "missing for 5 minutes" is 5 minutes. AWS documents that
FILL replaces missing points, and does not say so for a range without any: should it return nothing there,
`breaching` gives the same state.

AWS also warns that FILL makes a metric that is published late look missing in the newest period. All
datapoints of these alarms have to breach, so one late point never fires them.
"""

from collections.abc import Iterable

from monitoring.alarms.entry import Draft, Entry, Scope, finish
from monitoring.kpi import Component, Kpi, Metric, watched_last
from monitoring.spec import Level, MetricQuery

ABSENT = -1  # no statistic used here is negative
PERIOD_S, PERIODS = 300, 3  # of AWS's own metrics, which come every minute when there is traffic
DAILY_PERIOD_S, DAILY_PERIODS = 3600, 26  # of a daily report, with two hours of grace
WARM_UP_MIN = 15  # a new part's first metrics come some minutes after its alarms


def owner(
    key: str,
    kpis: Iterable[Kpi],
    *,
    component: Component,
    meaning: str,
    scope: Scope,
    daily: bool = False,
    anchor: str = "",
) -> Entry:
    """The alarm that breaches when one of the KPIs' metrics stops.

    Metrics that come with every request must all be there. A `sparse` one cannot be missed; but where it is
    there, the part is not silent.
    """
    group = tuple(kpis)
    sparse = {_identity(kpi.metric) for kpi in group if kpi.sparse}
    metrics = {_identity(metric): metric for kpi in group for metric in kpi.metrics}
    period_s, periods = (DAILY_PERIOD_S, DAILY_PERIODS) if daily else (PERIOD_S, PERIODS)
    queries: list[MetricQuery] = []
    dense_terms: list[str] = []
    sparse_terms: list[str] = []
    for number, (identity, metric) in enumerate(metrics.items()):
        queries.append(metric.stat(f"m{number}", "SampleCount", period_s, label=metric.name))
        terms = sparse_terms if identity in sparse else dense_terms
        terms.append(f"FILL(m{number}, {ABSENT})")
    names = ", ".join(metric.name for metric in metrics.values())
    expression = _of("MAX", [_of("MIN", dense_terms), *sparse_terms])
    minutes = period_s * periods // 60
    return finish(
        Draft(
            key=key,
            component=component,
            signal="traffic",
            severity="warn",
            anchor=anchor or key,
            meaning=meaning,
            detail=f"Not reported for {minutes} minutes: one of {names}."
            if len(metrics) > 1
            else f"{names} was not reported for {minutes} minutes.",
            queries=watched_last(queries, expression, "Samples (-1 when missing)"),
            comparison="LessThanThreshold",
            evaluation_periods=periods,
            datapoints_to_alarm=periods,
            missing_data="breaching",
            threshold=0,
            tunable=("period_s", "evaluation_periods", "datapoints_to_alarm"),
            warm_up_min=max(WARM_UP_MIN, minutes),
        ),
        scope,
    )


def absence(kpi: Kpi, *, severity: Level, scope: Scope, also: Iterable[Metric] = ()) -> Entry:
    """The alarm on a KPI that must not fall below its limit, and which therefore owns its missing data.

    `also`: metrics published together with it, whose silence it owns too; where one of them is there, the
    value is not missing.
    """
    own = kpi.metric.stat("m", kpi.statistic, kpi.period_s)
    others = [metric.stat(f"m{n}", "SampleCount", kpi.period_s) for n, metric in enumerate(also)]
    expression = _of("MAX", ["FILL(m, 0)", *(f"FILL({other.id}, 0)" for other in others)])
    minutes = kpi.period_s * kpi.evaluation_periods // 60
    return finish(
        Draft(
            key=kpi.key,
            component=kpi.component,
            signal=kpi.signal,
            severity=severity,
            anchor=kpi.anchor or kpi.key,
            meaning=kpi.meaning,
            detail=f"{kpi.title}: none for {minutes} minutes; wanted is {kpi.limit_source}.",
            queries=watched_last([own, *others], expression, kpi.title),
            comparison="LessThanThreshold",
            evaluation_periods=kpi.evaluation_periods,
            datapoints_to_alarm=kpi.datapoints_to_alarm,
            missing_data="breaching",
            threshold=kpi.limit,
            kpi=kpi,
            unit=kpi.unit,
            warm_up_min=WARM_UP_MIN,
        ),
        scope,
    )


def _of(function: str, terms: list[str]) -> str:
    """The function over an array of series, point by point; over one series it would be a scalar."""
    return terms[0] if len(terms) == 1 else f"{function}([{', '.join(terms)}])"


def _identity(metric: Metric) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    return metric.namespace, metric.name, tuple(sorted(metric.dimensions.items()))
