"""Traces of both stacks with the real model: from the caller to inside it, whole and rightly joined."""

import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from local.emulator import MONITOR_ACCOUNT, SERVICE_ACCOUNT
from local.emulator.model_environment import trained
from monitoring.names import canary_name
from reports import traces
from tests.local.asking import MEASURED
from tests.local.deployed import Stacks, deployed
from tests.local.emulated_api import root

ROOT = Path(__file__).resolve().parents[3]
REQUESTS = 400
CLIENTS = 8
API = "inference-dev/live"
FUNCTION = "inference-dev-inference"
CANARY = "inference-dev-canary"
BATCH = 25  # DynamoDB's limit of items in one BatchWriteItem
ARRIVAL_S = 20.0  # the most that the last segments may take
JOINS = {  # who calls whom in each trace of a prediction
    (API, "Lambda"),
    ("Lambda", FUNCTION),
    (FUNCTION, FUNCTION),  # Lambda's service, and the function in it
    (FUNCTION, "## handle"),
    ("## handle", "## parse"),
    ("## handle", "## lookup"),
    ("## lookup", "dynamodb"),
    ("## handle", "## predict"),
    ("## predict", "runtime.sagemaker"),
    ("runtime.sagemaker", "model"),
    ("model", "## preprocess"),
    ("model", "## predict"),
    ("model", "## postprocess"),
}
Document = dict[str, Any]


@pytest.fixture(scope="module")
def real() -> Iterator[Stacks]:
    with deployed(trained("wine")) as both:
        yield both


@pytest.fixture(scope="module")
def lots(real: Stacks) -> tuple[str, ...]:
    """As many lots as requests, so that no answer comes from the function's cache."""
    client = real.emulator.client("dynamodb", SERVICE_ACCOUNT)
    table = real.service.outputs["watched"]["tables"][0]["name"]
    key = {"id": {"S": "lot-001"}}
    item = client.get_item(TableName=table, Key=key)["Item"]
    names = tuple(f"traced-{number:04}" for number in range(REQUESTS))
    for start in range(0, REQUESTS, BATCH):
        batch = [
            {"PutRequest": {"Item": {**item, "id": {"S": name}}}} for name in names[start : start + BATCH]
        ]
        client.batch_write_item(RequestItems={table: batch})
    return names


@pytest.fixture(scope="module")
def collected(real: Stacks, lots: Sequence[str]) -> list[Document]:
    """Every segment, after `REQUESTS` predictions and one probe of the canary."""
    keys = real.emulator.client("apigateway", SERVICE_ACCOUNT).get_api_keys(includeValues=True)["items"]
    key = next(each["value"] for each in keys if each["name"].endswith("-acme"))
    measurements = MEASURED

    def predict(lot: str) -> int:
        body = json.dumps({"id": lot, "measurements": measurements}).encode()
        return real.send(body, root(SERVICE_ACCOUNT), key)[0]

    with ThreadPoolExecutor(CLIENTS) as clients:
        assert Counter(clients.map(predict, lots)) == {200: REQUESTS}
    probe = real.emulator.client("lambda", MONITOR_ACCOUNT).invoke(
        FunctionName=canary_name(real.service.outputs["watched"]["name"]), Qualifier="live"
    )
    assert "FunctionError" not in probe
    deadline = time.monotonic() + ARRIVAL_S
    while True:
        found = real.emulator.segments()
        models = sum(document["name"] == "model" for document in found)
        if models > REQUESTS or time.monotonic() > deadline:
            return found
        time.sleep(0.2)  # the model sends in batches


def joins(documents: Sequence[Document]) -> list[tuple[str, str]]:
    """Names of parent and child of all spans; the parent is "" when nobody of these documents has its id."""
    names: dict[str, str] = {}
    links: list[tuple[str | None, str]] = []

    def visit(span: Document, parent: str | None) -> None:
        names[span["id"]] = span["name"]
        links.append((span.get("parent_id", parent), span["name"]))
        for child in span.get("subsegments", ()):
            visit(child, span["id"])

    for document in documents:
        visit(document, None)
    return [(names.get(parent, ""), name) for parent, name in links if parent is not None]


def by_trace(documents: Sequence[Document]) -> dict[str, list[Document]]:
    found: dict[str, list[Document]] = {}
    for document in documents:
        found.setdefault(document["trace_id"], []).append(document)
    return found


def of_root(documents: Sequence[Document], name: str) -> list[list[Document]]:
    """The traces whose one segment without a parent has this name."""
    return [
        trace
        for trace in by_trace(documents).values()
        if [each["name"] for each in trace if "parent_id" not in each] == [name]
    ]


def test_every_request_leaves_one_complete_trace_and_nothing_is_orphaned(collected: list[Document]) -> None:
    counts = traces.report(collected, entry=API).counts
    assert (counts.total, counts.complete, counts.orphaned) == (REQUESTS, REQUESTS, 0)
    everything = traces.report(collected).counts
    assert (everything.complete, everything.orphaned) == (everything.total, 0)


def test_every_trace_leads_from_the_api_over_the_table_to_inside_the_model(collected: list[Document]) -> None:
    found = of_root(collected, API)
    assert len(found) == REQUESTS
    wrong = [missing for trace in found if (missing := JOINS - set(joins(trace)))]
    assert wrong == []


def test_no_part_of_any_trace_names_a_parent_that_is_not_there(collected: list[Document]) -> None:
    assert [child for parent, child in joins(collected) if not parent] == []


def test_a_probe_and_the_apis_answer_to_it_are_one_trace_over_both_accounts(
    collected: list[Document],
) -> None:
    found = of_root(collected, CANARY)
    assert found
    for trace in found:
        accounts = {(document["account"], document["name"]) for document in trace}
        assert accounts >= {(MONITOR_ACCOUNT, CANARY), (SERVICE_ACCOUNT, API), (SERVICE_ACCOUNT, "model")}
        assert JOINS - {("## lookup", "dynamodb")} < set(joins(trace))  # the lot may be cached
        (call,) = {parent for parent, child in joins(trace) if child == API}
        assert ("## probe", call) in joins(trace)
