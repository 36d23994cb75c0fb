"""CloudWatch's limits as validation, so that a wrong alarm fails before anything is deployed (rule 6).

Sources: `PutMetricAlarm` and `PutCompositeAlarm` (API reference), "CloudWatch service quotas", "Combining
alarms" (composite alarms) and "Cross-account alarms" in the CloudWatch user guide. Whether an alarm is
sensible is not decided here.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from monitoring.errors import MonitoringError
from monitoring.spec import Alarm, CompositeAlarm, Expression, MetricAlarm, MetricStat

NAME_CHARS = 255
DESCRIPTION_CHARS = 1024
HOUR_S, DAY_S, WEEK_S = 3600, 86_400, 604_800
SHORT_PERIODS_S = (10, 20, 30)  # only for metrics of high resolution; otherwise multiples of a minute
MATH_METRICS = 10
EXPRESSION_CHARS = 2048
DIMENSIONS = 30
QUERY_ID = re.compile(r"[a-z][A-Za-z0-9_]{0,254}")
_SHARE, _BOUND = r"(\d{1,2}(\.\d{1,10})?|100)", r"\d+(\.\d+)?"
STATISTIC = re.compile(
    rf"SampleCount|Average|Sum|Minimum|Maximum|IQM|(p|tm|tc|ts|wm){_SHARE}"
    rf"|(TM|TC|TS|WM)\((?!:\))({_SHARE}%)?:({_SHARE}%)?\)|(TM|TC|TS|WM|PR)\((?!:\))({_BOUND})?:({_BOUND})?\)"
)
BAND_COMPARISONS = frozenset(
    {"LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold", "GreaterThanUpperThreshold"}
)
BAND = "ANOMALY_DETECTION_BAND"
RULE_CHARS = 10_240
RULE_ELEMENTS = 500
RULE_CHILDREN = 100
COMPOSITES_OF_A_CHILD = 150
RULE_TOKEN = re.compile(r'(ALARM|OK|INSUFFICIENT_DATA)\(\s*"?([^")]+)"?\s*\)|\b(?:TRUE|FALSE)\b|[()]')


def check(alarms: Sequence[Alarm]) -> None:
    """Raise `MonitoringError` with every violation, by alarm key, and its fix.

    The alarms are all of one account and region, where composites find their children.
    """
    problems = [f"{alarm.key}: {problem}" for alarm in alarms for problem in _problems(alarm)]
    problems += _among(alarms)
    if problems:
        raise MonitoringError("CloudWatch would refuse an alarm or never evaluate it", problems)


def of_rule(rule: str) -> Iterator[str]:
    """What CloudWatch would refuse of a composite's rule, each with its fix."""
    if not 1 <= len(rule) <= RULE_CHARS:
        yield f"its rule has {len(rule)} characters; {RULE_CHARS} are allowed. Split it."
    named = children(rule)
    if len(named) > RULE_CHILDREN:
        yield f"its rule names {len(named)} alarms; {RULE_CHILDREN} are allowed. Split it."
    elements = sum(1 for _ in RULE_TOKEN.finditer(rule))
    if elements > RULE_ELEMENTS:
        yield f"its rule has {elements} elements; {RULE_ELEMENTS} are allowed. Split it."


def children(rule: str) -> tuple[str, ...]:
    """The names of the alarms that a composite's rule refers to, each once."""
    return tuple(dict.fromkeys(match[2] for match in RULE_TOKEN.finditer(rule) if match[1]))


def _problems(alarm: Alarm) -> Iterator[str]:
    if not 1 <= len(alarm.name) <= NAME_CHARS:
        yield f"its name has {len(alarm.name)} characters; 1 to {NAME_CHARS} are allowed. Shorten `name`."
    if len(alarm.description) > DESCRIPTION_CHARS:
        yield (
            f"its description has {len(alarm.description)} characters; {DESCRIPTION_CHARS} are allowed. "
            "Shorten `runbook_url` or what it means."
        )
    if isinstance(alarm, MetricAlarm):
        yield from _window(alarm)
        yield from _queries(alarm)
        yield from _comparison(alarm)
    else:
        yield from _composite(alarm)


def _window(alarm: MetricAlarm) -> Iterator[str]:
    periods = {query.period_s for query in alarm.queries if isinstance(query, MetricStat)}
    if len(periods) > 1:
        yield f"its metrics have periods of {sorted(periods)} s; an expression needs one. Set one period."
    if periods:
        yield from window(max(periods), alarm.evaluation_periods, alarm.datapoints_to_alarm)


def window(period_s: int, evaluation_periods: int, datapoints_to_alarm: int) -> Iterator[str]:
    """What CloudWatch would refuse of a window, each with its fix."""
    if period_s not in SHORT_PERIODS_S and (period_s <= 0 or period_s % 60):
        yield f"period_s {period_s} is not 10, 20, 30 or a multiple of 60. Round it to whole minutes."
    total, allowed = period_s * evaluation_periods, DAY_S if period_s < HOUR_S else WEEK_S
    if total > allowed:
        at_most = allowed // period_s
        yield (
            f"period_s {period_s} x evaluation_periods {evaluation_periods} is {total} s; "
            f"{allowed} s are allowed for periods {'under' if allowed == DAY_S else 'of'} an hour"
            f"{'' if allowed == DAY_S else ' or more'}. "
            f"{f'Use at most {at_most} periods.' if at_most else 'Shorten the period.'}"
        )
    if not 1 <= datapoints_to_alarm <= evaluation_periods:
        yield (
            f"datapoints_to_alarm {datapoints_to_alarm} is not within 1 to evaluation_periods "
            f"({evaluation_periods}). Lower it or raise evaluation_periods."
        )


def _queries(alarm: MetricAlarm) -> Iterator[str]:
    metrics = [query for query in alarm.queries if isinstance(query, MetricStat)]
    if not 1 <= len(metrics) <= MATH_METRICS:
        yield f"it reads {len(metrics)} metrics; 1 to {MATH_METRICS} are allowed. Split it."
    ids = Counter(query.id for query in alarm.queries)
    for query_id, times in ids.items():
        if times > 1 or not QUERY_ID.fullmatch(query_id):
            yield f"query id {query_id!r} is not unique or not a lower-case word. Rename it."
    wanted = 2 if alarm.band_id else 1
    if sum(query.return_data for query in alarm.queries) != wanted:
        yield f"exactly {wanted} of its queries must return data. Set return_data accordingly."
    for query in alarm.queries:
        if isinstance(query, Expression):
            if not 1 <= len(query.expression) <= EXPRESSION_CHARS:
                yield f"expression {query.id!r} is not 1 to {EXPRESSION_CHARS} characters long. Split it."
            continue
        if not STATISTIC.fullmatch(query.statistic):
            yield f"{query.statistic!r} is no CloudWatch statistic. Use one like Sum, Average or p90."
        if len(query.dimensions) > DIMENSIONS:
            yield f"{query.metric} has {len(query.dimensions)} dimensions; {DIMENSIONS} are allowed."


def _comparison(alarm: MetricAlarm) -> Iterator[str]:
    if (alarm.threshold is None) == (alarm.band_id is None):
        yield "it needs either a threshold or an anomaly band, and not both. Set exactly one."
    if (alarm.band_id is not None) != (alarm.comparison in BAND_COMPARISONS):
        against = "a band" if alarm.band_id else "a threshold"
        yield f"{alarm.comparison} does not go with {against}. Change one of them."
    if alarm.band_id is None:
        return
    bands = [q for q in alarm.queries if isinstance(q, Expression) and q.id == alarm.band_id]
    if len(bands) != 1 or BAND not in bands[0].expression:
        yield f"band_id {alarm.band_id!r} is no query with {BAND}. Name the band's query."
    if any(isinstance(query, MetricStat) and query.account_id for query in alarm.queries):
        yield f"{BAND} does not work across accounts. Make this alarm in the metric's own account."


def _composite(alarm: CompositeAlarm) -> Iterator[str]:
    yield from of_rule(alarm.rule)
    if alarm.suppressor is not None and min(alarm.wait_s, alarm.extension_s) < 0:
        yield "wait_s and extension_s of its suppressor must not be negative. Raise them."


def _among(alarms: Sequence[Alarm]) -> Iterator[str]:
    """What only shows when all alarms of the account are seen together."""
    names = {alarm.name for alarm in alarms}
    for attribute in ("key", "name"):
        for value, times in Counter(getattr(alarm, attribute) for alarm in alarms).items():
            if times > 1:
                yield f"{value}: {times} alarms have this {attribute}; the last would win. Rename them."
    composites = [alarm for alarm in alarms if isinstance(alarm, CompositeAlarm)]
    for composite in composites:
        wanted = [*children(composite.rule), *([composite.suppressor] if composite.suppressor else [])]
        for missing in sorted(set(wanted) - names):
            yield (
                f"{composite.key}: alarm {missing!r} is not in this account and region, where a composite's "
                "children and suppressor must be. Make it here or take it out of the rule."
            )
    yield from _cycles(composites)
    uses = Counter(child for composite in composites for child in children(composite.rule))
    for child, times in uses.items():
        if times > COMPOSITES_OF_A_CHILD:
            yield f"{child}: {times} composites refer to it; {COMPOSITES_OF_A_CHILD} may. Merge some."


def _cycles(composites: Iterable[CompositeAlarm]) -> Iterator[str]:
    """Composites that wait for each other can never be created or deleted."""
    waiting = {composite.name: set(children(composite.rule)) for composite in composites}
    while leaves := [name for name, named in waiting.items() if not named & waiting.keys()]:
        for name in leaves:
            del waiting[name]
    if waiting:
        yield f"{', '.join(sorted(waiting))}: their rules refer to each other in a circle. Break it."
