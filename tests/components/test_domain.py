"""A domain of one's own: what is made, what is put out, and what the monitor stack calls."""

import json
from typing import Any

import pytest

from tests.components.harness import Run, run_stack, unwrap

CERTIFICATE = "arn:aws:acm:eu-central-1:111111111111:certificate/11111111-2222-3333-4444-555555555555"
DOMAIN = {"name": "api.example.com", "certificate": CERTIFICATE, "default_endpoint": False}
ZONE = "Z0123456789ABCDEFGHIJ"


def api(domain: dict[str, Any]) -> dict[str, Any]:
    return {"api": {"rate_per_s": 500, "burst": 1000, "domain": domain}}


@pytest.fixture(scope="module")
def run() -> Run:
    return run_stack("dev", {**api({**DOMAIN, "hosted_zone": ZONE}), "deletion_protection": True})


def test_the_name_is_regional_speaks_tls_1_2_and_leads_to_the_stage(run: Run) -> None:
    assert run.one("DomainName").inputs == {
        "domainName": "api.example.com",
        "regionalCertificateArn": CERTIFICATE,
        "securityPolicy": "TLS_1_2",
        "endpointConfiguration": {"types": "REGIONAL"},
    }
    assert run.one("BasePathMapping").inputs == {
        "domainName": "api.example.com",
        "restApi": "inference-dev-api-api-id",
        "stageName": "live",
    }
    assert "inference-dev-api-domain-name" in run.protected


def test_the_zone_gets_an_alias_to_it_and_without_a_zone_the_output_says_which_record_is_needed(
    run: Run,
) -> None:
    target, zone = "d-abc.execute-api.eu-central-1.amazonaws.com", "Z1UJRXOUMOOFQ8"
    assert run.one("Record").inputs == {
        "zoneId": ZONE,
        "name": "api.example.com",
        "type": "A",
        "aliases": [{"name": target, "zoneId": zone, "evaluateTargetHealth": False}],
    }
    told = {"name": "api.example.com", "target": target, "target_zone_id": zone}
    assert run.outputs["api_domain"] == {**told, "recorded_here": True}
    elsewhere = run_stack("dev", api(DOMAIN))
    assert not elsewhere.of("Record")
    assert elsewhere.outputs["api_domain"] == {**told, "recorded_here": False}


def test_the_canary_calls_the_name_and_is_allowed_the_api_by_its_id(run: Run) -> None:
    assert run.outputs["api_url"] == "https://api.example.com"
    monitor = run_stack("dev-monitor", stack_outputs=run.outputs)
    canary = monitor.of("Function")["inference-dev-canary-function"].inputs
    assert canary["environment"]["variables"]["API_URL"] == "https://api.example.com"
    policy = monitor.of("RolePolicy")["inference-dev-canary-policy"].inputs["policy"]
    called = "arn:aws:execute-api:eu-central-1:111111111111:inference-dev-api-api-id/live/POST/v1/predictions"
    assert {
        s["Resource"] for s in json.loads(unwrap(policy))["Statement"] if s["Action"] == "execute-api:Invoke"
    } == {called}


def test_the_default_endpoint_is_disabled_in_the_document_too_so_that_the_api_is_deployed_anew(
    run: Run,
) -> None:
    extension = "x-amazon-apigateway-endpoint-configuration"
    off = run.one("RestApi").inputs
    assert off["disableExecuteApiEndpoint"] is True
    assert json.loads(unwrap(off["body"]))[extension] == {"disableExecuteApiEndpoint": True}
    on = run_stack("dev", api({**DOMAIN, "default_endpoint": True}))
    assert on.one("RestApi").inputs["disableExecuteApiEndpoint"] is False
    assert extension not in json.loads(unwrap(on.one("RestApi").inputs["body"]))
    assert on.one("Deployment").inputs["triggers"] != run.one("Deployment").inputs["triggers"]
