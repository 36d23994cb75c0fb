"""Rule 5: rates and percentiles have a minimum request count."""

import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from monitoring.alarms.burn import windows
from monitoring.spec import Expression, MetricAlarm, MetricStat
from tests.monitoring.builders import GPU_INSTANCES, alarms, entries, metric_alarm, tuned, watched
from tests.monitoring.world import World

GUARD = re.compile(r"IF\((?:n|m|FILL\(m, 0\)) >= (\d+), .+, 0\)")


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

    assert last("api-5xx-warn") == "IF(n >= 30, IF(m >= 3, 100 * m / n, 0), 0)"
    assert last("api-5xx-critical") == "IF(n >= 10, IF(m >= 3, 100 * m / n, 0), 0)"
    assert last("table-latency-warn") == "IF(n >= 20, m, 0)"
    assert last("function-concurrency-warn") == "ConcurrentExecutions"  # no rate, so no minimum


@pytest.mark.parametrize("name", windows())
def test_one_failed_probe_or_request_never_burns(name: str) -> None:
    window = windows()[name]
    assert window.min_failures >= 2
    for sli, failed in (("api", "m"), ("canary", "(n - FILL(m, 0))")):
        last = metric_alarm(f"{sli}-burn-{name}-long").queries[-1]
        assert isinstance(last, Expression)
        least = window.min_failures if sli == "api" else {"1h": 5, "6h": 8, "1d": 10}[name]
        assert f"IF({failed} >= {least}, " in last.expression


PAGE = (Path(__file__).parents[2] / "docs" / "slo.md").read_text()
RATES = (1, 10, 20, 60, 100, 315, 1000)  # requests a minute; 315: three are just 0.95 %
SHARES = (0.0005, 0.001, 0.002)
MONTH = 30 * 1440
PAGES = ("page-api-errors", "page-slo-burn-1h", "page-slo-burn-6h", "page-slo-burn-1d")


SEEN = re.compile(r"api-5xx-|api-burn-|page-|.*-silent|canary-(success|attempts)|outside-blind")
FAILURES_ALONE = tuned(  # of the API's requests; the rest sees nothing of them
    components={key: {"enabled": False} for key in ("function", "table", "endpoint", "usage")},
    each={key: {"enabled": False} for key in entries() if not SEEN.match(key)},
)


def pages_a_month(requests: int, share: float) -> Counter[str]:
    """How often each page goes out in a month in which failures are nothing but chance."""
    world = World(minutes=MONTH)
    world.requests[:] = requests
    world.failed[:] = np.random.default_rng(1).binomial(requests, share, MONTH)
    return Counter(page for page, _, _ in world.judge(FAILURES_ALONE).sent())


@pytest.fixture(scope="module")
def table() -> dict[int, list[Counter[str]]]:
    return {requests: [pages_a_month(requests, share) for share in SHARES] for requests in RATES}


def test_at_the_promised_rate_of_failures_and_at_twice_it_nobody_is_woken(
    table: dict[int, list[Counter[str]]],
) -> None:
    for requests, (promised, twice, _) in table.items():
        assert sum(promised[page] for page in PAGES) == 0, requests
        assert sum(twice[page] for page in PAGES) == 0, requests


def test_at_four_times_the_rate_the_error_page_stays_quiet_and_the_page_states_the_rest(
    table: dict[int, list[Counter[str]]],
) -> None:
    rows = [
        f"| {requests:,} | {' | '.join(str(four_times[page]) for page in PAGES)} |"
        for requests, (_, _, four_times) in table.items()
    ]
    assert "\n".join(rows) in PAGE, "\n".join(rows)
    assert all(four_times["page-api-errors"] == 0 for _, _, four_times in table.values())


def test_few_requests_that_fail_are_noticed() -> None:
    world = World(minutes=2 * 1440)
    world.requests[:] = 6
    world.failed[1440:1500] = 3
    assert ("page-api-errors", "critical", 1444) in world.judge().sent()
