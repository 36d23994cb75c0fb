"""Callers of other accounts: what the API's policy, their secrets and their own account's policy say."""

import json
from typing import Any

import pytest

from tests.components.harness import Run, api_key, run_stack, unwrap
from tests.components.test_stacks import plain_texts

THIRD, FOURTH = "333333333333", "444444444444"
BACKEND = f"arn:aws:iam::{THIRD}:role/backend"
BATCH = f"arn:aws:iam::{THIRD}:role/team/batch"
OTHER = f"arn:aws:iam::{FOURTH}:role/other"
API = "arn:aws:execute-api:eu-central-1:111111111111:api123"
PREDICT = "live/POST/v1/predictions"
ACME = {"name": "acme", "account": THIRD, "roles": ["backend", BATCH]}
GLOBEX = {"name": "globex", "account": FOURTH, "roles": ["other"], "operations": ["createPrediction"]}
PLAN = {"name": "partners", "rate_per_s": 10, "burst": 20}
KEYS = [
    {"name": "acme", "caller": "acme"},
    {"name": "acme-batch", "caller": "acme", "generations": [1, 2]},
    {"name": "globex", "caller": "globex"},
    {"name": "initech", "output": True, "generations": [2]},
    "hooli",
]


@pytest.fixture(scope="module")
def run() -> Run:
    return run_stack("dev", {"api": {"callers": [ACME, GLOBEX]}, "usage_plans": [PLAN | {"keys": KEYS}]})


def policy(run: Run) -> list[dict[str, Any]]:
    document = json.loads(unwrap(run.one("RestApi").inputs["body"]))
    statements: list[dict[str, Any]] = document["x-amazon-apigateway-policy"]["Statement"]
    return statements


def test_callers_with_the_same_operations_share_a_statement_narrowed_to_their_roles(run: Run) -> None:
    canary, callers = policy(run)
    assert canary["Condition"] == {
        "ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::222222222222:role/inference-dev-canary"}
    }
    assert callers == {
        "Effect": "Allow",
        "Principal": {"AWS": [f"arn:aws:iam::{THIRD}:root", f"arn:aws:iam::{FOURTH}:root"]},
        "Action": "execute-api:Invoke",
        "Resource": f"execute-api:/{PREDICT}",
        "Condition": {"ArnEquals": {"aws:PrincipalArn": [BACKEND, BATCH, OTHER]}},
    }


def test_each_caller_is_told_what_its_account_has_to_allow(run: Run) -> None:
    told = run.outputs["callers"]
    assert set(told) == {"acme", "globex"}
    assert told["acme"]["roles"] == [BACKEND, BATCH]
    secrets = told["acme"]["api_key_secrets"]
    assert set(secrets) == {"acme", "acme-batch"}
    key = "arn:aws:key:eu-central-1:111111111111:inference-dev-callers-acme-key-auto"
    assert json.loads(told["acme"]["policy"])["Statement"] == [
        {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": f"{API}/{PREDICT}"},
        {
            "Effect": "Allow",
            "Action": "secretsmanager:GetSecretValue",
            "Resource": [secrets["acme"], secrets["acme-batch"]],
        },
        {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key},
    ]
    assert list(told["globex"]["api_key_secrets"]) == ["globex"]


def test_a_callers_secrets_are_read_by_its_roles_and_decrypted_with_a_key_of_its_own(run: Run) -> None:
    reads = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{THIRD}:root"},
        "Action": "secretsmanager:GetSecretValue",
        "Resource": "*",
        "Condition": {"ArnEquals": {"aws:PrincipalArn": [BACKEND, BATCH]}},
    }
    made = run.of("SecretPolicy")
    for name in ("acme", "acme-batch"):
        inputs = made[f"inference-dev-callers-acme-{name}-policy"].inputs
        assert json.loads(inputs["policy"])["Statement"] == [reads]
        assert inputs["blockPublicPolicy"] is True
    other = made["inference-dev-callers-globex-globex-policy"].inputs
    assert THIRD not in other["policy"]
    keys = {name: json.loads(m.inputs["policy"])["Statement"] for name, m in run.of("Key").items()}
    assert keys["inference-dev-callers-acme-key"] == [
        {
            "Sid": "Account",
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
            "Action": "kms:*",
            "Resource": "*",
        },
        {
            "Sid": "Caller",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{THIRD}:root"},
            "Action": "kms:Decrypt",
            "Resource": "*",
            "Condition": {
                "ArnEquals": {"aws:PrincipalArn": [BACKEND, BATCH]},
                "StringEquals": {"kms:ViaService": "secretsmanager.eu-central-1.amazonaws.com"},
            },
        },
    ]
    assert THIRD not in json.dumps(keys["inference-dev-callers-globex-key"])
    secrets = {name: m.inputs for name, m in run.of("Secret").items()}
    for caller, name in (("acme", "acme"), ("acme", "acme-batch"), ("globex", "globex")):
        made_secret = secrets[f"inference-dev-callers-{caller}-{name}"]
        assert made_secret["name"] == f"inference-dev-api-key-{name}"
        assert made_secret["kmsKeyId"].endswith(f":inference-dev-callers-{caller}-key-auto")
        assert run.waits_for[f"inference-dev-callers-{caller}-{name}-value"] >= {
            f"inference-dev-callers-{caller}-{name}-policy"
        }


def test_what_is_handed_over_is_the_newest_value(run: Run) -> None:
    values = {name: unwrap(m.inputs["secretString"]) for name, m in run.of("SecretVersion").items()}
    assert values == {
        "inference-dev-callers-acme-acme-value": api_key("inference-dev-acme"),
        "inference-dev-callers-acme-acme-batch-value": api_key("inference-dev-acme-batch.2"),
        "inference-dev-callers-globex-globex-value": api_key("inference-dev-globex"),
    }
    assert run.outputs["api_keys"] == {"initech": api_key("inference-dev-initech.2")}
    assert "api_keys" in run.secret_outputs
    shown = {name: value for name, value in run.outputs.items() if name not in run.secret_outputs}
    assert "value-of-" not in json.dumps(shown)


def test_no_value_of_a_key_stands_in_plain_text(run: Run) -> None:
    texts = [text for made in run.made for text in plain_texts(made.inputs)]
    assert [text for text in texts if "value-of-" in text] == []


def test_a_key_that_is_rotated_has_both_values_in_its_plan_and_says_what_that_means(run: Run) -> None:
    assert {m.inputs["name"] for m in run.of("ApiKey").values()} == {
        "inference-dev-canary",
        "inference-dev-acme",
        "inference-dev-acme-batch",
        "inference-dev-acme-batch.2",
        "inference-dev-globex",
        "inference-dev-initech.2",
        "inference-dev-hooli",
    }
    plan = "inference-dev-usage-plans-partners-id"
    members = {m.inputs["keyId"] for m in run.of("UsagePlanKey").values() if m.inputs["usagePlanId"] == plan}
    assert members >= {
        "inference-dev-usage-plans-acme-batch-id",
        "inference-dev-usage-plans-acme-batch.2-id",
    }
    (warning, *_) = run.warnings
    assert warning.startswith(
        "API key 'acme-batch' has two valid values, and throttle and quota hold for each"
    )
    assert "set its generations to [2]" in warning


def test_only_a_keys_first_value_is_what_earlier_versions_of_the_program_made(run: Run) -> None:
    made = run.of("ApiKey").items()
    was = {name.removeprefix("inference-dev-usage-plans-"): len(m.options.aliases) for name, m in made}
    assert (was["acme-batch"], was["acme-batch.2"], was["initech.2"]) == (1, 0, 0)


def test_a_rotation_keeps_the_value_in_use_until_it_ends() -> None:
    def keys(generations: list[int]) -> set[str]:
        plan = PLAN | {"keys": [{"name": "acme", "generations": generations}]}
        return set(run_stack("dev", {"usage_plans": [plan]}).of("ApiKey"))

    before, during, after = keys([1]), keys([1, 2]), keys([2])
    assert during - before == {"inference-dev-usage-plans-acme.2"}
    assert during - after == {"inference-dev-usage-plans-acme"}
    assert before < during > after


def test_the_canarys_key_is_rotated_like_a_customers() -> None:
    run = run_stack("dev", {"api": {"canary_key_generations": [1, 2]}, "usage_plans": []})
    assert run.outputs["canary_api_key"] == api_key("inference-dev-canary.2")
    assert {"inference-dev-canary", "inference-dev-canary.2"} <= {
        m.inputs["name"] for m in run.of("ApiKey").values()
    }


def test_without_callers_nothing_is_made_and_no_key_is_put_out(dev: Run) -> None:
    assert dev.outputs["callers"] == {}
    assert dev.outputs["api_keys"] is None
    assert not dev.of("Secret")
    assert len(dev.of("Key")) == 1
    assert len(policy(dev)) == 1
