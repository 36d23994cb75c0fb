"""A team's own KPIs have the alarms, pages, owner of missing data and graphs that the shipped ones have."""

from typing import Any

import pytest

from monitoring import monitor_dashboard, parts_alarms, service_dashboard
from monitoring.alarms import ownership
from monitoring.catalogue import kpis
from monitoring.errors import MonitoringError
from monitoring.spec import CompositeAlarm, Expression, MetricAlarm, MetricStat
from monitoring.stacks import stacks
from monitoring.watched import Watched, WatchedParts
from settings.alarms import AlarmsTuning
from settings.kpis import OwnKpi, ShareOf
from tests.monitoring.builders import MONITOR, SERVICE, WAITING, alarms, composite, metric_alarm, watched

HITS = OwnKpi(
    title="Cache hits",
    meaning="Answers come late.",
    namespace="Shop",
    metric="CacheHits",
    statistic="Sum",
    unit="Percent",
    share_of=ShareOf(metric="CacheReads"),
    direction="below",
    limit=60,
    min_samples=100,
)
CORRECTED = OwnKpi(
    title="Predictions corrected",
    meaning="Customers were told something wrong.",
    namespace="Shop",
    metric="Corrections",
    statistic="Sum",
    unit="Count",
    limit=20,
    missing_data="sparse",
    period_s=3600,
    evaluation_periods=1,
)


def own(**of: OwnKpi) -> Watched:
    return watched(own_kpis={key.replace("_", "-"): kpi for key, kpi in of.items()})


def changed(kpi: OwnKpi, **changes: Any) -> OwnKpi:
    return OwnKpi.model_validate(kpi.model_dump() | changes)


def read(alarm: MetricAlarm) -> list[tuple[str, str, str, int]]:
    stats = [query for query in alarm.queries if isinstance(query, MetricStat)]
    return [(query.namespace, query.metric, query.statistic, query.period_s) for query in stats]


def math(alarm: MetricAlarm) -> list[str]:
    return [query.expression for query in alarm.queries if isinstance(query, Expression)]


def test_a_kpi_has_both_levels_and_an_alarm_on_silence() -> None:
    service = own(orders=WAITING)
    critical, warn = (metric_alarm(f"orders-{level}", service) for level in ("critical", "warn"))
    assert (warn.threshold, critical.threshold) == (800, 950)
    assert critical.name == "shop-prod-orders-critical"
    assert (critical.comparison, critical.missing_data) == ("GreaterThanOrEqualToThreshold", "ignore")
    assert (critical.period_s, critical.evaluation_periods, critical.datapoints_to_alarm) == (300, 3, 3)
    (query,) = critical.queries
    assert isinstance(query, MetricStat)
    assert query.dimensions == {"QueueName": "orders"}
    assert critical.description.startswith(
        "Customers wait for their orders to be predicted. Orders waiting was 950 or more in 15 minutes; the"
        " limit is 1,000: the team's own limit."
    )
    silent = metric_alarm("orders-silent", service)
    assert read(silent) == [("AWS/SQS", "ApproximateNumberOfMessagesVisible", "SampleCount", 300)]
    assert (silent.missing_data, silent.comparison, math(silent)) == (
        "breaching",
        "LessThanThreshold",
        ["FILL(m0, -1)"],
    )


def test_a_limit_below_which_it_must_not_fall_has_its_levels_before_it() -> None:
    service = own(hits=HITS)
    warn, critical = (metric_alarm(f"hits-{level}", service) for level in ("warn", "critical"))
    assert (warn.threshold, critical.threshold) == (75, 63.157895)
    assert critical.comparison == "LessThanOrEqualToThreshold"
    assert "Cache hits was 63.1579 % or less in 15 minutes; the limit is 60 %" in critical.description
    assert math(critical) == ["IF(n >= 100 AND FILL(m, -1) >= 0, 100 * m / n)"]  # few reads: none
    assert read(critical) == [("Shop", "CacheHits", "Sum", 300), ("Shop", "CacheReads", "Sum", 300)]


def test_a_sparse_kpi_is_missed_by_nobody() -> None:
    service = own(corrected=CORRECTED)
    assert {key for key in alarms(service) if key.startswith("corrected")} == {
        "corrected-warn",
        "corrected-critical",
    }
    seen = ownership.watchers(stacks(service).service)
    (watchers,) = (found for metric, found in seen.items() if metric.name == "Corrections")
    assert (watchers.all, watchers.owners) == (("corrected-warn", "corrected-critical"), ())
    assert {kpi.key: kpi.silence_owner for kpi in kpis(service)}["corrected"] == ""


def test_own_kpis_page_on_pages_of_their_own_and_leave_the_others_as_they_are() -> None:
    service = own(orders=WAITING, hits=changed(HITS, signal="latency"), corrected=CORRECTED)
    names = {alarm.key: alarm.name for alarm in alarms(service).values()}
    critical, warn = (composite(f"page-own-{level}", service) for level in ("critical", "warn"))
    listed = [f"{key}-critical" for key in ("orders", "hits", "corrected")]
    assert critical.rule == " OR ".join(f'ALARM("{names[key]}")' for key in listed)
    warned = ["orders-warn", "hits-warn", "corrected-warn"]
    assert warn.rule == " OR ".join(f'ALARM("{names[key]}")' for key in warned)
    assert (critical.level, critical.suppressor) == ("critical", None)
    assert (warn.level, warn.suppressor, warn.wait_s) == ("warn", names["page-own-critical"], 300)
    shipped = {key: alarm for key, alarm in alarms().items() if isinstance(alarm, CompositeAlarm)}
    silence = shipped.pop("page-silence")
    assert {key: alarms(service)[key] for key in shipped} == shipped
    assert isinstance(silence, CompositeAlarm)
    both = f'ALARM("{names["orders-silent"]}") OR ALARM("{names["hits-silent"]}")'
    assert composite("page-silence", service).rule == f"{silence.rule} OR {both}"


def test_silence_of_a_metric_has_one_owner_whether_shipped_or_another_own_kpi() -> None:
    errors = changed(
        CORRECTED,
        metric="Refusals",
        missing_data="alarm",
        unit="Percent",
        limit=10,
        share_of={
            "metric": "Count",
            "namespace": "AWS/ApiGateway",
            "dimensions": {"ApiName": "shop-prod", "Stage": "live"},
        },
    )
    again = changed(WAITING, statistic="Average")
    unmissed = changed(WAITING, missing_data="sparse", statistic="Minimum")
    service = own(a=unmissed, b=WAITING, c=again, refused=errors)
    owners = {kpi.key: kpi.silence_owner for kpi in kpis(service) if kpi.component == "own"}
    assert owners == {"a": "b-silent", "b": "b-silent", "c": "b-silent", "refused": "refused-silent"}
    assert "c-silent" not in alarms(service)
    assert [name for _, name, *_ in read(metric_alarm("refused-silent", service))] == ["Refusals"]
    assert [q.id for q in metric_alarm("api-silent", service).queries] == [
        q.id for q in metric_alarm("api-silent").queries
    ]


@pytest.mark.parametrize(
    ("period_s", "window"),
    [
        (60, (300, 3)),
        (3600, (3600, 3)),
        (86_400, (86_400, 3)),
        (259_200, (259_200, 2)),
        (604_800, (604_800, 1)),
    ],
)
def test_silence_is_noticed_within_what_cloudwatch_evaluates(period_s: int, window: tuple[int, int]) -> None:
    service = own(orders=changed(WAITING, period_s=period_s, evaluation_periods=1))
    silent = metric_alarm("orders-silent", service)
    assert (silent.period_s, silent.evaluation_periods) == window
    assert silent.datapoints_to_alarm == silent.evaluation_periods


def test_a_percentile_has_cloudwatchs_minimum_of_samples_unless_it_is_given() -> None:
    waited = changed(WAITING, statistic="p99", unit="Milliseconds", divisor=1000)
    assert math(metric_alarm("w-warn", own(w=waited))) == ["IF(n >= 1000, m / 1000, 0)"]
    assert math(metric_alarm("w-warn", own(w=changed(waited, statistic="p20")))) == [
        "IF(n >= 50, m / 1000, 0)"
    ]
    assert math(metric_alarm("w-warn", own(w=changed(waited, min_samples=0)))) == ["m / 1000"]


@pytest.mark.parametrize(
    ("divisor", "text"),
    [(1_048_576, "1048576"), (1e22, "1" + 22 * "0"), (0.001, "0.001"), (2.5e-7, "0.00000025")],
)
def test_a_divisor_is_written_with_all_its_digits(divisor: float, text: str) -> None:
    service = own(w=changed(WAITING, divisor=divisor, unit="Megabytes"))
    assert math(metric_alarm("w-warn", service)) == [f"m / {text}"]


def test_tuning_by_key_and_by_component_holds_for_own_kpis() -> None:
    service = own(orders=WAITING).model_copy(
        update={
            "tuning": AlarmsTuning.model_validate(
                {
                    "components": {"own": {"critical_pct": 90}},
                    "each": {
                        "orders-warn": {"threshold": 500, "period_s": 60},
                        "orders-silent": {"period_s": 600},
                    },
                }
            )
        }
    )
    assert metric_alarm("orders-warn", service).threshold == 500
    assert metric_alarm("orders-warn", service).period_s == 60
    assert metric_alarm("orders-critical", service).threshold == 900
    assert metric_alarm("orders-silent", service).period_s == 600


def test_both_dashboards_show_a_row_of_own_kpis_with_their_levels() -> None:
    service = own(orders=WAITING)
    for body, account in (
        (service_dashboard(service), None),
        (monitor_dashboard(service, MONITOR), SERVICE),
    ):
        widgets = body["widgets"]
        assert isinstance(widgets, list)
        texts = [w["properties"].get("markdown") for w in widgets if w["type"] == "text"]
        assert "## Your own KPIs" in texts
        (graph,) = (w["properties"] for w in widgets if w["properties"].get("title") == "Orders waiting")
        (metric,) = graph["metrics"]
        assert metric[:4] == ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", "orders"]
        assert metric[-1].get("accountId") == account
        assert [line["label"] for line in graph["annotations"]["horizontal"]] == ["critical 950", "warn 800"]


def test_an_export_of_before_own_kpis_still_reads_and_one_with_them_comes_back_whole() -> None:
    service = own(orders=WAITING, hits=HITS)
    assert Watched.model_validate_json(service.model_dump_json()) == service
    older = watched().model_dump(mode="json")
    del older["own_kpis"]
    assert Watched.model_validate(older, strict=False).own_kpis == {}


def test_other_programs_may_watch_own_kpis_alone() -> None:
    made = parts_alarms(WatchedParts(name="orders", own_kpis={"orders": WAITING}))
    assert [alarm.key for alarm in made] == [
        "orders-warn",
        "orders-critical",
        "orders-silent",
        "page-silence",
        "page-own-critical",
        "page-own-warn",
    ]
    with pytest.raises(MonitoringError, match=r"kpis\.Orders: the key begins its alarms' names"):
        parts_alarms(WatchedParts(name="orders", own_kpis={"Orders": WAITING}))
