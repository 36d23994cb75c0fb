"""Where spans go: to Lambda's daemon by UDP, or to any OTLP endpoint once the answer is out.

UDP is what AWS's distribution of OpenTelemetry does in Lambda: a datagram with the daemon's header, `T1S` and
the protobuf message in base64. Its package says that the daemon of Lambda takes it; AWS's guides do not.

An endpoint is reached by HTTP after the answer: the sender is an internal extension, whose thread Lambda lets
run until it asks for the next event, while the customer has the answer already. That time is billed.
"""

import base64
import logging
import os
import queue
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlsplit

from handlers import otlp_wire
from handlers.otlp import Span, Value
from handlers.transport import Connection, TransportError

DAEMON = "AWS_XRAY_DAEMON_ADDRESS"
HEADER = b'{"format":"json","version":1}\nT1S'
MAX_DATAGRAM = 60_000  # of the 65,507 bytes that UDP carries
MAX_MESSAGE = MAX_DATAGRAM * 3 // 4 - len(HEADER)
TIMEOUT_S = 2.0  # for an endpoint: as long as the next invocation may have to wait for this one's spans
LONGEST_S = 24 * 3600  # for the next event; an environment does not live as long
PAUSE_S = 1.0
WAITING = 100  # invocations, should an endpoint not answer
REFUSED = (401, 403)
EXTENSION = "2020-01-01/extension"
Headers = Callable[[str, bytes], Mapping[str, str]]  # of a message to a URL
Send = Callable[[Sequence[Span]], None]

log = logging.getLogger(__name__)


def resource() -> dict[str, Value]:
    """The function, in the words of the semantic conventions."""
    name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "")
    return {
        "service.name": name,
        "faas.name": name,
        "faas.version": os.environ.get("AWS_LAMBDA_FUNCTION_VERSION", ""),
        "cloud.provider": "aws",
        "cloud.platform": "aws_lambda",
        "cloud.region": os.environ.get("AWS_REGION", ""),
    }


class Daemon:
    """Sends to the daemon at `address`, `host:port` or the SDK's longer form; never waits, never raises."""

    def __init__(self, address: str) -> None:
        udp = next((part[4:] for part in address.split() if part.startswith("udp:")), address)
        host, _, port = udp.rpartition(":")
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._address = (host, int(port))
        self._resource = resource()
        self._lost = 0  # datagrams, since the last that went

    def __call__(self, spans: Sequence[Span]) -> None:
        """Send the spans as one datagram, which arrives whole or not at all, and only many in parts.

        One that is too large by itself is dropped, and told with its size.
        """
        if not spans:
            return
        message = otlp_wire.request(spans, self._resource)
        if len(message) > MAX_MESSAGE:
            if len(spans) > 1:
                middle = len(spans) // 2
                self(spans[:middle])
                self(spans[middle:])
            else:
                log.warning("a step of %d bytes was not recorded: a datagram takes no more", len(message))
            return
        try:
            self._socket.sendto(HEADER + base64.b64encode(message), self._address)
        except OSError as error:
            if not self._lost:
                log.warning("spans are not sent to the daemon: %s", error)
            self._lost += 1
        else:
            if self._lost:
                log.warning("spans are sent to the daemon again; %d datagrams were lost", self._lost)
            self._lost = 0


class Afterwards:
    """Sends to `endpoint` when the answer is out. Make it while the function starts: Lambda registers then.

    `headers` makes what gives a message's headers, which is called in the thread and may take its time once.
    Nothing of the endpoint is known before the first message: a snapshot of the function holds no connection
    to it and no secret.
    """

    def __init__(self, endpoint: str, headers: Callable[[], Headers], runtime_api: str) -> None:
        self._endpoint, self._fresh, self._headers = endpoint, headers, headers()
        self._failed, self._lost = False, 0
        self._over: queue.Queue[Sequence[Span]] = queue.Queue(WAITING)
        self._lambda = Connection(f"http://{runtime_api}", time.monotonic)
        answer = self._ask("POST", "register", {"Lambda-Extension-Name": "spans"}, b'{"events":["INVOKE"]}')
        self._id = answer["lambda-extension-identifier"]
        threading.Thread(target=self._run, name="spans", daemon=True).start()

    def __call__(self, spans: Sequence[Span]) -> None:
        """Take over the spans of an invocation that is over, also none: it is over then as well."""
        try:
            self._over.put_nowait(spans)
        except queue.Full:
            log.warning("spans of an invocation were dropped: the endpoint does not keep up")

    def _run(self) -> None:
        connection = Connection(self._endpoint, time.monotonic)
        target = urlsplit(self._endpoint)
        path = f"?{target.query}" if target.query else ""
        while True:
            if not self._quietly(self._next):
                time.sleep(PAUSE_S)  # Lambda does not answer, and may do so again
                continue
            spans = self._over.get()
            if not spans:
                continue
            if not self._quietly(self._post, connection, path, spans):
                self._lost += 1
                continue
            if self._lost:
                log.warning(
                    "spans are sent to the endpoint again; those of %d invocations were lost", self._lost
                )
            self._failed, self._lost = False, 0

    def _quietly(self, work: Callable[..., None], *arguments: object) -> bool:
        """Whether it was done. Whatever goes wrong is one line until it goes well, and requests go on."""
        try:
            work(*arguments)
        except Exception as error:  # noqa: BLE001  # see above
            if not self._failed:
                log.warning("spans are not sent to the endpoint: %s", type(error).__name__)
            self._failed = True
            return False
        return True

    def _next(self) -> None:
        self._ask("GET", "event/next", {"Lambda-Extension-Identifier": self._id}, None, within_s=LONGEST_S)

    def _post(self, connection: Connection, path: str, spans: Sequence[Span]) -> None:
        message = otlp_wire.request(spans, resource())
        headers = {"Content-Type": "application/x-protobuf", **self._headers(self._endpoint, message)}
        by = time.monotonic() + TIMEOUT_S
        answer = connection.request("POST", path, headers, message, connect_by=by, answer_by=by)
        if answer.status in REFUSED:
            self._headers = self._fresh()  # the secret may have been replaced
        if answer.status >= 300:  # noqa: PLR2004  # HTTP's range of success is below
            raise TransportError(f"status {answer.status}")

    def _ask(
        self,
        method: str,
        what: str,
        headers: Mapping[str, str],
        body: bytes | None,
        *,
        within_s: float = TIMEOUT_S,
    ) -> Mapping[str, str]:
        """One call to Lambda's extensions API."""
        by = time.monotonic() + within_s
        path = f"/{EXTENSION}/{what}"
        answer = self._lambda.request(method, path, headers, body, connect_by=by, answer_by=by)
        if answer.status != 200:  # noqa: PLR2004
            raise TransportError(f"Lambda answered {answer.status} to an extension")
        return answer.headers


def configured(runtime_api: str | None) -> Send:
    """The sender that the environment asks for. Raises ValueError and `TransportError`."""
    endpoint = os.environ.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    if not endpoint:
        return Daemon(os.environ.get(DAEMON, "127.0.0.1:2000"))
    if runtime_api is None:
        raise ValueError("there is no Lambda runtime API, so spans cannot be sent after an answer")
    from handlers.otlp_headers import headers  # noqa: PLC0415  # only with an endpoint

    secret_arn = os.environ.get("OTLP_HEADERS_SECRET_ARN")
    return Afterwards(endpoint, lambda: headers(secret_arn), runtime_api)
