"""docs/alarms.md and the price of the monitoring."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import config
from docs import alarms as page
from docs import prices
from monitoring.stacks import stacks
from monitoring.watched import Watched
from rehearsal.price import alarm_dollars
from rehearsal.price import prices as price_list
from tests.monitoring.builders import alarms, watched

ROOT = Path(__file__).parents[2]
PAGE = page.text()


def prod() -> Watched:
    return Watched.of(config.parse(config.read_stack("prod")))


def test_the_check_fails_when_the_page_is_stale() -> None:
    program = (
        "import runpy, sys, pathlib; sys.argv = ['alarms.py', '--check'];"
        "read = pathlib.Path.read_text;"
        "stale = lambda p: 'x' if p.name == 'alarms.md' else '';"
        "pathlib.Path.read_text = lambda p, *a, **k: read(p, *a, **k) + stale(p);"
        "runpy.run_path('docs/alarms.py', run_name='__main__')"
    )
    done = subprocess.run(  # noqa: S603  # fixed words
        [sys.executable, "-c", program], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stderr == "docs/alarms.md is stale; run `python docs/alarms.py`\n"


def test_every_alarm_of_both_production_stacks_has_one_row() -> None:
    found = stacks(prod())
    for entry in (*found.service, *found.monitor):
        assert (
            len(re.findall(rf"^\| `{re.escape(entry.key)}` \| (?:warn|critical) ", PAGE, re.MULTILINE)) == 1
        )


def test_a_row_tells_level_threshold_window_missing_data_owner_and_price() -> None:
    row = (
        "| `api-5xx-critical` | critical | API requests failed (5XX) at or above 0.95 % | 3 of 5 x 1 min | "
        "ignore, owned by `api-silent` | 0.20 |"
    )
    assert row in PAGE
    owner = (
        "| `canary-success` | critical | Canary successes below 1 | 5 of 5 x 1 min | "
        "breaching, owns `CanarySuccess` | 0.10 |"
    )
    assert owner in PAGE


def test_a_page_row_tells_what_it_contains_and_what_mutes_it() -> None:
    row = "| `page-canary-down` | warn | `canary-attempts` | `page-blind` | 240 s, 600 s | 0.50 |"
    assert row in PAGE


def test_an_alarm_costs_a_tenth_per_metric_a_band_three_and_a_composite_half_a_dollar() -> None:
    found = alarms()
    cost = {
        key: alarm_dollars(found[key])
        for key in ("api-requests-warn", "api-5xx-warn", "api-silent", "api-requests-anomaly", "page-silence")
    }
    assert cost == {
        "api-requests-warn": 0.1,
        "api-5xx-warn": 0.2,
        "api-silent": 0.5,
        "api-requests-anomaly": 0.3,
        "page-silence": 0.5,
    }


def test_the_bill_adds_up() -> None:
    found = alarms()
    items = {
        item.what: (item.count, round(item.dollars, 4))
        for item in prices.bill(found.values(), plans=1, dashboards=2)
    }
    assert items == {
        "metric alarms": (78, 14.7),
        "composite alarms": (24, 12.0),
        "dashboards": (2, 6.0),
        "custom metrics of the canary": (4, 1.2),
        "custom metrics of the usage reporter": (5, 0.0625),
        "custom metric of what was answered": (1, 0.3),
        "detailed API metrics": (5, 1.5),
        "PutMetricData requests of the canary": (43_200.0, 0.432),
    }


def test_without_quotas_the_usage_reporter_publishes_nothing_to_pay_for() -> None:
    items = prices.bill([], plans=0, dashboards=0)
    by_name = {item.what: item.dollars for item in items}
    assert by_name["custom metrics of the usage reporter"] == 0
    assert by_name["PutMetricData requests of the canary"] == pytest.approx(0.432)


def test_the_total_of_the_page_is_the_sum_of_its_lines() -> None:
    price = PAGE.split("## Price")[1]
    lines = re.findall(r"^\| [a-zA-Z ]+ \| [\d,]+ \| ([\d.]+) \|$", price, re.MULTILINE)
    (total,) = re.findall(r"\*\*([\d.]+)\*\* \|$", price, re.MULTILINE)
    assert len(lines) == 8
    assert sum(map(float, lines)) == pytest.approx(float(total), abs=0.02)


@pytest.mark.parametrize(
    ("seconds", "words"), [(60, "1 min"), (5400, "90 min"), (3600, "1 h"), (86_400, "1 d"), (10, "10 s")]
)
def test_a_span_is_said_in_its_largest_whole_unit(seconds: int, words: str) -> None:
    assert page.span(seconds) == words


def test_the_prices_are_dated_and_sourced() -> None:
    assert price_list().source in PAGE
    assert price_list().date in PAGE


def test_a_service_without_plans_has_a_page_too() -> None:
    text = page.page(watched(usage_plans=()))
    assert "usage" not in text.split("## Price")[0].split("## KPIs")[1]
