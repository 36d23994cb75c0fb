"""The web ACL in front of a stage: its rules by hand, and one that stands in front of an API."""

from typing import Any

import pytest

from local.emulator import SERVICE_ACCOUNT, Emulator
from local.fillins.gateway.waf import SIZES, Rates, Seen, blocked_by
from tests.local.emulated_api import make_api, root

COMMON = {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet"}}
RATE = {"RateBasedStatement": {"Limit": 10, "AggregateKeyType": "IP"}}
BODY = {
    "FieldToMatch": {"Body": {"OversizeHandling": "MATCH"}},
    "TextTransformations": [{"Priority": 0, "Type": "NONE"}],
}


def rule(name: str, statement: dict[str, Any], priority: int = 0, **more: Any) -> dict[str, Any]:
    managed = "ManagedRuleGroupStatement" in statement
    how: dict[str, Any] = {"OverrideAction": {"None": {}}} if managed else {"Action": {"Block": {}}}
    return {"Name": name, "Priority": priority, "Statement": statement, **how, **more}


def acl(*rules: dict[str, Any], default: str = "Allow") -> dict[str, Any]:
    return {"ARN": "acl", "Rules": list(rules), "DefaultAction": {default: {}}}


def seen(agent: str | None = "a customer", **changes: Any) -> Seen:
    made: dict[str, Any] = {"address": "192.0.2.1", "path": "/live/x", "query": "", "body_bytes": 100}
    return Seen(headers={"user-agent": agent} if agent is not None else {}, **{**made, **changes})


@pytest.mark.parametrize(
    ("request_", "verdict"),
    [
        (seen(), None),
        (seen(agent=None), "common"),
        (seen(agent=""), "common"),
        (seen(body_bytes=8192), None),
        (seen(body_bytes=8193), "common"),
        (seen(query="q" * 2048), None),
        (seen(query="q" * 2049), "common"),
        (seen(path="/" * 1024), None),
        (seen(path="/" * 1025), "common"),
    ],
)
def test_the_common_rules_block_by_size_and_without_a_user_agent(request_: Seen, verdict: str | None) -> None:
    assert blocked_by(acl(rule("common", COMMON)), request_) == verdict


def test_a_cookie_over_ten_kilobytes_is_blocked() -> None:
    for size, verdict in ((10_240, None), (10_241, "common")):
        request = Seen(
            address="192.0.2.1",
            path="/",
            query="",
            headers={"user-agent": "x", "cookie": "c" * size},
            body_bytes=0,
        )
        assert blocked_by(acl(rule("common", COMMON)), request) == verdict


def overridden(**more: Any) -> dict[str, Any]:
    return {"ManagedRuleGroupStatement": {**COMMON["ManagedRuleGroupStatement"], **more}}


COUNT_BODIES = [{"Name": "SizeRestrictions_BODY", "ActionToUse": {"Count": {}}}]


def test_an_overridden_rule_only_counts_and_the_others_of_its_group_still_block() -> None:
    counting = acl(rule("common", overridden(RuleActionOverrides=COUNT_BODIES)))
    assert blocked_by(counting, seen(body_bytes=9000)) is None
    assert blocked_by(counting, seen(agent=None, body_bytes=9000)) == "common"
    excluding = acl(rule("common", overridden(ExcludedRules=[{"Name": "NoUserAgent_HEADER"}])))
    assert blocked_by(excluding, seen(agent=None)) is None


def test_a_group_that_is_overridden_to_count_blocks_nothing() -> None:
    assert blocked_by(acl(rule("common", COMMON, OverrideAction={"Count": {}})), seen(agent=None)) is None


def test_other_managed_groups_let_everything_through() -> None:
    other = {
        "ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesKnownBadInputsRuleSet"}
    }
    assert blocked_by(acl(rule("inputs", other)), seen(agent=None)) is None


def test_a_size_rule_compares_the_bodys_bytes() -> None:
    size = {"SizeConstraintStatement": {**BODY, "ComparisonOperator": "GT", "Size": 1000}}
    assert blocked_by(acl(rule("size", size)), seen(body_bytes=1000)) is None
    assert blocked_by(acl(rule("size", size)), seen(body_bytes=1001)) == "size"


def test_rules_are_asked_by_priority_and_the_first_that_ends_decides() -> None:
    allow = rule(
        "small",
        {"SizeConstraintStatement": {**BODY, "ComparisonOperator": "LT", "Size": 50}},
        0,
        Action={"Allow": {}},
    )
    both = acl(rule("common", COMMON, 1), allow)
    assert blocked_by(both, seen(agent=None, body_bytes=10)) is None
    assert blocked_by(both, seen(agent=None, body_bytes=60)) == "common"
    assert blocked_by(acl(allow, default="Block"), seen()) == "Default"


def test_the_rate_rule_counts_each_address_within_its_window() -> None:
    now = [0.0]
    rates = Rates(clock=lambda: now[0])
    limited = acl(rule("rate", RATE))
    assert [blocked_by(limited, seen(), rates) for _ in range(11)] == [None] * 10 + ["rate"]
    assert blocked_by(limited, seen(address="192.0.2.2"), rates) is None
    now[0] = 299.9
    assert blocked_by(limited, seen(), rates) == "rate"
    now[0] = 300.0  # the first eleven are out of the window; the one just before it is not
    assert [blocked_by(limited, seen(), rates) for _ in range(10)] == [None] * 9 + ["rate"]


def test_a_stage_with_a_web_acl_refuses_what_it_blocks_before_anything_else(emulator: Emulator) -> None:
    api = make_api(emulator, "behind-a-web-acl")
    waf = emulator.client("wafv2", SERVICE_ACCOUNT)
    visible = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "m"}
    made = waf.create_web_acl(
        Name="in-front",
        Scope="REGIONAL",
        DefaultAction={"Allow": {}},
        VisibilityConfig=visible,
        Rules=[{**rule("common", COMMON), "VisibilityConfig": visible}],
    )["Summary"]
    stage = f"arn:aws:apigateway:{emulator.region}::/restapis/{api.id}/stages/live"
    waf.associate_web_acl(WebACLArn=made["ARN"], ResourceArn=stage)
    status, headers, answer = api.post()  # neither signed nor named: the web ACL comes first
    assert (status, headers["x-amzn-errortype"]) == (403, "ForbiddenException")
    assert answer["error"] == {
        "code": "forbidden",
        "message": "Forbidden",
        "request_id": headers["x-amzn-requestid"],
    }
    named = {"user-agent": "a customer/1.0"}
    assert api.post(credentials=root(SERVICE_ACCOUNT), headers=named)[0] == 200
    waf.disassociate_web_acl(ResourceArn=stage)
    assert api.post(credentials=root(SERVICE_ACCOUNT))[0] == 200


@pytest.mark.parametrize(
    ("operator", "below", "equal", "above"),
    [
        ("EQ", False, True, False),
        ("NE", True, False, True),
        ("LE", True, True, False),
        ("LT", True, False, False),
        ("GE", False, True, True),
        ("GT", False, False, True),
    ],
)
def test_a_size_is_compared_as_the_operator_says(
    *, operator: str, below: bool, equal: bool, above: bool
) -> None:
    assert [SIZES[operator](found, 10) for found in (9, 10, 11)] == [below, equal, above]
