"""Alarms of any making: what their metrics can show of an incident, and what is said of those that cannot."""

from dataclasses import replace

import pytest

from monitoring.spec import MetricAlarm, MetricStat
from rehearsal.frontier.grid import MILLION, Grid, Size
from rehearsal.frontier.sweep import Frontier, sweep
from rehearsal.sources.stack import AlarmSet
from tests.rehearsal.builders import alarm, composite
from tests.rehearsal.frontier.builders import alarm_set, failing, failures, point

SLOW = Size(kind="slow", share_ppm=MILLION, latency_ms=2000.0)


def watching(
    name: str, namespace: str, metric: str, threshold: float, unit: str | None = None, **dimensions: str
) -> MetricAlarm:
    """Pages when the metric's maximum in a minute is above the threshold."""
    query = MetricStat(
        id="m",
        namespace=namespace,
        metric=metric,
        dimensions=dimensions,
        statistic="Maximum",
        period_s=60,
        unit=unit,
    )
    return alarm(name, queries=(query,), threshold=threshold, level="critical", missing_data="notBreaching")


def found(alarms: AlarmSet, *at: str) -> Frontier:
    grid = Grid(sizes=[failing(1), SLOW], durations=[10], traffic=[60], phases_s=[0], late_minutes=[1])
    return sweep(alarms, grid, at)


@pytest.mark.parametrize(
    ("namespace", "metric", "unit", "below", "at_least"),
    [
        ("AWS/ApplicationELB", "TargetResponseTime", None, 1.99, 2.0),
        ("AWS/ApiGateway", "Latency", None, 1999, 2000),
        ("AWS/SageMaker", "ModelLatency", None, 1_999_000, 2_000_000),
        ("Shop", "CheckoutDuration", "Seconds", 1.99, 2.0),
        ("Shop", "checkout_latency", "Microseconds", 1_999_000, 2_000_000),
        ("Shop", "ResponseTime", None, 1999, 2000),
    ],
)
def test_a_latency_is_in_the_metrics_own_unit(
    namespace: str, metric: str, unit: str | None, below: float, at_least: float
) -> None:
    late = 0
    for threshold, paged in ((below, 1), (at_least, None)):
        alarms = alarm_set(watching("a", namespace, metric, threshold, unit))
        assert point(alarms, SLOW, 10, late_minutes=(late,)).heard.critical == paged


@pytest.mark.parametrize(
    ("namespace", "metric", "most"),
    [
        ("AWS/CloudFront", "5xxErrorRate", 100),
        ("Shop", "error_rate", 100),
        ("AWS/Lambda", "Errors", 1),
        ("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", 1),
        ("Shop", "CheckoutFailures", 1),
    ],
)
def test_errors_are_counted_one_by_one_and_rates_are_percentages(
    namespace: str, metric: str, most: float
) -> None:
    for threshold, paged in ((most - 0.5, 1), (most, None)):
        alarms = alarm_set(watching("a", namespace, metric, threshold))
        assert point(alarms, failing(1), 10).heard.critical == paged


@pytest.mark.parametrize(
    ("namespace", "metric", "paged"),
    [
        ("AWS/ApiGateway", "5XXError", None),
        ("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", 1),
        ("Shop", "CheckoutFailures", 1),
    ],
)
def test_counts_without_zeros_are_all_failures_on_average(
    namespace: str, metric: str, paged: int | None
) -> None:
    query = MetricStat(
        id="m", namespace=namespace, metric=metric, dimensions={}, statistic="Average", period_s=60
    )
    half = alarm(queries=(query,), threshold=0.5, level="critical", missing_data="notBreaching")
    assert point(alarm_set(half), failing(0.3), 10).heard.critical == paged


def test_a_kind_of_incident_that_no_metric_shows_is_not_asked_about() -> None:
    swept = found(alarm_set(failures("api", 1)))
    assert {p.incident.size.kind for p in swept.points} == {"failing"}
    assert swept.kinds["slow"].shows_in == []
    assert found(alarm_set(watching("q", "AWS/SQS", "ApproximateAgeOfOldestMessage", 9))).points == []


def test_an_incident_shows_at_the_front_door_unless_it_is_put_elsewhere() -> None:
    function = watching("function", "AWS/Lambda", "Errors", 0, FunctionName="f")
    alarms = alarm_set(failures("api", 1), function)
    front = found(alarms).kinds["failing"]
    assert front.shows_in == ["AWS/ApiGateway 5XXError of ApiName=shop, Stage=live"]
    assert front.not_reached == {"function": "it watches what is behind; `--at AWS/Lambda` has it show there"}
    behind = found(alarms, "AWS/Lambda").kinds["failing"]
    assert behind.shows_in == ["AWS/Lambda Errors of FunctionName=f"]
    assert list(behind.not_reached) == ["api"]
    assert found(alarms, "AWS/Lambda", "AWS/ApiGateway").kinds["failing"].not_reached == {}
    alone = found(alarm_set(function)).kinds["failing"]
    assert alone.shows_in == ["AWS/Lambda Errors of FunctionName=f"]


def test_of_several_services_it_is_the_one_that_most_alarms_name() -> None:
    ours, also_ours, other = (
        watching(name, "AWS/Lambda", "Errors", 0, FunctionName=function)
        for name, function in (("a", "f"), ("b", "f"), ("c", "g"))
    )
    said = found(alarm_set(other, ours, also_ours)).kinds["failing"]
    assert said.shows_in == ["AWS/Lambda Errors of FunctionName=f"]
    assert said.not_reached == {"c": "it watches another service than most of the alarms"}


def test_the_other_services_are_as_on_a_good_day() -> None:
    """The other function is called, so that nobody takes it for silent."""
    query = MetricStat(
        id="m",
        namespace="AWS/Lambda",
        metric="Invocations",
        dimensions={"FunctionName": "g"},
        statistic="Sum",
        period_s=60,
    )
    silent = alarm(
        "silent", queries=(query,), comparison="LessThanThreshold", threshold=1, missing_data="breaching"
    )
    ours = [replace(watching(name, "AWS/Lambda", "Errors", 0, FunctionName="f"), level=None) for name in "ab"]
    page = composite("page", 'ALARM("a") AND NOT ALARM("silent")', level="critical")
    assert point(alarm_set(*ours, silent, page), failing(1), 10).heard.critical == 1


def test_the_reason_says_why_an_alarm_cannot_see_it() -> None:
    alarms = alarm_set(
        failures("api", 1),
        watching("slow", "AWS/ApiGateway", "Latency", 9000, ApiName="shop"),
        watching("queue", "AWS/SQS", "ApproximateAgeOfOldestMessage", 9),
    )
    assert found(alarms).kinds["failing"].not_reached == {
        "slow": "its metrics do not show it",
        "queue": "what its metrics would show of requests is not known, so they have no data",
    }


def test_an_alarm_that_is_in_alarm_before_anything_happens_is_said() -> None:
    quick = watching("quick", "AWS/ApiGateway", "Latency", 49, ApiName="shop")
    swept = found(alarm_set(quick))
    assert swept.kinds["slow"].always_in_alarm == {60: ["quick"]}
    assert [p.heard.told for p in swept.points] == [None]


def test_what_was_in_alarm_before_is_no_page_until_it_comes_back() -> None:
    """The wrong way round: in ALARM in ordinary times, OK while requests are slow."""
    wrong = replace(
        watching("wrong", "AWS/ApiGateway", "Latency", 60, ApiName="shop"), comparison="LessThanThreshold"
    )
    heard = point(alarm_set(wrong), SLOW, 10).heard
    assert (heard.critical, heard.ok) == (11, 0.0)


def test_refused_requests_are_no_failures() -> None:
    refused = watching("refused", "AWS/ApiGateway", "4XXError", 0, ApiName="shop")
    assert found(alarm_set(refused)).points == []
