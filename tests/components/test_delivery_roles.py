"""Deployment from GitHub: who becomes which role, what the role may do, and where the state is."""

import json
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

import pytest

from components.account.deploy_access import ACCESS, LONGEST, parts, statements
from config import ROOT
from policy import registered
from policy.resource import Resource
from tests.components.harness import Run, run_bootstrap, unwrap

KEY = "arn:aws:kms:eu-central-1:222222222222:key/1234"
REPOSITORY = {"repository": "acme/watch"}
NAMED = ("name", "groupName", "dashboardName", "alarmName", "ruleName", "layerName")
STATE = "arn:aws:s3:::inference-watch-state-222222222222-eu-central-1"


@pytest.fixture(scope="module")
def monitor() -> Run:
    return run_bootstrap("monitor", {"delivery": {"state": True, **REPOSITORY}})


@pytest.fixture(scope="module")
def service() -> Run:
    return run_bootstrap("service", {"delivery": {"state_key_arn": KEY, **REPOSITORY}})


def allowed(run: Run, role: str) -> list[Mapping[str, Any]]:
    """Every statement of a role's policies."""
    policies = [made for name, made in run.of("Policy").items() if name.startswith(f"github-{role}-")]
    return [each for made in policies for each in json.loads(unwrap(made.inputs["policy"]))["Statement"]]


def test_without_settings_there_is_neither_state_nor_role() -> None:
    assert not run_bootstrap("monitor").of("Bucket")
    assert not run_bootstrap("service").of("OpenIdConnectProvider")


@pytest.mark.parametrize(
    ("role", "job"),
    [("preview", "pull_request"), ("deploy-dev", "environment:dev"), ("deploy-prod", "environment:prod")],
)
def test_a_role_is_for_one_kind_of_job_of_one_repository(service: Run, role: str, job: str) -> None:
    made = service.of("Role")[f"github-{role}"].inputs
    assert made["name"] == f"inference-watch-{role}"
    (statement,) = json.loads(made["assumeRolePolicy"])["Statement"]
    host = "token.actions.githubusercontent.com"
    assert statement == {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::111111111111:oidc-provider/{host}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {f"{host}:aud": "sts.amazonaws.com", f"{host}:sub": f"repo:acme/watch:{job}"}
        },
    }


def test_the_preview_role_reads_the_state_and_nothing_else(service: Run) -> None:
    assert allowed(service, "preview") == [
        {
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:ListBucket"],
            "Resource": [STATE, f"{STATE}/*"],
        },
        {"Effect": "Allow", "Action": ["kms:Decrypt"], "Resource": KEY},
    ]


def test_roles_without_a_state_of_ours_have_no_access_to_one() -> None:
    run = run_bootstrap("service", {"delivery": REPOSITORY})
    assert "s3:GetObject" not in json.dumps(allowed(run, "deploy-prod"))


def test_an_account_that_has_githubs_provider_gets_no_second_one() -> None:
    run = run_bootstrap("service", {"delivery": {**REPOSITORY, "oidc_provider": False}})
    assert not run.of("OpenIdConnectProvider")
    assert run.outputs["github_preview_role"]


def test_state_is_encrypted_kept_when_overwritten_and_closed(monitor: Run) -> None:
    assert monitor.one("Bucket").inputs["bucket"] == STATE.rpartition(":")[2]
    assert monitor.one("BucketVersioning").inputs["versioningConfiguration"] == {"status": "Enabled"}
    (rule,) = monitor.one("BucketServerSideEncryptionConfiguration").inputs["rules"]
    assert rule["applyServerSideEncryptionByDefault"] == {
        "kmsMasterKeyId": monitor.outputs["state_key_arn"],
        "sseAlgorithm": "aws:kms",
    }
    closed = monitor.one("BucketPublicAccessBlock").inputs
    assert all(value is True for name, value in closed.items() if name != "bucket")
    assert monitor.one("Key").inputs["enableKeyRotation"] is True


def test_the_service_account_neither_reads_nor_writes_the_state_of_monitor_stacks(monitor: Run) -> None:
    document = json.loads(monitor.one("BucketPolicy").inputs["policy"])
    plain, theirs, kept = document["Statement"]
    assert plain["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert theirs["Principal"] == {"AWS": ["arn:aws:iam::111111111111:root"]}
    assert kept["Effect"] == "Deny"
    assert kept["Condition"] == {"StringEquals": {"aws:PrincipalAccount": ["111111111111"]}}
    patterns = [each.partition("/")[2] for each in kept["Resource"]]
    ours = ".pulumi/stacks/inference-watch/prod"
    for written in (f"{ours}-monitor.json", f"{ours}-monitor.json.bak"):
        assert any(fnmatchcase(written, pattern) for pattern in patterns)
    assert any(
        fnmatchcase(".pulumi/stacks/inference-watch-bootstrap/monitor.json", each) for each in patterns
    )
    for written in (f"{ours}.json", ".pulumi/meta.yaml", ".pulumi/locks/organization/inference-watch/prod/1"):
        assert not any(fnmatchcase(written, pattern) for pattern in patterns)


def test_outputs_are_what_the_cli_and_github_are_told(monitor: Run) -> None:
    outputs = monitor.outputs
    name = STATE.rpartition(":")[2]
    assert outputs["backend_url"] == f"s3://{name}?region=eu-central-1&awssdk=v2"
    assert outputs["secrets_provider"].startswith(f"awskms:///{outputs['state_key_arn']}?region=")
    assert {"github_preview_role", "github_dev_role", "github_prod_role"} <= set(outputs)


@pytest.mark.parametrize(
    ("role", "delivery", "said"),
    [
        ("service", {"state": True}, "has no effect in a service account"),
        ("monitor", {"state": True, "state_key_arn": KEY}, "names another one"),
        ("service", {"state_key_arn": KEY}, "set that too"),
        ("service", {"state_key_arn": KEY.replace("222", "333"), **REPOSITORY}, "not in eu-central-1 of the"),
        ("service", {"state_key_arn": KEY.replace("central", "west"), **REPOSITORY}, "not in eu-central-1"),
        ("service", {"repository": "watch"}, "should be <owner>/<name>"),
        ("service", {"repository": "acme/watch:*"}, "should be <owner>/<name>"),
        ("service", {**REPOSITORY, "environments": ["dev", "dev"]}, "names one twice"),
        ("service", {**REPOSITORY, "environments": ["*"]}, "should be an `env`"),
        ("service", {**REPOSITORY, "names": ["*"]}, "should be a `name`"),
    ],
)
def test_what_would_open_too_much_or_have_no_effect_is_refused(
    role: str, delivery: dict[str, Any], said: str
) -> None:
    with pytest.raises(Exception, match=said):
        run_bootstrap(role, {"delivery": delivery})


def of_aws(stack: str) -> Iterator[Resource]:
    found = [*registered.pair(stack)]
    yield from (each for each in found if each.kind)


def test_every_kind_that_a_component_may_make_can_be_deployed() -> None:
    rooms = ("monitor", "notify", "service", "shared")
    texts = [path.read_text() for room in rooms for path in (ROOT / "components" / room).rglob("*.py")]
    made = {name.rstrip("_") for text in texts for name in re.findall(r"\baws\.(\w+)\.[A-Z]", text)}
    assert made - ACCESS.keys() == set()


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


def test_all_statements_are_in_policies_that_aws_takes(service: Run) -> None:
    found = statements(("a" * 24 + "-staging1", "b-dev"), region="ap-southeast-2", account_id="1" * 12)
    split = list(parts(found))
    assert [each for part in split for each in part] == found
    assert all(len(json.dumps(part)) <= LONGEST + 500 for part in split)
    attached = [n for n in service.of("RolePolicyAttachment") if n.startswith("github-deploy-prod-")]
    assert (
        len(attached) == len([n for n in service.of("Policy") if n.startswith("github-deploy-prod-")]) <= 10
    )
