"""SLO burn rates: the SRE workbook's pairs, computed from shares of budget."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.alarms.burn import CHANCE, beyond_chance, windows
from monitoring.errors import MonitoringError
from monitoring.spec import Expression, MetricStat
from settings.slo import Slo
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


@pytest.mark.parametrize(("availability_pct", "refused"), [(91.6667, False), (91.6666, True), (90.0, True)])
def test_a_threshold_that_every_request_would_have_to_pass_is_refused(
    availability_pct: float, refused: bool
) -> None:
    # Over 25 days the fastest pair burns 12 times the budget, which is all requests at 8.33 %.
    service = watched(slo=Slo(availability_pct=availability_pct, window_days=25))
    if refused:
        with pytest.raises(MonitoringError, match="could never fire"):
            alarms(service)
    else:
        assert metric_alarm("api-burn-1h-long", service).threshold == pytest.approx(99.9996)


@given(expected=st.floats(1e-6, 400))
def test_so_many_failed_probes_come_by_chance_in_less_than_one_window_of_ten_thousand(
    expected: float,
) -> None:
    def at_least(failures: int) -> float:
        below = (k * math.log(expected) - expected - math.lgamma(k + 1) for k in range(failures))
        return 1 - math.fsum(map(math.exp, below))

    found = beyond_chance(expected)
    assert at_least(found) < CHANCE + 1e-12
    assert found == 2 or at_least(found - 1) > CHANCE - 1e-12


def test_one_failed_probe_is_never_enough_however_strict_the_promise() -> None:
    strict = metric_alarm("canary-burn-1h-long", watched(slo=Slo(availability_pct=99.999)))
    last = strict.queries[-1]
    assert isinstance(last, Expression)
    assert last.expression == "IF(n >= 30, IF((n - FILL(m, 0)) >= 2, 100 * (n - FILL(m, 0)) / n, 0), 0)"
    assert beyond_chance(1e-6) == 2
