"""The X-Ray daemon's UDP side: takes what the SDK sends and keeps it.

One datagram holds a JSON header line `{"format": "json", "version": 1}`, a newline and one document. The
functions find the address in `AWS_XRAY_DAEMON_ADDRESS`, which they inherit. A document that begins with `T1S`
holds OpenTelemetry spans, an OTLP message in base64, as AWS's distribution of it sends them.
"""

import base64
import json
import logging
import os
import socket
import threading

from local.fillins.names import LOOPBACK
from local.fillins.xray import spans
from local.fillins.xray.traces import Segment, store

SPANS = b"T1S"
_MAX_DATAGRAM = 65_535
_RECEIVE_BUFFER = 4 * 1024 * 1024
_logger = logging.getLogger(__name__)


def parse(datagram: bytes) -> list[Segment]:
    """The documents in a datagram, none when it holds none (the daemon drops those too)."""
    _header, newline, document = datagram.partition(b"\n")
    if not newline:
        return []
    try:
        if document.startswith(SPANS):
            return spans.documents(base64.b64decode(document[len(SPANS) :], validate=True))
        segment: Segment = json.loads(document)
    except ValueError:
        return []
    return [segment] if isinstance(segment, dict) and {"id", "trace_id"} <= segment.keys() else []


def _receive(listener: socket.socket) -> None:
    while True:
        datagram = listener.recv(_MAX_DATAGRAM)
        segments = parse(datagram)
        if not segments:
            _logger.warning("Dropped a datagram of %d bytes that holds no segment", len(datagram))
        for segment in segments:
            store.add(segment, None)


def install() -> None:
    """Listen on a free loopback port and tell the functions where."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
    listener.bind((LOOPBACK, 0))
    os.environ["AWS_XRAY_DAEMON_ADDRESS"] = f"{LOOPBACK}:{listener.getsockname()[1]}"
    threading.Thread(target=_receive, args=(listener,), name="xray-daemon", daemon=True).start()
