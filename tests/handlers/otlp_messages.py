"""OTLP messages as OpenTelemetry's own classes read them."""

from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


def spans_of(message: bytes) -> tuple[Any, dict[str, Any]]:
    """The spans by name, and the resource's attributes, as OpenTelemetry's own classes read them."""
    (of_resource,) = ExportTraceServiceRequest.FromString(message).resource_spans
    (of_scope,) = of_resource.scope_spans
    assert of_scope.scope.name == "inference-watch"
    return {span.name: span for span in of_scope.spans}, plain(of_resource.resource.attributes)


def plain(attributes: Any) -> dict[str, Any]:
    found = {}
    for pair in attributes:
        kind = pair.value.WhichOneof("value")
        value = getattr(pair.value, kind)
        found[pair.key] = [item.string_value for item in value.values] if kind == "array_value" else value
    return found
