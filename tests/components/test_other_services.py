"""Stacks of services that use less of the pipeline, or what others deployed."""

import json
from typing import Any

import pytest

from components.service.waf import inspection, rules
from tests.components.harness import Run, run_stack, unwrap


@pytest.fixture(scope="module")
def tickets() -> Run:
    return run_stack("dev", {"service": "tickets"})


def function(run: Run) -> Any:
    return run.of("Function")["inference-dev-inference-function"].inputs


def allowed(run: Run) -> set[str]:
    """What the inference function's role may do, besides logs and traces."""
    found: set[str] = set()
    for name, policy in run.of("RolePolicy").items():
        if name.startswith("inference-dev-inference-"):
            for statement in json.loads(unwrap(policy.inputs["policy"]))["Statement"]:
                actions = statement["Action"]
                found |= {actions} if isinstance(actions, str) else set(actions)
    return {action for action in found if action.split(":")[0] not in ("logs", "xray")}


def test_a_service_without_reference_data_has_no_table_and_may_read_none(tickets: Run) -> None:
    assert not tickets.of("Table")
    assert not tickets.of("TableItem")
    assert set(unwrap(function(tickets)["environment"])["variables"]) == {"TIME_BUDGET_MS", "ENDPOINT_NAME"}
    assert allowed(tickets) == {"sagemaker:InvokeEndpoint", "kms:Decrypt"}
    assert tickets.outputs["watched"]["tables"] == []


def test_what_is_not_there_is_not_watched(tickets: Run, dev: Run) -> None:
    def names(run: Run) -> set[str]:
        return {unwrap(m.inputs["name"]) for m in run.of("MetricAlarm").values()}

    gone = names(dev) - names(tickets)
    assert gone
    assert all("-table-" in name for name in gone)
    assert names(tickets) <= names(dev)


def test_every_operation_may_be_called_by_the_canary_and_may_call_the_function() -> None:
    run = run_stack("dev", {"service": "digits"})
    document = json.loads(unwrap(run.one("RestApi").inputs["body"]))
    called = [f"POST{path}" for path in sorted(document["paths"]) if not path.startswith("x-")]
    assert len(called) == 2
    (statement,) = document["x-amazon-apigateway-policy"]["Statement"]
    assert sorted(statement["Resource"]) == [f"execute-api:/live/{one}" for one in called]
    sources = sorted(
        unwrap(permission.inputs["sourceArn"]).partition("/")[2]
        for permission in run.of("Permission").values()
        if permission.inputs["principal"] == "apigateway.amazonaws.com"
    )
    assert sources == [f"live/{one}" for one in called]
    assert document["x-amazon-apigateway-binary-media-types"] == ["image/png"]


def test_an_endpoint_and_a_table_that_exist_are_used_and_nothing_is_made_in_their_place() -> None:
    theirs = {"model": {"endpoint": "scoring", "variant": "blue"}, "reference_data": {"table": "lots"}}
    run = run_stack("dev", {**theirs, "service": "wine"})
    for kind in ("Table", "TableItem", "Endpoint", "Repository", "EndpointConfiguration"):
        assert not run.of(kind), kind
    variables = unwrap(function(run)["environment"])["variables"]
    assert (variables["TABLE_NAME"], variables["ENDPOINT_NAME"]) == ("lots", "scoring")
    assert allowed(run) == {"dynamodb:GetItem", "sagemaker:InvokeEndpoint", "kms:Decrypt"}
    watched = run.outputs["watched"]
    assert (watched["tables"][0]["name"], watched["endpoints"][0]["name"]) == ("lots", "scoring")
    assert (watched["endpoints"][0]["variant"], watched["endpoints"][0]["cores"]) == ("blue", None)


def limit(largest_body: int) -> int | None:
    """The size above which a body is blocked."""
    made: list[Any] = [rule.statement for rule in rules(1000, largest_body)]
    sizes = [one.size_constraint_statement.size for one in made if one.size_constraint_statement]
    return sizes[0] if sizes else None


@pytest.mark.parametrize(
    ("largest_body", "blocked_above", "inspected"),
    [
        (900, 8192, None),
        (16 * 1024, 16 * 1024, None),
        (16 * 1024 + 1, 16 * 1024 + 1, "KB_32"),
        (50_000, 50_000, "KB_64"),
        (64 * 1024, 64 * 1024, "KB_64"),
        (64 * 1024 + 1, None, None),
        (6_000_000, None, None),
    ],
)
def test_the_web_acl_blocks_bodies_that_the_contract_does_not_take_as_far_as_it_can_see(
    largest_body: int, blocked_above: int | None, inspected: str | None
) -> None:
    assert limit(largest_body) == blocked_above
    looked: Any = inspection(largest_body)
    found = looked and looked.request_bodies[0].api_gateway.default_size_inspection_limit
    assert found == inspected
