"""Callers of a third and a fourth account, as the program deploys them: what each may do, and what none"
" may."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from local.emulator import SERVICE_ACCOUNT
from tests.local.deployed import Stacks, deployed
from tests.local.emulated_api import assume, make_role, root

ACME, GLOBEX = "333333333333", "444444444444"
CALLERS = [
    {"name": "acme", "account": ACME, "roles": ["backend", "told-nothing"]},
    {"name": "globex", "account": GLOBEX, "roles": ["team/batch"], "operations": ["createPrediction"]},
]
KEYS = [
    {"name": "acme", "caller": "acme", "generations": [1, 2]},
    {"name": "globex", "caller": "globex"},
    {"name": "initech", "output": True},
]
PLAN = {"name": "partners", "rate_per_s": 50, "burst": 50, "keys": KEYS}


@pytest.fixture(scope="module")
def stacks() -> Iterator[Stacks]:
    with deployed(overrides={"api.callers": CALLERS, "usage_plans": [PLAN]}) as both:
        yield both


def told(stacks: Stacks, caller: str) -> dict[str, Any]:
    found: dict[str, Any] = stacks.service.outputs["callers"][caller]
    return found


def statements(stacks: Stacks, caller: str) -> list[dict[str, Any]]:
    """What the stack says that the caller's account has to allow."""
    found: list[dict[str, Any]] = json.loads(told(stacks, caller)["policy"])["Statement"]
    return found


@pytest.fixture(scope="module")
def acme(stacks: Stacks) -> Credentials:
    """The caller's role, made after the API was deployed, with the policy that the stack put out."""
    make_role(stacks.emulator, ACME, "backend", *statements(stacks, "acme"))
    return assume(stacks.emulator, ACME, "backend")


@pytest.fixture(scope="module")
def batch(stacks: Stacks) -> Credentials:
    """A role with a path, which its name in IAM has and its session has not."""
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"AWS": f"arn:aws:iam::{GLOBEX}:root"},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam = stacks.emulator.client("iam", GLOBEX)
    iam.create_role(RoleName="batch", Path="/team/", AssumeRolePolicyDocument=document)
    return assume(stacks.emulator, GLOBEX, "team/batch")


def attach(stacks: Stacks, allowed: list[dict[str, Any]]) -> None:
    """The fourth account's side."""
    document = json.dumps({"Version": "2012-10-17", "Statement": allowed})
    iam = stacks.emulator.client("iam", GLOBEX)
    iam.put_role_policy(RoleName="batch", PolicyName="inference", PolicyDocument=document)


def secret(stacks: Stacks, credentials: Credentials, arn: str) -> str:
    """The value, or the code of the refusal."""
    emulator = stacks.emulator
    client = boto3.client(
        "secretsmanager",
        endpoint_url=emulator.url,
        region_name=emulator.region,
        aws_access_key_id=credentials.access_key,
        aws_secret_access_key=credentials.secret_key,
        aws_session_token=credentials.token,
    )
    try:
        return str(client.get_secret_value(SecretId=arn)["SecretString"])
    except ClientError as error:
        return str(error.response["Error"]["Code"])


def test_with_both_sides_set_a_third_account_reads_its_key_and_calls(
    stacks: Stacks, acme: Credentials
) -> None:
    key = secret(stacks, acme, told(stacks, "acme")["api_key_secrets"]["acme"])
    status, _ = stacks.call(acme, key)
    assert status == 200
    assert stacks.call(acme, None)[0] == 403  # the key is needed besides


def test_while_a_key_is_rotated_both_values_are_taken_and_the_newer_one_is_handed_over(
    stacks: Stacks, acme: Credentials
) -> None:
    gateway = stacks.emulator.client("apigateway", SERVICE_ACCOUNT)
    values = {key["name"]: key["value"] for key in gateway.get_api_keys(includeValues=True)["items"]}
    first, second = values["inference-dev-acme"], values["inference-dev-acme.2"]
    assert [stacks.call(acme, key)[0] for key in (first, second)] == [200, 200]
    assert secret(stacks, acme, told(stacks, "acme")["api_key_secrets"]["acme"]) == second


def test_without_the_callers_own_side_it_is_refused(stacks: Stacks) -> None:
    make_role(stacks.emulator, ACME, "told-nothing")
    credentials = assume(stacks.emulator, ACME, "told-nothing")
    assert stacks.call(credentials, any_key(stacks))[0] == 403
    assert (
        secret(stacks, credentials, told(stacks, "acme")["api_key_secrets"]["acme"])
        == "AccessDeniedException"
    )


def test_without_the_apis_side_it_is_refused(stacks: Stacks) -> None:
    make_role(stacks.emulator, ACME, "not-named", *statements(stacks, "acme"))
    credentials = assume(stacks.emulator, ACME, "not-named")
    assert stacks.call(credentials, any_key(stacks))[0] == 403
    assert (
        secret(stacks, credentials, told(stacks, "acme")["api_key_secrets"]["acme"])
        == "AccessDeniedException"
    )


@pytest.mark.parametrize("left_out", ["execute-api:Invoke", "secretsmanager:GetSecretValue", "kms:Decrypt"])
def test_each_part_of_the_callers_policy_is_needed_for_what_it_is_there_for(
    stacks: Stacks, batch: Credentials, left_out: str
) -> None:
    attach(stacks, [one for one in statements(stacks, "globex") if one["Action"] != left_out])
    key = secret(stacks, batch, told(stacks, "globex")["api_key_secrets"]["globex"])
    status, _ = stacks.call(batch, any_key(stacks))
    if left_out == "execute-api:Invoke":
        assert (status, len(key)) == (403, len(any_key(stacks)))
    else:
        assert (status, key) == (200, "AccessDeniedException")


def any_key(stacks: Stacks) -> str:
    return str(stacks.service.outputs["api_keys"]["initech"])


def test_nobody_reads_the_key_of_another_caller(stacks: Stacks, acme: Credentials) -> None:
    foreign = told(stacks, "globex")["api_key_secrets"]["globex"]
    assert secret(stacks, acme, foreign) == "AccessDeniedException"
    greedy = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
    make_role(stacks.emulator, ACME, "administrator", *greedy)
    administrator = assume(stacks.emulator, ACME, "administrator")
    for caller in ("acme", "globex"):
        for arn in told(stacks, caller)["api_key_secrets"].values():
            assert secret(stacks, administrator, arn) == "AccessDeniedException"
            assert secret(stacks, root(GLOBEX), arn) == "AccessDeniedException"


def test_a_secret_with_the_default_key_is_read_from_no_other_account(
    stacks: Stacks, acme: Credentials
) -> None:
    secrets = stacks.emulator.client("secretsmanager", SERVICE_ACCOUNT)
    arn = secrets.create_secret(Name="with-the-default-key", SecretString="s3cret")["ARN"]
    reads = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    policy = {"Statement": [{**reads, "Principal": {"AWS": f"arn:aws:iam::{ACME}:root"}}]}
    secrets.put_resource_policy(SecretId=arn, ResourcePolicy=json.dumps({"Version": "2012-10-17", **policy}))
    make_role(stacks.emulator, ACME, "reads-all", {**reads, "Resource": arn})
    assert secret(stacks, assume(stacks.emulator, ACME, "reads-all"), arn) == "InvalidRequestException"
    assert secret(stacks, acme, arn) == "AccessDeniedException"  # its own policy names its own secrets
