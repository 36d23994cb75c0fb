"""The budget of an account: none by itself, and one that reaches who hears of warnings."""

import json
from typing import Any

import pytest

from tests.components.harness import Made, Run, run_stack, unwrap

ACCOUNTS = {"inference-dev": "111111111111", "inference-dev-monitor": "222222222222"}


@pytest.fixture(scope="module")
def stacks() -> dict[str, Run]:
    service = run_stack("dev", {"budget": {"monthly_usd": 60}})
    monitor = run_stack(
        "dev-monitor",
        {"budget": {"monthly_usd": 47.5, "counts": "service", "actual_pct": [50], "forecast_pct": []}},
        stack_outputs=service.outputs,
    )
    return {"inference-dev": service, "inference-dev-monitor": monitor}


def statements(made: Made) -> dict[str, Any]:
    return {each["Sid"]: each for each in json.loads(unwrap(made.inputs["policy"]))["Statement"]}


def test_a_budget_counts_the_account_and_warns_of_what_is_spent_and_expected(stacks: dict[str, Run]) -> None:
    topic = "arn:aws:topic:eu-central-1:111111111111:inference-dev-warn"
    made = stacks["inference-dev"].one("Budget")
    assert made.account == "111111111111"
    assert unwrap(made.inputs) == {
        "name": "inference-dev",
        "budgetType": "COST",
        "timeUnit": "MONTHLY",
        "limitAmount": "60.00",
        "limitUnit": "USD",
        "costTypes": {"includeCredit": False, "includeRefund": False},
        "notifications": [
            {
                "notificationType": kind,
                "comparisonOperator": "GREATER_THAN",
                "threshold": threshold,
                "thresholdType": "PERCENTAGE",
                "subscriberSnsTopicArns": [topic],
            }
            for kind, threshold in (("ACTUAL", 80.0), ("ACTUAL", 100.0), ("FORECASTED", 100.0))
        ],
    }


def test_a_budget_of_the_service_counts_what_has_the_stacks_tag(stacks: dict[str, Run]) -> None:
    run = stacks["inference-dev-monitor"]
    inputs = unwrap(run.one("Budget").inputs)
    assert (inputs["name"], inputs["limitAmount"]) == ("inference-dev-monitor", "47.50")
    assert inputs["costFilters"] == [{"name": "TagKeyValue", "values": ["user:service$inference-dev"]}]
    assert [(each["notificationType"], each["threshold"]) for each in inputs["notifications"]] == [
        ("ACTUAL", 50.0)
    ]
    (provider,) = (made for made in run.made if made.type == "pulumi:providers:aws")
    # The tag that is counted is the one that everything has.
    assert json.loads(provider.inputs["defaultTags"])["tags"]["service"] == "inference-dev"


@pytest.mark.parametrize("prefix", ACCOUNTS)
def test_budgets_of_the_account_may_publish_to_warn_and_use_the_key(
    stacks: dict[str, Run], prefix: str
) -> None:
    run, account = stacks[prefix], ACCOUNTS[prefix]
    warn, critical = (
        run.of("TopicPolicy")[f"inference-dev-notifications-{level}-policy"] for level in ("warn", "critical")
    )
    assert statements(warn)["Budgets"] == {
        "Sid": "Budgets",
        "Effect": "Allow",
        "Principal": {"Service": "budgets.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": f"arn:aws:topic:eu-central-1:{account}:{prefix}-warn",
        "Condition": {
            "StringEquals": {"aws:SourceAccount": account},
            "ArnLike": {"aws:SourceArn": f"arn:aws:budgets::{account}:*"},
        },
    }
    assert statements(critical).keys() == {"Alarms"}
    assert statements(run.one("Key"))["BudgetNotifications"] == {
        "Sid": "BudgetNotifications",
        "Effect": "Allow",
        "Principal": {"Service": "budgets.amazonaws.com"},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:SourceAccount": account}},
    }
    assert warn.name in run.waits_for["inference-dev-notifications-budget"]


def test_without_the_setting_there_is_no_budget_and_none_may_publish(dev: Run) -> None:
    assert not dev.of("Budget")
    assert statements(dev.one("Key")).keys() == {"Account", "AlarmNotifications", "Logs"}
    assert all(statements(made).keys() == {"Alarms"} for made in dev.of("TopicPolicy").values())


def test_a_canarys_key_in_a_further_region_is_for_no_budget(dev: Run) -> None:
    changes = {"budget": {"monthly_usd": 60}, "canary": {"locations": ["us-east-1"]}}
    keys = run_stack("dev-monitor", changes, stack_outputs=dev.outputs).of("Key")
    ours = {name for name, made in keys.items() if "BudgetNotifications" in statements(made)}
    assert (len(keys), ours) == (2, {"inference-dev-encryption-key"})
