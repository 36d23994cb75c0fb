import shutil
import socket
import ssl
import subprocess
import threading
import time
from pathlib import Path

import pytest

from bench.stand_ins.loopback import HANG_UP, Answer, Loopback, closed_port, drip, raw, reply
from handlers import transport
from handlers.stream import Stream
from handlers.transport import (
    BrokenOffError,
    Connection,
    InsecureError,
    Response,
    TimedOutError,
    UnconnectedError,
    UnresolvedError,
)

TIMEOUT_S = 0.15


def post(connection: Connection, *, timeout_s: float = 2.0, connect_s: float = 2.0) -> Response:
    now = time.monotonic()
    return connection.request(
        "POST",
        "/x",
        {"Content-Type": "text/plain"},
        b"hello",
        connect_by=now + connect_s,
        answer_by=now + timeout_s,
    )


def test_a_request_arrives_whole_and_its_answer_is_returned_whatever_its_status() -> None:
    with Loopback([reply(503, {"a": 1}, headers={"X-Name": "Value"})]) as server:
        answer = post(Connection(server.url + "/base/", time.monotonic))
        host = server.url.removeprefix("http://")
    assert (answer.status, answer.body, answer.headers["x-name"]) == (503, b'{"a": 1}', "Value")
    (request,) = server.requests
    assert (request.path, request.body) == ("/base/x", b"hello")
    assert (request.headers["host"], request.headers["content-type"]) == (host, "text/plain")


def test_requests_share_one_connection() -> None:
    with Loopback([reply(200)]) as server:
        connection = Connection(server.url, time.monotonic)
        assert [post(connection).status for _ in range(3)] == [200, 200, 200]
    assert server.connections == 1


def test_a_connection_that_the_server_closed_while_idle_is_replaced_without_an_error() -> None:
    with Loopback([reply(200)]) as server:
        connection = Connection(server.url, time.monotonic)
        post(connection)
        server.hang_up_idle()
        assert post(connection).status == 200
    assert server.connections == 2


def test_an_answer_that_ends_the_connection_is_read_and_the_next_request_connects_anew() -> None:
    with Loopback([raw(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end"), reply(200)]) as server:
        connection = Connection(server.url, time.monotonic)
        assert post(connection).body == b"until the end"
        assert post(connection).status == 200
    assert server.connections == 2


def test_a_chunked_answer_is_put_together() -> None:
    chunks = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    with Loopback([raw(chunks)]) as server:
        assert post(Connection(server.url, time.monotonic)).body == b"abcde"


SLOW = {
    "silence": reply(200, after_s=5),
    "dripping headers": drip(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n.", 0.05),
    "dripping body": drip(b"HTTP/1.1 200 OK\r\n\r\n" + b"." * 100, 0.01),
}


@pytest.mark.parametrize("answer", SLOW.values(), ids=SLOW.keys())
def test_the_deadline_holds_for_the_whole_answer(answer: Answer) -> None:
    with Loopback([answer]) as server:
        started = time.monotonic()
        with pytest.raises(TimedOutError):
            post(Connection(server.url, time.monotonic), timeout_s=TIMEOUT_S)
        assert TIMEOUT_S <= time.monotonic() - started < TIMEOUT_S + 0.5


def test_a_late_answer_is_never_taken_for_the_answer_to_the_next_request() -> None:
    with Loopback([reply(200, "late", after_s=0.2), reply(200, "next")]) as server:
        connection = Connection(server.url, time.monotonic)
        with pytest.raises(TimedOutError):
            post(connection, timeout_s=0.1)
        time.sleep(0.2)
        assert post(connection).body == b'"next"'


BROKEN = {
    "no answer": HANG_UP,
    "half an answer": raw(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"),
    "no HTTP": raw(b"SSH-2.0-OpenSSH_9\r\n\r\n"),
}


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN.keys())
def test_a_connection_that_breaks_off_is_told_from_one_that_is_slow(answer: Answer) -> None:
    with Loopback([answer]) as server, pytest.raises(BrokenOffError, match=r"broke off: \w+"):
        post(Connection(server.url, time.monotonic))


def test_a_refused_connection_is_told_by_its_type() -> None:
    with pytest.raises(UnconnectedError, match="Connection refused"):
        post(Connection(f"http://127.0.0.1:{closed_port()}", time.monotonic))


def test_connecting_ends_at_its_own_earlier_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:  # accepts nothing: its queue is full
        address = listener.getsockname()
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(address)
        started = time.monotonic()
        with pytest.raises(UnconnectedError, match="timed out"):
            post(Connection(f"http://127.0.0.1:{address[1]}", time.monotonic), connect_s=TIMEOUT_S)
        assert TIMEOUT_S <= time.monotonic() - started < TIMEOUT_S + 0.5
        for filler in fillers:
            filler.close()


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a" * 64 + ".invalid"])
def test_an_unknown_name_is_told_by_its_type(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    if not host.startswith("a"):  # the longer one fails before any name server is asked
        monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(UnresolvedError, match="was not resolved"):
        post(Connection(f"http://{host}", time.monotonic))


def test_a_name_server_that_hangs_cannot_hold_a_request_beyond_its_deadline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    released = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [released.wait(5)])
    started = time.monotonic()
    with pytest.raises(UnresolvedError, match="not resolved in time"):
        post(Connection("http://example.invalid", time.monotonic), connect_s=TIMEOUT_S)
    assert TIMEOUT_S <= time.monotonic() - started < TIMEOUT_S + 0.5
    released.set()


def test_of_several_addresses_the_first_that_accepts_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with Loopback([reply(200)]) as server:
        port = int(server.url.rpartition(":")[2])
        kind = (socket.AF_INET, socket.SOCK_STREAM, 0, "")
        found = [(*kind, ("127.0.0.1", closed_port())), (*kind, ("127.0.0.1", port))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        assert post(Connection("http://twice.invalid", time.monotonic)).status == 200


def test_plain_http_where_tls_is_expected_is_an_insecure_answer() -> None:
    with Loopback([raw(b"HTTP/1.1 400 Bad Request\r\n\r\n")]) as server, pytest.raises(InsecureError):
        post(Connection(server.url.replace("http:", "https:"), time.monotonic), connect_s=0.5)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make a certificate")
def test_a_trusted_certificate_is_accepted_and_any_other_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
    ]
    command += ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603  # fixed words
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def serve() -> None:
            for _ in range(3):  # as many as connect below
                plain, _ = listener.accept()
                try:
                    with context.wrap_socket(plain, server_side=True) as secure:
                        while not secure.recv(4096).endswith(b"hello"):
                            pass
                        secure.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
                except OSError:  # the client refused our certificate
                    plain.close()

        threading.Thread(target=serve, daemon=True).start()
        transport._tls_context.cache_clear()  # noqa: SLF001  # made once a process; this test needs its own
        with pytest.raises(InsecureError, match="self-signed"):
            post(Connection(f"https://localhost:{port}", time.monotonic))
        transport._tls_context.cache_clear()  # noqa: SLF001  # as above
        monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))
        assert post(Connection(f"https://localhost:{port}", time.monotonic)).status == 204
        with pytest.raises(InsecureError, match=r"IP address mismatch"):
            post(Connection(f"https://127.0.0.1:{port}", time.monotonic))
        transport._tls_context.cache_clear()  # noqa: SLF001  # leave none that trusts the test's certificate


@pytest.mark.parametrize("url", ["ftp://host/", "http:///path", "host:80"])
def test_what_is_no_http_url_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="no http"):
        Connection(url, time.monotonic)


def test_asking_whether_a_connection_is_silent_never_waits() -> None:
    near, far = socket.socketpair()
    stream = Stream(near, time.monotonic)
    with near, far:
        begin = time.thread_time_ns(), time.perf_counter_ns()
        assert all(stream.silent() for _ in range(1000))
        waited_ms = (time.perf_counter_ns() - begin[1] - (time.thread_time_ns() - begin[0])) / 1e6
        assert waited_ms < 500  # a thousandth of a second each was a second here, and four in each request
        far.sendall(b"x")
        assert not stream.silent()
        far.close()
        assert stream.ready()
    assert near.gettimeout() == 0
