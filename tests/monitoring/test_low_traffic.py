"""Rule 5: rates and percentiles have a minimum request count."""

import re

import pytest

from monitoring.alarms.burn import windows
from monitoring.spec import Expression, MetricAlarm, MetricStat
from tests.monitoring.builders import GPU_INSTANCES, alarms, metric_alarm, tuned, watched

GUARD = re.compile(r"IF\((?:n|\((?:m|FILL\(m, 0\)) \+ n\)) >= (\d+), .+, 0\)")


def needs_a_minimum(alarm: MetricAlarm) -> bool:
    divides = any(isinstance(q, Expression) and "100 *" in q.expression for q in alarm.queries)
    return divides or any(isinstance(q, MetricStat) and re.match(r"p\d", q.statistic) for q in alarm.queries)


def test_every_rate_and_every_percentile_counts_as_zero_below_its_minimum() -> None:
    checked = 0
    for alarm in alarms(watched(endpoint=GPU_INSTANCES)).values():
        if isinstance(alarm, MetricAlarm) and needs_a_minimum(alarm):
            last = alarm.queries[-1]
            assert isinstance(last, Expression), alarm.key
            guard = GUARD.fullmatch(last.expression)
            assert guard, (alarm.key, last.expression)
            assert int(guard[1]) >= 2, alarm.key
            checked += 1
    assert checked == 46


def test_a_zero_below_the_minimum_never_breaches() -> None:
    for alarm in alarms().values():
        if isinstance(alarm, MetricAlarm) and needs_a_minimum(alarm):
            assert alarm.threshold is not None
            assert alarm.comparison in ("GreaterThanOrEqualToThreshold", "GreaterThanThreshold")
            assert alarm.threshold > 0


def test_at_the_minimum_one_failure_of_a_minute_is_not_enough_because_three_minutes_must_be_bad() -> None:
    alarm = metric_alarm("api-5xx-critical")
    assert (alarm.period_s, alarm.datapoints_to_alarm, alarm.evaluation_periods) == (60, 3, 5)


def test_the_minimum_can_be_tuned_for_all_alarms_that_have_one_for_a_component_and_for_one_alarm() -> None:
    service = tuned(
        all={"min_samples": 10},
        components={"table": {"min_samples": 20}},
        each={"api-5xx-warn": {"min_samples": 30}},
    )

    def last(key: str) -> str:
        query = metric_alarm(key, service).queries[-1]
        return query.expression if isinstance(query, Expression) else query.metric

    assert last("api-5xx-warn") == "IF(n >= 30, 100 * m / n, 0)"
    assert last("api-5xx-critical") == "IF(n >= 10, 100 * m / n, 0)"
    assert last("table-latency-warn") == "IF(n >= 20, m, 0)"
    assert last("function-concurrency-warn") == "ConcurrentExecutions"  # no rate, so no minimum


@pytest.mark.parametrize("name", windows())
def test_one_failed_probe_or_request_never_burns(name: str) -> None:
    window = windows()[name]
    assert window.min_probe_failures >= 2
    assert window.min_failures >= 2
    for sli, failed in (("api", "m"), ("canary", "(n - FILL(m, 0))")):
        last = metric_alarm(f"{sli}-burn-{name}-long").queries[-1]
        assert isinstance(last, Expression)
        least = window.min_failures if sli == "api" else window.min_probe_failures
        assert f"IF({failed} >= {least}, " in last.expression
