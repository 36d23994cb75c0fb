"""The team's own KPIs, as the section `kpis` of a stack describes them."""

from collections.abc import Sequence
from typing import Final

from monitoring.kpi import Kpi, Metric, Whole, Window, percentile_min_samples
from monitoring.watched import WatchedParts
from settings.kpis import OwnKpi

COMPONENT: Final = "own"
SILENT_ANCHOR = "own-kpi-silent"


def silent(key: str) -> str:
    """The key of the alarm that notices when a KPI is no longer reported."""
    return f"{key}-silent"


def alarms(key: str, own: OwnKpi) -> tuple[str, ...]:
    """The keys of its alarms."""
    return (f"{key}-warn", f"{key}-critical", *([silent(key)] if missed(own) else ()))


def kpis(parts: WatchedParts, shipped: Sequence[Kpi]) -> tuple[Kpi, ...]:
    """One a key. Missing data of a metric that is watched anyway is owned by whoever owns it there."""
    made = [_kpi(key, own, "") for key, own in parts.own_kpis.items()]
    owners = {
        metric.identity: kpi.silence_owner for kpi in shipped if kpi.silence_owner for metric in kpi.metrics
    }
    for kpi in made:
        if not kpi.sparse:
            for metric in kpi.metrics:
                owners.setdefault(metric.identity, silent(kpi.key))
    return tuple(_kpi(kpi.key, parts.own_kpis[kpi.key], owners.get(kpi.metric.identity, "")) for kpi in made)


def missed(own: OwnKpi) -> bool:
    """Whether an alarm breaches when it is no longer reported."""
    return own.missing_data == "alarm"


def metric(own: OwnKpi) -> Metric:
    """The metric that it is measured by."""
    return Metric(namespace=own.namespace, name=own.metric, dimensions=own.dimensions)


def whole(own: OwnKpi) -> Whole | None:
    """What it is a share of, if it is one."""
    share = own.share_of
    if share is None:
        return None
    return Whole(
        metric=Metric(
            namespace=share.namespace or own.namespace,
            name=share.metric,
            dimensions=own.dimensions if share.dimensions is None else share.dimensions,
        ),
        statistic=share.statistic,
        counts_failures=share.counts_failures,
    )


def window(own: OwnKpi) -> Window:
    """For how long it has to be beyond its level: every period, unless fewer are given."""
    return Window(
        period_s=own.period_s,
        evaluation_periods=own.evaluation_periods,
        datapoints_to_alarm=own.datapoints_to_alarm or own.evaluation_periods,
    )


def _kpi(key: str, own: OwnKpi, silence_owner: str) -> Kpi:
    percentile = own.statistic.startswith("p") and own.min_samples is None
    return Kpi(
        key=key,
        component=COMPONENT,
        anchor=own.runbook_anchor,
        signal=own.signal,
        title=own.title,
        meaning=own.meaning,
        metric=metric(own),
        statistic=own.statistic,
        metric_unit=own.unit if own.divisor == 1 and own.share_of is None else "as published",
        unit=own.unit,
        limit=own.limit,
        limit_source=own.limit_source,
        silence_owner=silence_owner,
        direction=own.direction,
        divisor=own.divisor,
        share_of=whole(own),
        min_samples=percentile_min_samples(own.statistic) if percentile else own.min_samples or 0,
        min_failures=own.min_failures,
        sparse=not missed(own),
        window=window(own),
    )
