"""Settings that are right one by one and wrong together, and nonsense: key, consequence and fix."""

import json
from pathlib import Path
from typing import Any

import pulumi
import pytest

import config
from config import __main__ as judge
from settings import Settings

BASE: dict[str, Any] = {
    "role": "service",
    "env": "dev",
    "region": "eu-central-1",
    "accounts": {"service": "111111111111", "monitor": "222222222222"},
    "notifications": {},
}
PLAN = {"name": "a", "rate_per_s": 50, "burst": 50, "keys": ["k"]}
QUOTA = {"limit": 10, "period": "DAY"}
TOKEN = "https://hooks.example.com/T0KEN"
TWICE = [{"protocol": "https", "endpoint": TOKEN}] * 2


def lines(changes: dict[str, Any]) -> list[str]:
    """What is wrong, without the first line and the project's name."""
    with pytest.raises(config.ConfigError) as refused:
        config.parse(BASE | changes)
    assert "T0KEN" not in str(refused.value)
    return [line.removeprefix("  - inference-watch:") for line in str(refused.value).splitlines()[1:]]


@pytest.mark.parametrize(
    ("changes", "begins"),
    [
        (
            {"usage_plans": [PLAN | {"rate_per_s": 101}]},
            "usage_plans[0].rate_per_s: one key may send 101 req",
        ),
        (
            {"usage_plans": [PLAN | {"burst": 201}]},
            "usage_plans[0].burst: one key may send 201 requests at once",
        ),
        (
            {"usage_plans": [PLAN], "api": {"waf": {"requests_per_5_min": 14_999}}},
            "api.waf.requests_per_5_min: one key of plan 'a' may send 50 requests a second x 300 s = 15000",
        ),
        (
            {"usage_plans": [PLAN | {"keys": [], "quota": QUOTA}]},
            "usage_plans[0].keys: a plan with a quota and",
        ),
        (
            {"usage_plans": [PLAN, PLAN | {"name": "b"}]},
            "usage_plans[1].keys[0]: API key 'k' is in the usage",
        ),
        (
            {"inference": {"time_budget_ms": 199}},
            "inference.time_budget_ms: 199 ms are below the promised p90",
        ),
        (
            {"inference": {"reserved_concurrency": 19}},
            "inference.reserved_concurrency: the stage passes 100 requests a second x 0.2 s each"
            " (slo.latency_p90_ms) = 20 at once, and the function runs 19: the rest is throttled. Raise it to"
            " 20, or lower api.rate_per_s to 19 / 0.2 s = 95.",
        ),
        ({"levels": {"warn_pct": 95}}, "levels.warn_pct: warn at 95 % and critical at 95 %"),
        ({"levels": {"usage_warn_pct": 91}}, "levels.usage_warn_pct: warn at 91 % and critical at 90 %"),
        ({"alarms": {"all": {"warn_pct": 96}}}, "alarms.all.warn_pct: warn at 96 % and critical at 95 %"),
        (
            {"alarms": {"components": {"usage": {"critical_pct": 79}}}},
            "alarms.components.usage.critical_pct: warn at 80 % and critical at 79 %",
        ),
        (
            {"accounts": {"service": "1" * 12, "monitor": "1" * 12}},
            "accounts.monitor: it is the service's own",
        ),
        (
            {"notifications": {"warn": TWICE}},
            "notifications.warn[1]: the same subscriber as notifications.warn[0]",
        ),
        (
            {"notifications": {"warn": [TWICE[0] | {"endpoint": TOKEN[8:]}]}},
            "notifications.warn[0]: the endpoint",
        ),
        ({"name": "a" * 23}, "name: X-Ray refuses the name"),
        (
            {"name": "a" * 19, "tracing": {"rules": [{"name": "r" * 9, "priority": 1, "rate": 1}]}},
            f"tracing.rules[0].name: X-Ray refuses the name '{'a' * 19}-dev-{'r' * 9}', which has 33",
        ),
        ({"env": "production"}, "env: got 'production'; it should be 2 to 8 lower-case letters"),
        ({"env": "monitor"}, "env: got 'monitor'"),
        ({"env": "b-c"}, "env: got 'b-c'"),
        ({"name": "a--b"}, "name: got 'a--b'"),
        ({"runbook_url": "runbook"}, "runbook_url: got 'runbook'; it should be an address with its scheme"),
        ({"region": "cn-north-1"}, "region: got 'cn-north-1'; it should be a region of AWS's commercial"),
        (
            {"model": {"image": "no image"}},
            "model.image: got 'no image'; it should be <registry>/<repository>",
        ),
        (
            {"service": "win"},
            "service: there is no services/win/service.yaml, so no such service. Did you mean",
        ),
        ({"service": "../x"}, "service: got '../x'; it should be the name of a folder in `services/`"),
        (
            {"reference_data": {"table": "a b"}},
            "reference_data.table: got 'a b'; it should be a table's name",
        ),
        (
            {"model": {"endpoint": "mine", "serverless": {}}},
            "model: `endpoint` names one that exists, of which nothing is made",
        ),
        ({"alarms": {"each": {"api-5x-warn": {}}}}, "alarms.each.api-5x-warn: there is no such alarm"),
        (
            {"alarms": {"each": {"api-5xx-warn": {"period_s": 7}}}},
            "alarms.each.api-5xx-warn: period_s 7 is not",
        ),
        ({"slo": {"availability_pct": 90}}, "slo: slo-burn-"),
        (
            {"slo": None},
            "slo: Input should be a section, a mapping of its settings (nothing is there); nothing",
        ),
        ({"slo": {"latency_p90_ms": float("nan")}}, "slo.latency_p90_ms: "),
        (
            {"accounts": {"service": 111111111111}},
            "accounts.service: Input should be a valid string (got 1111",
        ),
    ],
    ids=str,
)
def test_it_is_refused_with_its_key_and_the_arithmetic(changes: dict[str, Any], begins: str) -> None:
    assert any(line.startswith(begins) for line in lines(changes)), lines(changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"usage_plans": [PLAN | {"rate_per_s": 100, "burst": 200}]},
        {"usage_plans": [PLAN], "api": {"waf": {"requests_per_5_min": 15_000}}},
        {"inference": {"reserved_concurrency": 20, "time_budget_ms": 200}},
        {"inference": {"reserved_concurrency": "off"}, "slo": {"latency_p90_ms": 1500}},
        {"levels": {"warn_pct": 94.9}},
        {"notifications": {"warn": TWICE[:1], "critical": TWICE[:1]}},
        {"name": "a" * 20},
    ],
    ids=str,
)
def test_what_just_fits_is_taken(changes: dict[str, Any]) -> None:
    assert isinstance(config.parse(BASE | changes), Settings)


def test_a_secret_key_of_the_configuration_is_never_shown() -> None:
    with pytest.raises(config.ConfigError) as refused:
        config.parse(BASE | {"runbook_url": "T0KEN", "notifications": "T0KEN"}, secret={"runbook_url"})
    assert "T0KEN" not in str(refused.value)


@pytest.mark.parametrize("image", ["<what it printed>", "a.example/b@sha256:" + "0" * 64, "REPLACE_ME"])
def test_a_placeholder_for_the_image_can_be_previewed_and_not_deployed(
    monkeypatch: pytest.MonkeyPatch, image: str
) -> None:
    texts = config.read_stack("dev") | {"model": {"image": image}}
    pulumi.runtime.set_all_config({f"inference-watch:{k}": config_text(v) for k, v in texts.items()})
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: True)
    assert config.load().model.image == image
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: False)
    with pytest.raises(pulumi.RunError, match=r"inference-watch:model\.image: it is still a placeholder"):
        config.load()


def config_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def test_an_error_of_the_configuration_is_shown_by_the_engine_without_a_traceback() -> None:
    pulumi.runtime.set_all_config({"inference-watch:role": "service"})
    with pytest.raises(pulumi.RunError, match=r"inference-watch:accounts\.service: missing"):
        config.load()


def test_a_pair_that_disagrees_is_named_with_both_values() -> None:
    service = config.parse(BASE | {"inference": {"time_budget_ms": 5000}})
    monitor = config.parse(BASE | {"role": "monitor", "region": "eu-west-1"})
    assert [
        problem.split(":")[1].split(" ")[0] for problem in judge.pair(service, monitor, "prod-monitor")
    ] == [
        "region",
        "canary.timeout_ms",
    ]
    assert judge.pair(None, monitor, "prod-monitor") == []


def test_an_address_that_lets_anybody_write_is_not_in_plain_text(tmp_path: Path) -> None:
    key, hook = {"secure": "v1:a"}, "https://hooks.example.com/T0KEN"
    subscribers = {
        "warn": [{"protocol": "slack", "endpoint": key}, {"protocol": "teams", "endpoint": hook}],
        "critical": [
            {"protocol": "email", "endpoint": "a@example.com"},
            {"protocol": "https", "endpoint": hook},
        ],
    }
    settings = {"config": {"inference-watch:notifications": subscribers}}
    (tmp_path / "Pulumi.prod.yaml").write_text(json.dumps(settings))
    teams, https = judge.addresses_in_plain("prod", tmp_path)
    assert teams.startswith("  - inference-watch:notifications.warn[1].endpoint: it is in plain text")
    assert https.endswith("-s prod --path --secret 'inference-watch:notifications.critical[1].endpoint'")
    assert "T0KEN" not in teams + https
    for encrypted in (key, {"warn": key}, {"warn": [key]}, {}):
        (tmp_path / "Pulumi.prod.yaml").write_text(
            json.dumps({"config": {"inference-watch:notifications": encrypted}})
        )
        assert list(judge.addresses_in_plain("prod", tmp_path)) == []
    (tmp_path / "Pulumi.prod.yaml").write_text(
        json.dumps({"config": {"inference-watch:notifications": json.dumps(subscribers)}})
    )
    assert len(list(judge.addresses_in_plain("prod", tmp_path))) == 2


def test_a_monitor_stack_and_what_it_watches_agree() -> None:
    def stack(**changes: Any) -> Settings:
        return config.parse(BASE | changes)

    watches = ["dev", "twin", "far", "outside", "patient", "above"]
    monitor = stack(role="monitor", watches=watches)
    services = {
        "dev": stack(),
        "twin": stack(),
        "far": stack(name="far", region="us-east-1"),
        "outside": stack(name="outside", accounts={**BASE["accounts"], "monitor": "333333333333"}),
        "patient": stack(name="patient", inference={"time_budget_ms": 5000}),
        "above": stack(role="monitor"),
    }
    assert [
        problem.removeprefix("  - inference-watch:") for problem in judge.fleet(services, monitor, "all")
    ] == [
        "watches[1]: twin and dev both are service inference-dev, so that canary, alarms and dashboard of one"
        " would be the other's. Give one of them another `name` or `env`.",
        "watches[2]: far is in us-east-1 and this stack in eu-central-1: no alarm here would ever have data."
        " Watch it from a monitor stack in us-east-1.",
        "watches[3]: outside lets account 333333333333 in and this stack is in 222222222222: its canary is"
        " refused. Set accounts.monitor alike in both.",
        "watches[5]: above is a monitor stack, which serves nothing. Name a service stack.",
        "canary.timeout_ms: the canary gives up after 5000 ms and the function of patient-dev may take 6000"
        " ms to answer, also with 504: an answer is reported as none. Raise it to 6000, or lower"
        " inference.time_budget_ms in the service stack.",
    ]
    assert list(judge.fleet({"dev": stack()}, monitor, "all")) == []
