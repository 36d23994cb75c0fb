"""Fill-ins' pure parts, without an emulator."""

import json
import os
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import config
from local.fillins.aws_api import ServiceError, failed
from local.fillins.gateway import access_log
from local.fillins.identity import principal_arn
from local.fillins.services import model_proxy, utilization
from local.fillins.services.mistakes import Mistakes, distance
from local.fillins.xray import sampling

REQUEST = {
    "ServiceName": "api/live",
    "ServiceType": "AWS::ApiGateway::Stage",
    "Host": "example",
    "HTTPMethod": "POST",
    "URLPath": "/live/v1/predictions",
    "ResourceARN": "arn:aws:apigateway:::/restapis/a/stages/live",
}


def rule(name: str, **fields: Any) -> sampling.Rule:
    return (
        sampling.DEFAULT_RULE
        | {"RuleName": name, "Priority": 1, "FixedRate": 0.0, "ReservoirSize": 0}
        | fields
    )


@pytest.mark.parametrize(
    ("fields", "matches"),
    [
        ({}, True),
        ({"URLPath": "/live/*"}, True),
        ({"URLPath": "/live/v?/predictions"}, True),
        ({"URLPath": "/health"}, False),
        ({"HTTPMethod": "post"}, True),
        ({"ServiceType": "AWS::Lambda::Function"}, False),
    ],
)
def test_a_rule_matches_with_wildcards_and_without_regard_to_case(
    fields: dict[str, str], matches: object
) -> None:
    assert sampling.matches(rule("one", **fields), REQUEST) is matches


def test_the_rule_of_the_lowest_number_decides() -> None:
    rules = [rule("never", Priority=2), rule("always", Priority=1, FixedRate=1.0)]
    assert all(sampling.decide(rules, REQUEST, "priority") for _ in range(20))


def test_the_reservoir_is_granted_every_second_before_the_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr("local.fillins.xray.sampling.time.time", lambda: now[0])
    rules = [rule("reservoir", ReservoirSize=2)]
    first = [sampling.decide(rules, REQUEST, "reservoir") for _ in range(4)]
    now[0] += 1
    assert (first, sampling.decide(rules, REQUEST, "reservoir")) == ([True, True, False, False], True)


def test_the_fixed_rate_is_that_share_of_calls() -> None:
    random.seed(1)
    rules = [rule("share", FixedRate=0.3)]
    taken = sum(sampling.decide(rules, REQUEST, "share") for _ in range(4000))
    assert 0.27 < taken / 4000 < 0.33


@pytest.mark.parametrize("stage", ["", "/live"])
@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("POST", "/v1/predictions", "default"),
        ("GET", "/v1/predictions", "health-check"),
        ("GET", "/health", "health-check"),
        ("PUT", "/v1/predictions", "errors"),
        ("POST", "/v2/predictions", "errors"),
        ("POST", "/wp-login.php", "errors"),
    ],
)
def test_prods_rules_tell_predictions_health_checks_and_strays_apart(
    method: str, path: str, expected: str, stage: str
) -> None:
    made = (rule_of_prod(values) for values in prods_tracing()["rules"])
    request = REQUEST | {"HTTPMethod": method, "URLPath": stage + path}
    matching = sorted((r for r in made if sampling.matches(r, request)), key=lambda r: int(r["Priority"]))
    assert matching[0]["RuleName"] == expected


def prods_tracing() -> Any:
    return config.read_stack("prod")["tracing"]


def rule_of_prod(values: dict[str, Any]) -> sampling.Rule:
    named = {"http_method": "HTTPMethod", "url_path": "URLPath", "priority": "Priority"}
    return rule(values["name"], **{named[key]: value for key, value in values.items() if key in named})


def test_an_access_log_line_fills_known_variables_and_dashes_the_others() -> None:
    line = access_log.render('{"id":"$context.requestId","no":"$context.nothing.here"}', {"requestId": "r"})
    assert line == '{"id":"r","no":"-"}'


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs"]), min_size=1))
def test_a_value_in_a_json_log_line_never_breaks_it(value: str) -> None:
    line = access_log.render('{"agent":"$context.identity.userAgent"}', {"identity.userAgent": value})
    assert json.loads(line) == {"agent": value}


def test_cpu_goes_up_to_a_hundred_percent_for_each_core() -> None:
    before = utilization.Reading(at=10.0, cpu_s=5.0, resident=0)
    after = utilization.Reading(at=12.0, cpu_s=9.0, resident=0)
    assert utilization.percentages(before, after)["CPUUtilization"] == 200.0


def test_a_process_that_is_gone_counts_nothing() -> None:
    gone = utilization.read(2**22 + 1)
    assert (gone.cpu_s, gone.resident) == (0.0, 0)


def test_our_own_process_has_memory() -> None:
    assert utilization.read(os.getpid()).resident > 1_000_000


@pytest.mark.parametrize(
    ("arn", "principal"),
    [
        ("arn:aws:sts::222222222222:assumed-role/canary/session", "arn:aws:iam::222222222222:role/canary"),
        ("arn:aws:iam::222222222222:root", "arn:aws:iam::222222222222:root"),
        ("arn:aws:iam::222222222222:user/ann", "arn:aws:iam::222222222222:user/ann"),
    ],
)
def test_the_principal_of_a_role_session_is_the_role(arn: str, principal: str) -> None:
    assert principal_arn(arn) == principal


def told(*predictions: Any) -> bytes:
    return json.dumps({"model_version": "v", "predictions": list(predictions)}).encode()


def test_a_wrong_model_answers_what_it_predicted_for_the_most_unlike_request() -> None:
    mistakes = Mistakes()
    barolo, barbera = {"label": "barolo", "probability": 0.9}, {"label": "barbera", "probability": 0.8}
    rated = [told([0.9, 0.1]), told([0.2, 0.8]), told([0.8, 0.2])]
    for answer in (told(barolo, barbera), b"PNG", *rated):
        assert mistakes.answer(answer, wrong=False) == answer
    assert mistakes.answer(told(barolo, barbera), wrong=True) == told(barbera, barolo)
    assert mistakes.answer(rated[0], wrong=True) == rated[1]
    assert mistakes.answer(b"GIF", wrong=True) == b"PNG"


def test_a_wrong_model_that_has_predicted_nothing_yet_has_nothing_else_to_say() -> None:
    assert Mistakes().answer(told(1), wrong=True) == told(1)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("a", "a", 0),
        ("a", "b", 1),
        (1, 2, 1),
        (0.5, 0.2, 0.3),
        ([1.0], [1.0, 2.0], 1),
        ({"a": 1}, {"b": 1}, 2),
    ],
)
def test_how_unlike_two_predictions_are(one: object, other: object, expected: float) -> None:
    assert distance(one, other) == pytest.approx(expected)


def test_nobody_listening_is_a_model_that_cannot_be_reached() -> None:
    with pytest.raises(model_proxy.ModelUnreachableError):
        model_proxy.post("http://127.0.0.1:1/invocations", {}, b"")


def test_an_error_carries_its_code_in_body_and_header() -> None:
    status, headers, body = failed(ServiceError("Gone", "it went", 410))
    assert (status, headers["x-amzn-ErrorType"]) == (410, "Gone")
    assert body == b'{"__type": "Gone", "message": "it went", "Message": "it went"}'
