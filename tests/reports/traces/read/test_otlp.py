"""OpenTelemetry spans: the same trace in both forms gives the same report."""

import json
from pathlib import Path
from typing import Any

import pytest

from reports.traces import report
from reports.traces.read import otlp
from reports.traces.read.files import FileReader
from reports.traces.read.segments import TraceStore
from tests.reports.traces.make import T0, segment, trace_id

TRACE = trace_id(1)
HEX = TRACE[2:].replace("-", "")


def span(  # noqa: PLR0917  # a table of spans reads well
    name: str,
    kind: str,
    start_ms: float,
    end_ms: float | None,
    number: int,
    parent: int = 0,
    **attributes: Any,
) -> dict[str, Any]:
    made: dict[str, Any] = {
        "traceId": HEX,
        "spanId": f"{number:016x}",
        "name": name,
        "kind": kind,
        "startTimeUnixNano": str(round((T0 + start_ms / 1000) * 1e9)),
        "attributes": {key.replace("__", "."): value for key, value in attributes.items()},
        "status": {},
    }
    if parent:
        made["parentSpanId"] = f"{parent:016x}"
    if end_ms is not None:
        made["endTimeUnixNano"] = str(round((T0 + end_ms / 1000) * 1e9))
    return made


SPANS = [
    span("POST /", "SERVER", 0, 100, 1, http__response__status_code=200, outcome="ok"),
    span("## lookup", "INTERNAL", 10, 40, 2, 1),
    span(
        "DynamoDB.GetItem",
        "CLIENT",
        12,
        38,
        3,
        2,
        rpc__system="aws-api",
        rpc__service="DynamoDB",
        rpc__method="GetItem",
    ),
    span("GET", "CLIENT", 50, 90, 4, 1, server__address="shop.example", http__status_code=503),
]
SEGMENTS = [
    segment(
        "api",
        0,
        100,
        span_id=f"{1:016x}",
        trace=TRACE,
        origin="AWS::Lambda::Function",
        http={"response": {"status": 200}},
        annotations={"outcome": "ok"},
    ),
    segment("## lookup", 10, 40, span_id=f"{2:016x}", trace=TRACE, parent=f"{1:016x}", type="subsegment"),
    segment(
        "DynamoDB",
        12,
        38,
        span_id=f"{3:016x}",
        trace=TRACE,
        parent=f"{2:016x}",
        type="subsegment",
        namespace="aws",
        aws={"operation": "GetItem"},
    ),
    segment(
        "shop.example",
        50,
        90,
        span_id=f"{4:016x}",
        trace=TRACE,
        parent=f"{1:016x}",
        type="subsegment",
        namespace="remote",
        http={"response": {"status": 503}},
    ),
]
RESOURCE = {"service.name": "api", "cloud.platform": "aws_lambda"}


def any_value(value: Any) -> dict[str, Any]:
    if isinstance(value, list):
        return {"arrayValue": {"values": [any_value(item) for item in value]}}
    kinds = {bool: "boolValue", int: "intValue", float: "doubleValue", str: "stringValue"}
    return {kinds[type(value)]: str(value) if type(value) is int else value}


def pairs(attributes: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": any_value(value)} for key, value in attributes.items()]


def message(spans: list[dict[str, Any]], numbers: bool = False) -> dict[str, Any]:
    kinds = {name: index for index, name in enumerate(otlp.KINDS)}
    made = [
        {
            **s,
            "attributes": pairs(s["attributes"]),
            "kind": kinds[s["kind"]] if numbers else f"SPAN_KIND_{s['kind']}",
        }
        for s in spans
    ]
    return {"resourceSpans": [{"resource": {"attributes": pairs(RESOURCE)}, "scopeSpans": [{"spans": made}]}]}


def logged(spans: list[dict[str, Any]]) -> str:
    return "\n".join(json.dumps({"resource": {"attributes": RESOURCE}, "scope": {}, **s}) for s in spans)


def read(tmp_path: Path, text: str) -> TraceStore:
    path = tmp_path / "spans"
    path.write_text(text, encoding="utf-8")
    reader = FileReader(TraceStore())
    reader.read(str(path))
    return reader.store


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(json.dumps(message(SPANS)), id="OTLP"),
        pytest.param(json.dumps(message(SPANS, numbers=True), indent=2), id="OTLP with numbers as kinds"),
        pytest.param(logged(SPANS), id="aws/spans"),
        pytest.param(
            json.dumps({"events": [{"message": line} for line in logged(SPANS).splitlines()]}),
            id="log events",
        ),
    ],
)
def test_the_same_trace_in_both_forms_gives_the_same_report(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text).traces == TraceStore().add_all(SEGMENTS).traces


def test_a_producer_is_not_waited_for_and_its_consumer_is_a_segment() -> None:
    spans = [
        span("GET", "SERVER", 0, 50, 1),
        span("send", "PRODUCER", 10, 20, 2, 1, server__address="queue.example"),
        span("work", "CONSUMER", 15, 300, 3, 2),
    ]
    found = report(otlp.document(s, {"service.name": s["name"]}) for s in spans)
    hops = {hop.label: hop for hop in found.hops}
    assert hops["queue.example"].path_ms == pytest.approx(10, abs=0.01)
    assert hops["work"].path_ms == 0
    assert hops["work"].latency.p50_ms == pytest.approx(285, abs=0.01)


def test_exceptions_failures_and_marked_attributes_are_kept() -> None:
    failed = span(
        "x",
        "INTERNAL",
        0,
        1,
        2,
        1,
        **{"aws.xray.annotations": ["http.plan"], "http.plan": "gold", "annotation.a": 1, "http.route": "/"},
    )
    failed["status"] = {"code": "ERROR"}
    failed["events"] = [
        {"name": "exception", "attributes": {"exception.type": "E", "exception.message": "m"}},
        {"name": "x"},
    ]
    made = otlp.document(failed, {})
    assert made["annotations"] == {"http.plan": "gold", "a": 1}
    assert made["fault"] is True
    assert made["cause"] == {"exceptions": [{"type": "E", "message": "m"}]}


def test_ids_in_base64_and_x_rays_form_are_taken_and_an_open_span_is_in_progress() -> None:
    made = otlp.document(
        {**span("x", "SERVER", 0, None, 1), "traceId": "arE7gAAAAAAAAAAAAAAAAQ==", "spanId": "AAAAAAAAAAE="},
        {},
    )
    assert (made["trace_id"], made["id"], made["in_progress"]) == (TRACE, f"{1:016x}", True)
    assert otlp.document({**span("x", "SERVER", 0, 1, 1), "traceId": TRACE}, {})["trace_id"] == TRACE


@pytest.mark.parametrize(
    ("status", "flags"),
    [
        (None, {"fault"}),
        (200, {"fault"}),  # what was answered could not be used
        (302, {"fault"}),
        (404, set()),  # the status says it, as with X-Ray's segments
        (429, set()),
        (503, set()),
        (600, {"fault"}),
    ],
)
def test_a_failed_span_is_a_fault_unless_its_status_says_whose_it_was(
    status: int | None, flags: set[str]
) -> None:
    failed = span("x", "CLIENT", 0, 1, 2, 1, **({} if status is None else {"http.status_code": status}))
    made = otlp.document({**failed, "status": {"code": 2}}, {})
    assert {"error", "fault", "throttle"} & made.keys() == flags


@pytest.mark.parametrize("parent", [None, "", "0000000000000000"])
def test_a_span_without_a_parent_in_whatever_words_is_a_root(parent: str | None) -> None:
    made = otlp.document({**span("x", "INTERNAL", 0, 1, 1), "parentSpanId": parent}, {"service.name": "f"})
    assert ("parent_id" in made, "type" in made, made["name"]) == (False, False, "f")


def test_ids_in_upper_case_are_those_in_lower_case() -> None:
    below = span("x", "INTERNAL", 0, 1, 2, 1)
    ids = ("traceId", "spanId", "parentSpanId")
    assert otlp.document({**below, **{key: below[key].upper() for key in ids}}, {}) == otlp.document(
        below, {}
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"traceId": "0" * 32}, "`traceId` is '00000000000000000000000000000000', not 32"),
        ({"spanId": "0" * 16}, "not 16 hexadecimal digits that are not all zeros"),
        ({"traceId": "xyz"}, "`traceId` is 'xyz', not 32 hexadecimal digits"),
        ({"spanId": None}, "`spanId` is None, not 16 hexadecimal digits"),
        ({"parentSpanId": "12"}, "`parentSpanId` is '12', not 16"),
        ({"startTimeUnixNano": None}, "is None, not nanoseconds"),
        ({"endTimeUnixNano": True}, "is True, not nanoseconds"),
        ({"startTimeUnixNano": -1}, "is -1, not nanoseconds"),
        ({"events": 3}, "`events` is not a list of objects"),
    ],
)
def test_what_is_no_span_is_refused_by_field(change: dict[str, Any], said: str) -> None:
    with pytest.raises(otlp.SpanError) as error:
        otlp.document({**span("x", "SERVER", 0, 1, 1), **change}, {})
    assert said in str(error.value)
