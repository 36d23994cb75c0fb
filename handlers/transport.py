"""HTTP/1.1 with a real deadline: name look-up, connect, TLS, sending and reading all end at one time.

`http.client` and the clients built on it time out each wait by itself, so an answer that drips, several
dead addresses or a slow name server outlast any of their timeouts. Here every wait gets what is left.
What went wrong is told by the type of the exception.

Deliberately no redirects, proxies, compression, retries or connection pool: a Lambda function handles
one request at a time, so one kept-alive connection per host is all it can use. Not safe for threads.
"""

import http.client
import io
import os
import select
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

Clock = Callable[[], float]
Address = tuple[Any, ...]  # of socket.getaddrinfo


class TransportError(Exception):
    """There is no complete answer; the subclass tells why."""


class UnresolvedError(TransportError):
    """The host's name was not resolved, or not in time."""


class UnconnectedError(TransportError):
    """No address of the host accepted a TCP connection, or not in time."""


class InsecureError(TransportError):
    """TLS was not agreed: a wrong certificate, a protocol error, or not in time."""


class BrokenOffError(TransportError):
    """The connection ended before a complete answer, or what came was not HTTP."""


class TimedOutError(TransportError):
    """The host was reached, but its complete answer did not come before the deadline."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Response:
    """A complete answer; the names in `headers` are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Connection:
    """One kept-alive connection to the host of `url`; a path in `url` prefixes every request's path.

    Connects when first used, and again after any error or when the other end has hung up.
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
        self._open: tuple[http.client.HTTPConnection, _DeadlineSocket] | None = None

    def post(
        self, path: str, headers: Mapping[str, str], body: bytes, *, connect_by: float, answer_by: float
    ) -> Response:
        """Send `body` and read the whole answer, whatever its status.

        `connect_by` and `answer_by` are times of the clock given to the constructor; a connection is made
        by the earlier of the two. Raises a `TransportError`.
        """
        connection, sock = self._ready(min(connect_by, answer_by))
        sock.deadline = answer_by
        keep = False
        try:
            connection.request("POST", self.prefix + path, body, {"Host": self.host, **headers})
            answer = connection.getresponse()
            response = Response(
                status=answer.status,
                headers={name.lower(): value for name, value in answer.getheaders()},
                body=answer.read(),
            )
            keep = not answer.will_close
        except TimeoutError as error:
            raise TimedOutError(f"no complete answer from {self.host} in time") from error
        except (OSError, http.client.HTTPException) as error:
            raise BrokenOffError(f"{self.host} broke off: {type(error).__name__}: {error}") from error
        finally:
            if not keep:  # a late answer must never be read as the answer to the next request
                self.close()
        return response

    def close(self) -> None:
        """Hang up; the next request connects anew."""
        if self._open is not None:
            self._open[0].close()
            self._open = None

    def _ready(self, deadline: float) -> "tuple[http.client.HTTPConnection, _DeadlineSocket]":
        if self._open is not None and _hung_up(self._open[1]):
            self.close()
        if self._open is None:
            sock = _DeadlineSocket(self._connect(deadline), self._clock)
            connection = http.client.HTTPConnection(self._name, self._port)
            connection.sock = sock
            self._open = connection, sock
        return self._open

    def _connect(self, deadline: float) -> socket.socket:
        sock = self._dial(_resolve(self._name, self._port, deadline - self._clock()), deadline)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._tls is None:
            return sock
        try:
            sock.settimeout(self._left(deadline))
            return self._tls.wrap_socket(sock, server_hostname=self._name)
        except OSError as error:  # ssl.SSLError, and TimeoutError, are OSErrors
            sock.close()
            raise InsecureError(f"no TLS with {self.host}: {error}") from error

    def _dial(self, addresses: list[Address], deadline: float) -> socket.socket:
        problem: OSError | None = None
        for family, kind, protocol, _, address in addresses:
            sock = socket.socket(family, kind, protocol)
            try:
                sock.settimeout(self._left(deadline))
                sock.connect(address)
            except OSError as error:
                sock.close()
                problem = error
            else:
                return sock
        raise UnconnectedError(f"no connection to {self.host}: {problem}") from problem

    def _left(self, deadline: float) -> float:
        left = deadline - self._clock()
        if left <= 0:
            raise TimeoutError("timed out")
        return left


class _DeadlineSocket:
    """What `http.client` needs of a socket, with every wait ending at `deadline`."""

    def __init__(self, sock: socket.socket, clock: Clock) -> None:
        self.sock = sock
        self.deadline = 0.0
        self._clock = clock

    def arm(self) -> None:
        """Give the next wait what is left. Raises TimeoutError when nothing is."""
        left = self.deadline - self._clock()
        if left <= 0:
            raise TimeoutError("timed out")
        self.sock.settimeout(left)

    def sendall(self, data: bytes) -> None:
        self.arm()
        self.sock.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_DeadlineReader(self))

    def close(self) -> None:
        self.sock.close()


class _DeadlineReader(io.RawIOBase):
    """Reads from the socket; holds it open, as `socket.makefile` does, until it is closed itself."""

    def __init__(self, owner: _DeadlineSocket) -> None:
        self._owner = owner
        self._raw = owner.sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._owner.arm()
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


@cache
def _tls_context() -> ssl.SSLContext:
    # Loading the trusted certificates takes milliseconds: once, and not in the first request.
    return ssl.create_default_context(cafile=os.environ.get("AWS_CA_BUNDLE"))


def _hung_up(sock: _DeadlineSocket) -> bool:
    # Between requests nothing is due from the host: readable means that it closed the connection.
    poll = select.poll()
    poll.register(sock.sock, select.POLLIN)
    return bool(poll.poll(0))


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
    thread.start()
    thread.join(max(timeout_s, 0))
    if problem:
        raise UnresolvedError(f"{name} was not resolved: {problem[0]}") from problem[0]
    if not result:
        raise UnresolvedError(f"{name} was not resolved in time")
    return result
