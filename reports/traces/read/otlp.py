"""OpenTelemetry spans -> X-Ray segment documents, as AWS's own exporter turns one into the other.

Takes OTLP/JSON (`resourceSpans`) and the single spans of the log group `aws/spans`, whose attributes are a
plain map. A span of kind SERVER or CONSUMER, or without a parent, is a segment; any other is a subsegment.
Sources: OpenTelemetry protocol, "JSON Protobuf Encoding"; semantic conventions (old and new names);
`awsxrayexporter` of the OpenTelemetry collector.
"""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

Attributes = Mapping[str, Any]
HEX_TRACE = re.compile(r"[0-9a-fA-F]{32}")
HEX_SPAN = re.compile(r"[0-9a-fA-F]{16}")
KINDS = ("UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER")
ENTRIES = ("SERVER", "CONSUMER")
OUTWARD = ("CLIENT", "PRODUCER")
HTTP_FAILURES = range(400, 600)
ERROR_CODES = (2, "STATUS_CODE_ERROR", "ERROR")
ORIGINS = {
    "aws_lambda": "AWS::Lambda::Function",
    "aws_ec2": "AWS::EC2::Instance",
    "aws_ecs": "AWS::ECS::Container",
    "aws_eks": "AWS::EKS::Container",
    "aws_elastic_beanstalk": "AWS::ElasticBeanstalk::Environment",
    "aws_app_runner": "AWS::AppRunner::Service",
}
METHOD = ("http.request.method", "http.method")
URL = ("url.full", "http.url")
HOSTS = (
    "peer.service",
    "server.address",
    "net.peer.name",
    "http.host",
    "net.peer.ip",
    "network.peer.address",
)
# Attributes of the semantic conventions describe the call, and are no annotations of the team's own.
CONVENTIONS = re.compile(
    r"(annotation|aws|client|cloud|code|container|db|enduser|error|event|exception|faas|host|http|k8s|messaging|"
    r"net|network|os|otel|peer|process|rpc|server|service|session|source|telemetry|thread|tls|url|user_agent)\."
    r"|PlatformType$"
)


class SpanError(ValueError):
    """A span that cannot be one; the message names the field and what is wrong with it."""


def spans(value: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Attributes]]:
    """Each span of an OTLP message, or the single one, with its resource's attributes. Raises `SpanError`."""
    if "spanId" in value:
        yield value, _attributes(value.get("resource"))
        return
    for group in _list(value, "resourceSpans", "resource_spans"):
        resource = _attributes(group.get("resource"))
        for scope in _list(group, "scopeSpans", "scope_spans", "instrumentationLibrarySpans"):
            for span in _list(scope, "spans"):
                yield span, resource


def document(span: Mapping[str, Any], resource: Attributes) -> dict[str, Any]:
    """The segment document of a span. Raises `SpanError`."""
    attributes = _attributes(span)
    kind = _kind(span.get("kind"))
    parent = span.get("parentSpanId")
    if isinstance(parent, str) and not parent.strip("0"):  # some writers have zeros for none
        parent = None
    is_segment = not parent or kind in ENTRIES
    made: dict[str, Any] = {
        "trace_id": _trace_id(span.get("traceId")),
        "id": _span_id(span.get("spanId"), "spanId"),
        "start_time": _seconds(span, "startTimeUnixNano"),
        **_identity(span, attributes, resource, kind, is_segment=is_segment),
    }
    if parent:
        made["parent_id"] = _span_id(parent, "parentSpanId")
    if span.get("endTimeUnixNano") in (None, 0, "0"):
        made["in_progress"] = True
    else:
        made["end_time"] = _seconds(span, "endTimeUnixNano")
    http = _http(attributes)
    failed = isinstance(span.get("status"), Mapping) and span["status"].get("code") in ERROR_CODES
    exceptions = list(_exceptions(span))
    more = {
        "http": http,
        # An HTTP failure's status says whose fault it was.
        "fault": failed and http.get("response", {}).get("status") not in HTTP_FAILURES,
        "cause": {"exceptions": exceptions} if exceptions else None,
        "annotations": {k: v for k, v in _annotations(attributes) if isinstance(v, str | int | float)},
        "asynchronous": kind == "PRODUCER",  # nobody waits for the consumer
    }
    return made | {key: value for key, value in more.items() if value}


def _http(attributes: Attributes) -> dict[str, dict[str, Any]]:
    """What was asked and answered, as far as it is told."""
    asked = {"method": _first(attributes, *METHOD), "url": _first(attributes, *URL)}
    status = _first(attributes, "http.response.status_code", "http.status_code")
    parts: dict[str, dict[str, Any]] = {
        "request": {name: str(value) for name, value in asked.items() if value is not None},
        "response": {"status": int(status)} if status is not None and str(status).isdecimal() else {},
    }
    return {name: part for name, part in parts.items() if part}


def _identity(
    span: Mapping[str, Any], attributes: Attributes, resource: Attributes, kind: str, *, is_segment: bool
) -> dict[str, Any]:
    """Name, namespace, operation and origin."""
    own = str(span.get("name") or "")
    if is_segment:
        origin = _first(attributes, "aws.xray.origin") or ORIGINS.get(str(resource.get("cloud.platform")), "")
        name = resource.get("service.name") or attributes.get("aws.local.service") or own
        return {"name": str(name), **({"origin": origin} if origin else {})}
    sub: dict[str, Any] = {"type": "subsegment", "name": own}
    if kind in OUTWARD:
        if attributes.get("rpc.system") == "aws-api":
            sub |= {"namespace": "aws", "name": str(attributes.get("rpc.service") or own)}
            if attributes.get("rpc.method"):
                sub["aws"] = {"operation": str(attributes["rpc.method"])}
        else:
            url = urlsplit(str(_first(attributes, *URL) or ""))
            sub |= {"namespace": "remote", "name": str(_first(attributes, *HOSTS) or url.hostname or own)}
    return sub


def _annotations(attributes: Attributes) -> Iterator[tuple[str, Any]]:
    """The team's own attributes, and those that were marked for X-Ray's index."""
    marked = attributes.get("aws.xray.annotations")
    keys = {str(key) for key in marked} if isinstance(marked, list) else set()
    for key, value in attributes.items():
        if key in keys or not CONVENTIONS.match(key):
            yield key, value
        elif key.startswith("annotation."):
            yield key.removeprefix("annotation."), value


def _exceptions(span: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    for event in _list(span, "events"):
        if event.get("name") == "exception":
            told = _attributes(event)
            yield {
                "type": str(told.get("exception.type") or "exception"),
                "message": str(told.get("exception.message") or ""),
            }


def _attributes(holder: Any) -> Attributes:
    """The attributes of a span, resource or event, as a plain map."""
    found = holder.get("attributes") if isinstance(holder, Mapping) else None
    if isinstance(found, Mapping):
        return found
    return {
        str(pair.get("key")): _value(pair.get("value")) for pair in found or () if isinstance(pair, Mapping)
    }


def _value(value: Any) -> Any:
    """An OTLP AnyValue as plain data; numbers beyond what JSON is sure of come as texts."""
    if not isinstance(value, Mapping) or not value:
        return value
    kind, inner = next(iter(value.items()))
    if kind == "intValue":
        return int(inner) if str(inner).lstrip("-").isdecimal() else inner
    if kind == "arrayValue" and isinstance(inner, Mapping):
        return [_value(item) for item in inner.get("values") or ()]
    return inner


def _kind(kind: Any) -> str:
    if isinstance(kind, int) and 0 <= kind < len(KINDS):
        return KINDS[kind]
    return str(kind or KINDS[0]).removeprefix("SPAN_KIND_").upper()


def _trace_id(text: Any) -> str:
    """X-Ray's form of a trace id: the first 8 of its 32 digits are apart."""
    if isinstance(text, str) and text.startswith("1-"):
        return text
    digits = _hex(text, HEX_TRACE)
    if digits is None:
        raise SpanError(f"`traceId` is {text!r}, not 32 hexadecimal digits that are not all zeros")
    return f"1-{digits[:8]}-{digits[8:]}"


def _span_id(text: Any, key: str) -> str:
    digits = _hex(text, HEX_SPAN)
    if digits is None:
        raise SpanError(f"`{key}` is {text!r}, not 16 hexadecimal digits that are not all zeros")
    return digits


def _hex(text: Any, form: re.Pattern[str]) -> str | None:
    """Lower-case digits, not all zeros; some writers of protobuf's own JSON give the bytes in base64."""
    if not isinstance(text, str):
        return None
    if not form.fullmatch(text):
        try:
            text = base64.b64decode(text, validate=True).hex()
        except (binascii.Error, ValueError):
            return None
    return text.lower() if form.fullmatch(text) and text.strip("0") else None


def _seconds(span: Mapping[str, Any], key: str) -> float:
    nanoseconds = span.get(key)
    if isinstance(nanoseconds, bool) or not str(nanoseconds).isdecimal():
        raise SpanError(f"`{key}` of span {span.get('spanId')!r} is {nanoseconds!r}, not nanoseconds")
    return int(str(nanoseconds)) / 1e9


def _first(attributes: Attributes, *keys: str) -> Any:
    return next((attributes[key] for key in keys if attributes.get(key) is not None), None)


def _list(holder: Mapping[str, Any], *keys: str) -> list[Mapping[str, Any]]:
    found: Any = next((holder[key] for key in keys if holder.get(key) is not None), [])
    if not isinstance(found, list) or not all(isinstance(item, Mapping) for item in found):
        raise SpanError(f"`{keys[0]}` is not a list of objects")
    return found
