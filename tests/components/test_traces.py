"""Where functions send what they record: nothing changes by default, and headers stay secret."""

import json
from typing import Any

import pytest

import config
from tests.components.harness import Run, policy_documents, run_stack, unwrap

ENDPOINT = "https://otlp.example.com/v1/traces"
OTLP = {"backend": "otlp", "otlp": {"endpoint": ENDPOINT, "headers": {"x-api-key": "hush"}}}


def environments(run: Run) -> dict[str, dict[str, Any]]:
    return {
        made.inputs["name"]: unwrap(made.inputs["environment"])["variables"]
        for made in run.of("Function").values()
    }


def test_by_default_no_function_is_told_anything() -> None:
    found = environments(run_stack("dev"))
    assert found
    assert not any("TRACING_BACKEND" in variables for variables in found.values())


def test_spans_go_to_the_daemon_without_an_endpoint() -> None:
    run = run_stack("dev", {"tracing": {"backend": "otlp"}})
    for variables in environments(run).values():
        assert variables["TRACING_BACKEND"] == "otlp"
        assert "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT" not in variables
    assert not run.of("Secret")


def test_an_endpoints_headers_are_a_secret_that_each_function_may_read() -> None:
    run = run_stack("dev", {"tracing": OTLP})
    secret = run.of("Secret")["inference-dev-traces-headers"]
    assert secret.inputs["name"] == "inference-dev-otlp-headers"
    version = run.of("SecretVersion")["inference-dev-traces-headers-value"]
    assert json.loads(unwrap(version.inputs["secretString"])) == {"x-api-key": "hush"}
    assert version.inputs["secretString"] != unwrap(version.inputs["secretString"])
    for name, variables in environments(run).items():
        assert variables["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] == ENDPOINT
        assert variables["OTLP_HEADERS_SECRET_ARN"] == secret.outputs["arn"]
        (document,) = [
            policy for role, policy in policy_documents(run).items() if role.removesuffix("-policy") == name
        ]
        reads = [s for s in document["Statement"] if s["Action"] == "secretsmanager:GetSecretValue"]
        assert secret.outputs["arn"] in [statement["Resource"] for statement in reads]
    assert "hush" not in json.dumps([unwrap(environments(run))])


def test_the_canary_records_in_the_form_that_the_monitor_stack_says() -> None:
    service = run_stack("dev")
    monitor = run_stack("dev-monitor", {"tracing": {"backend": "otlp"}}, service.outputs)
    assert environments(monitor)["inference-dev-canary"]["TRACING_BACKEND"] == "otlp"


@pytest.mark.parametrize(
    ("stack", "tracing", "said"),
    [
        ("dev", {"otlp": {"endpoint": ENDPOINT}}, "`otlp` has no effect with `backend: xray`"),
        ("dev", {"backend": "otlp", "otlp": {"endpoint": "http://otlp.example.com"}}, "address with https"),
        (
            "dev",
            {"backend": "otlp", "otlp": {"endpoint": ENDPOINT, "headers": {"x key": "a"}}},
            "a header's name",
        ),
        (
            "dev",
            {
                "backend": "otlp",
                "otlp": {
                    "endpoint": "https://xray.eu-central-1.amazonaws.com/v1/traces",
                    "headers": {"a": "b"},
                },
            },
            "takes a signature and no `headers`",
        ),
        ("dev-monitor", {"rules": [{"name": "a", "priority": 1, "rate": 1}]}, "no effect in this stack"),
    ],
)
def test_what_would_have_no_effect_or_travel_in_plain_is_refused(
    stack: str, tracing: dict[str, Any], said: str
) -> None:
    with pytest.raises(config.ConfigError, match=said):
        config.parse({**config.read_stack(stack), "tracing": tracing})
