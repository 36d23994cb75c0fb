"""Stack YAML -> Settings."""

import json
from typing import Any

import hypothesis
import pulumi
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import config
from settings import ROLES, Settings

STACKS = ("dev", "dev-monitor", "prod", "prod-monitor")
MINIMAL: dict[str, Any] = {
    "role": "service",
    "env": "dev",
    "region": "eu-central-1",
    "accounts": {"service": "111111111111", "monitor": "222222222222"},
}


def problems(**changes: Any) -> str:
    with pytest.raises(config.ConfigError) as caught:
        config.parse({**MINIMAL, **changes})
    return str(caught.value)


@pytest.mark.parametrize("stack", STACKS)
def test_every_shipped_stack_is_valid(stack: str) -> None:
    settings = config.parse(config.read_stack(stack))
    assert settings.role == ("monitor" if stack.endswith("-monitor") else "service")
    assert settings.env == stack.removesuffix("-monitor")


@pytest.mark.parametrize("env", ["dev", "prod"])
def test_the_two_stacks_of_a_pair_agree_on_what_both_must_know(env: str) -> None:
    service, monitor = (config.parse(config.read_stack(s)) for s in (env, f"{env}-monitor"))
    assert (service.base, service.accounts, service.region) == (
        monitor.base,
        monitor.accounts,
        monitor.region,
    )


def test_pulumi_yaml_declares_every_setting_and_no_other() -> None:
    declared = yaml.safe_load((config.ROOT / "Pulumi.yaml").read_text())["config"]
    # Pulumi demands a value for what is declared without a default, so what may be unset is not declared.
    assert set(declared) == {
        n for n, f in Settings.model_fields.items() if f.is_required() or f.default is not None
    }


def test_pulumi_yaml_declares_type_and_description_and_the_default_the_program_has() -> None:
    declared = yaml.safe_load((config.ROOT / "Pulumi.yaml").read_text())["config"]
    bare = config.parse(MINIMAL)
    spelled_out = config.parse(
        {**{k: e["default"] for k, e in declared.items() if "default" in e}, **MINIMAL}
    )
    assert spelled_out == bare
    required = {name for name, field in Settings.model_fields.items() if field.is_required()}
    assert {name for name, entry in declared.items() if "default" not in entry} == required
    for name, entry in declared.items():
        assert entry["type"] in ("string", "integer", "boolean", "array", "object"), name
        assert entry["description"].endswith("."), name


def test_an_unknown_key_names_the_dotted_key_the_consequence_and_the_near_match() -> None:
    text = problems(model={"instances": {"mni": 3}})
    assert text == (
        "The stack configuration is wrong; nothing was deployed.\n"
        "  - inference-watch:model.instances.mni: unknown key; it would have had no effect. "
        "Did you mean `min`?"
    )


def test_a_missing_key_says_how_to_set_it() -> None:
    text = problems(accounts={"service": "111111111111"})
    assert "inference-watch:accounts.monitor: missing" in text
    assert "pulumi config set --path --type string 'inference-watch:accounts.monitor' '222222222222'" in text


def test_all_problems_are_reported_at_once() -> None:
    text = problems(env="Dev!", log_retention_days=15, region="moon")
    assert [line.split(":")[1] for line in text.splitlines()[1:]] == ["env", "region", "log_retention_days"]


RULE = {"name": "a", "priority": 1, "rate": 1.0}
SINK = "arn:aws:oam:eu-central-1:222222222222:sink/abc"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model": {"instances": {"min": 1}}}, "greater than or equal to 2"),
        ({"model": {"instances": {"min": 5, "max": 3}}}, "max (3) is below min (5)"),
        ({"model": {"instances": {}, "serverless": {}}}, "exactly one of `instances` and `serverless`"),
        ({"model": {"data_capture": {"s3_uri": "s3://bucket"}}}, "needs `instances`"),
        ({"inference": {"start": "provisioned"}}, "go together"),
        (
            {
                "inference": {
                    "start": "provisioned",
                    "provisioned_concurrency": 9,
                    "reserved_concurrency": 8,
                }
            },
            "above reserved",
        ),
        ({"usage_plans": [{"name": "canary", "rate_per_s": 1, "burst": 1, "keys": []}]}, "is reserved"),
        ({"usage_plans": [{"name": "a", "rate_per_s": 1, "burst": 1, "keys": ["k", "k"]}]}, "a key twice"),
        ({"usage_plans": [{"name": "a", "rate_per_s": 1, "burst": 1, "keys": []}] * 2}, "share a name"),
        (
            {"usage_plans": [{"name": n, "rate_per_s": 1, "burst": 1, "keys": ["k"]} for n in "ab"]},
            "API key 'k' is in the usage plans 'a' and 'b'",
        ),
        (
            {"usage_plans": [{"name": "a", "rate_per_s": 1, "burst": 1, "keys": ["canary"]}]},
            "API key 'canary' is in the usage plans 'canary' and 'a'",
        ),
        ({"tracing": {"rules": [RULE, RULE | {"priority": 2}]}}, "two rules have one name"),
        ({"tracing": {"rules": [RULE, RULE | {"name": "b"}]}}, "two rules have one priority"),
        ({"inference": {"reserved_concurrency": 0}}, "greater than or equal to 1"),
        ({"observability": {"log_filter": "LogGroupName = 'a'"}}, "a filter without `sink_arn`"),
        ({"observability": {"sink_arn": SINK.replace("eu-", "us-")}}, "is not in eu-central-1"),
        ({"slo": {"availability_pct": "99,9"}}, "valid number"),
        ({"slo": {"availability_pct": 100}}, "less than 100"),
    ],
)
def test_a_value_aws_or_the_program_would_choke_on_is_refused(changes: dict[str, Any], message: str) -> None:
    assert message in problems(**changes)


@pytest.mark.parametrize(
    ("role", "section", "value"),
    [
        ("service", "canary", {"timeout_ms": 3000}),
        ("service", "watches", ["dev"]),
        ("monitor", "slo", {"availability_pct": 99.0}),
        ("monitor", "usage_plans", [{"name": "a", "rate_per_s": 1, "burst": 1, "keys": ["k"]}]),
    ],
)
def test_a_section_of_the_other_role_is_refused_and_not_ignored(role: str, section: str, value: Any) -> None:
    assert f"`{section}` has no effect in a {role} stack" in problems(role=role, **{section: value})


def test_every_section_of_some_roles_is_a_setting() -> None:
    assert ROLES.keys() <= Settings.model_fields.keys()


def test_a_wrong_notification_endpoint_is_not_printed() -> None:
    text = problems(notifications={"critical": [{"protocol": "pigeon", "endpoint": "https://x/?token=abc"}]})
    assert "notifications.critical[0].protocol" in text
    assert "pigeon" not in text
    assert "abc" not in text


def test_an_unknown_stack_lists_those_there_are() -> None:
    with pytest.raises(config.ConfigError, match="Stacks here: dev, dev-monitor, prod, prod-monitor"):
        config.read_stack("staging")


def test_pulumi_config_and_the_yaml_file_give_the_same_settings() -> None:
    values = config.read_stack("prod")
    texts = {f"inference-watch:{k}": v if isinstance(v, str) else json.dumps(v) for k, v in values.items()}
    pulumi.runtime.set_all_config({**texts, "aws:region": "us-east-1"})
    assert config.load() == config.parse(values)


@hypothesis.settings(deadline=None)  # the whole monitoring is built each time
@given(st.from_type(float) | st.text(max_size=5) | st.none() | st.lists(st.integers(), max_size=2))
def test_no_value_of_a_section_gets_past_the_models_or_raises_anything_else(value: Any) -> None:
    for section in Settings.model_fields:
        try:
            settings = config.parse(json.loads(json.dumps({**MINIMAL, section: value}, default=str)))
        except config.ConfigError as error:
            assert f"inference-watch:{section}" in str(error) or "no effect" in str(error)  # noqa: PT017
        else:
            assert isinstance(settings, Settings)
