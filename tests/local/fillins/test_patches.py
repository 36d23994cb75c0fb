"""Fails when an upgrade of the emulator changes what the fill-ins replace or read.

A fingerprint that does not match any more is no reason to update it: first read what changed, and whether
the replacement still does the right thing.
"""

import hashlib
import importlib.metadata
import inspect
from collections.abc import Callable

import ministack.app
import pytest
from ministack.services import apigateway_v1, cloudwatch, iam, lambda_svc, scheduler, secretsmanager, sns

from local.fillins.patches import PATCHES, Patch

FINGERPRINTS = {
    "find_api_scope": "19d66149ae1d27e6",
    "find_domain_scope": "6918811f1c014148",
    "execute_api_arn": "ee461dcee6d89e94",
    "_resolve_condition_key": "15e26964cd38f32c",
    "request_tag_context": "d46adb816e024778",
    "secret_policy_for_arn": "f185a3f2909a2613",
    "key_policy_for_arn": "f2a07f08d90470f6",
    "_enforce_execute_api": "41e437c7b90d9878",
    "_handle_execute_api_request": "77a20f6d604b17e3",
    "_gateway_error_response": "c0a3f091df36886a",
    "_build_lambda_event_v1": "c7ac97b91f6ee999",
    "_call_lambda_raw": "a2df5d6c5b304e00",
    "_invoke_lambda_proxy_v1": "5651a96fa7ba1ad6",
    "_authorize_request_v1": "46b3fe37fe98f765",
    "_invoke_authorizer_lambda": "5a7f4c4271202eaa",
    "_check_quota": "c0afc80c1884042c",
    "_execute_function_dispatch": "f62cd259213ecef7",
    "_acquire_execution_slot": "ed3b38149e2e14aa",
    "_emit_lambda_metrics": "3b6689d77cf6f1e4",
    "_xray_trace_id_for_invocation": "46cbd1c5214a6df2",
    "_spawn": "c55febf956565c5e",
    "_evaluate_alarm": "a0b0acd3d432b711",
    "_evict_old_metrics": "cf47bc1522ad839b",
    "_dispatch_alarm_actions": "fcf47c0d1e6ec4a0",
    "_http_post_sync": "82c13af9f175462f",
    "_list_subscriptions_by_topic": "02119f3da93568ca",
}


def fingerprint(function: Callable[..., object]) -> str:
    source = inspect.getsource(inspect.unwrap(function))
    return hashlib.sha256(source.encode()).hexdigest()[:16]


def test_the_emulators_version_is_the_one_the_patches_were_written_for() -> None:
    assert importlib.metadata.version("ministack") == "1.5.33"


def test_every_patch_has_a_fingerprint_and_a_reason() -> None:
    assert {patch.name for patch in PATCHES} == set(FINGERPRINTS)
    assert all(len(patch.reason) > 20 for patch in PATCHES)


@pytest.mark.parametrize("patch", PATCHES, ids=lambda patch: patch.name)
def test_the_function_a_patch_replaces_has_not_changed(patch: Patch) -> None:
    assert fingerprint(patch.target) == FINGERPRINTS[patch.name]


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (apigateway_v1, "_rest_apis"),
        (apigateway_v1, "_stages_v1"),
        (apigateway_v1, "_usage_plans"),
        (apigateway_v1, "_usage_plan_keys"),
        (apigateway_v1, "_quota_state"),
        (apigateway_v1, "_usage_plans_for_key"),
        (apigateway_v1, "_resolve_api_key"),
        (apigateway_v1, "_GatewayError"),
        (apigateway_v1, "_anonymous_policy_error"),
        (secretsmanager, "_secrets"),
        (apigateway_v1, "_domain_names"),
        (ministack.app, "_resolve_custom_domain_request"),
        (cloudwatch, "_alarms"),
        (cloudwatch, "_composite_alarms"),
        (cloudwatch, "_metrics"),
        (cloudwatch, "_history_entries"),
        (cloudwatch, "_ts_iso"),
        (cloudwatch, "_cbor_ok"),
        (cloudwatch, "_json_ok"),
        (sns, "_topic_by_arn_any_scope"),
        (iam, "_roles"),
        (lambda_svc, "_functions"),
        (lambda_svc, "executions_in_flight"),
        (ministack.app, "_parse_execute_api_url"),
        (scheduler, "_SCHEDULE_TICK_INTERVAL"),
    ],
)
def test_the_private_names_the_fill_ins_read_are_there(owner: object, name: str) -> None:
    assert hasattr(owner, name)


def test_the_scheduler_reads_its_interval_on_every_tick() -> None:
    assert "time.sleep(_SCHEDULE_TICK_INTERVAL)" in inspect.getsource(scheduler._ticker_loop)  # noqa: SLF001 # guarded
