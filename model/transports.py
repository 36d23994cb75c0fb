"""The two ways out of the container for segment documents: X-Ray's API, or a daemon's UDP port.

Everything that can go wrong on the way surfaces as TransportError; deciding what then becomes of the
segments is the emitter's job. Nothing here retries.
"""

import os
import re
import socket
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

# Takes documents, returns how many of them were refused; raises TransportError if none got through.
Send: TypeAlias = Callable[[Sequence[str]], int]
# Makes a Send; may take a while, and raises TransportError.
Connect: TypeAlias = Callable[[], Send]

_CONNECT_TIMEOUT_S: Final = 1
_READ_TIMEOUT_S: Final = 2
_MAX_DATAGRAM: Final = 65_507  # bytes that UDP carries
_DAEMON_HEADER: Final = '{"format":"json","version":1}\n'
_UDP_ADDRESS = re.compile(r"(?:^|\s|udp:)(?P<host>[^\s:]+):(?P<port>\d{1,5})(?:\s|$)")


class TransportError(Exception):
    """The documents could not be handed over; the message says why."""


def connect_to_xray() -> Send:
    """Send through PutTraceSegments, with credentials and endpoint from the usual environment.

    The region is `AWS_REGION`, which botocore alone would not read, or else botocore's own.
    """
    try:
        client: Any = botocore.session.get_session().create_client(
            "xray",
            region_name=os.environ.get("AWS_REGION"),
            config=Config(
                connect_timeout=_CONNECT_TIMEOUT_S,
                read_timeout=_READ_TIMEOUT_S,
                retries={"total_max_attempts": 1},
                max_pool_connections=1,
            ),
        )
    except BotoCoreError as error:
        raise TransportError(str(error)) from error

    def send(documents: Sequence[str]) -> int:
        try:
            answer = client.put_trace_segments(TraceSegmentDocuments=list(documents))
        except (BotoCoreError, ClientError) as error:
            raise TransportError(str(error)) from error
        return len(answer.get("UnprocessedTraceSegments", ()))

    return send


def daemon_at(address: str) -> Connect:
    """Send to an X-Ray daemon: `host:port`, or `tcp:host:port udp:host:port`, of which the udp part counts.

    Raises ValueError for an address of neither form.
    """
    match = _UDP_ADDRESS.search(address)
    if match is None:
        raise ValueError(
            f"AWS_XRAY_DAEMON_ADDRESS is not host:port or tcp:host:port udp:host:port: {address!r}"
        )
    host, port = match["host"], int(match["port"])

    def connect() -> Send:
        try:
            family, kind, _, _, destination = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
            udp = socket.socket(family, kind)
        except (OSError, UnicodeError) as error:  # the latter for what cannot be a host's name
            raise TransportError(f"{host}:{port}: {error}") from error
        udp.setblocking(False)

        def send(documents: Sequence[str]) -> int:
            datagrams = [(_DAEMON_HEADER + document).encode() for document in documents]
            small = [datagram for datagram in datagrams if len(datagram) <= _MAX_DATAGRAM]
            try:
                for datagram in small:
                    udp.sendto(datagram, destination)
            except OSError as error:
                raise TransportError(f"{host}:{port}: {error}") from error
            return len(datagrams) - len(small)

        return send

    return connect
