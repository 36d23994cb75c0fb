"""Rule 3: missing data has exactly one owner per metric, over the alarms of both stacks."""

from dataclasses import replace

import pytest

from monitoring import catalogue
from monitoring.alarms import ownership, silence
from monitoring.alarms.burn import windows
from monitoring.alarms.rule import made
from monitoring.errors import MonitoringError
from monitoring.kpi import MetricId
from monitoring.spec import Expression, MetricAlarm, MetricStat
from monitoring.watched import Watched, WatchedPlan
from tests.monitoring.builders import (
    GPU_INSTANCES,
    MONTHLY,
    SCOPE,
    SERVERLESS,
    alarms,
    entries,
    metric_alarm,
    tuned,
    watched,
)
from tests.monitoring.world import World

LENGTHS = ("long", "short")

SHAPES = [
    watched(),
    watched(endpoint=SERVERLESS),
    watched(endpoint=GPU_INSTANCES),
    watched(usage_plans=()),
    watched(usage_plans=(MONTHLY, WatchedPlan(name="other", quota=MONTHLY.quota))),
]


SILENT_FROM = 2 * 1440
# A success that is missing is a failure: the canary's burn rates see it, and "API down" mutes their pages.
FAILURES_TOO = {"CanarySuccess": {f"canary-burn-{name}-{length}" for name in windows() for length in LENGTHS}}
SPARSE = "CanaryLatency"  # of answered probes alone; it falls silent with the attempts, and never alone
CANARY = ("CanaryAttempts", "CanarySuccess", SPARSE)


@pytest.mark.parametrize("name", sorted(World(minutes=1).metrics_by_name().keys() - {SPARSE}))
def test_when_a_metric_falls_silent_its_owner_alone_goes_off_and_one_page_goes_out(name: str) -> None:
    silenced = CANARY if name == "CanaryAttempts" else (name,)
    world = World(minutes=SILENT_FROM + 2 * 1440, missing=dict.fromkeys(silenced, SILENT_FROM))
    verdict = world.judge()
    silent = {world.metrics_by_name()[metric][0] for metric in silenced}
    owners = {
        owner
        for metric, seen in ownership.watchers(entries().values()).items()
        if (metric.namespace, metric.name, metric.dimensions) in silent
        for owner in seen.owners
    }
    fired = set(verdict.fired(lambda alarm: isinstance(alarm, MetricAlarm)))
    assert fired - FAILURES_TOO.get(name, set()) == owners
    assert len(owners) == len({*silenced} - {SPARSE})
    assert len(verdict.sent()) == 1


@pytest.mark.parametrize("service", SHAPES)
def test_each_metric_has_one_owner_of_its_silence(service: Watched) -> None:
    found = ownership.watchers(entries(service).values())
    assert {metric: seen.owners for metric, seen in found.items() if len(seen.owners) != 1} == {}
    assert len(found) >= 20


@pytest.mark.parametrize("service", SHAPES)
def test_every_other_alarm_ignores_missing_data(service: Watched) -> None:
    owners = {key for key, entry in entries(service).items() if entry.rule.owns_silence}
    owners -= {"table-silent"}  # on metrics of DynamoDB AWS ignores missing data, whatever is said
    for key, alarm in alarms(service).items():
        if isinstance(alarm, MetricAlarm):
            assert alarm.missing_data == ("breaching" if key in owners else "ignore"), key


def test_each_kpi_names_the_alarm_that_really_owns_its_silence() -> None:
    found = ownership.watchers(entries().values())
    for entry in entries().values():
        if entry.rule.kpi:
            metric = entry.rule.kpi.metric
            key = MetricId(metric.namespace, metric.name, tuple(sorted(metric.dimensions.items())))
            assert found[key].owners == (entry.rule.kpi.silence_owner,), entry.key


def test_an_owner_of_metrics_that_must_all_be_there_breaches_when_one_is_missing() -> None:
    last = metric_alarm("function-silent").queries[-1]
    assert isinstance(last, Expression)
    terms = ", ".join(f"FILL(m{n}, -1)" for n in range(5))
    assert last.expression == f"MIN([{terms}])"


def test_metrics_that_appear_only_on_failure_are_no_silence_of_the_table() -> None:
    alarm = metric_alarm("table-silent")
    names = [query.metric for query in alarm.queries if isinstance(query, MetricStat)]
    last = alarm.queries[-1]
    assert isinstance(last, Expression)
    assert names == ["ThrottledRequests", "SuccessfulRequestLatency", "SystemErrors"]
    assert last.expression == "MAX([FILL(m1, -1), FILL(m0, -1), FILL(m2, -1)])"


def test_the_daily_report_has_two_hours_of_grace() -> None:
    alarm = metric_alarm("usage-gold-silent")
    assert (alarm.period_s, alarm.evaluation_periods, alarm.datapoints_to_alarm) == (3600, 26, 26)
    assert alarm.warm_up_min == 26 * 60


def test_owners_give_a_new_stack_time_for_its_first_metrics() -> None:
    for alarm in alarms().values():
        if isinstance(alarm, MetricAlarm):
            assert alarm.warm_up_min >= 15 or alarm.missing_data == "ignore", alarm.key


def test_switching_an_owner_off_names_the_metrics_that_nobody_would_miss_and_who_watches_them() -> None:
    with pytest.raises(MonitoringError) as refused:
        alarms(tuned(each={"table-silent": {"enabled": False}}))
    assert len(refused.value.problems) == 3
    first = next(p for p in refused.value.problems if "SystemErrors" in p)
    assert first == (
        "AWS/DynamoDB SystemErrors (Operation=GetItem, TableName=shop-prod-reference-data) is watched by "
        "table-system-errors-warn, table-system-errors-critical, but no alarm would notice if it stopped. "
        "Switch its owner on again, or these off as well (switched off now: table-silent)."
    )


def test_a_whole_component_can_be_switched_off() -> None:
    found = alarms(tuned(components={"table": {"enabled": False}}))
    assert not any("table" in key for key in found)
    assert "table" not in str([alarm.rule for alarm in found.values() if not isinstance(alarm, MetricAlarm)])


def test_two_owners_of_one_metric_are_refused_by_name() -> None:
    first = entries()["usage-gold-silent"]
    second = entries()["usage-gold-warn"]
    second = replace(second, rule=replace(second.rule, owns_silence=True))
    with pytest.raises(MonitoringError, match="usage-gold-silent, usage-gold-warn all breach when it stops"):
        ownership.check([first, second])


def test_more_metrics_than_an_alarm_can_read_have_a_second_owner_that_says_the_same() -> None:
    (some,) = (kpi for kpi in catalogue.kpis(watched()) if kpi.key == "endpoint-cpu")
    throttled = next(kpi for kpi in catalogue.kpis(watched()) if kpi.key == "table-throttles")
    many = [replace(some, metric=replace(some.metric, name=f"M{n}")) for n in range(10)]
    first, second = silence.owners(
        "x-silent",
        [metric for kpi in (*many, throttled) for metric in kpi.metrics],
        sparse={throttled.metric.identity},
        component="endpoint",
        meaning="Gone.",
    )
    assert (first.key, second.key, second.anchor) == ("x-silent", "x-silent-2", "x-silent")
    assert (second.meaning, second.window, second.owns_silence) == ("Gone.", silence.WINDOW, True)
    alarms_made = [made(rule, SCOPE).alarm for rule in (first, second)]
    read = [
        [query for query in alarm.queries if isinstance(query, MetricStat)]
        for alarm in alarms_made
        if isinstance(alarm, MetricAlarm)
    ]
    assert [len(queries) for queries in read] == [10, 2]
    assert "ThrottledRequests" in [query.metric for query in read[0]]  # it cannot be missed by itself
    metrics = [query.metric for queries in read for query in queries]
    assert len(set(metrics)) == len(metrics)
