"""A deployed pair is asked, on an AWS of moto's, whether it serves what was asked for."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from reports.cli import main
from reports.smoke import checks

REGION, ACCOUNT = "eu-central-1", "123456789012"  # moto's account
ENDPOINT = "inference-dev-model-serverless"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/execution"
OUTPUTS: dict[str, dict[str, Any]] = {
    "dev": {
        "watched": {
            "name": "inference-dev",
            "account_id": ACCOUNT,
            "region": REGION,
            "endpoints": [{"name": ENDPOINT}],
        },
        "endpoint_configuration_name": "wanted",
    },
    "dev-monitor": {"services": {"inference-dev": {"canary_function_name": "inference-dev-canary"}}},
}


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws():
        client: Any = boto3.client("sagemaker", REGION)
        client.create_model(ModelName="m", ExecutionRoleArn=ROLE, PrimaryContainer={"Image": "i"})
        for name in ("wanted", "old"):
            variant = {"VariantName": "main", "ModelName": "m", "InstanceType": "ml.c5.large"}
            client.create_endpoint_config(
                EndpointConfigName=name, ProductionVariants=[{**variant, "InitialInstanceCount": 2}]
            )
        yield


class Canary:
    """A Lambda client whose function answers this."""

    def __init__(self, answer: object, error: str = "") -> None:
        self.answer, self.error, self.asked = answer, error, dict[str, Any]()

    def invoke(self, **request: Any) -> dict[str, Any]:
        self.asked = request
        failed = {"FunctionError": self.error} if self.error else {}
        return {"Payload": io.BytesIO(json.dumps(self.answer).encode()), **failed}


def serve(configuration: str) -> Any:
    client = boto3.client("sagemaker", REGION)
    client.create_endpoint(EndpointName=ENDPOINT, EndpointConfigName=configuration)
    return client


def test_an_endpoint_that_serves_what_was_asked_for_is_right() -> None:
    assert checks.endpoint(serve("wanted"), ENDPOINT, "wanted") == []


def test_an_update_that_was_rolled_back_silently_is_named_with_both_configurations() -> None:
    (fault,) = checks.endpoint(serve("old"), ENDPOINT, "wanted")
    assert f"endpoint {ENDPOINT} serves configuration old, not wanted: SageMaker rolled" in fault


@pytest.mark.parametrize(("status", "told"), [("Failed", "delete-endpoint"), ("RollingBack", "wait for it")])
def test_an_endpoint_that_is_not_in_service_is_named_with_the_way_out(status: str, told: str) -> None:
    class Client:
        def describe_endpoint(self, **_request: str) -> dict[str, str]:
            return {"EndpointStatus": status, "EndpointConfigName": "wanted", "FailureReason": "no capacity"}

    (fault,) = checks.endpoint(Client(), ENDPOINT, "wanted")
    assert told in fault
    assert "SageMaker says: no capacity" in fault


def test_the_probe_goes_through_the_canarys_alias_and_its_reason_is_told() -> None:
    good = Canary({"ok": True, "reason": None})
    assert checks.probe(good, "inference-dev-canary") == []
    assert (good.asked["FunctionName"], good.asked["Qualifier"]) == ("inference-dev-canary", "live")
    bad = Canary({"ok": False, "reason": "status", "status": 502, "detail": "model_failure"})
    assert checks.probe(bad, "c") == [
        "the canary's probe failed: reason status, status 502, detail model_failure."
    ]
    for broken in (Canary({"errorMessage": "x"}, error="Unhandled"), Canary("text"), Canary(None)):
        (fault,) = checks.probe(broken, "c")
        assert "the canary c itself failed" in fault


def alarm(name: str, state: str) -> None:
    client: Any = boto3.client("cloudwatch", REGION)
    client.put_metric_alarm(
        AlarmName=name, ComparisonOperator="GreaterThanThreshold", EvaluationPeriods=1, MetricName="m",
        Namespace="n", Period=60, Statistic="Sum", Threshold=1,
    )  # fmt: skip
    client.set_alarm_state(AlarmName=name, StateValue=state, StateReason="seen")


def test_only_alarms_of_the_stack_that_are_in_alarm_are_faults() -> None:
    for name, state in (
        ("inference-dev-a", "ALARM"),
        ("inference-dev-b", "OK"),
        ("inference-dev-c", "INSUFFICIENT_DATA"),
        ("inference-prod-a", "ALARM"),
    ):
        alarm(name, state)
    found = checks.alarms(boto3.client("cloudwatch", REGION), "inference-dev-")
    assert found == ["alarm inference-dev-a is in ALARM: seen"]


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Pulumi CLI on the PATH that prints the outputs in `STACK.json` beside it."""
    cli = tmp_path / "pulumi"
    cli.write_text(f'#!/bin/sh\nexec cat "{tmp_path}/$5.json"\n')
    cli.chmod(0o755)
    for stack, outputs in OUTPUTS.items():
        (tmp_path / f"{stack}.json").write_text(json.dumps(outputs))
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path


@pytest.mark.parametrize(
    ("configuration", "code", "told"),
    [("wanted", 0, "endpoint, probe and alarms are as they should be"), ("old", 1, "FAILED  endpoint")],
)
@pytest.mark.usefixtures("pulumi")
def test_the_exit_code_says_whether_the_pair_is_right(
    configuration: str,
    code: int,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    serve(configuration)
    whole = checks.probe
    monkeypatch.setattr(checks, "probe", lambda _client, name: whole(Canary({"ok": True}), name))
    assert main(["smoke", "dev"]) == code
    assert told in capsys.readouterr().out


def test_what_keeps_the_checks_from_being_made_is_told_without_a_traceback(
    pulumi: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["smoke", "nowhere"]) == 2
    assert "--stack nowhere` failed" in capsys.readouterr().err
    (pulumi / "empty.json").write_text("{}")
    assert main(["smoke", "dev", "--monitor-stack", "empty"]) == 2
    assert "run `pulumi up --stack empty` first" in capsys.readouterr().err
    watched = {**OUTPUTS["dev"]["watched"], "account_id": "111111111111"}
    (pulumi / "other.json").write_text(json.dumps({**OUTPUTS["dev"], "watched": watched}))
    assert main(["smoke", "other", "--monitor-stack", "dev-monitor"]) == 2
    assert "set --service-profile" in capsys.readouterr().err
    monkeypatch.setenv("PATH", "")
    assert main(["smoke", "dev"]) == 2
    assert "no pulumi on the PATH" in capsys.readouterr().err


def test_several_services_of_one_monitor_stack_are_checked_one_after_the_other(
    pulumi: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    serve("wanted")
    staging = {"watched": {**OUTPUTS["dev"]["watched"], "name": "inference-staging", "endpoint": None}}
    services = {
        f"inference-{env}": {"canary_function_name": f"inference-{env}-canary"} for env in ("dev", "staging")
    }
    (pulumi / "staging.json").write_text(json.dumps(staging))
    (pulumi / "watch.json").write_text(json.dumps({"services": services}))
    asked: list[str] = []

    def probe(_client: object, name: str) -> list[str]:
        asked.append(name)
        return []

    monkeypatch.setattr(checks, "probe", probe)
    alarm("inference-staging-monitor-page", "ALARM")
    assert main(["smoke", "dev", "staging", "--monitor-stack", "watch"]) == 1
    assert asked == ["inference-dev-canary", "inference-staging-canary"]
    said = capsys.readouterr().out
    assert "dev: endpoint, probe and alarms are as they should be." in said
    assert "FAILED  staging: alarm inference-staging-monitor-page is in ALARM: seen" in said
    (pulumi / "watch.json").write_text(json.dumps({"services": {"fraud-dev": {}}}))
    assert main(["smoke", "dev", "--monitor-stack", "watch"]) == 2
    assert (
        "the monitor stack watches fraud-dev, not inference-dev; add the service stack to its `watches`"
        in (capsys.readouterr().err)
    )
