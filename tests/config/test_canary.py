"""The canary's settings: secrets are never in plain text, places go together, pairs agree on secrets."""

from pathlib import Path
from typing import Any

import pulumi
import pytest

import config
from config.__main__ import fleet as judged
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
        (
            {"vpc": {**VPC, "endpoint": "vpce-1.execute-api.us-east-1.vpce.amazonaws.com"}},
            "canary.vpc.endpoint: it is of another region than the stack's, eu-central-1, in which",
        ),
        (
            {"vpc": {"security_groups": VPC["security_groups"]}},
            "canary.vpc.subnets[0]: missing",
        ),
        ({"secrets": {"a b": "x"}}, "it should be the name of a secret"),
        (
            {"each": {"prod": {"timeout_ms": 9000}}},
            "canary.each.prod: no stack of this name is in `watches`, so it has no effect. This stack watches"
            " its pair alone: say it in `canary` itself.",
        ),
        (
            {"each": {"prod": {"timeout": 9000}}},
            "canary.each.prod.timeout: unknown key;",
        ),
        ({"each": {"prod": {"timeout_ms": 99}}}, "canary.each.prod.timeout_ms: "),
        (
            {"each": {"prod": {"locations": ["us-east-1"], "vpc": VPC}}},
            "`vpc` and `locations` do not go together; remove one of them",
        ),
        ({"each": {"a b": {}}}, "it should be a stack's name"),
        ({"each": {"prod": {"each": {}}}}, "canary.each.prod.each: unknown key"),
    ],
)
def test_what_cannot_be_is_refused_with_its_key(canary: dict[str, Any], said: str) -> None:
    with pytest.raises(config.ConfigError) as raised:
        monitor(**canary)
    assert said in str(raised.value)


def fleet(*watches: str, **canary: Any) -> Settings:
    return config.parse({**config.read_stack("dev-monitor"), "watches": [*watches], "canary": canary})


def test_what_is_otherwise_for_a_stack_that_is_not_watched_is_told_with_those_that_are() -> None:
    each = {"prod": {"locations": ["eu-central-1"]}, "acme/fraud/prd": {}}
    with pytest.raises(config.ConfigError) as raised:
        fleet("prod", "acme/fraud/prod", each=each)
    _, own, unknown = sorted(str(raised.value).splitlines(), reverse=True)
    assert own.startswith("  - inference-watch:canary.each.prod.locations: eu-central-1 is the stack's own")
    assert unknown.endswith("so it has no effect. Did you mean `acme/fraud/prod`?")


def test_what_one_service_has_of_its_own_comes_before_the_others() -> None:
    each = {
        "a": {"timeout_ms": 9000, "secrets": {"key": "own"}},
        "b": {"vpc": VPC},
        "c": {"locations": []},
        "d": {"locations": ["us-west-2"]},
    }
    canary = fleet(
        *"abcde", secrets={"key": "all", "hc": "h"}, locations=["us-east-1"], timeout_ms=700, each=each
    ).canary
    a, b, c, d, e = (canary.of(stack) for stack in "abcde")
    assert (a.timeout_ms, a.secrets, a.locations) == (9000, {"key": "own", "hc": "h"}, ("us-east-1",))
    assert (b.locations, b.vpc, b.timeout_ms) == ((), canary.each["b"].vpc, 700)
    assert ((c.locations, c.vpc), (d.locations, d.vpc)) == (((), None), (("us-west-2",), None))
    assert e == canary.model_copy(update={"each": {}})


def test_secrets_are_shown_nowhere() -> None:
    assert SECRET not in repr(fleet("a", each={"a": {"secrets": {"crm": SECRET}}}))
    with pytest.raises(config.ConfigError) as raised:
        fleet("a", each={"a": {"secrets": {"crm": [SECRET]}}})
    assert SECRET not in str(raised.value)
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


def test_so_is_one_of_a_single_service(tmp_path: Path) -> None:
    stack_file(
        tmp_path, f"      crm: {{secure: AAAB}}\n    each:\n      prod: {{secrets: {{hc: {SECRET}}}}}\n"
    )
    with pytest.raises(config.ConfigError, match=r"\n.*canary\.each\.prod\.secrets\.hc\n") as raised:
        config.read_stack("dev-monitor", tmp_path)
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize("canary", ["x", {"each": "x"}, {"each": {"a": "x"}}, {"secrets": "x"}, None])
def test_what_is_no_section_has_no_secrets(canary: Any) -> None:
    assert config.without_secrets(Settings, {"canary": canary}, "x") is not None


def test_an_encrypted_secret_is_one_that_is_there(tmp_path: Path) -> None:
    stack_file(tmp_path, "      crm: {secure: AAAB}\n")
    assert set(config.read_stack("dev-monitor", tmp_path)["canary"]["secrets"]) == {"crm"}


@pytest.mark.parametrize("own", [True, False])
def test_a_secret_that_the_cli_hands_over_as_no_secret_stops_the_deployment(
    monkeypatch: pytest.MonkeyPatch, *, own: bool
) -> None:
    canary = {"each": {"prod": {"secrets": {"crm": SECRET}}}} if own else {"secrets": {"crm": SECRET}}
    settings = {**config.read_stack("dev-monitor"), "watches": ["prod"], "canary": canary}
    assert run_program(config.load, Recorder(), "dev-monitor", settings) is not None
    monkeypatch.setattr("pulumi.runtime.config.is_config_secret", lambda _: False)
    with pytest.raises(pulumi.RunError, match=r"plain text.*\n.*canary\.secrets\n") as raised:
        run_program(config.load, Recorder(), "dev-monitor", settings)
    assert SECRET not in str(raised.value)


PROBE = '{"name": "orders", "method": "GET", "target": "/", "authorization": {"bearer": "crm"}, "max_ms": %d}'


def test_a_pair_agrees_on_the_secrets_that_probes_name(monkeypatch: pytest.MonkeyPatch) -> None:
    service = config.parse(config.read_stack("dev"))
    monkeypatch.setattr("config.__main__.probes_of", lambda _: f"[{PROBE % 800}]")
    assert pair(service, monitor(secrets={"crm": "x"}), "prod-monitor") == []
    missing, useless = pair(service, monitor(secrets={"crn": "x"}), "prod-monitor")
    assert (
        "canary.secrets.crm: it is not set, and probe 'orders' could not be sent without it. Set" in missing
    )
    assert missing.endswith(
        "pulumi config set -s prod-monitor --secret --path 'inference-watch:canary.secrets.crm'"
    )
    assert "canary.secrets.crn: no probe names it, so it has no effect. Did you mean `crm`?" in useless


def test_a_canary_waits_at_least_as_long_as_its_probes_do(monkeypatch: pytest.MonkeyPatch) -> None:
    service = config.parse(config.read_stack("dev"))
    monkeypatch.setattr("config.__main__.probes_of", lambda _: f"[{PROBE % 5000}]")
    (late,) = pair(service, monitor(secrets={"crm": "x"}, timeout_ms=5000), "prod-monitor")
    assert late.startswith(
        "  - inference-watch:canary.timeout_ms: the canary gives up after 5000 ms and probe 'orders' of"
        " inference-dev takes an answer within 5000 ms (`max_ms`) for right, which it never sees."
    )
    assert pair(service, monitor(secrets={"crm": "x"}, timeout_ms=5001), "prod-monitor") == []


def test_a_fleet_agrees_on_secrets_service_by_service(monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = (config.parse({**config.read_stack("dev"), "name": name}) for name in ("one", "two"))
    probes = {one.name: f"[{PROBE % 800}]", two.name: f"[{PROBE % 5500}]".replace("crm", "erp")}
    monkeypatch.setattr("config.__main__.probes_of", lambda service: probes[service.name])
    right = {"a": {"secrets": {"crm": "x"}}, "b": {"secrets": {"erp": "y"}, "timeout_ms": 6000}}
    assert list(judged({"a": one, "b": two}, fleet("a", "b", each=right), "all")) == []
    wrong = {"a": {"secrets": {"erp": "y"}}, "b": {"timeout_ms": 5500}}
    found = list(judged({"a": one, "b": two}, fleet("a", "b", secrets={"hc": "h"}, each=wrong), "all"))
    assert [problem.removeprefix("  - inference-watch:canary.").partition(":")[0] for problem in found] == [
        "each.a.secrets.crm",
        "each.a.secrets.erp",
        "each.b.timeout_ms",
        "each.b.secrets.erp",
        "secrets.hc",
    ]
    assert found[0].endswith("--path 'inference-watch:canary.each.a.secrets.crm'")
    some = list(judged({"a": one}, fleet("a", "b", secrets={"erp": "of the other", "crm": "x"}), "all"))
    assert some == []
