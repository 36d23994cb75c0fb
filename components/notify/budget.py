"""A budget of the account, which tells a topic when the month costs more than it should.

AWS Budgets is one service for all regions; a topic has to be of the budget's own account.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from settings.budget import Budget


@dataclass(frozen=True, kw_only=True, slots=True)
class BudgetArgs:
    """`service` is the value of the tag that everything of the stack has; `topic_arn` hears."""

    budget_name: str
    service: str
    settings: Budget
    topic_arn: pulumi.Input[str]


def make(name: str, args: BudgetArgs, opts: pulumi.ResourceOptions) -> aws.budgets.Budget:
    """The budget. It has to be made after the policy that lets it publish: AWS looks."""
    return aws.budgets.Budget(
        name,
        name=args.budget_name,
        budget_type="COST",
        time_unit="MONTHLY",
        limit_amount=f"{args.settings.monthly_usd:.2f}",
        limit_unit="USD",
        cost_types={"include_credit": False, "include_refund": False},
        cost_filters=_filters(args) or None,
        notifications=list(_notifications(args)),
        opts=opts,
    )


def _filters(args: BudgetArgs) -> list[aws.budgets.BudgetCostFilterArgs]:
    """`user:` begins the tags that are no AWS service's own: create-budget's examples, AWS CLI reference."""
    if args.settings.counts == "account":
        return []
    return [aws.budgets.BudgetCostFilterArgs(name="TagKeyValue", values=[f"user:service${args.service}"])]


def _notifications(args: BudgetArgs) -> Iterator[aws.budgets.BudgetNotificationArgs]:
    kinds = (("ACTUAL", args.settings.actual_pct), ("FORECASTED", args.settings.forecast_pct))
    for kind, threshold in ((kind, each) for kind, listed in kinds for each in listed):
        yield aws.budgets.BudgetNotificationArgs(
            notification_type=kind,
            comparison_operator="GREATER_THAN",
            threshold=threshold,
            threshold_type="PERCENTAGE",
            subscriber_sns_topic_arns=[args.topic_arn],
        )


def may_publish(topic_arn: pulumi.Input[str], account_id: str) -> dict[str, Any]:
    """The topic's statement, after "Creating an Amazon SNS topic for budget notifications" in AWS's guide."""
    return {
        "Sid": "Budgets",
        "Effect": "Allow",
        "Principal": {"Service": "budgets.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": topic_arn,
        "Condition": {
            "StringEquals": {"aws:SourceAccount": account_id},
            "ArnLike": {"aws:SourceArn": f"arn:aws:budgets::{account_id}:*"},
        },
    }
