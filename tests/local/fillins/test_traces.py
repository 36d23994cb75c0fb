"""What is traced of a call through the gateway, a function and the model, live in the emulator."""

import json
import socket
import time
from itertools import pairwise
from typing import Any

import pytest

from local.emulator import MONITOR_ACCOUNT, SERVICE_ACCOUNT, Emulator
from local.fillins.xray.traces import TraceHeader, new_id, new_trace_id, parse_header
from tests.local.emulated_api import EmulatedApi, make_api, make_function, make_role, root

# A function that sends one subsegment as the X-Ray SDK does: over UDP, under the parent Lambda gave it.
SENDS_A_SUBSEGMENT = """
import json, os, secrets, socket, time

def handler(event, context):
    parts = dict(part.split("=") for part in os.environ["_X_AMZN_TRACE_ID"].split(";"))
    document = {
        "id": secrets.token_hex(8), "trace_id": parts["Root"], "parent_id": parts["Parent"],
        "type": "subsegment", "name": "## work", "start_time": time.time(), "end_time": time.time(),
    }
    host, port = os.environ["AWS_XRAY_DAEMON_ADDRESS"].split(":")
    datagram = json.dumps({"format": "json", "version": 1}) + "\\n" + json.dumps(document)
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(datagram.encode(), (host, int(port)))
    return parts
"""


def call(api: EmulatedApi, header: TraceHeader | None = None, **body: Any) -> tuple[dict[str, str], Any]:
    headers = {"x-amzn-trace-id": str(header)} if header else {}
    _status, answered, answer = api.post(body, credentials=root(SERVICE_ACCOUNT), headers=headers)
    return answered, answer


def sampled() -> TraceHeader:
    return TraceHeader(root=new_trace_id(), parent=new_id(), sampled=True)


def by_origin(emulator: Emulator, trace: str) -> dict[str, dict[str, Any]]:
    return {s.get("origin", s["name"]): s for s in emulator.segments() if s["trace_id"] == trace}


def test_a_sampled_call_records_stage_service_and_function_each_under_the_one_before(
    emulator: Emulator, api: EmulatedApi
) -> None:
    header = sampled()
    _headers, answer = call(api, header)
    found = by_origin(emulator, header.root)
    assert set(found) == {"AWS::ApiGateway::Stage", "AWS::Lambda", "AWS::Lambda::Function"}
    stage, service, function = (
        found[f"AWS::{name}"] for name in ("ApiGateway::Stage", "Lambda", "Lambda::Function")
    )
    (integration,) = stage["subsegments"]
    assert stage["parent_id"] == header.parent
    assert service["parent_id"] == integration["id"]
    assert function["parent_id"] == service["id"]
    seen = parse_header(answer["trace"])
    assert seen == TraceHeader(root=header.root, parent=function["id"], sampled=True)
    assert (stage["name"], service["name"], function["name"]) == (f"{api.name}/live", api.name, api.name)
    assert stage["http"]["response"]["status"] == 200
    assert {s["account"] for s in found.values()} == {SERVICE_ACCOUNT}
    times = [(s["start_time"], s["end_time"]) for s in (stage, integration, service, function)]
    assert all(outer[0] <= inner[0] and inner[1] <= outer[1] for outer, inner in pairwise(times))


def test_the_caller_learns_its_trace(api: EmulatedApi) -> None:
    headers, answer = call(api)
    told, seen = parse_header(headers["x-amzn-trace-id"]), parse_header(answer["trace"])
    assert told is not None
    assert seen is not None
    assert told.root == seen.root


def test_a_call_that_is_not_sampled_records_nothing_and_passes_the_decision_on(
    emulator: Emulator, api: EmulatedApi
) -> None:
    header = TraceHeader(root=new_trace_id(), parent=new_id(), sampled=False)
    _headers, answer = call(api, header)
    seen = parse_header(answer["trace"])
    assert seen is not None
    assert (seen.root, seen.sampled) == (header.root, False)
    assert by_origin(emulator, header.root) == {}


@pytest.mark.parametrize(
    ("status", "flags"), [(404, {"error"}), (429, {"error", "throttle"}), (500, {"fault"})]
)
def test_the_stages_segment_says_how_the_call_failed(
    emulator: Emulator, api: EmulatedApi, status: int, flags: set[str]
) -> None:
    header = sampled()
    call(api, header, status=status)
    stage = by_origin(emulator, header.root)["AWS::ApiGateway::Stage"]
    assert {flag for flag in ("error", "throttle", "fault") if stage.get(flag)} == flags


def test_a_failed_function_is_a_fault_of_its_segments(emulator: Emulator, api: EmulatedApi) -> None:
    header = sampled()
    api.post({"raise": True}, credentials=root(SERVICE_ACCOUNT), headers={"x-amzn-trace-id": str(header)})
    found = by_origin(emulator, header.root)
    assert [found[origin].get("fault") for origin in ("AWS::Lambda", "AWS::Lambda::Function")] == [True, True]


def test_a_cold_start_shows_as_initialization_and_a_warm_one_does_not(emulator: Emulator) -> None:
    api = make_api(emulator, "cold-start")
    phases = []
    for _ in range(2):
        header = sampled()
        call(api, header)
        function = by_origin(emulator, header.root)["AWS::Lambda::Function"]
        phases.append([phase["name"] for phase in function["subsegments"]])
    assert phases == [["Initialization", "Invocation"], ["Invocation"]]


def test_a_functions_subsegment_finds_its_parent_and_its_account(emulator: Emulator) -> None:
    role_arn = make_role(emulator, MONITOR_ACCOUNT, "sends-a-subsegment")
    make_function(emulator, MONITOR_ACCOUNT, "sends-a-subsegment", SENDS_A_SUBSEGMENT, role_arn)
    answer = emulator.client("lambda", MONITOR_ACCOUNT).invoke(FunctionName="sends-a-subsegment")
    trace = json.load(answer["Payload"])
    deadline = time.monotonic() + 5
    found: dict[str, dict[str, Any]] = {}
    while "## work" not in found and time.monotonic() < deadline:
        found = by_origin(emulator, trace["Root"])
    assert found["## work"]["parent_id"] == found["AWS::Lambda::Function"]["id"]
    assert found["## work"]["account"] == MONITOR_ACCOUNT
    assert "parent_id" not in found["AWS::Lambda"]


def test_a_datagram_that_is_no_segment_is_dropped_and_the_next_one_kept(
    emulator: Emulator, api: EmulatedApi
) -> None:
    _headers, answer = call(api)
    host, port = answer["daemon"].split(":")
    trace = new_trace_id()
    document = {"id": new_id(), "trace_id": trace, "name": "kept", "start_time": 1.0, "end_time": 2.0}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for datagram in (b"nonsense", b'{"format":"json"}\nnot json', b'{"format":"json"}\n{"id":1}'):
            sender.sendto(datagram, (host, int(port)))
        sender.sendto(b'{"format":"json","version":1}\n' + json.dumps(document).encode(), (host, int(port)))
    deadline = time.monotonic() + 5
    while not (kept := by_origin(emulator, trace)) and time.monotonic() < deadline:
        pass
    assert kept["kept"]["id"] == document["id"]


def test_sampling_rules_decide_for_calls_without_a_decision(emulator: Emulator) -> None:
    traced, untraced = (make_api(emulator, name) for name in ("always-traced", "never-traced"))
    client = emulator.client("xray", SERVICE_ACCOUNT)
    for api, rate in ((traced, 1.0), (untraced, 0.0)):
        client.create_sampling_rule(
            SamplingRule={
                "RuleName": api.name,
                "Priority": 10,
                "FixedRate": rate,
                "ReservoirSize": 0,
                "ServiceName": f"{api.name}/live",
                "ServiceType": "AWS::ApiGateway::Stage",
                "Host": "*",
                "HTTPMethod": "*",
                "URLPath": "*",
                "ResourceARN": "*",
                "Version": 1,
            }
        )
    decisions = {}
    for api in (traced, untraced):
        headers = [parse_header(call(api)[0]["x-amzn-trace-id"]) for _ in range(3)]
        decisions[api.name] = [header.sampled for header in headers if header is not None]
    assert decisions == {"always-traced": [True] * 3, "never-traced": [False] * 3}
