"""One CloudWatch API entry -> its alarm's spec, or what is wrong with it, or why it is not simulated.

Whether an alarm pages is read from its enabled alarm actions; they say nothing of urgency, so all such
pages are `critical`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

from monitoring.spec import (
    Actions,
    Alarm,
    Comparison,
    CompositeAlarm,
    Expression,
    Level,
    MetricAlarm,
    MetricQuery,
    MetricStat,
    MissingData,
)
from rehearsal.cloudwatch import composite, rules, statistics
from rehearsal.cloudwatch.actions import tells_people
from rehearsal.cloudwatch.evaluate import dry_run
from rehearsal.errors import RehearsalError, UnsupportedError
from rehearsal.sources.fields import Fields
from rehearsal.sources.found import Entry

DYNAMODB = "AWS/DynamoDB"
OWN_ID = "m"
SUPPRESSION_S = 60  # what the console and CDK set; the API requires both with a suppressor
MOST_PERIODS = 10_080  # a week of minutes, the longest window CloudWatch allows
COMPARISONS: tuple[Comparison, ...] = get_args(Comparison)
TREATMENTS: tuple[MissingData, ...] = get_args(MissingData)
PERIODS = "10, 20, 30, or a multiple of 60 up to 604800"


@dataclass(frozen=True, kw_only=True, slots=True)
class Single:
    """One alarm: as it is simulated, or the values that are wrong, or the reason why it is not simulated.

    `unsupported`: CloudWatch would take it, the rehearsal cannot.
    """

    alarm: Alarm | None = None
    problems: Sequence[str] = ()
    reason: str | None = None
    unsupported: bool = False


def read(entry: Entry) -> Single:
    """One alarm, judged alone."""
    name = name_of(entry)
    problems: list[str] = []
    fields = Fields(entry, name, problems)
    try:
        alarm = _composite(fields, name) if "AlarmRule" in entry else _metric(fields, name)
        if problems:
            return Single(problems=problems)
        if isinstance(alarm, MetricAlarm):
            dry_run(alarm)
    except RehearsalError as error:
        return Single(
            problems=problems,
            reason=str(error).removeprefix(f"{name}: "),
            unsupported=isinstance(error, UnsupportedError),
        )
    return Single(alarm=alarm)


def name_of(entry: Entry) -> str:
    """The alarm's name, or that it has none."""
    return str(entry.get("AlarmName") or "an alarm without a name")


def _metric(fields: Fields, name: str) -> MetricAlarm:
    if fields.has("EvaluationCriteria"):
        raise UnsupportedError("a PromQL alarm; PromQL is not simulated")
    queries = _queries(fields)
    of = fields.whole("EvaluationPeriods", 1, MOST_PERIODS)
    band = fields.optional("ThresholdMetricId")
    low_samples = fields.choice("EvaluateLowSampleCountPercentile", ("evaluate", "ignore"), "evaluate")
    warm_up = fields.mapping("WarmUpConfiguration")
    window = fields.mapping("EvaluationWindow")
    zone = window.mapping("WallClockWindow")
    actions, level = _actions(fields)
    return MetricAlarm(
        key=name,
        name=name,
        description=fields.optional("AlarmDescription") or "",
        queries=queries,
        comparison=fields.choice("ComparisonOperator", COMPARISONS),
        evaluation_periods=of,
        datapoints_to_alarm=fields.whole("DatapointsToAlarm", 1, of, of),
        missing_data=fields.choice("TreatMissingData", TREATMENTS, _default_treatment(queries)),
        threshold=None if band else fields.number("Threshold"),
        band_id=band,
        evaluate_low_samples=low_samples == "evaluate",
        warm_up_min=warm_up.whole("WarmUpPeriodDurationInMinutes", 0, MOST_PERIODS, 0),
        warm_up_whole=warm_up.flag("OnlyStartEvaluatingAfterWarmUpPeriodEnds", default=False),
        wall_clock=(zone.optional("Timezone") or "UTC") if window.has("WallClockWindow") else None,
        level=level,
        actions=actions,
    )


def _composite(fields: Fields, name: str) -> CompositeAlarm:
    suppressor = fields.optional("ActionsSuppressor")
    actions, level = _actions(fields)
    alarm = CompositeAlarm(
        key=name,
        name=name,
        description=fields.optional("AlarmDescription") or "",
        rule=fields.text("AlarmRule"),
        level=level,
        suppressor=rules.alarm_name(suppressor) if suppressor else None,
        wait_s=fields.whole("ActionsSuppressorWaitPeriod", 0, 86_400, SUPPRESSION_S),
        extension_s=fields.whole("ActionsSuppressorExtensionPeriod", 0, 86_400, SUPPRESSION_S),
        actions=actions,
    )
    composite.parse(alarm)
    return alarm


def _actions(fields: Fields) -> tuple[Actions, Level | None]:
    """The actions that are enabled, and the level of their pages."""
    if not fields.flag("ActionsEnabled", default=True):
        return Actions(), None
    actions = Actions(
        alarm=fields.texts("AlarmActions"),
        ok=fields.texts("OKActions"),
        insufficient_data=fields.texts("InsufficientDataActions"),
    )
    return actions, "critical" if any(map(tells_people, actions.alarm)) else None


def _queries(fields: Fields) -> tuple[MetricQuery, ...]:
    queries = tuple(map(_query, fields.mappings("Metrics")))
    return queries or (_stat(fields, fields, id_=OWN_ID, returns=True),)


def _query(fields: Fields) -> MetricQuery:
    id_, returns = fields.text("Id"), fields.flag("ReturnData", default=True)
    if not fields.has("Expression"):
        stat = fields.mapping("MetricStat")
        return _stat(stat, stat.mapping("Metric"), id_=id_, returns=returns, outer=fields)
    expression = fields.text("Expression")
    if expression.lstrip().upper().startswith("SELECT"):
        raise UnsupportedError(
            "a Metrics Insights query (SELECT); which metrics it finds only the account knows"
        )
    return Expression(
        id=id_,
        expression=expression,
        label=fields.optional("Label"),
        return_data=returns,
        period_s=_period(fields) if fields.has("Period") else None,
    )


def _stat(
    stat: Fields, metric: Fields, *, id_: str, returns: bool, outer: Fields | None = None
) -> MetricStat:
    own = outer is None
    key = ("ExtendedStatistic" if stat.has("ExtendedStatistic") else "Statistic") if own else "Stat"
    statistic = stat.text(key)
    try:
        statistics.percentile_of(statistic)
    except RehearsalError:
        stat.wrong(key, statistics.VALID)
        statistic = "Average"
    return MetricStat(
        id=id_,
        namespace=metric.text("Namespace"),
        metric=metric.text("MetricName"),
        dimensions={pair.text("Name"): pair.text("Value") for pair in metric.mappings("Dimensions")},
        statistic=statistic,
        period_s=_period(stat),
        unit=None if (unit := stat.optional("Unit")) == "None" else unit,
        account_id=outer.optional("AccountId") if outer else None,
        label=outer.optional("Label") if outer else None,
        return_data=returns,
    )


def _period(fields: Fields) -> int:
    def fits(seconds: int) -> bool:
        return seconds in (10, 20, 30) or (seconds % 60 == 0 and 0 < seconds <= 604_800)  # noqa: PLR2004  # a week

    return fields.fitting("Period", fits, PERIODS, 60)


def _default_treatment(queries: Sequence[MetricQuery]) -> MissingData:
    """Alarms on AWS/DynamoDB "default to ignore missing data", all others to `missing`."""
    table = any(isinstance(query, MetricStat) and query.namespace == DYNAMODB for query in queries)
    return "ignore" if table else "missing"
