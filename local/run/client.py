"""One customer of the API: a persistent connection, signed requests, each answer held to what it must be.

A request is signed with SigV4 by botocore once and reused while its signature is fresh, so that signing
costs next to nothing. It deliberately retries nothing: a request that fails is a failed request.
"""

import http.client
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from handlers.canary import outcome
from handlers.canary.probes import Probe
from handlers.transport import Response

SIGNATURE_REUSE_S = 60.0  # AWS accepts a signature for five minutes
USER_AGENT = "inference-watch-local"  # as a customer has one; AWS's common rules refuse requests without
IDLE_S = 3.0  # after so long without a request a connection is opened anew: the server may have closed it
ANSWER_TIMEOUT_S = 30.0  # API Gateway gives up after 29 s


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """One request: when it was sent (epoch seconds), how long the answer took, and what it was.

    `status` is 0 when no answer came. `code` is empty for a right answer, else the contract's error code,
    or `wrong_value`, `bad_body`, `timeout`, `connection`. `operation` is the name of the request sent.
    """

    at: float
    latency_ms: float
    status: int
    code: str
    phase: str
    operation: str

    @property
    def ok(self) -> bool:
        """The answer that was expected."""
        return self.code == ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """The stage's address, and as whom the clients call. Client i uses key i modulo the number of keys."""

    url: str
    region: str
    credentials: Credentials
    api_keys: tuple[str, ...]


class Signer:
    """Signs requests for `execute-api`, each distinct one once in `SIGNATURE_REUSE_S`."""

    def __init__(self, target: Target, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._url = target.url
        self._auth = SigV4Auth(target.credentials, "execute-api", target.region)
        self._clock = clock
        self._signed: dict[tuple[object, ...], tuple[float, dict[str, str]]] = {}

    def headers(self, sent: Probe) -> dict[str, str]:
        """Headers of the signed request; the caller must not change them."""
        now, key = self._clock(), (sent.method, sent.target, sent.content_type, sent.body)
        known = self._signed.get(key)
        if known and now - known[0] < SIGNATURE_REUSE_S:
            return known[1]
        named = {"User-Agent": USER_AGENT}
        if sent.content_type is not None:
            named["Content-Type"] = sent.content_type
        request = AWSRequest(
            method=sent.method, url=self._url + sent.target, data=sent.body or b"", headers=named
        )
        self._auth.add_auth(request)
        headers = {name: str(value) for name, value in request.headers.items()}
        self._signed[key] = (now, headers)
        return headers


class Client:
    """One customer on one persistent connection. Not thread-safe."""

    def __init__(self, target: Target, signer: Signer, api_key: str, phase: str) -> None:
        self._url: SplitResult = urlsplit(target.url)
        self._signer = signer
        self._api_key = api_key
        self._phase = phase
        self._connection: http.client.HTTPConnection | None = None
        self._used = 0.0

    def call(self, sent: Probe) -> Sample:
        """Send one request; never raises for what the network or the API does."""
        headers = {**self._signer.headers(sent), "x-api-key": self._api_key, "User-Agent": USER_AGENT}
        at, start = time.time(), time.perf_counter()
        status = 0
        try:
            connection = self._connect()
            connection.request(sent.method, self._url.path + sent.target, body=sent.body, headers=headers)
            response = connection.getresponse()
            answer = response.read()
            status = response.status
            code = judge(status, answer, sent)
        except TimeoutError:
            code = "timeout"
        except (OSError, http.client.HTTPException):
            code = "connection"
        took_ms = (time.perf_counter() - start) * 1000
        if status == 0:
            self.close()
        self._used = time.monotonic()
        return Sample(
            at=at, latency_ms=took_ms, status=status, code=code, phase=self._phase, operation=sent.name
        )

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


def judge(status: int, answer: bytes, sent: Probe) -> str:
    """The `Sample.code` of an answer, judged as the canary judges one."""
    response = Response(status=status, headers={}, body=answer)
    reason, _ = outcome.judge(response, sent)
    if reason == "status":
        try:
            return str(json.loads(answer)["error"]["code"])
        except (ValueError, KeyError, TypeError):
            return "wrong_value" if status == http.HTTPStatus.OK else "bad_body"
    return {None: "", "value": "wrong_value"}.get(reason, "bad_body")
