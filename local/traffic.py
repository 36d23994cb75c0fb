"""Customers of the API: several clients on persistent connections, each answer checked against its lot.

A request is signed with SigV4 by botocore once and reused while its signature is fresh, so that signing
costs the clients next to nothing. The clients keep to a pace, as a customer with a usage plan does. It
deliberately retries nothing: a request that fails is a failed request.
"""

import http.client
import itertools
import json
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

SIGNATURE_REUSE_S = 60.0  # AWS accepts a signature for five minutes
IDLE_S = 3.0  # after so long without a request a connection is opened anew: the server may have closed it
ANSWER_TIMEOUT_S = 30.0  # API Gateway gives up after 29 s


@dataclass(frozen=True, kw_only=True, slots=True)
class Lot:
    """A wine lot of the reference data: fresh `measurements` to send, and the cultivar they must give."""

    id: str
    reference: Mapping[str, float]
    measurements: Mapping[str, float]
    label: str

    @property
    def body(self) -> bytes:
        """The request body, JSON."""
        return json.dumps({"id": self.id, "measurements": dict(self.measurements)}).encode()


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """One request: when it was sent (epoch seconds), how long the answer took, and what it was.

    `status` is 0 when no answer came. `code` is empty for a right answer, else the contract's error code,
    or `wrong_value`, `bad_body`, `timeout`, `connection`.
    """

    at: float
    latency_ms: float
    status: int
    code: str
    phase: str

    @property
    def ok(self) -> bool:
        """A 200 that holds the lot's known cultivar."""
        return self.code == ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """Where the clients call, and as whom. Client i uses key i modulo the number of keys."""

    url: str
    region: str
    credentials: Credentials
    api_keys: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Phase:
    """A stretch of traffic: ends after `requests` requests or after `seconds`, whichever comes first."""

    name: str
    lots: Sequence[Lot]
    requests: int | None
    seconds: float
    per_s: float | None


def load_lots(path: Path) -> tuple[Lot, ...]:
    """Read the model's reference data: a JSON list of id, reference, measurements and label."""
    items: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return tuple(Lot(**item) for item in items)


class Signer:
    """Signs requests for `execute-api`, each distinct body once in `SIGNATURE_REUSE_S`."""

    def __init__(self, target: Target, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._url = target.url
        self._auth = SigV4Auth(target.credentials, "execute-api", target.region)
        self._clock = clock
        self._signed: dict[bytes, tuple[float, dict[str, str]]] = {}

    def headers(self, body: bytes) -> dict[str, str]:
        """Headers of a signed POST of `body`; the caller must not change them."""
        now = self._clock()
        known = self._signed.get(body)
        if known and now - known[0] < SIGNATURE_REUSE_S:
            return known[1]
        request = AWSRequest(
            method="POST", url=self._url, data=body, headers={"Content-Type": "application/json"}
        )
        self._auth.add_auth(request)
        headers = {name: str(value) for name, value in request.headers.items()}
        self._signed[body] = (now, headers)
        return headers


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


class Client:
    """One customer on one persistent connection. Not thread-safe."""

    def __init__(self, target: Target, signer: Signer, api_key: str, phase: str) -> None:
        self._url: SplitResult = urlsplit(target.url)
        self._signer = signer
        self._api_key = api_key
        self._phase = phase
        self._connection: http.client.HTTPConnection | None = None
        self._used = 0.0

    def call(self, lot: Lot) -> Sample:
        """Ask for the prediction of `lot`; never raises for what the network or the API does."""
        body = lot.body
        headers = {**self._signer.headers(body), "x-api-key": self._api_key}
        at, start = time.time(), time.perf_counter()
        status = 0
        try:
            connection = self._connect()
            connection.request("POST", self._url.path, body=body, headers=headers)
            response = connection.getresponse()
            answer = response.read()
            status = response.status
            code = judge(status, answer, lot)
        except TimeoutError:
            code = "timeout"
        except (OSError, http.client.HTTPException):
            code = "connection"
        took_ms = (time.perf_counter() - start) * 1000
        if status == 0:
            self.close()
        self._used = time.monotonic()
        return Sample(at=at, latency_ms=took_ms, status=status, code=code, phase=self._phase)

    def close(self) -> None:
        """Close the connection; the next call opens a new one."""
        if self._connection:
            self._connection.close()
            self._connection = None

    def _connect(self) -> http.client.HTTPConnection:
        if self._connection and time.monotonic() - self._used > IDLE_S:
            self.close()
        if not self._connection:
            assert self._url.hostname  # noqa: S101  # the stack's own output
            self._connection = http.client.HTTPConnection(
                self._url.hostname, self._url.port, timeout=ANSWER_TIMEOUT_S
            )
        return self._connection


def judge(status: int, answer: bytes, lot: Lot) -> str:
    """The `Sample.code` of an answer to a request for `lot`."""
    try:
        body = json.loads(answer)
        if status != http.HTTPStatus.OK:
            return str(body["error"]["code"])
        right = (body["id"], body["prediction"]) == (lot.id, lot.label)
    except (ValueError, KeyError, TypeError):
        return "bad_body"
    return "" if right else "wrong_value"


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

    def work(api_key: str) -> None:
        client = Client(target, signer, api_key, phase.name)
        while not stop.is_set():
            delay_s = pacer.delay_s()
            if time.monotonic() + delay_s >= deadline or stop.wait(delay_s):
                break
            with lock:
                lot = next(deck, None)
            if lot is None:
                break
            sample = client.call(lot)
            with lock:
                samples.append(sample)
                on_sample(sample)
        client.close()

    keys = itertools.islice(itertools.cycle(target.api_keys), clients)
    threads = [threading.Thread(target=work, args=(key,), daemon=True) for key in keys]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    except BaseException:
        stop.set()
        raise
    return tuple(sorted(samples, key=lambda sample: sample.at))


def _deck(phase: Phase) -> Iterator[Lot]:
    """The lots in ever new but repeatable orders, so that no lot is asked for twice in a row."""
    shuffle = random.Random(phase.name)  # noqa: S311  # varied and repeatable, not secret
    left = phase.requests
    while left is None or left > 0:
        lots = list(phase.lots)
        shuffle.shuffle(lots)
        yield from lots if left is None else lots[:left]
        left = None if left is None else left - len(lots)
