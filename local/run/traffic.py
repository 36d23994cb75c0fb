"""Traffic of several customers at a time, at a pace and for as long as a phase says.

The clients keep to a pace, as a customer with a usage plan does. What a client sends, and how its answer is
judged, is `local.run.client`'s part.
"""

import itertools
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from handlers.canary.probes import Probe
from local.run.client import Client, Sample, Signer, Target
from settings.probes import exported
from settings.probes.definition import Example
from settings.service import Service, probing


@dataclass(frozen=True, kw_only=True, slots=True)
class Phase:
    """A stretch of traffic: ends after `requests` requests or after `seconds`, whichever comes first.

    With `ramp_up` the clients join one after the other, each when the one before has its first answer: a
    burst of cold starts on a few cores would take time budgets that on AWS it cannot take.
    """

    name: str
    sent: Sequence[Probe]
    requests: int | None
    seconds: float
    per_s: float | None
    ramp_up: bool = False


def requests_of(service: Service, artefact: Path | None) -> tuple[Probe, ...]:
    """What customers send: the service's samples or its model's, else what the canary sends.

    Each is named as its operation.

    Raises `ServiceError`.
    """
    examples: list[Example] = [example for _, example in service.samples(artefact)]
    examples = examples or list(service.definition.probes)
    described = [{"name": each.operation, **probing.described(service, each)} for each in examples]
    return exported.loaded(described)


class Pacer:
    """Hands out starting times at most `per_s` a second, without bursts; None does not hold back."""

    def __init__(self, per_s: float | None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._gap_s = 1 / per_s if per_s else 0.0
        self._clock = clock
        self._next = clock()
        self._lock = threading.Lock()

    def delay_s(self) -> float:
        """Seconds to wait before the next request may start; 0 when it may start now."""
        if not self._gap_s:
            return 0.0
        with self._lock:
            now = self._clock()
            start = max(now, self._next)
            self._next = start + self._gap_s
            return start - now


def drive(
    target: Target,
    phase: Phase,
    clients: int,
    *,
    stop: threading.Event,
    on_sample: Callable[[Sample], None] = lambda _: None,
) -> tuple[Sample, ...]:
    """Send a phase's requests from `clients` threads; returns the samples in the order they were sent.

    `stop` ends it early. `on_sample` is called from the clients' threads, one at a time.
    """
    pacer = Pacer(phase.per_s)
    deadline = time.monotonic() + phase.seconds
    deck = _deck(phase)
    lock = threading.Lock()
    samples: list[Sample] = []
    signer = Signer(target)

    def call_until_over(client: Client, answered: threading.Event) -> None:
        while not stop.is_set():
            delay_s = pacer.delay_s()
            if time.monotonic() + delay_s >= deadline or stop.wait(delay_s):
                return
            with lock:
                sent = next(deck, None)
            if sent is None:
                return
            sample = client.call(sent)
            answered.set()
            with lock:
                samples.append(sample)
                on_sample(sample)

    def work(api_key: str, join: threading.Event, answered: threading.Event) -> None:
        join.wait()
        client = Client(target, signer, api_key, phase.name)
        try:
            call_until_over(client, answered)
        finally:
            answered.set()  # who waits for this client must not wait for ever
            client.close()

    turns = [threading.Event() for _ in range(clients + 1)]
    for turn in turns if not phase.ramp_up else turns[:1]:
        turn.set()
    keys = itertools.islice(itertools.cycle(target.api_keys), clients)
    threads = [
        threading.Thread(target=work, args=(key, turns[n], turns[n + 1]), daemon=True)
        for n, key in enumerate(keys)
    ]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    except BaseException:
        stop.set()
        raise
    return tuple(sorted(samples, key=lambda sample: sample.at))


def _deck(phase: Phase) -> Iterator[Probe]:
    """The requests in ever new but repeatable orders, so that none is sent twice in a row."""
    shuffle = random.Random(phase.name)  # noqa: S311  # varied and repeatable, not secret
    left = phase.requests
    while left is None or left > 0:
        sent = list(phase.sent)
        shuffle.shuffle(sent)
        yield from sent if left is None else sent[:left]
        left = None if left is None else left - len(sent)
