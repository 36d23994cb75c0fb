"""What a compared value can be, through expressions."""

from math import inf

import pytest

from rehearsal.lint import reach, reading
from rehearsal.sources.found import Found
from tests.rehearsal.lint.builders import Entry, expression, math, stat
from tests.rehearsal.lint.presets import FUNCTION, INSTANCE, TARGETS, cpu, errors, target_errors

QUERIES = [
    stat("errors", "AWS/Lambda Errors", FUNCTION),
    stat("calls", "AWS/Lambda Invocations", FUNCTION),
    stat("busy", "AWS/EC2 CPUUtilization", INSTANCE, "Average"),
    stat("good", "AWS/ApplicationELB HTTPCode_Target_2XX_Count", TARGETS),
    stat("own", "Shop Depth", {}, "Average"),
]


def of(entry: Entry) -> tuple[float, float]:
    found = Found()
    found.add(entry)
    alarm = reading.of_found(found, "alarms", "").metric[0]
    span = reach.of_alarm(alarm)
    return span.low, span.high


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("errors / calls", 0, 1),
        ("100 * errors / calls", 0, 100),
        ("errors / calls * 100", 0, 100),
        ("100 * (1 - errors / calls)", 0, 100),
        ("errors / (errors + good)", 0, 1),
        ("calls / errors", 1, inf),
        ("errors / good", 0, inf),
        ("IF(calls >= 50, 100 * errors / calls, 0)", 0, 100),
        ("IF(calls >= 50, busy, 200)", 0, 200),
        ("busy > 80", 0, 1),
        ("busy / 100", 0, 1),
        ("-busy", -100, 0),
        ("busy - 50", -50, 50),
        ("100 - busy", 0, 100),
        ("calls - errors", 0, inf),
        ("100 * (calls - errors) / calls", 0, 100),
        ("(good - errors) / good", -inf, inf),
        ("FILL(busy, 0)", 0, 100),
        ("FILL(busy, -1)", -1, 100),
        ("FILL(busy, REPEAT)", 0, 100),
        ("SUM([busy, busy])", 0, 200),
        ("MAX([busy, errors])", 0, inf),
        ("AVG([busy, -busy])", -100, 100),
        ("ABS(busy - 50)", 0, 50),
        ("CEIL(busy / 30)", 0, 4),
        ("FLOOR(busy / 30)", 0, 3),
        ("own", -inf, inf),
        ("own * busy", -inf, inf),
        ("busy / own", -inf, inf),
        ("RUNNING_SUM(errors)", 0, inf),
        ("LOG(busy)", -inf, inf),
    ],
)
def test_an_expression_stays_within_its_range(text: str, low: float, high: float) -> None:
    assert of(math([*QUERIES, expression("e", text)])) == (low, high)


@pytest.mark.parametrize(
    ("entry", "low", "high"),
    [
        (errors(), 0, inf),
        (errors(Statistic="Average"), 0, 1),
        (errors(Statistic="SampleCount"), 1, inf),
        (cpu(), 0, 100),
        (cpu(Statistic="Sum"), 0, inf),
        (cpu(Statistic=None, ExtendedStatistic="p99"), 0, 100),
        (cpu(Statistic=None, ExtendedStatistic="TC(10:90)"), 0, inf),
        (cpu(Statistic=None, ExtendedStatistic="PR(10:90)"), 0, 100),
        (target_errors(), 1, inf),
        (target_errors(Statistic="Average"), 1, 1),
    ],
)
def test_a_statistic_stays_within_its_range(entry: Entry, low: float, high: float) -> None:
    assert of(entry) == (low, high)
