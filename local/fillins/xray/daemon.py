"""The X-Ray daemon's UDP side: takes what the SDK sends and keeps it.

One datagram holds a JSON header line `{"format": "json", "version": 1}`, a newline and one document. The
functions find the address in `AWS_XRAY_DAEMON_ADDRESS`, which they inherit.
"""

import json
import logging
import os
import socket
import threading

from local.fillins.names import LOOPBACK
from local.fillins.xray.traces import Segment, store

_MAX_DATAGRAM = 65_535
_RECEIVE_BUFFER = 4 * 1024 * 1024
_logger = logging.getLogger(__name__)


def parse(datagram: bytes) -> Segment | None:
    """The document in a datagram, or None when it is none (the daemon drops those too)."""
    _header, newline, document = datagram.partition(b"\n")
    if not newline:
        return None
    try:
        segment: Segment = json.loads(document)
    except (json.JSONDecodeError, UnicodeDecodeError):
        return None
    return segment if isinstance(segment, dict) and {"id", "trace_id"} <= segment.keys() else None


def _receive(listener: socket.socket) -> None:
    while True:
        datagram = listener.recv(_MAX_DATAGRAM)
        segment = parse(datagram)
        if segment is None:
            _logger.warning("Dropped a datagram of %d bytes that holds no segment", len(datagram))
        else:
            store.add(segment, None)


def install() -> None:
    """Listen on a free loopback port and tell the functions where."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
    listener.bind((LOOPBACK, 0))
    os.environ["AWS_XRAY_DAEMON_ADDRESS"] = f"{LOOPBACK}:{listener.getsockname()[1]}"
    threading.Thread(target=_receive, args=(listener,), name="xray-daemon", daemon=True).start()
