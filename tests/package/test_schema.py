"""What Pulumi's analyzer makes of the component package, and what is said of wrong inputs."""

from typing import Any

import pytest
from pulumi.provider.experimental.util import camel_case
from pydantic import BaseModel

from package.inputs import models, shape, watched
from package.wrong import WrongInputError, model_of
from settings.canary import Canary as CanarySettings

SERVICE = {"name": "orders-prod", "account_id": "111111111111", "region": "eu-central-1"}


def test_pulumi_takes_the_four_components_with_what_they_need_and_give(schema: Any) -> None:
    found = {
        token.removeprefix("inference-watch:index:"): (
            set(resource["requiredInputs"]),
            set(resource["inputProperties"]) - set(resource["requiredInputs"]),
            set(resource["properties"]),
        )
        for token, resource in schema["resources"].items()
    }
    canary = {"apiId", "apiKey", "secrets", "timeoutMs", "logRetentionDays"}
    assert found == {
        "KpiAlarms": ({"parts", "topics"}, set(), {"arns"}),
        "SloAlarms": ({"service", "topics"}, set(), {"arns"}),
        "Dashboard": ({"service"}, set(), {"dashboardName"}),
        "Canary": ({"service", "accountId", "apiUrl", "probes"}, canary, {"functionName"}),
    }
    assert all(resource["isComponent"] for resource in schema["resources"].values())


def test_the_schema_has_every_field_of_every_model_and_which_must_be_given(schema: Any) -> None:
    every = [*models()]
    assert len(every) > 10
    for model in every:
        said = schema["types"][f"inference-watch:index:{model.__name__}"]
        assert set(said["properties"]) == {camel_case(name) for name in model.model_fields}
        needed = {camel_case(name) for name, field in model.model_fields.items() if field.is_required()}
        assert set(said.get("required", [])) == needed


def test_any_text_may_come_from_another_resource_and_numbers_may_not(schema: Any) -> None:
    api = schema["types"]["inference-watch:index:WatchedApi"]["properties"]
    assert api["name"] == {"type": "string"}
    assert api["rateLimitPerS"] == {"type": "number", "plain": True}


def test_what_is_given_is_what_is_watched() -> None:
    api = {"name": "orders", "stage": "prod", "rate_limit_per_s": 50.0, "min_per_minute": 0.0}
    functions = [{"name": "orders-api", "timeout_ms": 10_000.0}]  # numbers arrive as floats
    found = watched({**SERVICE, "api": api, "functions": functions})
    assert (found.name, found.account_id, found.region) == tuple(SERVICE.values())
    assert found.api is not None
    assert (found.api.stage, found.functions[0].timeout_ms) == ("prod", 10_000)


def test_secrets_are_marked_and_defaults_are_said(schema: Any) -> None:
    inputs = schema["resources"]["inference-watch:index:Canary"]["inputProperties"]
    assert {name for name, said in inputs.items() if said.get("secret")} == {"apiKey", "secrets"}
    defaults = {name: said["default"] for name, said in inputs.items() if "default" in said}
    assert defaults == {"timeoutMs": 5000, "logRetentionDays": 30}
    # A secret may come from another resource as a whole.
    assert not any(inputs[name].get("plain") for name in ("apiKey", "secrets"))
    api = schema["types"]["inference-watch:index:WatchedApi"]["properties"]
    assert (api["kind"]["description"], api["minPerMinute"]["description"]) == (
        '"rest" unless given.',
        "1 unless given.",
    )
    assert "description" not in api["name"]


def test_what_is_wrong_is_told_without_its_value() -> None:
    with pytest.raises(WrongInputError) as told:
        watched({**SERVICE, "functions": [{"name": "orders", "timeout_ms": "hunter2"}], "nonsense": 1})
    assert list(told.value.problems) == ["service.functions[0].timeoutMs", "service.nonsense"]
    assert "hunter2" not in str(told.value)
    with pytest.raises(WrongInputError) as told:
        model_of(CanarySettings, {"timeout_ms": 1, "secrets": {"token": "hunter2"}}, "")
    assert list(told.value.problems) == ["timeoutMs"]
    assert "hunter2" not in str(told.value)


def test_a_kind_that_the_schema_has_no_word_for_is_refused() -> None:
    class Odd(BaseModel):
        when: complex

    with pytest.raises(TypeError, match="complex"):
        shape(Odd)
