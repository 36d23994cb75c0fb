"""Which services run side by side, and under which names."""

import pytest

from config import ConfigError
from local.run.copies import Copy, copies, owner
from local.run.sequence import region


def named(service: str, name: str, env: str) -> Copy:
    return Copy(service=service, stack=f"{name}-{env}", overrides={"name": name, "env": env})


@pytest.mark.parametrize("role", ["watch", "monitor"])
def test_a_stack_that_deploys_no_service_is_refused_by_its_role(
    role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stated = {"p:role": role, "p:region": "eu-central-1"}
    monkeypatch.setattr("local.deployer.stack_config.load", lambda *_: ("p", stated))
    with pytest.raises(
        ConfigError, match=rf"^Pulumi\.theirs\.yaml is of role {role}, which deploys no service"
    ):
        region("theirs")
    stated["p:role"] = "service"
    assert region("theirs") == "eu-central-1"


@pytest.mark.parametrize("service", [[], ["wine"]])
def test_one_service_runs_as_its_stack_says(service: list[str]) -> None:
    assert copies("dev", service) == (Copy(service="wine", stack="dev"),)


def test_several_are_named_by_their_folders_and_environments() -> None:
    assert copies("dev", ["wine", "digits", "wine:staging"]) == (
        named("wine", "wine", "dev"),
        named("digits", "digits", "dev"),
        named("wine", "wine", "staging"),
    )


def test_a_copy_in_another_environment_may_run_alone() -> None:
    assert copies("prod", ["wine:staging"]) == (named("wine", "wine", "staging"),)


def test_a_folders_name_becomes_one_that_resources_may_have() -> None:
    (found, _) = copies("dev", ["a_long_name_of_a_service_of_ours", "wine"])
    assert found.overrides["name"] == "a-long-name-of-a-service"


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (["wine", "wine"], "--service wine: wine runs as wine-dev already"),
        (["wine", "wine:dev"], "--service wine:dev: wine runs as wine-dev already"),
        (["a_b", "digits", "a_b:"], "Give one of them another environment, like a_b:staging"),
    ],
)
def test_two_that_would_be_one_are_refused(wanted: list[str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        copies("dev", wanted)


@pytest.mark.parametrize(
    ("name", "base"),
    [
        ("wine-dev", "wine-dev"),
        ("wine-dev-monitor-page", "wine-dev"),
        ("wine-dev-two-monitor", "wine-dev-two"),
        ("wine-devs", None),
        ("inference-dev-monitor-overview", None),
    ],
)
def test_a_name_belongs_to_the_service_it_begins_with(name: str, base: str | None) -> None:
    assert owner(name, ["wine-dev", "wine-dev-two", "digits-dev"]) == base
