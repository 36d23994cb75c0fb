import json
import logging
import socket
import threading
import time
from collections.abc import Iterator, Sequence

import pytest

from model.emitter import BATCH, Counts, Emitter
from model.transports import Send, TransportError, connect_to_xray, daemon_at
from tests.model.served import Collector, collecting, wait_until


class Receiver:
    """Takes batches, holds them up while `open` is not set, and fails while `away`."""

    def __init__(self) -> None:
        self.batches: list[list[dict[str, int]]] = []
        self.open = threading.Event()
        self.open.set()
        self.away = False
        self.attempts = 0

    def connect(self) -> Send:
        return self.send

    def send(self, documents: Sequence[str]) -> int:
        self.attempts += 1
        self.open.wait(10)
        if self.away:
            raise TransportError("nobody there")
        self.batches.append([json.loads(document) for document in documents])
        return 0

    @property
    def received(self) -> list[int]:
        return [document["n"] for batch in self.batches for document in batch]


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as made:
        yield made


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "111111111111")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")


def test_what_gathers_is_sent_in_order_in_batches_of_at_most_50() -> None:
    receiver = Receiver()
    emitter = Emitter(receiver.connect)
    for number in range(120):
        emitter.put({"n": number})
    emitter.start()
    assert emitter.stop() == Counts(sent=120, dropped=0, lost=0)
    assert [len(batch) for batch in receiver.batches] == [BATCH, BATCH, 20]
    assert receiver.received == list(range(120))


def test_documents_are_sent_while_running_and_not_only_at_the_end() -> None:
    receiver = Receiver()
    emitter = Emitter(receiver.connect, interval_s=0.01)
    emitter.start()
    emitter.put({"n": 1})
    wait_until(lambda: receiver.received == [1], "the first document")
    emitter.put({"n": 2})
    wait_until(lambda: receiver.received == [1, 2], "the second document")
    emitter.stop()


def test_a_full_queue_drops_and_counts_without_waiting() -> None:
    receiver = Receiver()
    receiver.open.clear()
    emitter = Emitter(receiver.connect, capacity=100, interval_s=0.01)
    emitter.start()
    emitter.put({"n": 0})
    wait_until(lambda: receiver.attempts == 1, "the receiver to be busy")
    began = time.perf_counter()
    for number in range(1, 1001):
        emitter.put({"n": number})
    assert time.perf_counter() - began < 0.5  # a thousand puts; waiting for the receiver would take 10 s
    assert emitter.counts == Counts(sent=0, dropped=900, lost=0)
    receiver.open.set()
    assert emitter.stop() == Counts(sent=101, dropped=900, lost=0)
    assert receiver.received == list(range(101))


def test_every_document_is_counted_once_when_many_threads_put() -> None:
    receiver = Receiver()
    emitter = Emitter(receiver.connect, capacity=50, interval_s=0.001)
    emitter.start()

    def put_many() -> None:
        for number in range(500):
            emitter.put({"n": number})

    threads = [threading.Thread(target=put_many) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counts = emitter.stop()
    assert counts.sent + counts.dropped == 2000
    assert counts.sent == len(receiver.received)


def test_while_the_receiver_is_away_a_batch_is_lost_at_ever_longer_intervals_and_said_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    receiver = Receiver()
    receiver.away = True
    emitter = Emitter(receiver.connect, interval_s=0.01, max_pause_s=0.04)
    with caplog.at_level(logging.WARNING, logger="model.emitter"):
        for number in range(130):
            emitter.put({"n": number})
        emitter.start()
        wait_until(lambda: emitter.counts.lost == 100, "two failed batches")
        receiver.away = False
        wait_until(lambda: emitter.counts.sent == 30, "the rest")
        with_end = emitter.stop()  # the line about it is written after the count
    assert with_end == Counts(sent=30, dropped=0, lost=100)
    assert receiver.received == list(range(100, 130))
    assert [record.getMessage() for record in caplog.records] == [
        "traces are not sent, trying again: nobody there",
        "traces are sent again; 100 were lost so far",
    ]


def test_stopping_waits_no_longer_than_the_flush_time_and_counts_the_rest_as_lost() -> None:
    receiver = Receiver()
    receiver.open.clear()
    emitter = Emitter(receiver.connect, flush_s=0.1)
    for number in range(60):
        emitter.put({"n": number})
    emitter.start()
    began = time.perf_counter()
    counts = emitter.stop()
    assert time.perf_counter() - began < 2
    assert counts == Counts(sent=0, dropped=0, lost=60)  # 50 of them are still on their way
    receiver.open.set()
    wait_until(lambda: len(receiver.batches) == 1, "the batch that was on its way")
    emitter.put({"n": 60})
    emitter._thread.join(1)  # noqa: SLF001  # what happens after the end changes no count
    assert emitter.counts == Counts(sent=0, dropped=1, lost=60)
    assert receiver.received == list(range(50))


@pytest.mark.usefixtures("credentials")
def test_segments_reach_x_rays_api(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_XRAY", collector.url)
    emitter = Emitter(connect_to_xray)
    emitter.start()
    for number in range(60):
        emitter.put({"n": number})
    assert emitter.stop() == Counts(sent=60, dropped=0, lost=0)
    assert [segment["n"] for segment in collector.segments] == list(range(60))
    assert max(len(batch) for batch in collector.batches) <= BATCH


@pytest.mark.usefixtures("credentials")
def test_what_x_ray_refuses_counts_as_lost(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    collector.refuse = [{"Id": "1", "ErrorCode": "InvalidSegment", "Message": "no"}]
    monkeypatch.setenv("AWS_ENDPOINT_URL_XRAY", collector.url)
    emitter = Emitter(connect_to_xray)
    emitter.start()
    emitter.put({"n": 1})
    emitter.put({"n": 2})
    assert emitter.stop() == Counts(sent=1, dropped=0, lost=1)


@pytest.mark.usefixtures("credentials")
def test_an_error_answer_of_x_ray_and_a_closed_port_are_transport_errors(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    collector.status = 429
    monkeypatch.setenv("AWS_ENDPOINT_URL_XRAY", collector.url)
    with pytest.raises(TransportError, match="429"):
        connect_to_xray()(["{}"])
    monkeypatch.setenv("AWS_ENDPOINT_URL_XRAY", "http://127.0.0.1:9")
    with pytest.raises(TransportError, match="Could not connect"):
        connect_to_xray()(["{}"])


def test_the_region_is_the_one_that_the_program_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "111111111111")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_ENDPOINT_URL_XRAY", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_REGION", "eu-north-1")
    with pytest.raises(TransportError, match="Could not connect"):  # and not: specify a region
        connect_to_xray()(["{}"])


def test_without_a_region_there_is_no_way_to_x_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    with pytest.raises(TransportError, match="You must specify a region"):
        connect_to_xray()


@pytest.mark.parametrize(
    "form", ["127.0.0.1:{port}", "udp:127.0.0.1:{port}", "tcp:127.0.0.1:1 udp:127.0.0.1:{port}"]
)
def test_a_daemon_gets_each_segment_in_a_datagram_behind_its_header_line(form: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon:
        daemon.bind(("127.0.0.1", 0))
        daemon.settimeout(5)
        emitter = Emitter(daemon_at(form.format(port=daemon.getsockname()[1])))
        emitter.start()
        emitter.put({"n": 1})
        emitter.put({"n": 2})
        assert emitter.stop() == Counts(sent=2, dropped=0, lost=0)
        assert daemon.recv(65_535) == b'{"format":"json","version":1}\n{"n": 1}'
        assert daemon.recv(65_535) == b'{"format":"json","version":1}\n{"n": 2}'


def test_a_segment_too_large_for_a_datagram_counts_as_refused_and_the_others_of_its_batch_arrive() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon:
        daemon.bind(("127.0.0.1", 0))
        daemon.settimeout(5)
        send = daemon_at(f"127.0.0.1:{daemon.getsockname()[1]}")()
        assert send(['{"n": 1}', json.dumps({"name": "x" * 65_507}), '{"n": 2}']) == 1
        assert [daemon.recv(65_535).partition(b"\n")[2] for _ in range(2)] == [b'{"n": 1}', b'{"n": 2}']


def test_a_daemon_that_is_away_or_cannot_be_found_raises_nothing_but_a_transport_error() -> None:
    assert daemon_at("127.0.0.1:9")()(["{}"]) == 0  # UDP: nobody tells
    no_name = "x" * 64  # longer than a label may be, so no name server is asked
    with pytest.raises(TransportError, match=f"{no_name}:2000"):
        daemon_at(f"{no_name}:2000")()


@pytest.mark.parametrize("address", ["", "localhost", "localhost:", "tcp:127.0.0.1:2000", "a:b:c"])
def test_an_address_of_no_known_form_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="is not host:port"):
        daemon_at(address)
