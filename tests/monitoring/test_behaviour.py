"""The rules as customers and people on call feel them: the deployed specs in the rehearsal."""

from dataclasses import replace

import numpy as np
import pytest

from monitoring.spec import CompositeAlarm, MetricAlarm, MetricStat
from rehearsal.cloudwatch.evaluate import timeline
from rehearsal.cloudwatch.series import Series
from tests.monitoring.builders import MONITOR, REST_API, SERVICE, metric_alarm, watched
from tests.monitoring.world import RATE, START, World

HEALTHY_UNTIL = 60
OWNERS = {
    **dict.fromkeys(["Count", "4XXError", "5XXError", "Latency", "IntegrationLatency"], "api-silent"),
    "AnsweredLatency": "answers-silent",
    **dict.fromkeys(
        ["Invocations", "Errors", "Throttles", "Duration", "ConcurrentExecutions"], "function-silent"
    ),
    "SuccessfulRequestLatency": "table-silent",
    **dict.fromkeys(
        [
            "model Invocations",
            "Invocation4XXErrors",
            "Invocation5XXErrors",
            "ModelLatency",
            "OverheadLatency",
            "CPUUtilization",
            "MemoryUtilization",
            "DiskUtilization",
        ],
        "endpoint-silent",
    ),
}


def test_a_healthy_day_pages_nobody_and_leaves_every_alarm_alone() -> None:
    verdict = World(minutes=1500).judge()
    assert verdict.fired() == {}
    assert verdict.sent() == []


@pytest.mark.parametrize("name", OWNERS)
def test_when_a_metric_of_the_service_stops_its_owner_alone_notices_and_one_page_goes_out(name: str) -> None:
    verdict = World(minutes=HEALTHY_UNTIL + 60, missing={name: HEALTHY_UNTIL}).judge()
    fired = verdict.fired(lambda alarm: isinstance(alarm, MetricAlarm))
    outside = {"outside-blind"} if name == "Count" else set()
    assert fired.keys() - outside == {OWNERS[name]}
    assert fired[OWNERS[name]] == HEALTHY_UNTIL + 14  # the end of the fifteenth minute
    assert [(page, level) for page, level, _ in verdict.sent()] == [("page-silence", "warn")]


@pytest.mark.parametrize(
    ("name", "owner"),
    [("plan UsagePercentOfQuota", "usage-gold-silent"), ("UsagePercentOfQuota", "highest-usage-silent")],
)
def test_a_usage_report_that_does_not_come_is_noticed_two_hours_later(name: str, owner: str) -> None:
    verdict = World(minutes=1800, missing={name: 1}).judge()
    fired = verdict.fired(lambda alarm: isinstance(alarm, MetricAlarm))
    assert fired.keys() == {owner}
    assert 26 * 60 <= fired[owner] <= 28 * 60
    assert [(page, level) for page, level, _ in verdict.sent()] == [("page-usage-warn", "warn")]


def test_a_total_silence_sends_one_page_in_the_service_account_and_one_in_the_monitor_account() -> None:
    world = World(minutes=180)
    world.requests[HEALTHY_UNTIL:] = 0
    world.attempts[HEALTHY_UNTIL:] = False
    sent = world.judge().sent()
    assert [(page, level) for page, level, _ in sent] == [
        ("page-blind", "critical"),
        ("page-silence", "warn"),
    ]
    assert sent[0][2] - HEALTHY_UNTIL <= 6


def test_a_canary_outage_while_the_api_is_fine_is_a_warning_about_the_canary_and_nothing_else() -> None:
    world = World(minutes=240)
    world.attempts[HEALTHY_UNTIL:] = False
    assert [(page, level) for page, level, _ in world.judge().sent()] == [("page-canary-down", "warn")]


def test_a_customer_now_and_then_does_not_make_the_loss_of_sight_come_and_go() -> None:
    world = World(minutes=600)
    world.attempts[HEALTHY_UNTIL:] = False
    world.requests[HEALTHY_UNTIL:] = np.resize([0, 0, 0, 0, 0, 0, 2, 1, 0, 1, 1], 600 - HEALTHY_UNTIL)
    blind = [page for page, _, _ in world.judge().sent() if page in ("page-blind", "page-canary-down")]
    assert blind == ["page-blind"]


def test_a_value_that_hovers_around_its_threshold_is_one_page() -> None:
    world = World(minutes=600)
    hovering = np.resize(np.repeat([300.0, 40.0], 10), 240)
    world.latency_ms[HEALTHY_UNTIL:300] = hovering
    sent = [page for page, _, _ in world.judge().sent() if page == "page-dependency-latency"]
    assert len(sent) == 1


def test_a_dead_api_pages_once_in_each_account_and_the_cause_comes_from_the_service_account() -> None:
    world = World(minutes=240)
    world.failed[HEALTHY_UNTIL:120] = RATE
    world.model_failed[HEALTHY_UNTIL:120] = RATE
    world.successes[HEALTHY_UNTIL:120] = False
    sent = world.judge().sent()
    assert [(page, level) for page, level, _ in sent] == [
        ("page-dependency-errors", "critical"),
        ("page-api-down", "critical"),
    ]
    assert [minute - HEALTHY_UNTIL for _, _, minute in sent] == [2, 5]


def test_an_api_that_only_outsiders_cannot_reach_pages_after_five_minutes() -> None:
    world = World(minutes=180)
    world.requests[HEALTHY_UNTIL:] = 0
    world.successes[HEALTHY_UNTIL:] = False
    sent = world.judge().sent()
    assert sent[0] == ("page-api-down", "critical", HEALTHY_UNTIL + 5)
    assert {level for page, level, _ in sent[1:]} == {"warn"}


def test_no_success_for_five_minutes_means_five_minutes() -> None:
    world = World(minutes=180)
    world.successes[HEALTHY_UNTIL:] = False
    assert world.judge().fired()["canary-success"] == HEALTHY_UNTIL + 4  # the end of the fifth minute


def test_breaching_alone_would_be_later_than_it_reads() -> None:
    world = World(minutes=180)
    world.successes[HEALTHY_UNTIL:] = False
    alarm = metric_alarm("canary-success")
    (success,) = (query for query in alarm.queries if isinstance(query, MetricStat))
    bare = replace(alarm, queries=(replace(success, return_data=True),))
    line = timeline([bare], Series(START, 180, world.metrics()), home=MONITOR)
    assert int(np.flatnonzero(line.states[bare.name] == 1)[0]) > HEALTHY_UNTIL + 4


def test_a_single_failed_probe_pages_nobody() -> None:
    world = World(minutes=1500)
    world.successes[700] = False
    verdict = world.judge()
    assert verdict.sent() == []
    assert verdict.fired(lambda alarm: isinstance(alarm, CompositeAlarm)) == {}


def test_a_deployment_with_four_percent_errors_pages_within_minutes_and_burns_within_an_hour() -> None:
    deployed = 2 * 1440  # after two good days, which the long windows look back on
    world = World(minutes=deployed + 1440)
    world.failed[deployed : deployed + 240] = round(0.04 * RATE)
    sent = world.judge().sent()
    assert [(page, level) for page, level, _ in sent] == [
        ("page-api-errors", "critical"),
        ("page-slo-burn-1h", "critical"),
    ]
    # 2 % of the month's budget is gone after 11 minutes; the page waits for "API down" to say it better.
    assert [minute - deployed for _, _, minute in sent] == [4, 17]


def test_a_leak_at_twice_the_budget_pages_nobody_for_three_days() -> None:
    world = World(minutes=3 * 1440)
    world.requests[:] = 1000
    world.failed[1440:] = 1  # 0.1 %, and the budget is 0.05 %
    assert world.judge().sent() == []


def test_a_leak_at_four_times_the_budget_is_a_ticket() -> None:
    world = World(minutes=3 * 1440)
    world.requests[:] = 1000
    world.failed[1440:] = 2
    assert [(page, level) for page, level, _ in world.judge().sent()] == [("page-slo-burn-1d", "warn")]


def test_a_silent_night_with_the_canary_alone_pages_nobody_even_if_one_request_fails() -> None:
    world = World(minutes=1500)
    world.requests[:] = 1
    world.failed[900] = 1
    world.latency_ms[905] = 5000
    assert world.judge().sent() == []


def test_a_slow_model_pages_for_the_model_and_not_for_what_waits_for_it() -> None:
    world = World(minutes=240)
    world.latency_ms[HEALTHY_UNTIL:180] = 400
    sent = world.judge().sent()
    critical = [page for page, level, _ in sent if level == "critical"]
    assert critical == ["page-dependency-latency", "page-promise-latency-critical"]
    assert not [page for page, _, _ in sent if page in ("page-api-latency", "page-function-latency")]


def test_between_warn_and_critical_a_warning_goes_out_and_at_critical_no_warning() -> None:
    world = World(minutes=240)
    world.latency_ms[HEALTHY_UNTIL:100] = 85  # the median's levels are 80 and 95
    assert [page for page, _, _ in world.judge().sent()] == ["page-latency-warn"]
    world.latency_ms[HEALTHY_UNTIL:100] = 300
    service = {page for page, _, _ in world.judge().sent() if "promise" not in page}
    assert service == {"page-dependency-latency"}


def test_metrics_of_another_account_are_read_across_accounts() -> None:
    world = World(minutes=200)
    world.failed[100:] = RATE // 2
    line = timeline([metric_alarm("api-burn-1h-long")], Series(START, 200, world.metrics()), home=MONITOR)
    assert line.state("shop-prod-monitor-api-burn-1h-long", 199) == "ALARM"
    at_home = replace(
        metric_alarm("api-burn-1h-long"),
        queries=tuple(
            replace(query, account_id=None) if isinstance(query, MetricStat) else query
            for query in metric_alarm("api-burn-1h-long").queries
        ),
    )
    blind = timeline([at_home], Series(START, 200, world.metrics()), home=MONITOR)
    assert blind.state(at_home.name, 199) == "INSUFFICIENT_DATA"
    seeing = timeline([at_home], Series(START, 200, world.metrics()), home=SERVICE)
    assert seeing.state(at_home.name, 199) == "ALARM"


def flooded() -> World:
    """Slow predictions, and beside each of them twenty requests that are refused at once."""
    world = World(minutes=240)
    world.latency_ms[HEALTHY_UNTIL:] = 400
    world.refused[HEALTHY_UNTIL:] = 20 * RATE
    return world


def test_a_flood_of_refused_requests_does_not_make_the_promised_latency_look_kept() -> None:
    assert {"promise-latency-critical", "promise-latency-warn"} <= flooded().judge().fired().keys()


def test_where_only_the_stage_tells_the_latency_such_a_flood_hides_it() -> None:
    older = watched(api=REST_API.model_copy(update={"answered_as": None}))
    fired = flooded().judge(older).fired()
    assert not {"promise-latency-critical", "api-latency-p90-critical"} & fired.keys()
