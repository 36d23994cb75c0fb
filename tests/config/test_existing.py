"""The settings of a stack that watches what exists: what is refused, and what becomes of the rest."""

from pathlib import Path
from typing import Any

import pytest

import config
from monitoring.watched import Watched
from settings import Settings
from settings.existing import Existing

API = {"id": "a1b2c3d4e5", "name": "Orders API", "stage": "prod"}
HTTP = {"kind": "http", "id": "h1b2c3d4e5", "stage": "$default"}
ONE, TWO = {"name": "read", "timeout_ms": 3000}, {"name": "Write_2", "timeout_ms": 900_000}


def parsed(**changes: Any) -> Settings:
    return config.parse({**config.read_stack("their-api"), **changes})


def problems(**changes: Any) -> str:
    with pytest.raises(config.ConfigError) as refused:
        parsed(**changes)
    return str(refused.value)


def watched(**existing: Any) -> Watched:
    return Watched.of(parsed(existing=existing))


def test_the_only_part_of_a_kind_is_steady_and_several_have_names_and_may_rest() -> None:
    (only,) = watched(api=API, functions=[ONE]).functions
    assert (only.key, only.steady) == ("", True)
    both = watched(api=API, functions=[ONE, {**TWO, "steady": True}]).functions
    assert [(f.key, f.steady) for f in both] == [("read", False), ("write-2", True)]
    (one,) = watched(api=API, functions=[{**ONE, "steady": False}]).functions
    assert one.steady is False


def test_instances_report_all_the_time_unless_the_endpoint_is_said_to_rest() -> None:
    def always_on(**said: bool) -> bool:
        (found,) = watched(api=API, endpoints=[{"name": "m", "variant": "main", **said}]).endpoints
        return found.always_on

    assert (always_on(), always_on(steady=True), always_on(steady=False)) == (True, True, False)
    (plain,) = watched(api=API, endpoints=[{"name": "m", "instance_type": "ml.m5.large"}]).endpoints
    assert (plain.variant, plain.gpus) == ("AllTraffic", 0)
    assert "gpus" in problems(existing={"api": API, "endpoints": [{"name": "m", "gpus": -1}]})


def test_limits_are_those_of_what_exists() -> None:
    found = watched(
        api={**API, "rate_limit_per_s": 20, "throttled_by": "stage", "timeout_ms": 5000},
        functions=[{**ONE, "reserved_concurrency": 7}],
        tables=[{"name": "t", "operation": "Scan"}, {"name": "t", "operation": "PutItem"}],
        endpoints=[{"name": "m", "variant": "blue", "instance_type": "ml.g4dn.2xlarge", "gpus": 1}],
        usage_plans=[{"name": "Gold Plan", "quota": {"limit": 10, "period": "DAY"}}],
    )
    assert found.api is not None
    assert (found.api.rate_limit_per_s, found.api.throttled_by, found.api.time_budget_ms) == (
        20,
        "stage",
        5000,
    )
    (function,), (endpoint,), (plan,) = found.functions, found.endpoints, found.usage_plans
    assert (function.timeout_ms, function.reserved_concurrency, function.rate_limit_per_s) == (3000, 7, 20)
    assert [(t.key, t.operation) for t in found.tables] == [("t-scan", "Scan"), ("t-putitem", "PutItem")]
    assert (endpoint.variant, endpoint.cores, endpoint.gpus) == ("blue", 8, 1)
    assert (plan.name, plan.key, plan.quota and plan.quota.limit) == ("Gold Plan", "gold-plan", 10)


def test_an_http_api_without_a_name_is_called_by_its_id_and_waits_for_thirty_seconds() -> None:
    api = watched(api=HTTP).api
    assert api is not None
    assert (api.kind, api.name, api.id, api.time_budget_ms, api.traced) == (
        "http",
        "h1b2c3d4e5",
        "h1b2c3d4e5",
        30_000,
        False,
    )


def test_what_has_no_api_has_no_limit_on_its_calls() -> None:
    found = watched(url="https://api.example.com", functions=[ONE])
    assert found.api is None
    assert found.functions[0].rate_limit_per_s is None


@pytest.mark.parametrize(
    ("existing", "address"),
    [
        ({"api": API}, "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod"),
        ({"api": HTTP}, "https://h1b2c3d4e5.execute-api.eu-west-1.amazonaws.com"),
        ({"api": API, "url": "https://api.example.com/v1"}, "https://api.example.com/v1"),
        ({}, None),
    ],
)
def test_customers_call_the_api_s_own_address_unless_another_is_given(
    existing: dict[str, Any], address: str | None
) -> None:
    found = Existing.model_validate(existing)
    assert found.address("eu-west-1") == address


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"existing": {}}, "existing: it names nothing, so nothing would be watched"),
        ({"probes": ""}, "probes: the canary has nothing to send"),
        ({"probes": "probes/none.yaml"}, "probes/none.yaml: it cannot be read"),
        ({"existing": {"functions": [ONE]}}, "existing.url: the canary has no address to call"),
        ({"existing": {"api": {**API, "name": None}}}, "a REST API reports under its name"),
        ({"existing": {"api": {**API, "stage": "$default"}}}, "only HTTP APIs have a stage `$default`"),
        ({"existing": {"api": {**HTTP, "traced": True}}}, "X-Ray does not see an HTTP API"),
        (
            {"existing": {"api": {**API, "id": "Orders API"}}},
            "existing.api.id: got 'Orders API'; it should be an API's id",
        ),
        (
            {"existing": {"api": API, "functions": [ONE, {**ONE, "name": "Read"}]}},
            "'read' and another one would have the same alarms",
        ),
        (
            {"existing": {"api": API, "functions": [ONE, {**ONE, "key": "again"}]}},
            "`functions`: 'read' is there twice, and each alarm would be; list it once",
        ),
        (
            {"existing": {"api": API, "functions": [{**ONE, "name": "arn:aws:lambda:x:1:function:f"}]}},
            "existing.functions[0].name: got 'arn:aws:lambda:x:1:function:f'; it should be a function's name",
        ),
        ({"existing": {"api": HTTP, "usage_plans": [{"name": "a"}]}}, "`usage_plans` belong to a REST API"),
        (
            {"existing": {"api": {**API, "timeout_ms": 150}}},
            "existing.api.timeout_ms: requests are given up after",
        ),
        (
            {"existing": {"api": API, "tables": [{"name": "t", "operation": "Get"}]}},
            "existing.tables[0].operation",
        ),
        (
            {"service": "other"},
            "service: `service` has no effect in a watch stack; set it in the service stack",
        ),
        (
            {"role": "monitor"},
            "existing: `existing` has no effect in a monitor stack; set it in the watch stack",
        ),
        ({"slo": {"latency_p90_ms": 30_000}}, "below the promised p90 of 30000 ms"),
        ({"levels": {"warn_pct": 99}}, "levels.warn_pct: warn at 99 %"),
        ({"alarms": {"each": {"function-errors-warn": {"enabled": False}}}}, "there is no such alarm"),
        ({"name": "a-name-that-is-long-ev-en"}, "name"),
    ],
)
def test_what_would_watch_nothing_is_refused_with_key_and_consequence(
    changes: dict[str, Any], said: str
) -> None:
    assert said in problems(**changes)


def test_a_wrong_probe_is_told_with_its_file_and_line(tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_text("authorization: none\nprobes:\n  - {name: a, path: /x, mehtod: GET}\n")
    assert "p.yaml:3: probes[0].mehtod: unknown key" in problems(probes=str(file))


def test_what_watches_may_be_in_the_api_s_own_account_and_a_service_s_may_not() -> None:
    one = {"service": "111111111111", "monitor": "111111111111"}
    assert parsed(accounts=one).one_account
    assert config.parse({**config.read_stack("their-api-monitor"), "accounts": one}).one_account
    with pytest.raises(config.ConfigError, match=r"accounts\.monitor: it is the service's own account"):
        config.parse({**config.read_stack("dev"), "accounts": one})


def test_a_probe_that_signs_needs_the_api_that_it_signs_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = {**config.read_stack("their-api"), "probes": "probes.yaml"}
    monkeypatch.setattr(config, "STACKS", tmp_path)
    address = {"url": "https://api.example.com", "functions": [ONE]}
    for authorization, refused in (("iam", True), ("none", False)):
        (tmp_path / "probes.yaml").write_text(
            f"authorization: {authorization}\nprobes: [{{name: a, path: /a}}]\n"
        )
        try:
            config.parse({**own, "existing": address})
            said = ""
        except config.ConfigError as error:
            said = str(error)
        assert ("existing.api: a probe signs its call (`iam`)" in said) is refused
