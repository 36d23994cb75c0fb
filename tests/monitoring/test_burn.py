"""SLO burn rates: the SRE workbook's pairs, computed from shares of budget."""

import pytest

from monitoring.alarms.burn import windows
from monitoring.errors import MonitoringError
from monitoring.spec import MetricStat
from monitoring.watched import Slo
from tests.monitoring.builders import SERVICE, alarms, composite, metric_alarm, watched

THIRTY_DAYS = Slo(window_days=30)


def test_the_windows_and_factors_are_those_of_the_workbook() -> None:
    found = {name: (w.factor(THIRTY_DAYS), w.long_s, w.short_s, w.level) for name, w in windows().items()}
    assert found == {
        "1h": (14.4, 3600, 300, "critical"),
        "6h": (6.0, 6 * 3600, 1800, "critical"),
        "1d": (3.0, 86_400, 7200, "warn"),
    }


def test_the_factor_follows_the_slos_window() -> None:
    assert windows()["1h"].factor(Slo(window_days=7)) == pytest.approx(3.36)


@pytest.mark.parametrize(("name", "percent"), [("1h", 0.72), ("6h", 0.3), ("1d", 0.15)])
@pytest.mark.parametrize("sli", ["api", "canary"])
def test_thresholds_are_factor_times_budget(sli: str, name: str, percent: float) -> None:
    for length in ("long", "short"):
        alarm = metric_alarm(f"{sli}-burn-{name}-{length}")
        assert (alarm.threshold, alarm.comparison) == (percent, "GreaterThanThreshold")


def test_the_sli_is_the_apis_own_failures_over_its_requests_read_across_accounts() -> None:
    alarm = metric_alarm("api-burn-1h-long")
    read = [
        (query.metric, query.statistic, query.account_id)
        for query in alarm.queries
        if isinstance(query, MetricStat)
    ]
    assert read == [("5XXError", "Sum", SERVICE), ("Count", "Sum", SERVICE)]


def test_each_window_is_one_period_of_its_own_length() -> None:
    for name, window in windows().items():
        of = {"long": (window.long_s, 1), "short": (window.short_s, window.short_periods)}
        for length, expected in of.items():
            alarm = metric_alarm(f"api-burn-{name}-{length}")
            assert (alarm.period_s, alarm.evaluation_periods) == expected
            assert alarm.datapoints_to_alarm == 1


def test_a_short_window_is_a_twelfth_of_its_long_one() -> None:
    assert all(window.long_s == 12 * window.short_s for window in windows().values())


def test_both_windows_must_burn_before_a_page_goes_out_and_they_send_nothing_themselves() -> None:
    rule = composite("page-slo-burn-1h").rule
    assert rule == (
        '(ALARM("shop-prod-monitor-api-burn-1h-long") AND ALARM("shop-prod-monitor-api-burn-1h-short")) OR '
        '(ALARM("shop-prod-monitor-canary-burn-1h-long") AND ALARM("shop-prod-monitor-canary-burn-1h-short"))'
    )
    assert all(alarm.level is None for key, alarm in alarms().items() if "-burn-" in key and key[0] != "p")


def test_the_faster_pair_mutes_the_slower_until_the_slower_ones_short_window_has_passed() -> None:
    fast, middle, slow = (composite(f"page-slo-burn-{name}") for name in windows())
    assert fast.suppressor == "shop-prod-monitor-page-api-down"
    assert (middle.suppressor, slow.suppressor) == (fast.name, middle.name)
    assert middle.extension_s >= 1800
    assert slow.extension_s >= 3 * 7200
    # What the fastest mutes, it also mutes for the slowest.
    assert middle.rule.endswith(f' OR ALARM("{fast.name}")')


def test_a_promise_too_weak_for_a_pair_is_refused_with_the_fix() -> None:
    with pytest.raises(MonitoringError) as refused:
        alarms(watched(slo=Slo(availability_pct=90)))
    assert refused.value.problems == (
        "slo-burn-1h: 14.4 times the budget of 10 % is 144 % of all requests. "
        "Raise slo.availability_pct or shorten slo.window_days.",
    )
