"""The inference function as it is usually written with OpenTelemetry's SDK, to measure our spans beside it.

boto3, a span for each step and call, each invocation sent as AWS's distribution does: by UDP to the daemon.
"""

import base64
import json
import os
import socket
from typing import Any

import boto3
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, TraceFlags

REGION = os.environ["AWS_REGION"]
HOST, _, PORT = os.environ["AWS_XRAY_DAEMON_ADDRESS"].partition(":")


class Udp(SpanExporter):
    """Sends each batch as one datagram."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def export(self, spans: "tuple[ReadableSpan, ...]") -> SpanExportResult:  # type: ignore[override]
        """Encode and send."""
        message = base64.b64encode(encode_spans(spans).SerializeToString())
        self._socket.sendto(b'{"format":"json","version":1}\nT1S' + message, (HOST, int(PORT)))
        return SpanExportResult.SUCCESS


provider = TracerProvider(resource=Resource.create({"service.name": "wine", "cloud.platform": "aws_lambda"}))
provider.add_span_processor(BatchSpanProcessor(Udp()))
tracer = provider.get_tracer("wine")
table: Any = boto3.resource("dynamodb", region_name=REGION).Table(os.environ["TABLE_NAME"])
endpoint = boto3.client("sagemaker-runtime", region_name=REGION)


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Look the lot up, ask the model, answer; and flush, since Lambda freezes what is left."""
    fields = dict(part.split("=") for part in os.environ["_X_AMZN_TRACE_ID"].split(";"))
    parent = SpanContext(
        int(fields["Root"][2:].replace("-", ""), 16),
        int(fields["Parent"], 16),
        is_remote=True,
        trace_flags=TraceFlags(TraceFlags.SAMPLED),
    )
    lambdas = trace.set_span_in_context(NonRecordingSpan(parent))
    with tracer.start_as_current_span("handle", context=lambdas) as span:
        request = json.loads(event["body"])
        with (
            tracer.start_as_current_span("lookup"),
            tracer.start_as_current_span("dynamodb", kind=SpanKind.CLIENT),
        ):
            item = table.get_item(Key={"id": request["id"]})["Item"]
        features = {name: float(value) for name, value in item.items() if name != "id"}
        body = json.dumps({"instances": [{**features, **request["measurements"]}]})
        with (
            tracer.start_as_current_span("predict"),
            tracer.start_as_current_span("sagemaker-runtime", kind=SpanKind.CLIENT),
        ):
            answer = endpoint.invoke_endpoint(
                EndpointName=os.environ["ENDPOINT_NAME"], ContentType="application/json", Body=body
            )
        predicted = json.loads(answer["Body"].read())["predictions"][0]
        span.set_attribute("outcome", "ok")
    provider.force_flush()
    return {"statusCode": 200, "body": json.dumps({"id": request["id"], **predicted})}
