"""Sends what a topic says to one channel. Whatever goes wrong is raised: Lambda repeats it, then keeps it.

The address, a webhook's URL or a routing key, is a secret: it is in no error, log or trace.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urlsplit

from handlers import tracing
from handlers.forwarder.message import Message, read
from handlers.forwarder.settings import Settings
from handlers.forwarder.shapes import SHAPES
from handlers.transport import Clock, Connection, TransportError

ATTEMPTS, PAUSE_S = 3, 1.0  # the pause doubles; a page should not wait a minute for one broken connection
CONNECT_S, ANSWER_S = 3.0, 10.0
TOO_MANY, SERVER_ERRORS = 429, 500


class ForwardError(Exception):
    """Nobody was told; the message says why and holds no part of the address. `final`: so it stays."""

    def __init__(self, message: str, *, final: bool = True) -> None:
        super().__init__(message)
        self.final = final


@dataclass(kw_only=True, slots=True)
class Forwarder:
    """`secrets` is a Secrets Manager client; the secret is JSON: `url`, and `routing_key` where one is
    needed. It is read once, and again after a failure: it may have been replaced.
    """

    settings: Settings
    secrets: Any
    clock: Clock
    sleep: Callable[[float], None]
    _address: Mapping[str, str] | None = field(default=None, init=False)

    def run(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Forward every record of Lambda's SNS event. Raises `ForwardError`."""
        messages = [read(record) for record in event["Records"]]
        for message in messages:
            try:
                self._forward(message)
            except ForwardError:
                self._address = None
                raise
        return {"forwarded": [message.key for message in messages]}

    def _forward(self, message: Message) -> None:
        if self._address is None:
            self._address = self._read_address()
        url, key = urlsplit(self._address["url"]), self._address.get("routing_key")
        body = {**SHAPES[self.settings.channel](message), **({"routing_key": key} if key else {})}
        connection = Connection(f"{url.scheme}://{url.netloc}", self.clock)
        try:
            for attempt in range(1, ATTEMPTS + 1):
                try:
                    return self._send(connection, url, json.dumps(body, ensure_ascii=False).encode())
                except ForwardError as error:
                    if error.final or attempt == ATTEMPTS:
                        raise
                self.sleep(PAUSE_S * 2 ** (attempt - 1))
        finally:
            connection.close()

    def _send(self, connection: Connection, url: SplitResult, body: bytes) -> None:
        now = self.clock()
        try:
            # Of the address only the host: path and query are the secret.
            with tracing.http_call(url.hostname or "", "POST", f"{url.scheme}://{url.hostname}") as call:
                response = connection.request(
                    "POST",
                    url._replace(scheme="", netloc="", fragment="").geturl() or "/",
                    {"Content-Type": "application/json"},
                    body,
                    connect_by=now + CONNECT_S,
                    answer_by=now + ANSWER_S,
                )
                call.answered(response.status)
        except TransportError as error:
            raise ForwardError(f"{self.settings.channel} was not told: {error}", final=False) from None
        if not 200 <= response.status < 300:  # noqa: PLR2004  # HTTP's range of success
            again = response.status == TOO_MANY or response.status >= SERVER_ERRORS
            raise ForwardError(
                f"{self.settings.channel} was not told: it answered {response.status}", final=not again
            )

    def _read_address(self) -> Mapping[str, str]:
        try:
            secret = self.secrets.get_secret_value(SecretId=self.settings.address_secret_arn)
            address: dict[str, str] = json.loads(secret["SecretString"])
            host = urlsplit(address["url"]).hostname
        except Exception as error:  # noqa: BLE001  # whatever it is, its text may repeat the secret
            raise ForwardError(f"the address cannot be read: {type(error).__name__}") from None
        if not host:
            raise ForwardError("the address has no host")
        return address
