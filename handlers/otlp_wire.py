"""Spans as OTLP's protobuf: `ExportTraceServiceRequest`, as far as `handlers.otlp` needs it.

By hand, since the generated classes take longer to import than a cold start may. Field numbers are those of
`opentelemetry/proto/trace/v1/trace.proto` and `common/v1/common.proto`, 1.x, which are stable.
"""

import struct
from collections.abc import Iterable, Mapping, Sequence

from handlers.otlp import Span, Value

SCOPE = "inference-watch"
KINDS = {"local": 1, "aws": 3, "remote": 3}  # INTERNAL, CLIENT
STATUS_ERROR = 2
SAMPLED = 1


def request(spans: Iterable[Span], resource: Mapping[str, Value]) -> bytes:
    """The message of one resource's spans."""
    scope = _bytes(1, _text(1, SCOPE)) + b"".join(_bytes(2, encoded(span)) for span in spans)
    return _bytes(1, _bytes(1, _attributes(1, resource)) + _bytes(2, scope))


def encoded(span: Span) -> bytes:
    """One span. A step that is still open has no end."""
    attributes = {**span.attributes, **span.indexed}
    if span.indexed:
        attributes["aws.xray.annotations"] = list(span.indexed)
    made = [
        _bytes(1, bytes.fromhex(span.invocation.trace_id)),
        _bytes(2, bytes.fromhex(span.id)),
        _bytes(4, bytes.fromhex(span.parent_id)),
        _text(5, span.name),
        _number(6, KINDS[span.namespace]),
        _fixed64(7, span.start_ns),
        _fixed64(8, span.end_ns),
        _attributes(9, attributes),
    ]
    if span.exception:
        kind, frames = span.exception
        told = {"exception.type": kind, "exception.stacktrace": frames}
        event = _fixed64(1, span.end_ns) + _text(2, "exception") + _attributes(3, told)
        made.append(_bytes(11, event))
    if span.failed:
        made.append(_bytes(15, _number(3, STATUS_ERROR)))
    made.append(_key(16, 5) + struct.pack("<I", SAMPLED))
    return b"".join(made)


def _attributes(field: int, attributes: Mapping[str, Value]) -> bytes:
    pairs = (_text(1, key) + _bytes(2, _value(value)) for key, value in attributes.items())
    return b"".join(_bytes(field, pair) for pair in pairs)


def _value(value: Value) -> bytes:
    if isinstance(value, str):
        return _text(1, value)
    if isinstance(value, bool):
        return _number(2, int(value))
    if isinstance(value, int) and -(2**63) <= value < 2**63:
        return _number(3, value & (2**64 - 1))  # two's complement, as protobuf has negative numbers
    if isinstance(value, int):
        return _text(1, str(value))
    if isinstance(value, float):
        return _key(4, 1) + struct.pack("<d", value)
    return _bytes(5, b"".join(_bytes(1, _value(item)) for item in _items(value)))


def _items(value: Sequence[str]) -> Sequence[str]:
    return [str(item) for item in value]


def _text(field: int, text: str) -> bytes:
    return _bytes(field, text.encode("utf-8", "replace"))


def _bytes(field: int, content: bytes) -> bytes:
    return _key(field, 2) + _varint(len(content)) + content


def _number(field: int, number: int) -> bytes:
    return _key(field, 0) + _varint(number)


def _fixed64(field: int, number: int) -> bytes:
    return _key(field, 1) + struct.pack("<Q", number)


def _key(field: int, wire_type: int) -> bytes:
    return _varint(field << 3 | wire_type)


def _varint(number: int) -> bytes:
    found = bytearray()
    while number > 0x7F:  # noqa: PLR2004  # seven bits a byte
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)
