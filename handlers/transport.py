"""HTTP/1.1 with a real deadline: name look-up, connect, TLS, sending and reading all end at one time.

`http.client` and the clients built on it time out each wait by itself, so an answer that drips, several
dead addresses or a slow name server outlast any of their timeouts. Here every wait gets what is left, and
whatever a host sends, nothing but a `TransportError` comes out, whose type tells what went wrong.

Deliberately no redirects, proxies, compression or connection pool: a Lambda function handles one request
at a time, so one kept-alive connection per host is all it can use. Not safe for threads.
"""

import contextlib
import http.client
import os
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from handlers.stream import Stream, first_to_answer

USER_AGENT = "inference-watch"  # web ACLs refuse requests without one: AWS's rule NoUserAgent_HEADER
MAX_BODY = 1_000_000  # bytes; a DynamoDB item has at most 400 kB, every other answer a few hundred bytes
MAX_IDLE_S = 30.0  # a network may forget an idle connection without a word, some after a minute
SHOWN = 200  # characters of the system's words for an error
Clock = Callable[[], float]
Address = tuple[Any, ...]  # of socket.getaddrinfo


class TransportError(Exception):
    """There is no complete answer; the subclass tells why. The text repeats nothing of request or answer.

    `requests` is how often the request went out; `working`: a 1XX answer said that the host has it.
    """

    def __init__(self, message: str = "", *, requests: int = 0, working: bool = False) -> None:
        super().__init__(message)
        self.requests = requests
        self.working = working


class UnresolvedError(TransportError):
    """The host's name was not resolved, or not in time."""


class UnconnectedError(TransportError):
    """No address of the host accepted a TCP connection, or not in time."""


class InsecureError(TransportError):
    """TLS was not agreed: a wrong certificate, a protocol error, or not in time."""


class BrokenOffError(TransportError):
    """The connection ended before a complete answer, or what came was not HTTP, or too much of it."""


class TimedOutError(TransportError):
    """The host was reached, but its complete answer did not come before the deadline."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Response:
    """A complete answer to a request that went out `requests` times; names in `headers` are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    requests: int = 1


class Connection:
    """One kept-alive connection to the host of `url`; a path in `url` prefixes every request's path.

    Connects when first used, and again after any error, after a pause, or when the other end has hung up.
    """

    def __init__(self, url: str, clock: Clock) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url!r} is no http(s) URL with a host")
        self.host: str = parts.netloc.rpartition("@")[2]
        self.prefix: str = parts.path.rstrip("/")
        self._name: str = parts.hostname
        self._port: int = parts.port or (443 if parts.scheme == "https" else 80)
        self._tls = _tls_context() if parts.scheme == "https" else None
        self._clock = clock
        self._kept: Stream | None = None
        self._kept_since = 0.0

    def request(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes | None = None,
        *,
        connect_by: float,
        answer_by: float,
        again_at: float | None = None,
    ) -> Response:
        """Send the request and read the whole answer, whatever its status. Raises a `TransportError`.

        All times are on the clock given to the constructor; a connection is made by the earlier of the
        first two. A kept connection still silent at `again_at` may be one that the network forgot: the
        request, which must be safe to repeat, then goes out on a new one too, and the first to answer counts.
        """
        headers = {"Host": self.host, "User-Agent": USER_AGENT, **headers}
        streams: list[Stream] = []

        def send(stream: Stream) -> None:
            streams.append(stream)
            stream.deadline, stream.working = answer_by, False
            sender = http.client.HTTPConnection(self._name, self._port)
            sender.sock = stream  # what it needs of one
            sender.request(method, self.prefix + path, body, headers)

        kept = self._usable()
        try:
            send(kept or self._connect(min(connect_by, answer_by)))
            chosen = streams[0]
            if kept and again_at is not None and not first_to_answer(streams, again_at, self._clock):
                with contextlib.suppress(TransportError, OSError):  # then the kept one may answer yet
                    send(self._connect(answer_by))
                chosen = first_to_answer(streams, answer_by, self._clock) or chosen
            answer = _final_answer(chosen, method)
            response = Response(
                status=answer.status,
                headers=_headers(answer),
                body=_body(answer),
                requests=len(streams),
            )
        except TimeoutError:
            working = any(stream.working for stream in streams)
            message = f"no complete answer from {self.host} in time"
            raise TimedOutError(message, requests=len(streams), working=working) from None
        except TransportError:
            raise
        except Exception as error:  # noqa: BLE001  # also what http.client does not expect of a host
            # Not chained: other texts may repeat an answer or, for a header that cannot be sent, an API key.
            message = f"{self.host} broke off: {_said(error)}"
            raise BrokenOffError(message, requests=len(streams)) from None
        else:
            if not answer.will_close and chosen.silent():  # else a late answer would be taken for the next
                streams.remove(chosen)
                self._kept, self._kept_since = chosen, self._clock()
            return response
        finally:
            for stream in streams:
                stream.close()

    def close(self) -> None:
        """Hang up; the next request connects anew."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def _usable(self) -> Stream | None:
        """Take the kept connection if it is likely to work; between requests nothing is due from the host."""
        kept, self._kept = self._kept, None
        if kept is None or (self._clock() - self._kept_since < MAX_IDLE_S and kept.silent()):
            return kept
        kept.close()
        return None

    def _connect(self, deadline: float) -> Stream:
        sock = self._dial(_resolve(self._name, self._port, deadline - self._clock()), deadline)
        if self._tls is None:
            return Stream(sock, self._clock)
        try:
            sock.settimeout(self._left(deadline))
            return Stream(self._tls.wrap_socket(sock, server_hostname=self._name), self._clock)
        except (OSError, ValueError) as error:  # ssl.SSLError, and TimeoutError, are OSErrors
            sock.close()
            raise InsecureError(f"no TLS with {self.host}: {_said(error)}") from None

    def _dial(self, addresses: list[Address], deadline: float) -> socket.socket:
        problem: OSError | None = None
        for position, (family, kind, protocol, _, address) in enumerate(addresses):
            with contextlib.ExitStack() as failed:
                try:
                    sock = failed.enter_context(socket.socket(family, kind, protocol))
                    # A share each: one that leads nowhere must not use up what the others need.
                    sock.settimeout(self._left(deadline) / (len(addresses) - position))
                    sock.connect(address)
                    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                except OSError as error:
                    problem = error
                else:
                    failed.pop_all()
                    return sock
        raise UnconnectedError(f"no connection to {self.host}: {_said(problem)}") from None

    def _left(self, deadline: float) -> float:
        left = deadline - self._clock()
        if left <= 0:
            raise TimeoutError("timed out")
        return left


def _final_answer(stream: Stream, method: str) -> http.client.HTTPResponse:
    """The answer without its body. 1XX ones before it are skipped: `http.client` itself skips 100 only."""
    while True:
        answer = http.client.HTTPResponse(stream, method=method)  # type: ignore[arg-type]  # as above
        answer.begin()
        if not (100 < answer.status < 200 and answer.status != http.HTTPStatus.SWITCHING_PROTOCOLS):  # noqa: PLR2004  # 1XX
            return answer
        stream.working = True


def _headers(answer: http.client.HTTPResponse) -> dict[str, str]:
    """In lower case; one that comes several times is one with a comma between (RFC 9110, 5.3)."""
    found: dict[str, str] = {}
    for name, value in answer.getheaders():
        key = name.lower()
        found[key] = f"{found[key]}, {value}" if key in found else value
    return found


def _body(answer: http.client.HTTPResponse) -> bytes:
    too_long = answer.length is not None and answer.length > MAX_BODY
    body = b"" if too_long else answer.read(MAX_BODY + 1 if answer.length is None else None)
    if too_long or len(body) > MAX_BODY:
        raise OSError(f"the answer has more than {MAX_BODY:,} bytes")
    return body


def _said(error: Exception | None) -> str:
    """What may be repeated of an error: the system's words, of others the type."""
    return str(error)[:SHOWN] if isinstance(error, OSError) else type(error).__name__


@cache
def _tls_context() -> ssl.SSLContext:
    # Loading the trusted certificates takes milliseconds: once, and not in the first request.
    return ssl.create_default_context(cafile=os.environ.get("AWS_CA_BUNDLE"))


def _resolve(name: str, port: int, timeout_s: float) -> list[Address]:
    """Addresses of `name`, within `timeout_s`; the system's resolver itself cannot be interrupted."""
    result: list[Address] = []
    problem: list[Exception] = []

    def look_up() -> None:
        try:
            result.extend(socket.getaddrinfo(name, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:  # UnicodeError: no name that DNS could know
            problem.append(error)

    thread = threading.Thread(target=look_up, name="resolve", daemon=True)
    try:
        thread.start()
    except RuntimeError as error:  # the system gives no more threads
        raise UnresolvedError(f"{name} was not resolved: {_said(error)}") from None
    thread.join(max(timeout_s, 0))
    if problem:
        raise UnresolvedError(f"{name} was not resolved: {_said(problem[0])}") from None
    if not result:
        raise UnresolvedError(f"{name} was not resolved in time")
    return result
