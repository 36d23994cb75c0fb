"""What a deployment role may do: enough for every kind that the stacks make, and no further."""

import functools
import json
import re
from fnmatch import fnmatchcase

import pytest
from botocore.session import get_session

from components.account.deploy_access import ACCESS, LONGEST, parts, statements
from config import ROOT
from policy import registered
from policy.resource import Resource

NAMED = ("name", "groupName", "dashboardName", "alarmName", "ruleName", "layerName")


@functools.cache
def of_aws(stack: str) -> list[Resource]:
    return [each for each in registered.pair(stack) if each.kind]


def test_every_kind_that_a_component_may_make_can_be_deployed() -> None:
    rooms = ("monitor", "notify", "service", "shared")
    texts = [path.read_text() for room in rooms for path in (ROOT / "components" / room).rglob("*.py")]
    made = {name.rstrip("_") for text in texts for name in re.findall(r"\baws\.(\w+)\.[A-Z]", text)}
    assert made - ACCESS.keys() == set()


# What makes a resource, where the action is not Create or Put and the kind's name.
MADE_BY = {
    "appautoscaling.Policy": "PutScalingPolicy",
    "appautoscaling.Target": "RegisterScalableTarget",
    "cloudwatch.LogMetricFilter": "PutMetricFilter",
    "dynamodb.TableItem": "PutItem",
    "lambda.LayerVersion": "PublishLayerVersion",
    "lambda.Permission": "AddPermission",
    "lambda.FunctionEventInvokeConfig": "PutFunctionEventInvokeConfig",
    "s3.BucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "s3.BucketServerSideEncryptionConfiguration": "PutEncryptionConfiguration",
    "sagemaker.EndpointConfiguration": "CreateEndpointConfig",
    "secretsmanager.SecretVersion": "PutSecretValue",
    "sns.TopicPolicy": "SetTopicAttributes",
    "sns.TopicSubscription": "Subscribe",
    "wafv2.WebAcl": "CreateWebACL",
    "wafv2.WebAclAssociation": "AssociateWebACL",
}
# Actions that are no operation of an API's model: verbs, permissions alone, S3's with names of their own.
NO_OPERATIONS = {
    "apigateway": "DELETE GET PATCH POST PUT SetWebACL UpdateRestApiPolicy",
    "budgets": "ModifyBudget ViewBudget",
    "cloudwatch": "Link",
    "logs": "Link",
    "xray": "Link",
    "iam": "PassRole",
    "s3": "GetAccelerateConfiguration GetBucketCORS GetBucketObjectLockConfiguration ListTagsForResource"
    " GetBucketPublicAccessBlock GetEncryptionConfiguration GetLifecycleConfiguration ListBucket TagResource"
    " GetReplicationConfiguration PutBucketObjectLockConfiguration PutBucketPublicAccessBlock UntagResource"
    " PutEncryptionConfiguration PutLifecycleConfiguration",
}


def test_what_makes_a_resource_of_each_kind_is_allowed() -> None:
    for kind in {resource.kind for env in ("dev", "prod") for resource in of_aws(env)}:
        group, _, name = kind.partition(".")
        actions = {action for access in ACCESS[group] for action in access.actions}
        makes = {MADE_BY[kind]} if kind in MADE_BY else {f"Create{name}", f"Put{name}"}
        assert actions & ({"POST"} if group == "apigateway" else makes), kind


def test_every_action_is_one_of_awss_and_on_a_resource_of_its_service() -> None:
    models = get_session().get_component("data_loader")
    for access in (each for group in ACCESS.values() for each in group):
        known = set(models.load_service_model(access.service, "service-2")["operations"])
        assert set(access.actions) <= known | set(NO_OPERATIONS.get(access.service, "").split())
        for resource in access.resources:
            of = f"({access.service}|apigateway)" if access.service == "wafv2" else access.service
            assert re.fullmatch(rf"\*|arn:aws:{of}:({{region}}|\*)?:({{account}}|\*)?:.+", resource)


@pytest.mark.parametrize("env", ["dev", "prod"])
def test_every_resource_of_the_stacks_is_of_a_kind_and_a_name_that_the_role_may_deploy(env: str) -> None:
    for resource in of_aws(env):
        group = ACCESS.get(resource.kind.partition(".")[0])
        assert group, f"add what deploying {resource.kind} takes to components/account/deploy_access.py"
        name = next((str(resource.props[key]) for key in NAMED if key in resource.props), "")
        if not name.startswith(f"inference-{env}"):
            continue  # a part of another resource, or named by AWS
        tails = [
            pattern.format(base=f"inference-{env}", region="r", account="a").rpartition(":")[2]
            for access in group
            for pattern in access.resources
        ]
        candidates = {name, *(f"{tail.partition('/')[0]}/{name}" for tail in tails)}
        candidates |= {f"{tail.rpartition('/')[0]}/{name}" for tail in tails} | {
            f"{c}/id" for c in candidates
        }
        assert any(fnmatchcase(each, tail) for each in candidates for tail in tails), (resource.kind, name)


def test_only_what_aws_cannot_name_beforehand_is_allowed_on_everything() -> None:
    found = statements(("inference-prod",), region="eu-central-1", account_id="111111111111")
    broad = {action for each in found if each["Resource"] == ["*"] for action in each["Action"]}
    assert broad == {
        "application-autoscaling:DescribeScalableTargets",
        "application-autoscaling:DescribeScalingPolicies",
        "cloudwatch:DescribeAlarms",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcs",
        "kms:CreateKey",
        "kms:ListAliases",
        "xray:GetSamplingRules",
    }
    assert not [action for each in found for action in each["Action"] if "*" in action]


def test_a_mute_rule_may_be_put_for_the_alarms_that_it_names() -> None:
    """PutAlarmMuteRule, CloudWatch API reference, "Permissions": on the rule, and on each of its alarms."""
    found = statements(("inference-prod",), region="eu-central-1", account_id="111111111111")
    on = {
        arn for each in found if "cloudwatch:PutAlarmMuteRule" in each["Action"] for arn in each["Resource"]
    }
    alarms = "arn:aws:cloudwatch:eu-central-1:111111111111"
    assert on == {f"{alarms}:alarm-mute-rule:inference-prod*", f"{alarms}:alarm:inference-prod-*"}


def test_another_environment_is_out_of_reach() -> None:
    text = json.dumps(statements(("inference-dev",), region="eu-central-1", account_id="111111111111"))
    assert "inference-dev-" in text
    assert "inference-prod" not in text


def test_all_statements_are_in_policies_that_aws_takes() -> None:
    found = statements(("a" * 24 + "-staging1", "b-dev"), region="ap-southeast-2", account_id="1" * 12)
    split = list(parts(found))
    assert [each for part in split for each in part] == found
    assert all(len(json.dumps(part)) <= LONGEST + 500 for part in split)
