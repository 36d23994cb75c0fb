"""Deployment from GitHub: who becomes which role, what the role may do, and where the state is."""

import json
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

import pytest

from tests.components.harness import Run, run_bootstrap, unwrap

KEY = "arn:aws:kms:eu-central-1:222222222222:key/1234"
REPOSITORY = {"repository": "acme/watch"}
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


def test_service_accounts_may_use_the_states_key_and_bucket_and_no_more(monitor: Run) -> None:
    ours, theirs = ({"AWS": [f"arn:aws:iam::{n * 12}:root"]} for n in ("2", "1"))
    uses = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"]
    assert json.loads(monitor.one("Key").inputs["policy"])["Statement"] == [
        {"Effect": "Allow", "Principal": ours, "Action": "kms:*", "Resource": "*"},
        {"Effect": "Allow", "Principal": theirs, "Action": uses, "Resource": "*"},
    ]
    _, allowed, denied = json.loads(monitor.one("BucketPolicy").inputs["policy"])["Statement"]
    everything = monitor.one("Bucket").outputs["arn"]
    assert allowed == {
        "Effect": "Allow",
        "Principal": theirs,
        "Action": ["s3:GetObject", "s3:ListBucket", "s3:DeleteObject", "s3:PutObject"],
        "Resource": [everything, f"{everything}/*"],
    }
    assert denied["Principal"] == "*"
    assert denied["Action"] == ["s3:GetObject", "s3:DeleteObject", "s3:PutObject"]


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


def test_a_role_has_each_of_its_policies_and_no_more_than_aws_lets_it_have(service: Run) -> None:
    made, attached = (
        {name for name in service.of(kind) if name.startswith("github-deploy-prod-")}
        for kind in ("Policy", "RolePolicyAttachment")
    )
    assert made == attached
    assert 1 < len(made) <= 10
