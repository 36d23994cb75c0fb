"""Sends segments from a background thread: bounded in memory, never in the way of a prediction.

A request only puts a document into a queue; when that is full the document is dropped and counted. The
thread wakes up a few times a second, whatever the traffic, and sends what has gathered in batches. While
the receiver is away it tries ever more rarely; a batch that failed is lost and counted, not kept. A trace
is worth less than the memory and the time that keeping it would take.
"""

import json
import logging
import queue
import threading
from dataclasses import dataclass
from typing import Any, Final

from model.transports import Connect, Send, TransportError

BATCH: Final = 50  # documents in one call; the X-Ray daemon sends as many
CAPACITY: Final = 2000  # documents waiting: some 3 MB, and 4,000 sampled requests a second
INTERVAL_S: Final = 0.5
MAX_PAUSE_S: Final = 8.0  # between attempts while the receiver is away
FLUSH_S: Final = 3.0  # at most, when the worker ends: one call's connect and read timeout

_log = logging.getLogger("model.emitter")


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """What became of the documents: sent, dropped at the full queue, lost on the way or refused."""

    sent: int
    dropped: int
    lost: int


class Emitter:
    """Queue and thread of one process; `connect` runs on the thread. Make it after a fork, not before."""

    def __init__(
        self,
        connect: Connect,
        *,
        capacity: int = CAPACITY,
        interval_s: float = INTERVAL_S,
        max_pause_s: float = MAX_PAUSE_S,
        flush_s: float = FLUSH_S,
    ) -> None:
        self._connect = connect
        self._interval_s, self._max_pause_s, self._flush_s = interval_s, max_pause_s, flush_s
        self._waiting: queue.Queue[dict[str, Any]] = queue.Queue(maxsize=capacity)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="trace-emitter", daemon=True)
        self._counting = threading.Lock()
        self._sent = self._dropped = self._lost = self._under_way = 0
        self._stopped = False

    @property
    def counts(self) -> Counts:
        """The counts so far."""
        with self._counting:
            return Counts(sent=self._sent, dropped=self._dropped, lost=self._lost)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def put(self, document: dict[str, Any]) -> None:
        """Take over a document, or drop and count it. Returns at once and never raises."""
        with self._counting:
            if self._stopped or self._waiting.full():
                self._dropped += 1
            else:
                self._waiting.put_nowait(document)

    def stop(self) -> Counts:
        """Send what is waiting, for at most the flush time; what is left or under way then counts as lost."""
        self._stopping.set()
        self._thread.join(self._flush_s)
        with self._counting:
            self._stopped = True
            self._lost += self._waiting.qsize() + self._under_way
        counts = self.counts
        _log.info("traces: %d sent, %d dropped, %d lost", counts.sent, counts.dropped, counts.lost)
        return counts

    def _run(self) -> None:
        send: Send | None = None
        away, pause_s = False, self._interval_s
        while True:
            last = self._stopping.is_set()
            try:
                send = send or self._connect()
                self._drain(send)
            except TransportError as error:
                if not away:
                    _log.warning("traces are not sent, trying again: %s", error)
                away, pause_s = True, min(pause_s * 2, self._max_pause_s)
            else:
                if away:
                    _log.warning("traces are sent again; %d were lost so far", self.counts.lost)
                away, pause_s = False, self._interval_s
            if last:
                return
            self._stopping.wait(pause_s)

    def _drain(self, send: Send) -> None:
        """Send everything that waits, a batch at a time; the first failure loses its batch and is raised."""
        while batch := self._take():
            refused = len(batch)
            try:
                refused = send(batch)
            finally:
                with self._counting:
                    self._under_way = 0
                    if not self._stopped:  # else it is counted as lost already
                        self._sent += len(batch) - refused
                        self._lost += refused

    def _take(self) -> list[str]:
        with self._counting:
            count = 0 if self._stopped else min(BATCH, self._waiting.qsize())
            taken = [self._waiting.get_nowait() for _ in range(count)]
            self._under_way = count
        return [json.dumps(document) for document in taken]
