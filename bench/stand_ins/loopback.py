"""A scripted HTTP server on 127.0.0.1: each request gets the script's next answer, the last one for ever."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

Answer = Callable[[socket.socket, threading.Event], None]


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a client sent; header names are in lower case."""

    path: str
    method: str = ""
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


def reply(
    status: int, body: Any = None, *, headers: Mapping[str, str] | None = None, after_s: float = 0
) -> Answer:
    """A complete answer; `body` is JSON, or bytes as they are."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(content)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    message = ("\r\n".join(lines) + "\r\n\r\n").encode() + content

    def answer(sock: socket.socket, stopped: threading.Event) -> None:
        stopped.wait(after_s)
        sock.sendall(message)

    return answer


def raw(message: bytes) -> Answer:
    """These bytes and then the end of the connection."""

    def answer(sock: socket.socket, _stopped: threading.Event) -> None:
        sock.sendall(message)
        _hang_up(sock)

    return answer


def drip(message: bytes, every_s: float) -> Answer:
    """One byte at a time: each wait is short, the whole is not."""

    def answer(sock: socket.socket, stopped: threading.Event) -> None:
        for byte in message:
            if stopped.wait(every_s):
                return
            sock.sendall(bytes([byte]))

    return answer


HANG_UP = raw(b"")


@dataclass
class Loopback:
    """Use as a context manager."""

    script: Sequence[Answer]
    requests: list[Request] = field(default_factory=list)
    connections: int = 0

    def __enter__(self) -> Self:
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._listener.close()
        for sock in self._sockets:
            _hang_up(sock)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def hang_up_idle(self) -> None:
        """Close every open connection, as a server does with idle ones."""
        for sock in self._sockets:
            _hang_up(sock)
        self._sockets.clear()
        time.sleep(0.01)  # the client's side hears of it

    def _accept(self) -> None:
        while not self._stopped.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:  # closed by __exit__
                return
            self.connections += 1
            self._sockets.append(sock)
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        try:
            with sock.makefile("rb") as stream:
                while (request := _read(stream)) is not None:
                    with self._lock:
                        position = min(len(self.requests), len(self.script) - 1)
                        self.requests.append(request)
                    self.script[position](sock, self._stopped)
        except OSError:  # the client or the test hung up
            return


def _hang_up(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):  # the client was faster
        sock.shutdown(socket.SHUT_RDWR)
    sock.close()


def _read(stream: Any) -> Request | None:
    line = stream.readline()
    if not line:
        return None
    method, _, rest = line.decode("latin-1").partition(" ")
    path = rest.rpartition(" ")[0]  # empty for what is no HTTP
    headers: dict[str, str] = {}
    while (header := stream.readline().strip()) != b"":
        name, _, value = header.decode("latin-1").partition(":")
        headers[name.lower()] = value.strip()
    body = stream.read(int(headers.get("content-length", "0")))
    return Request(path=path, method=method, headers=headers, body=body)


def closed_port() -> int:
    """A port of this machine that refuses connections."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
