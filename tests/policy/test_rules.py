"""Each rule with what it refuses and what it lets pass."""

import json

import pytest

from policy.judge import OF_STACKS, RULES, violations
from policy.resource import UNKNOWN, Resource
from tests.policy.examples import PASSED, REFUSED, UNKNOWNS, resource

NAMES = {rule.name for rule in RULES}


@pytest.mark.parametrize(("rule", "wrong", "said"), REFUSED)
def test_a_rule_refuses_what_it_is_there_for_and_says_why_and_how(
    rule: str, wrong: Resource, said: str
) -> None:
    ((name, message),) = violations([wrong])
    assert name == rule
    assert message.startswith(f"one: {said}")
    (found,) = [each for each in RULES if each.name == rule]
    assert message.endswith(f": {found.why} {found.fix}")


@pytest.mark.parametrize(("rule", "right"), PASSED)
def test_what_is_right_passes_every_rule(rule: str, right: Resource) -> None:
    assert rule in NAMES
    assert list(violations([right])) == []


def test_what_is_not_awss_is_not_judged() -> None:
    other = Resource(type="random:index/randomId:RandomId", name="other", stack="prod", props={})
    assert list(violations([other])) == []


def test_every_rule_has_an_example_that_fails_and_one_that_passes() -> None:
    assert {rule for rule, _, _ in REFUSED} == {rule for rule, _ in PASSED} == NAMES


@pytest.mark.parametrize("unknown", UNKNOWNS)
def test_what_a_preview_does_not_know_yet_is_refused_by_no_rule(unknown: Resource) -> None:
    assert list(violations([unknown])) == []


@pytest.mark.parametrize(
    "odd",
    [
        resource("iam.RolePolicy", policy=json.dumps({"Statement": ["x", None]})),
        resource("iam.RolePolicy", policy=json.dumps({"Statement": None})),
        resource("iam.RolePolicy", policy="{"),
        resource("sagemaker.EndpointConfiguration", productionVariants=["x"]),
        resource("apigatewayv2.Api", body="{"),
        resource("apigatewayv2.Api", body="a: b: c"),
        resource("apigatewayv2.Api", body=json.dumps({"paths": {"/x": None, "/y": {"get": None}}})),
    ],
)
def test_what_aws_will_refuse_itself_ends_no_rule_with_a_traceback(odd: Resource) -> None:
    assert list(violations([odd])) == []


CRITICAL = resource("sns.Topic", name="inference-prod-critical", kmsMasterKeyId="k")
TEST = resource("sns.Topic", "dev", name="inference-dev-critical", kmsMasterKeyId="k")


@pytest.mark.parametrize(
    ("topics", "subscribed", "unheard"),
    [
        ([CRITICAL], [], 1),
        ([CRITICAL], ["arn:aws:sns:eu-west-1:1:inference-prod-warn"], 1),
        ([CRITICAL], ["arn:aws:sns:eu-west-1:1:inference-prod-critical"], 0),
        ([CRITICAL], [UNKNOWN], 0),
        ([TEST], [], 0),
    ],
)
def test_a_critical_topic_of_production_needs_somebody_who_hears(
    topics: list[Resource], subscribed: list[str], unheard: int
) -> None:
    hearing = [resource("sns.TopicSubscription", topic=arn) for arn in subscribed]
    assert [name for name, _ in violations([*topics, *hearing])] == ["critical-subscriber"] * unheard


@pytest.mark.parametrize("kind", ["Bucket", "BucketV2"])
@pytest.mark.parametrize(("encrypted", "refused"), [(None, 1), ("other", 1), ("mine", 0), (UNKNOWN, 0)])
def test_a_bucket_needs_an_encryption_of_its_own(kind: str, encrypted: str | None, refused: int) -> None:
    default = {"applyServerSideEncryptionByDefault": {"kmsMasterKeyId": "k"}}
    encryption = resource(f"s3.{kind.replace('Bucket', 'BucketServerSideEncryptionConfiguration')}")
    made = Resource(
        type=encryption.type, name="e", stack="dev", props={"bucket": encrypted, "rules": [default]}
    )
    found = list(violations([resource(f"s3.{kind}", bucket="mine"), *([made] if encrypted else [])]))
    assert [name for name, _ in found] == ["bucket-encryption"] * refused


@pytest.mark.parametrize(("key", "refused"), [("k", 0), (UNKNOWN, 0), (None, 1)])
def test_a_buckets_old_way_to_be_encrypted_is_known(key: str | None, refused: int) -> None:
    default = {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": key}
    rule = {"rule": {"applyServerSideEncryptionByDefault": default}}
    found = list(violations([resource("s3.Bucket", serverSideEncryptionConfiguration=rule)]))
    assert [name for name, _ in found] == ["bucket-encryption"] * refused


def test_rules_of_whole_stacks_say_in_one_line_what_they_hold() -> None:
    assert all((judge.__doc__ or "").partition("\n")[0].endswith(".") for judge in OF_STACKS.values())
