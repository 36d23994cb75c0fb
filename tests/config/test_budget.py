"""The section `budget`: what it is without a word, and what is refused."""

from typing import Any

import pytest

import config
from settings.budget import Budget

BASE: dict[str, Any] = {
    "role": "service",
    "env": "dev",
    "region": "eu-central-1",
    "accounts": {"service": "111111111111", "monitor": "222222222222"},
}


def test_there_is_none_unless_it_is_set_and_a_limit_is_enough() -> None:
    assert config.parse(BASE).budget is None
    budget = config.parse(BASE | {"budget": {"monthly_usd": 60}}).budget
    assert budget == Budget(monthly_usd=60, counts="account", actual_pct=(80, 100), forecast_pct=(100,))


def test_five_thresholds_are_as_many_as_aws_takes_and_texts_of_the_cli_are_numbers() -> None:
    given = {"monthly_usd": "60.5", "actual_pct": ["50", 75, 100], "forecast_pct": [100, 120]}
    budget = config.parse(BASE | {"budget": given}).budget
    assert budget == Budget(monthly_usd=60.5, actual_pct=(50, 75, 100), forecast_pct=(100, 120))


@pytest.mark.parametrize(
    ("given", "key", "said"),
    [
        ({}, "budget.monthly_usd", "missing, and it has no default"),
        ({"monthly_usd": 0}, "budget.monthly_usd", "greater than or equal to 1"),
        ({"monthly_usd": 60, "limit": 5}, "budget.limit", "budget.limit"),
        ({"monthly_usd": 60, "counts": "team"}, "budget.counts", "'account' or 'service'"),
        ({"monthly_usd": 60, "actual_pct": [0]}, "budget.actual_pct[0]", "greater than 0"),
        ({"monthly_usd": 60, "actual_pct": [80, 80.0]}, "budget", "has a threshold twice"),
        ({"monthly_usd": 60, "actual_pct": [], "forecast_pct": []}, "budget", "nobody hears of it"),
        ({"monthly_usd": 60, "actual_pct": [50, 60, 70, 80, 90]}, "budget", "should have 1 to 5 thresholds"),
    ],
)
def test_what_aws_would_refuse_or_nobody_would_hear_of_is_refused(
    given: dict[str, Any], key: str, said: str
) -> None:
    with pytest.raises(config.ConfigError) as caught:
        config.parse(BASE | {"budget": given})
    assert key in str(caught.value)
    assert said in str(caught.value)
