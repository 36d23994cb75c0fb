"""Whatever a host sends: an answer or a `TransportError`, in time, and nothing left for the next request."""

import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bench.stand_ins.loopback import Answer, Loopback, closed_port, raw, reply
from handlers import transport
from handlers.transport import (
    BrokenOffError,
    Connection,
    Response,
    TimedOutError,
    UnconnectedError,
    UnresolvedError,
)

OK = b"HTTP/1.1 200 OK\r\n"
WHOLE = OK + b"Content-Length: 2\r\n\r\n{}"
TIMEOUT_S = 0.3


def post(
    connection: Connection, *, timeout_s: float = TIMEOUT_S, again_s: float | None = None, key: str = "k"
) -> Response:
    now = time.monotonic()
    again_at = None if again_s is None else now + again_s
    by = now + timeout_s
    return connection.request(
        "POST", "/x", {"X-Api-Key": key}, b"hello", connect_by=by, answer_by=by, again_at=again_at
    )


def stays(message: bytes) -> Answer:
    """These bytes, and then silence on an open connection."""

    def answer(sock: socket.socket, stopped: threading.Event) -> None:
        sock.sendall(message)
        stopped.wait(5)

    return answer


def chunked(body: bytes) -> bytes:
    return OK + b"Transfer-Encoding: chunked\r\n\r\n" + body


HOSTILE = {
    "length 10^18": OK + b"Content-Length: 1000000000000000000\r\n\r\n{}",
    "length 10^20": OK + b"Content-Length: 100000000000000000000\r\n\r\n{}",
    "one byte too many": OK + b"Content-Length: 1000001\r\n\r\n" + b"x" * 1_000_001,
    "endless until the end": OK + b"\r\n" + b"x" * 1_000_001,
    "chunk of 10^30": chunked(b"fffffffffffffffffffffffff\r\n{}"),
    "chunk of -1": chunked(b"-1\r\n{}"),
    "chunk of -5": chunked(b"-5\r\n{}"),
    "chunk of nonsense": chunked(b"zz\r\n{}"),
    "chunk cut off": chunked(b"5\r\n{}"),
    "chunks too many": chunked((b"ffff\r\n" + b"x" * 65_535 + b"\r\n") * 16),
    "length cut off": OK + b"Content-Length: 10\r\n\r\n{}",
    "101 headers": OK + b"A: b\r\n" * 101 + b"\r\n",
    "a header of 70 kB": OK + b"A: " + b"b" * 70_000 + b"\r\n\r\n",
    "a status line of 70 kB": b"HTTP/1.1 200 " + b"O" * 70_000,
    "status 99": b"HTTP/1.1 99 X\r\n\r\n",
    "status 1000": b"HTTP/1.1 1000 X\r\n\r\n",
    "status -200": b"HTTP/1.1 -200 X\r\n\r\n",
    "status of letters": b"HTTP/1.1 OK\r\n\r\n",
    "HTTP/2": b"HTTP/2.0 200 OK\r\n\r\n",
    "only 103": b"HTTP/1.1 103 Early\r\n\r\n",
    "only 100": b"HTTP/1.1 100 Continue\r\n\r\n" * 3000,
    "nothing": b"",
    "zeros": b"\0" * 100,
}


@pytest.mark.parametrize("message", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_no_answer_is_a_connection_that_broke_off(message: bytes) -> None:
    with Loopback([raw(message)]) as server, pytest.raises(BrokenOffError) as raised:
        post(Connection(server.url, time.monotonic), timeout_s=5)
    assert len(str(raised.value)) < 300
    assert raised.value.__suppress_context__


FINE = {
    "103 first": b"HTTP/1.1 103 Early\r\nLink: x\r\n\r\n" + WHOLE,
    "102, 100 and 103 first": b"".join(b"HTTP/1.1 %d X\r\n\r\n" % n for n in (102, 100, 103, 199)) + WHOLE,
    "2,000 times 100 first": b"HTTP/1.1 100 C\r\n\r\n" * 2000 + WHOLE,
    "a million bytes": OK + b"Content-Length: 1000000\r\n\r\n" + b"x" * 1_000_000,
    "a million bytes until the end": OK + b"\r\n" + b"x" * 1_000_000,
    "a million bytes in chunks": chunked((b"7d0\r\n" + b"x" * 2000 + b"\r\n") * 500 + b"0\r\n\r\n"),
    "gzip as it came": OK + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n\x1f\x8b",
    "a length of 5,000 digits": OK + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n{}",
    "a negative length": OK + b"Content-Length: -1\r\n\r\n{}",
    "HTTP/1.0": b"HTTP/1.0 200 OK\r\n\r\n{}",
}


@pytest.mark.parametrize("message", FINE.values(), ids=FINE.keys())
def test_what_is_odd_but_whole_is_an_answer(message: bytes) -> None:
    with Loopback([raw(message)]) as server:
        response = post(Connection(server.url, time.monotonic), timeout_s=5)
    assert response.status == 200
    assert response.body in (b"{}", b"\x1f\x8b") or response.body == b"x" * 1_000_000


def test_every_status_is_returned_as_it_is_and_none_below_200_but_101() -> None:
    statuses = list(range(200, 600))
    with Loopback([reply(status, {}) for status in statuses]) as server:
        connection = Connection(server.url, time.monotonic)
        assert [post(connection, timeout_s=5).status for _ in statuses] == statuses
    with Loopback([raw(b"HTTP/1.1 101 Switching\r\n\r\n")]) as server:
        assert post(Connection(server.url, time.monotonic)).status == 101


@pytest.fixture(scope="module")
def scripted() -> Iterator[tuple[Loopback, Connection]]:
    with Loopback([raw(b"")]) as server:
        yield server, Connection(server.url, time.monotonic)


PIECES = st.sampled_from(
    [
        *(b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 103 E\r\n", b"HTTP/1.0 500 X\r\n", b"\r\n", b"\n", b"{}", b"\0"),
        *(b"Content-Length: 2\r\n", b"Content-Length: x\r\n", b"Content-Length: 9999999999999999999\r\n"),
        *(b"Transfer-Encoding: chunked\r\n", b"2\r\n{}\r\n", b"0\r\n\r\n", b"-1\r\n", b"ffffffffff\r\n"),
        *(
            b"Connection: close\r\n",
            b"Content-Type: \xff\xfe\r\n",
            b" folded: header\r\n",
            b":\r\n",
            b"A\r\n",
        ),
    ]
)
MESSAGES = st.lists(PIECES | st.binary(max_size=9), max_size=9).map(b"".join)
CUT = st.integers(0, len(WHOLE)).map(lambda end: WHOLE[:end])


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(message=MESSAGES | CUT)
@example(message=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n")
def test_nothing_but_a_transport_error_comes_out(
    message: bytes, scripted: tuple[Loopback, Connection]
) -> None:
    server, connection = scripted
    server.script = [raw(message)]
    try:
        response = post(connection, timeout_s=2)
    except (BrokenOffError, TimedOutError):
        pass
    else:
        assert len(response.body) <= transport.MAX_BODY
    server.script = [reply(200, "next")]
    try:
        answer = post(connection, timeout_s=2)
    except BrokenOffError:  # the host hung up while the request went out, which no client can know before
        answer = post(connection, timeout_s=2)
    assert answer.body == b'"next"'


@pytest.mark.parametrize("end", range(0, len(WHOLE), 3))
def test_an_answer_that_stops_anywhere_is_late(end: int) -> None:
    with Loopback([stays(WHOLE[:end])]) as server:
        connection = Connection(server.url, time.monotonic)
        with pytest.raises(TimedOutError):
            post(connection, timeout_s=0.3)  # time enough to connect on a busy machine


def test_an_interim_answer_says_that_the_host_is_at_work() -> None:
    for first, working in ((b"", False), (b"HTTP/1.1 103 E\r\n\r\n", True), (OK, False)):
        with Loopback([stays(first)]) as server, pytest.raises(TimedOutError) as raised:
            post(Connection(server.url, time.monotonic), timeout_s=0.05)
        assert (raised.value.working, raised.value.requests) == (working, 1)


@pytest.mark.parametrize("key", ["hush\nX: 1", "hush\r\n", "hush\u20ac"])
def test_a_header_that_cannot_be_sent_is_told_without_its_value(key: str) -> None:
    with Loopback([reply(200)]) as server, pytest.raises(BrokenOffError) as raised:
        post(Connection(server.url, time.monotonic), key=key)
    assert "hush" not in "".join(traceback.format_exception(raised.value))
    assert server.requests == []


def test_what_comes_after_an_answer_is_never_the_next_one() -> None:
    late = OK + b"Content-Length: 6\r\n\r\n'late'"
    both: list[Answer] = [stays(WHOLE + late), reply(200, "next")]
    with Loopback(both) as server:
        connection = Connection(server.url, time.monotonic)
        assert post(connection).body == b"{}"
        assert post(connection).body == b'"next"'
    assert server.connections == 2


class Clock:
    """The system's, and as much later as is wished."""

    later = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.later


@pytest.mark.parametrize(("idle_s", "connections"), [(29.5, 1), (30.5, 2)])
def test_a_connection_is_not_used_again_after_half_a_minute(idle_s: float, connections: int) -> None:
    clock = Clock()
    with Loopback([reply(200)]) as server:
        connection = Connection(server.url, clock)

        def ask() -> None:
            by = clock() + 5
            connection.request("GET", "/", {}, connect_by=by, answer_by=by)

        ask()
        clock.later = idle_s
        ask()
    assert server.connections == connections


def test_a_server_that_says_close_is_not_asked_again_on_that_connection() -> None:
    closing = reply(200, headers={"Connection": "close"})
    with Loopback([closing, reply(200)]) as server:
        connection = Connection(server.url, time.monotonic)
        post(connection)
        post(connection)
    assert server.connections == 2


FORGOTTEN = reply(200, "late", after_s=5)


def test_a_kept_connection_that_the_network_forgot_costs_its_share_only() -> None:
    with Loopback([reply(200, "first"), FORGOTTEN, reply(200, "new")]) as server:
        connection = Connection(server.url, time.monotonic)
        post(connection)
        started = time.monotonic()
        response = post(connection, timeout_s=2, again_s=0.1)
        assert 0.1 <= time.monotonic() - started < 1
        assert (response.body, response.requests) == (b'"new"', 2)
        assert post(connection).body == b'"new"'  # the new one is kept
    assert server.connections == 2


def test_a_kept_connection_that_is_only_slow_may_still_answer_first() -> None:
    slow, slower = reply(200, "slow", after_s=0.25), reply(200, "slower", after_s=3)
    with Loopback([reply(200), slow, slower]) as server:
        connection = Connection(server.url, time.monotonic)
        post(connection)
        response = post(connection, timeout_s=2, again_s=0.1)
    assert (response.body, response.requests) == (b'"slow"', 2)


@pytest.mark.parametrize("kept", [False, True])
def test_in_time_or_on_a_new_connection_a_request_goes_out_once(*, kept: bool) -> None:
    answers = [reply(200), reply(200, "b", after_s=0.05)] if kept else [reply(200, "b", after_s=0.2)]
    with Loopback(answers) as server:
        connection = Connection(server.url, time.monotonic)
        if kept:
            post(connection)
        assert post(connection, timeout_s=2, again_s=0.1).body == b'"b"'
    assert len(server.requests) == len(answers)


def test_when_both_are_silent_the_error_tells_of_two_requests() -> None:
    with Loopback([reply(200), FORGOTTEN]) as server:
        connection = Connection(server.url, time.monotonic)
        post(connection)
        with pytest.raises(TimedOutError) as raised:
            post(connection, timeout_s=0.2, again_s=0.1)
    assert raised.value.requests == 2


def test_no_ipv6_and_no_descriptors_are_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object, **__: object) -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(socket, "socket", none)
    with pytest.raises(UnconnectedError, match="Too many open files"):
        post(Connection("http://127.0.0.1:1", time.monotonic))


def test_no_threads_are_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", none)
    with pytest.raises(UnresolvedError):
        post(Connection("http://127.0.0.1:1", time.monotonic))


def test_an_address_that_leads_nowhere_leaves_time_for_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    connect: Callable[..., None] = socket.socket.connect

    def blackhole(sock: socket.socket, address: tuple[str, int]) -> None:
        if address[1] == 1:
            time.sleep(sock.gettimeout() or 9)
            raise TimeoutError("timed out")
        connect(sock, address)

    with Loopback([reply(200)]) as server:
        port = int(server.url.rpartition(":")[2])
        kind = (socket.AF_INET, socket.SOCK_STREAM, 0, "")
        found = [(*kind, ("127.0.0.1", each)) for each in (1, port, closed_port())]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        monkeypatch.setattr(socket.socket, "connect", blackhole)
        assert post(Connection("http://thrice.invalid", time.monotonic), timeout_s=0.6).status == 200
