"""The canary's settings: secrets are never in plain text, places go together, pairs agree on secrets."""

from pathlib import Path
from typing import Any

import pulumi
import pytest

import config
from config.__main__ import pair
from settings import Settings
from tests.components.harness import Recorder, run_program

SECRET = "t0ken-that-nobody-may-see"
VPC = {"subnets": ["subnet-01234567"], "security_groups": ["sg-01234567"]}


def monitor(**canary: Any) -> Settings:
    return config.parse({**config.read_stack("dev-monitor"), "canary": canary})


@pytest.mark.parametrize(
    ("canary", "said"),
    [
        ({"locations": ["eu-central-1"]}, "canary.locations: eu-central-1 is the stack's own region"),
        ({"locations": ["us-east-1", "us-east-1"]}, "`locations` names a region twice"),
        (
            {"locations": ["us-gov-east-1"]},
            "canary.locations[0]: got 'us-gov-east-1'; it should be a region of AWS's",
        ),
        ({"locations": [f"us-east-{n}" for n in range(1, 6)]}, "canary.locations: "),
        (
            {"locations": ["us-east-1"], "vpc": VPC},
            "`vpc` and `locations` do not go together; remove one of them",
        ),
        (
            {"vpc": {**VPC, "subnets": ["net-1"]}},
            "canary.vpc.subnets[0]: got 'net-1'; it should be a subnet's id",
        ),
        ({"vpc": {**VPC, "security_groups": []}}, "canary.vpc.security_groups: "),
        (
            {"vpc": {**VPC, "endpoint": "vpce-1.example.com"}},
            "it should be the DNS name of an interface endpoint",
        ),
        ({"secrets": {"a b": "x"}}, "it should be the name of a secret"),
    ],
)
def test_what_cannot_be_is_refused_with_its_key(canary: dict[str, Any], said: str) -> None:
    with pytest.raises(config.ConfigError) as raised:
        monitor(**canary)
    assert said in str(raised.value)


def test_secrets_are_shown_nowhere() -> None:
    settings = monitor(secrets={"crm": SECRET})
    assert SECRET not in repr(settings)
    assert settings.canary.secrets == {"crm": SECRET}


def stack_file(folder: Path, secrets: str) -> None:
    (folder / "Pulumi.dev-monitor.yaml").write_text(
        f"config:\n  inference-watch:role: monitor\n  inference-watch:canary:\n    secrets:\n{secrets}"
    )
    (folder / "Pulumi.yaml").write_text((config.ROOT / "Pulumi.yaml").read_text())


def test_a_secret_in_plain_text_in_a_stacks_file_is_refused_and_not_repeated(tmp_path: Path) -> None:
    stack_file(tmp_path, f"      crm: {{secure: AAAB}}\n      hc: {SECRET}\n")
    with pytest.raises(
        config.ConfigError, match=r"plain text.*\n.*canary\.secrets\.hc\n.*set --secret"
    ) as raised:
        config.read_stack("dev-monitor", tmp_path)
    assert SECRET not in str(raised.value)
    assert "canary.secrets.crm" not in str(raised.value)


def test_an_encrypted_secret_is_one_that_is_there(tmp_path: Path) -> None:
    stack_file(tmp_path, "      crm: {secure: AAAB}\n")
    assert set(config.read_stack("dev-monitor", tmp_path)["canary"]["secrets"]) == {"crm"}


def test_a_secret_that_the_cli_hands_over_as_no_secret_stops_the_deployment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = {**config.read_stack("dev-monitor"), "canary": {"secrets": {"crm": SECRET}}}
    assert run_program(config.load, Recorder(), "dev-monitor", settings) is not None
    monkeypatch.setattr("pulumi.runtime.config.is_config_secret", lambda _: False)
    with pytest.raises(pulumi.RunError, match=r"plain text.*\n.*canary\.secrets\n") as raised:
        run_program(config.load, Recorder(), "dev-monitor", settings)
    assert SECRET not in str(raised.value)


def test_a_pair_agrees_on_the_secrets_that_probes_name(monkeypatch: pytest.MonkeyPatch) -> None:
    service = config.parse(config.read_stack("dev"))
    probes = '[{"name": "orders", "method": "GET", "target": "/", "authorization": {"bearer": "crm"}}]'
    monkeypatch.setattr("config.__main__.probes_of", lambda _: probes)
    assert pair(service, monitor(secrets={"crm": "x"})) == []
    missing, useless = pair(service, monitor(secrets={"crn": "x"}))
    assert (
        "canary.secrets.crm: it is not set, and probe 'orders' could not be sent without it. Set" in missing
    )
    assert "canary.secrets.crn: no probe names it, so it has no effect. Did you mean `crm`?" in useless
