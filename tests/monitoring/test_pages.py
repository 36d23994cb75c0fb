"""Rule 4: one incident, few pages. Composites, what mutes them, and where they notify."""

import pytest

from monitoring.alarms import limits
from monitoring.errors import MonitoringError
from monitoring.notify import pages
from monitoring.notify.pages import Page
from monitoring.spec import CompositeAlarm, MetricAlarm
from monitoring.stacks import stacks
from tests.monitoring.builders import SCOPE, SERVERLESS, alarms, composite, entries, tuned, watched

# Page -> level, what mutes it.
MUTED_BY = {
    "page-dependency-errors": ("critical", None),
    "page-function-errors": ("critical", "page-dependency-errors"),
    "page-api-errors": ("critical", "page-function-errors"),
    "page-errors-warn": ("warn", "page-api-errors"),
    "page-dependency-latency": ("critical", None),
    "page-function-latency": ("critical", "page-dependency-latency"),
    "page-api-latency": ("critical", "page-function-latency"),
    "page-latency-warn": ("warn", "page-api-latency"),
    "page-capacity-critical": ("critical", None),
    "page-capacity-warn": ("warn", "page-capacity-critical"),
    "page-usage-critical": ("critical", None),
    "page-usage-warn": ("warn", "page-usage-critical"),
    "page-silence": ("warn", "page-api-errors"),
    "page-traffic": ("warn", "page-silence"),
    "page-blind": ("critical", None),
    "page-canary-down": ("warn", "page-blind"),
    "page-api-down": ("critical", "canary-attempts"),
    "page-slo-burn-1h": ("critical", "page-api-down"),
    "page-slo-burn-6h": ("critical", "page-slo-burn-1h"),
    "page-slo-burn-1d": ("warn", "page-slo-burn-6h"),
    "page-promise-latency-critical": ("critical", "page-api-down"),
    "page-promise-latency-warn": ("warn", "page-promise-latency-critical"),
    "page-highest-usage-critical": ("critical", None),
    "page-highest-usage-warn": ("warn", "page-highest-usage-critical"),
}


def test_what_mutes_what() -> None:
    names = {alarm.name: key for key, alarm in alarms().items()}
    found = {
        key: (alarm.level, names[alarm.suppressor] if alarm.suppressor else None)
        for key, alarm in alarms().items()
        if isinstance(alarm, CompositeAlarm)
    }
    assert found == MUTED_BY


def test_only_composites_notify_and_every_metric_alarm_is_in_at_least_one_of_its_level() -> None:
    for found in (stacks(watched()).service, stacks(watched()).monitor):
        reached: dict[str, set[str]] = {}
        for entry in found:
            if isinstance(entry.alarm, CompositeAlarm):
                for child in limits.children(entry.alarm.rule):
                    reached.setdefault(child, set()).add(str(entry.alarm.level))
        for entry in found:
            if isinstance(entry.alarm, MetricAlarm):
                assert entry.alarm.level is None
                assert entry.rule.severity in reached[entry.alarm.name], entry.key


def test_an_alarm_pages_through_one_composite_of_its_level_only() -> None:
    rules = [
        (alarm.level, limits.children(alarm.rule))
        for alarm in alarms().values()
        if isinstance(alarm, CompositeAlarm)
    ]
    for key, entry in entries().items():
        if isinstance(entry.alarm, MetricAlarm) and key not in (
            "canary-attempts",
            "outside-blind",
        ):
            same = [level for level, children in rules if entry.alarm.name in children]
            assert same == [entry.rule.severity], key


def test_a_composite_that_mutes_is_in_alarm_for_everything_before_it_in_the_chain() -> None:
    for signal in ("errors", "latency"):
        dependency, function, api = (f"page-{part}-{signal}" for part in ("dependency", "function", "api"))
        assert f'ALARM("shop-prod-{dependency}")' in composite(function).rule
        assert f'ALARM("shop-prod-{function}")' in composite(api).rule


def test_only_symptoms_mute_symptoms() -> None:
    for page in ("page-dependency-errors", "page-function-errors", "page-dependency-latency"):
        children = limits.children(composite(page).rule)
        saturation = [
            name for name in children if any(w in name for w in ("cpu", "memory", "disk", "concurrency"))
        ]
        assert saturation == []


def test_api_down_is_in_alarm_only_when_the_canary_lives_so_that_a_dead_one_mutes_nothing_else() -> None:
    assert composite("page-api-down").rule == (
        'ALARM("shop-prod-monitor-canary-success") AND NOT ALARM("shop-prod-monitor-canary-attempts")'
    )


def test_a_dead_canary_pages_as_critical_only_when_customers_are_not_seen_either() -> None:
    assert composite("page-blind").rule == (
        'ALARM("shop-prod-monitor-canary-attempts") AND ALARM("shop-prod-monitor-outside-blind")'
    )


def test_a_muted_page_waits_for_the_slower_window_of_what_mutes_it() -> None:
    # No success for 5 minutes; the canary after 3, customers after 5.
    assert composite("page-slo-burn-1h").wait_s >= 6 * 60
    assert composite("page-canary-down").wait_s >= 3 * 60
    assert composite("page-api-down").wait_s <= 60


def test_a_warning_waits_longer_than_a_critical_page_to_see_whether_it_becomes_one() -> None:
    muted = [
        a for a in alarms().values() if isinstance(a, CompositeAlarm) and a.suppressor and a.level == "warn"
    ]
    waits = {alarm.key: alarm.wait_s for alarm in muted}
    assert min(wait for key, wait in waits.items() if key.endswith("-warn")) == 300
    assert waits["page-promise-latency-warn"] == 600


@pytest.mark.parametrize("chain", ["errors", "latency"])
def test_a_dependency_is_not_slower_than_its_dependants(chain: str) -> None:
    def seconds(page: str) -> set[int]:
        own = [a for a in alarms().values() if isinstance(a, MetricAlarm)]
        children = limits.children(composite(page).rule)
        return {a.period_s * a.datapoints_to_alarm for a in own if a.name in children}

    first, then, last = (seconds(f"page-{part}-{chain}") for part in ("dependency", "function", "api"))
    assert max(first) <= min(then)
    assert max(then) <= min(last)


def test_composites_refer_only_to_alarms_of_their_own_account_and_come_after_them() -> None:
    for found in (stacks(watched()).service, stacks(watched()).monitor):
        seen: set[str] = set()
        for entry in found:
            if isinstance(entry.alarm, CompositeAlarm):
                assert {*limits.children(entry.alarm.rule)} <= seen
                assert entry.alarm.suppressor is None or entry.alarm.suppressor in seen
            seen.add(entry.alarm.name)


def test_a_page_without_alarms_is_left_out_and_what_it_muted_is_muted_by_what_muted_it() -> None:
    found = alarms(tuned(components={"function": {"enabled": False}}))
    assert "page-function-errors" not in found
    api = found["page-api-errors"]
    assert isinstance(api, CompositeAlarm)
    assert api.suppressor == "shop-prod-page-dependency-errors"
    assert api.rule.endswith(' OR ALARM("shop-prod-page-dependency-errors")')


def test_a_page_can_be_switched_off() -> None:
    found = alarms(tuned(each={"page-silence": {"enabled": False}}))
    assert "page-silence" not in found
    traffic = found["page-traffic"]
    assert isinstance(traffic, CompositeAlarm)
    assert traffic.suppressor == "shop-prod-page-api-errors"


def test_a_page_has_nothing_to_tune_but_whether_it_exists() -> None:
    with pytest.raises(MonitoringError, match=r"alarms.each.page-silence.threshold: .* it takes enabled"):
        alarms(tuned(each={"page-silence": {"threshold": 1}}))


def test_a_service_without_quotas_has_no_usage_pages() -> None:
    found = alarms(watched(usage_plans=(), endpoint=SERVERLESS))
    assert not [key for key in found if "usage" in key]


def test_a_single_group_of_several_alarms_needs_no_parentheses() -> None:
    known = list(entries().values())
    made = pages.build(
        [
            Page(
                key="both",
                anchor="both",
                meaning="m",
                severity="warn",
                component="api",
                when=(("api-5xx-warn", "api-4xx-warn"), ("no-such", "api-4xx-warn")),
            )
        ],
        known,
        SCOPE,
    )
    (alarm,) = (entry.alarm for entry in made)
    assert isinstance(alarm, CompositeAlarm)
    assert alarm.rule == 'ALARM("shop-prod-api-5xx-warn") AND ALARM("shop-prod-api-4xx-warn")'
