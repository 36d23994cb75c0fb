"""Rule 6: CloudWatch's limits are validation. Each is broken once; each message names key and fix."""

from dataclasses import replace

import pytest

from monitoring.alarms import limits
from monitoring.errors import MonitoringError
from monitoring.spec import Alarm, CompositeAlarm, Expression, MetricAlarm, MetricStat
from tests.monitoring.builders import alarms, tuned

STAT = MetricStat(
    id="m", namespace="N", metric="M", dimensions={}, statistic="Sum", period_s=60, return_data=True
)
ALARM = MetricAlarm(
    key="k",
    name="n",
    description="d",
    queries=(STAT,),
    comparison="GreaterThanThreshold",
    evaluation_periods=3,
    datapoints_to_alarm=2,
    missing_data="ignore",
    threshold=1,
)
PAGE = CompositeAlarm(key="p", name="pn", description="d", rule='ALARM("n")')
MATH = Expression(id="e", expression="m", return_data=True)


def band(**changes: object) -> MetricAlarm:
    queries = (STAT, Expression(id="b", expression="ANOMALY_DETECTION_BAND(m)", return_data=True))
    values = {
        "queries": queries,
        "comparison": "GreaterThanUpperThreshold",
        "threshold": None,
        "band_id": "b",
    }
    return replace(ALARM, **(values | changes))  # type: ignore[arg-type]  # fields are per case


def many(count: int) -> tuple[MetricStat, ...]:
    return tuple(replace(STAT, id=f"m{n}", return_data=False) for n in range(count))


def period(period_s: int, periods: int) -> MetricAlarm:
    return replace(ALARM, queries=(replace(STAT, period_s=period_s),), evaluation_periods=periods)


BROKEN: dict[str, tuple[Alarm, str]] = {
    "a day of short periods": (
        period(60, 1441),
        "k: period_s 60 x evaluation_periods 1441 is 86460 s; 86400 s are allowed for periods under an hour. "
        "Use at most 1440 periods.",
    ),
    "a week of long periods": (
        period(3600, 169),
        "k: period_s 3600 x evaluation_periods 169 is 608400 s; 604800 s are allowed for periods of an "
        "hour or more. Use at most 168 periods.",
    ),
    "a period that is no minute": (
        period(90, 3),
        "k: period_s 90 is not 10, 20, 30 or a multiple of 60. Round it to whole minutes.",
    ),
    "more datapoints than periods": (
        replace(ALARM, datapoints_to_alarm=4),
        "k: datapoints_to_alarm 4 is not within 1 to evaluation_periods (3). Lower it or raise "
        "evaluation_periods.",
    ),
    "two periods in one expression": (
        replace(ALARM, queries=(*many(1), replace(STAT, period_s=300, return_data=False), MATH)),
        "k: its metrics have periods of [60, 300] s; an expression needs one. Set one period.",
    ),
    "eleven metrics": (
        replace(ALARM, queries=(*many(11), MATH)),
        "k: it reads 11 metrics; 1 to 10 are allowed. Split it.",
    ),
    "no metric": (
        replace(ALARM, queries=(MATH,)),
        "k: it reads 0 metrics; 1 to 10 are allowed. Split it.",
    ),
    "an id twice": (
        replace(ALARM, queries=(STAT, replace(STAT, return_data=False))),
        "k: query id 'm' is not unique or not a lower-case word. Rename it.",
    ),
    "an id in upper case": (
        replace(ALARM, queries=(replace(STAT, id="M"),)),
        "k: query id 'M' is not unique or not a lower-case word. Rename it.",
    ),
    "two results": (
        replace(ALARM, queries=(STAT, MATH)),
        "k: exactly 1 of its queries must return data. Set return_data accordingly.",
    ),
    "a long expression": (
        replace(ALARM, queries=(*many(1), replace(MATH, expression="m+" * 1025))),
        "k: expression 'e' is not 1 to 2048 characters long. Split it.",
    ),
    "no statistic": (
        replace(ALARM, queries=(replace(STAT, statistic="Median"),)),
        "k: 'Median' is no CloudWatch statistic. Use one like Sum, Average or p90.",
    ),
    "too many dimensions": (
        replace(ALARM, queries=(replace(STAT, dimensions={str(n): "x" for n in range(31)}),)),
        "k: M has 31 dimensions; 30 are allowed.",
    ),
    "neither threshold nor band": (
        replace(ALARM, threshold=None),
        "k: it needs either a threshold or an anomaly band, and not both. Set exactly one.",
    ),
    "a band comparison without a band": (
        replace(ALARM, comparison="LessThanLowerThreshold"),
        "k: LessThanLowerThreshold does not go with a threshold. Change one of them.",
    ),
    "a band that is none": (
        band(band_id="m"),
        "k: band_id 'm' is no query with ANOMALY_DETECTION_BAND. Name the band's query.",
    ),
    "a band across accounts": (
        band(queries=(replace(STAT, account_id="1"), *band().queries[1:])),
        "k: ANOMALY_DETECTION_BAND does not work across accounts. Make this alarm in the metric's own "
        "account.",
    ),
    "a long name": (
        replace(ALARM, name="n" * 256),
        "k: its name has 256 characters; 1 to 255 are allowed. Shorten `name`.",
    ),
    "a long description": (
        replace(ALARM, description="d" * 1025),
        "k: its description has 1025 characters; 1024 are allowed. Shorten `runbook_url` or what it means.",
    ),
    "a long rule": (
        replace(PAGE, rule='ALARM("n")' + " " * 10_240),
        "p: its rule has 10250 characters; 10240 are allowed. Split it.",
    ),
    "too many elements": (
        replace(PAGE, rule=" OR ".join(['ALARM("n")'] * 501)),
        "p: its rule has 501 elements; 500 are allowed. Split it.",
    ),
    "a negative wait": (
        replace(PAGE, suppressor="n", wait_s=-1),
        "p: wait_s and extension_s of its suppressor must not be negative. Raise them.",
    ),
    "a child elsewhere": (
        replace(PAGE, rule='ALARM("far")'),
        "p: alarm 'far' is not in this account and region, where a composite's children and suppressor must "
        "be. Make it here or take it out of the rule.",
    ),
    "a suppressor elsewhere": (
        replace(PAGE, suppressor="far"),
        "p: alarm 'far' is not in this account and region, where a composite's children and suppressor must "
        "be. Make it here or take it out of the rule.",
    ),
    "a circle": (
        replace(PAGE, rule='ALARM("pn")'),
        "pn: their rules refer to each other in a circle. Break it.",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_limit_is_refused_with_its_fix(case: str) -> None:
    broken, problem = BROKEN[case]
    around = [] if broken.key == "k" else [ALARM]
    with pytest.raises(MonitoringError) as refused:
        limits.check([*around, broken])
    assert refused.value.problems == (problem,)


def test_what_is_just_within_the_limits_passes() -> None:
    limits.check([period(60, 1440)])
    limits.check([period(3600, 168)])
    limits.check([replace(ALARM, queries=(*many(10), MATH)), PAGE])
    limits.check([band()])
    limits.check([replace(ALARM, name="n" * 255, description="d" * 1024)])
    limits.check(
        [replace(ALARM, queries=(replace(STAT, return_data=False), replace(MATH, expression="m" * 2048)))]
    )
    limits.check([replace(ALARM, queries=(replace(STAT, dimensions={str(n): "v" for n in range(30)}),))])


@pytest.mark.parametrize("statistic", ["Sum", "p50", "p99.9", "tm90", "IQM", "PR(:300)", "TM(10%:90%)"])
def test_cloudwatchs_statistics_pass(statistic: str) -> None:
    limits.check([replace(ALARM, queries=(replace(STAT, statistic=statistic),))])


def test_more_than_a_hundred_children_are_refused() -> None:
    children = [replace(ALARM, key=f"k{n}", name=f"n{n}") for n in range(101)]
    rule = " OR ".join(f'ALARM("{child.name}")' for child in children)
    limits.check([*children, replace(PAGE, rule=rule.removesuffix(' OR ALARM("n100")'))])
    with pytest.raises(MonitoringError, match="names 101 alarms; 100 are allowed"):
        limits.check([*children, replace(PAGE, rule=rule)])


def test_more_than_150_composites_of_one_alarm_are_refused() -> None:
    composites = [replace(PAGE, key=f"p{n}", name=f"pn{n}") for n in range(151)]
    limits.check([ALARM, *composites[:150]])
    with pytest.raises(MonitoringError, match="n: 151 composites refer to it; 150 may"):
        limits.check([ALARM, *composites])


def test_two_alarms_of_one_name_are_refused() -> None:
    with pytest.raises(MonitoringError, match="n: 2 alarms have this name"):
        limits.check([ALARM, replace(ALARM, key="other")])


def test_every_violation_is_listed_at_once() -> None:
    with pytest.raises(MonitoringError) as refused:
        limits.check([replace(ALARM, name=""), replace(PAGE, rule='ALARM("far")')])
    assert [problem.split(":")[0] for problem in refused.value.problems] == ["k", "p"]


def test_a_config_that_breaks_a_limit_fails_before_deploying_with_a_message_that_names_the_alarm() -> None:
    with pytest.raises(MonitoringError) as refused:
        alarms(tuned(each={"api-5xx-warn": {"evaluation_periods": 1441}}))
    assert str(refused.value).startswith("The monitoring is wrong; nothing was deployed")
    assert refused.value.problems[0].startswith("api-5xx-warn: period_s 60 x evaluation_periods 1441")


def test_the_names_in_a_rule_are_found_with_and_without_quotes() -> None:
    assert limits.children('ALARM("a b") AND NOT OK(c) OR (INSUFFICIENT_DATA(d)) AND ALARM("a b")') == (
        "a b",
        "c",
        "d",
    )
