"""Defaults cascade: for all alarms, for a component, for one; the narrower wins and typos are refused."""

import pytest

import config
from monitoring.errors import MonitoringError
from monitoring.spec import MetricAlarm
from monitoring.stacks import stacks
from monitoring.watched import Watched
from settings.alarms import AlarmsTuning
from tests.monitoring.builders import alarms, entries, metric_alarm, tuned, watched


def test_the_narrower_value_wins() -> None:
    service = tuned(
        all={"warn_pct": 10, "evaluation_periods": 10, "datapoints_to_alarm": 6},
        components={"api": {"warn_pct": 20}},
        each={"api-4xx-warn": {"threshold": 7.5, "evaluation_periods": 8}},
    )
    found = {
        key: (alarm.threshold, alarm.evaluation_periods, alarm.datapoints_to_alarm)
        for key in ("function-concurrency-warn", "api-5xx-warn", "api-4xx-warn")
        if isinstance(alarm := alarms(service)[key], MetricAlarm)
    }
    assert found == {
        "function-concurrency-warn": (10, 10, 6),
        "api-5xx-warn": (0.2, 10, 6),
        "api-4xx-warn": (7.5, 8, 6),
    }


def test_fewer_periods_than_datapoints_lower_the_datapoints_unless_those_are_given_too() -> None:
    alarm = metric_alarm("api-5xx-warn", tuned(all={"evaluation_periods": 2}))
    assert (alarm.datapoints_to_alarm, alarm.evaluation_periods) == (2, 2)


def test_an_alarm_can_have_its_own_window() -> None:
    service = tuned(each={"api-5xx-critical": {"period_s": 300, "datapoints_to_alarm": 1}})
    alarm = metric_alarm("api-5xx-critical", service)
    assert (alarm.period_s, alarm.datapoints_to_alarm, alarm.evaluation_periods) == (300, 1, 5)
    assert metric_alarm("api-5xx-warn", service).period_s == 60


def test_both_levels_can_be_tuned_for_a_component() -> None:
    service = tuned(components={"api": {"warn_pct": 20, "critical_pct": 60}, "usage": {"critical_pct": 70}})
    keys = ("api-5xx-warn", "api-5xx-critical", "usage-gold-critical", "function-errors-critical")
    assert [metric_alarm(key, service).threshold for key in keys] == [0.2, 0.6, 70, 0.95]


def test_a_threshold_of_nothing_is_a_threshold() -> None:
    assert metric_alarm("api-5xx-warn", tuned(each={"api-5xx-warn": {"threshold": 0.0}})).threshold == 0


def test_an_alarm_can_be_switched_off_and_no_composite_names_it() -> None:
    service = tuned(each={"api-4xx-critical": {"enabled": False}})
    assert set(alarms()) - set(alarms(service)) == {"api-4xx-critical"}
    assert "api-4xx-critical" not in str(alarms(service))


def test_one_alarm_can_stay_while_all_others_of_its_component_go() -> None:
    service = tuned(
        components={"endpoint": {"enabled": False}},
        each={"endpoint-5xx-critical": {"enabled": True}, "endpoint-silent": {"enabled": True}},
    )
    left = {key for key in alarms(service) if key.startswith("endpoint-")}
    assert left == {"endpoint-5xx-critical", "endpoint-silent"}


def test_everything_can_be_switched_off() -> None:
    assert alarms(tuned(all={"enabled": False})) == {}


def test_tuning_reaches_the_monitor_account() -> None:
    service = tuned(each={"promise-latency-critical": {"threshold": 250}})
    assert metric_alarm("promise-latency-critical", service).threshold == 250


@pytest.mark.parametrize(
    ("tuning", "problem"),
    [
        (
            {"each": {"api-5x-critical": {"enabled": False}}},
            "alarms.each.api-5x-critical: there is no such alarm in this stack. Did you mean "
            "`api-5xx-critical` or `api-4xx-critical`",
        ),
        (
            {"components": {"endpoints": {"enabled": False}}},
            "alarms.components.endpoints: there is no such component. Did you mean `endpoint`?",
        ),
        (
            {"each": {"zzz": {"enabled": False}}},
            "alarms.each.zzz: there is no such alarm in this stack. The keys are listed in docs/alarms.md.",
        ),
    ],
)
def test_an_unknown_key_is_an_error_that_lists_near_matches(tuning: dict[str, object], problem: str) -> None:
    with pytest.raises(MonitoringError) as refused:
        stacks(tuned(**tuning))
    assert refused.value.problems[0].startswith(problem)


def test_every_alarm_of_both_stacks_has_a_key_that_can_be_switched_off_or_says_why_not() -> None:
    for key, entry in entries().items():
        service = tuned(each={key: {"enabled": False}})
        if entry.rule.owns_silence:
            with pytest.raises(MonitoringError, match="no alarm would notice if it stopped"):
                stacks(service)
        else:
            assert key not in alarms(service)


@pytest.mark.parametrize(
    ("key", "field", "takes"),
    [
        ("api-silent", "threshold", "enabled, period_s, evaluation_periods, datapoints_to_alarm"),
        ("api-requests-anomaly", "threshold", "enabled, period_s, evaluation_periods, datapoints_to_alarm"),
        ("api-burn-1h-long", "period_s", "enabled, threshold"),
        ("canary-success", "min_samples", "enabled, threshold, period_s"),
    ],
)
def test_a_value_that_an_alarm_cannot_follow_is_refused(key: str, field: str, takes: str) -> None:
    with pytest.raises(MonitoringError) as refused:
        stacks(tuned(each={key: {field: 60}}))
    assert refused.value.problems[0].startswith(
        f"alarms.each.{key}.{field}: this alarm has no {field} to tune"
    )
    assert takes in refused.value.problems[0]


def test_the_stacks_section_alarms_reaches_the_watched_service() -> None:
    raw = config.read_stack("prod") | {"alarms": {"each": {"api-5xx-warn": {"threshold": 0.5}}}}
    service = Watched.of(config.parse(raw))
    assert metric_alarm("api-5xx-warn", service).threshold == 0.5


@pytest.mark.parametrize(
    ("alarms_section", "message"),
    [
        (
            {"each": {"api-5xx-warn": {"treshold": 1}}},
            "inference-watch:alarms.each.api-5xx-warn.treshold: unknown key; it would have had no effect. "
            "Did you mean `threshold`?",
        ),
        (
            {"all": {"warn_pct": 120}},
            "inference-watch:alarms.all.warn_pct: Input should be less than or equal",
        ),
        ({"component": {}}, "Did you mean `components`?"),
    ],
)
def test_a_wrong_field_in_yaml_is_refused_with_its_path(alarms_section: object, message: str) -> None:
    with pytest.raises(config.ConfigError) as refused:
        config.parse(config.read_stack("prod") | {"alarms": alarms_section})
    assert message in str(refused.value)


def test_the_monitor_stack_has_no_section_alarms_of_its_own() -> None:
    with pytest.raises(config.ConfigError, match="`alarms` has no effect in a monitor stack"):
        config.parse(config.read_stack("prod-monitor") | {"alarms": {"all": {"enabled": False}}})


def test_tuning_survives_the_way_through_a_stack_output() -> None:
    service = tuned(each={"api-5xx-warn": {"threshold": 0.5}}, components={"table": {"warn_pct": 70}})
    assert Watched.model_validate_json(service.model_dump_json()) == service
    assert watched().tuning == AlarmsTuning()
