"""Segments as OpenTelemetry spans, to an OTLP endpoint by HTTP: the third way out of the container."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

import botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError, ClientError
from botocore.httpsession import URLLib3Session
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

from model.transports import Connect, Send, TransportError

TYPE: Final = "application/x-protobuf"
_TIMEOUT_S: Final = 2
_NANO: Final = 1_000_000_000
_SUCCESS: Final = range(200, 300)
_REFUSED: Final = (401, 403)
_SERVER_ERROR: Final = 500


def endpoint_at(url: str, secret_arn: str | None = None) -> Connect:
    """Send to `url`: signed if it is AWS's, else with the headers that the secret holds, if there is one."""

    def connect() -> Send:
        headers: dict[str, str] = _headers(secret_arn)
        http = URLLib3Session(timeout=_TIMEOUT_S)

        def send(documents: Sequence[str]) -> int:
            body = message([json.loads(document) for document in documents])
            request = AWSRequest("POST", url, {"Content-Type": TYPE, **headers}, body)
            try:
                _sign(request)
                answer = http.send(request.prepare())
            except BotoCoreError as error:
                raise TransportError(str(error)) from error
            if answer.status_code in _REFUSED:  # the secret may have been replaced
                headers.clear()
                headers.update(_headers(secret_arn))
            if answer.status_code not in _SUCCESS:
                raise TransportError(f"the endpoint answered {answer.status_code}")
            return 0

        return send

    return connect


def message(segments: Sequence[Mapping[str, Any]]) -> bytes:
    """An OTLP message of X-Ray segment documents; each has the name of the service that it is of."""
    made: bytes = ExportTraceServiceRequest(
        resource_spans=[
            ResourceSpans(
                resource=Resource(attributes=_attributes({"service.name": segment["name"]})),
                scope_spans=[
                    ScopeSpans(scope=InstrumentationScope(name="inference-watch"), spans=_spans(segment))
                ],
            )
            for segment in segments
        ]
    ).SerializeToString()
    return made


def _spans(segment: Mapping[str, Any]) -> Iterator[Span]:
    trace_id = bytes.fromhex(segment["trace_id"][2:].replace("-", ""))
    status, annotations = segment["http"]["response"]["status"], segment["annotations"]
    yield _span(
        segment,
        trace_id,
        segment.get("parent_id"),
        kind=Span.SPAN_KIND_SERVER,
        attributes=_attributes(
            {
                "http.request.method": segment["http"]["request"]["method"],
                "url.path": segment["http"]["request"]["url"],
                "http.response.status_code": status,
                **annotations,
                "aws.xray.annotations": list(annotations),
            }
        ),
        events=[
            Span.Event(name="exception", attributes=_attributes({"exception.type": thrown["type"]}))
            for thrown in segment.get("cause", {}).get("exceptions", ())
        ],
        status=Status(code=Status.STATUS_CODE_ERROR) if status >= _SERVER_ERROR else None,
    )
    for step in segment["subsegments"]:
        failed = {"http.response.status_code": status} if step.get("error") else {}
        yield _span(
            step,
            trace_id,
            segment["id"],
            kind=Span.SPAN_KIND_INTERNAL,
            attributes=_attributes(failed),
            status=Status(code=Status.STATUS_CODE_ERROR) if step.get("fault") else None,
        )


def _span(part: Mapping[str, Any], trace_id: bytes, parent_id: str | None, **more: Any) -> Span:
    return Span(
        trace_id=trace_id,
        span_id=bytes.fromhex(part["id"]),
        parent_span_id=bytes.fromhex(parent_id or ""),
        name=part["name"],
        start_time_unix_nano=round(part["start_time"] * _NANO),
        end_time_unix_nano=round(part["end_time"] * _NANO),
        **more,
    )


def _attributes(values: Mapping[str, Any]) -> list[KeyValue]:
    return [KeyValue(key=key, value=_value(value)) for key, value in values.items()]


def _value(value: Any) -> AnyValue:
    if isinstance(value, int):
        return AnyValue(int_value=value)
    if isinstance(value, list):
        found = AnyValue()
        found.array_value.values.extend(AnyValue(string_value=str(item)) for item in value)
        return found
    return AnyValue(string_value=str(value))


def _sign(request: AWSRequest) -> None:
    host: str = urlsplit(str(request.url)).hostname or ""
    if host.startswith("xray.") and host.endswith(".amazonaws.com"):
        credentials: Any = botocore.session.get_session().get_credentials()
        SigV4Auth(credentials, "xray", host.split(".")[1]).add_auth(request)


def _headers(
    secret_arn: str | None, session: Callable[[], Any] = botocore.session.get_session
) -> dict[str, str]:
    """What the secret holds, a JSON object of texts. Raises `TransportError`."""
    if secret_arn is None:
        return {}
    try:
        client = session().create_client("secretsmanager", region_name=secret_arn.split(":")[3])
        found = json.loads(client.get_secret_value(SecretId=secret_arn)["SecretString"])
    except (BotoCoreError, ClientError, ValueError) as error:
        raise TransportError(f"the endpoint's headers: {type(error).__name__}") from None
    return {str(name): str(value) for name, value in found.items()}
