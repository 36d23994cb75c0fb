"""A connected socket as `http.client` uses one, with every wait ending at one deadline."""

import io
import select
import socket
import ssl
from collections.abc import Callable
from typing import Any


class Stream(io.RawIOBase):
    """Owns the socket; `deadline` is on `clock`, and `working` is the user's, to note a 1XX answer.

    What is sent beyond an answer stays in the one buffer of the connection, where `silent` finds it.
    """

    def __init__(self, sock: socket.socket, clock: Callable[[], float]) -> None:
        self.deadline = 0.0
        self.working = False
        self._socket = sock
        self._clock = clock
        self._waits = True  # a read; not one that only asks whether there is something
        self._ended = False
        self._reader = _Reader(self)

    # What `http.client` and `io.BufferedReader` call:

    def sendall(self, data: bytes) -> None:
        """Send all of it. Raises an OSError, TimeoutError at the deadline."""
        self._arm()
        self._socket.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """The one reader, whoever asks: a second one would miss what the first has buffered."""
        return self._reader

    def readable(self) -> bool:  # noqa: D102  # as io has it, like the next three
        return True

    def readinto(self, buffer: Any) -> int | None:  # noqa: D102
        if self._waits:
            self._arm()
            return self._socket.recv_into(buffer)
        self._socket.settimeout(0)
        try:
            count = self._socket.recv_into(buffer)
        except (BlockingIOError, ssl.SSLWantReadError):
            return None
        self._ended = count == 0
        return count

    def fileno(self) -> int:  # noqa: D102
        return self._socket.fileno()

    def close(self) -> None:  # noqa: D102
        self._socket.close()
        super().close()

    def silent(self) -> bool:
        """Whether the host has neither hung up nor sent more than what was read."""
        return not (_readable([self], 0) or self.ready())

    def ready(self) -> bool:
        """Whether the answer, or the end of the connection, can be read at once."""
        self._waits = False
        try:
            return bool(self._reader.peek(1)) or self._ended
        except OSError:
            return True
        finally:
            self._waits = True

    def _arm(self) -> None:
        left = self.deadline - self._clock()
        if left <= 0:
            raise TimeoutError("timed out")
        self._socket.settimeout(left)


def first_to_answer(streams: list[Stream], by: float, clock: Callable[[], float]) -> Stream | None:
    """The first of `streams` that answers or ends, or None when none has at `by`."""
    while (left := by - clock()) > 0:
        for stream in _readable(streams, left):
            if stream.ready():
                return stream
    return None


class _Reader(io.BufferedReader):
    """Stays open until the connection ends, though `http.client` closes it after each answer."""

    def close(self) -> None:
        pass


def _readable(streams: list[Stream], timeout_s: float) -> list[Stream]:
    poll = select.poll()
    for stream in streams:
        poll.register(stream.fileno(), select.POLLIN)
    found = {number for number, _ in poll.poll(timeout_s * 1000)}
    return [stream for stream in streams if stream.fileno() in found]
