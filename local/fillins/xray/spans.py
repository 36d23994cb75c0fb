"""OTLP's protobuf -> X-Ray segment documents, as Lambda's daemon and X-Ray's OTLP endpoint take spans in."""

from typing import Any

from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from reports.traces.read import otlp


def documents(message: bytes) -> list[dict[str, Any]]:
    """The documents of an `ExportTraceServiceRequest`. Raises ValueError for what is none."""
    try:
        request = ExportTraceServiceRequest.FromString(message)
    except Exception as error:  # noqa: BLE001  # protobuf has several
        raise ValueError(f"no OTLP message: {error}") from None
    return [otlp.document(span, resource) for span, resource in otlp.spans(MessageToDict(request))]
