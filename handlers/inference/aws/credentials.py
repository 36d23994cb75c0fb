"""Credentials to sign with: Lambda's variables, or after a SnapStart restore those of its local server.

The variables hold for an environment's whole life. A restored function has none and gets credentials that
expire, from AWS_CONTAINER_CREDENTIALS_FULL_URI ("Container credential provider", AWS SDKs and Tools
Reference Guide). They are fetched in a thread of their own, well ahead of their expiry: no request waits
longer than its deadline, and none at all while the old ones hold.
"""

import contextlib
import json
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime

from handlers.inference.aws.signature import Credentials
from handlers.transport import Clock, Connection, TimedOutError, TransportError

FETCH_S = 5.0  # for one fetch, whoever waits for it
RENEW_BEFORE_S = 15 * 60.0  # as botocore does
MARGIN_S = 60.0  # what expires this soon is not signed with: clocks differ, and a request takes time
OK = 200

# Takes when the answer is needed, on the clock of whoever asks. Raises `TransportError`.
CredentialSource = Callable[[float], Credentials]
log = logging.getLogger(__name__)


class CredentialsError(TransportError):
    """There are none, so nothing was sent."""


def credential_source(environ: Mapping[str, str], clock: Clock) -> CredentialSource:
    """The source for this environment; nothing is fetched before the first request."""
    if "AWS_ACCESS_KEY_ID" not in environ:
        return ContainerCredentials(clock)
    fixed = Credentials(
        access_key=environ["AWS_ACCESS_KEY_ID"],
        secret_key=environ["AWS_SECRET_ACCESS_KEY"],
        token=environ.get("AWS_SESSION_TOKEN") or None,
    )
    return lambda _by: fixed


class ContainerCredentials:
    """Fetches and renews; call it for the current ones. `wall` gives epoch seconds, as expiry does."""

    def __init__(self, clock: Clock, wall: Clock = time.time) -> None:
        self._clock = clock
        self._wall = wall
        self._held: Credentials | None = None
        self._expires = 0.0
        self._problem = ""
        self._fetching: threading.Thread | None = None

    def __call__(self, by: float) -> Credentials:
        """Credentials that hold, at `by` the latest. Raises `TimedOutError` or `CredentialsError`."""
        if self._left_s() < RENEW_BEFORE_S:
            fetching = self._fetch_soon()
            if fetching is not None and self._left_s() < MARGIN_S:
                fetching.join(max(by - self._clock(), 0))
                if fetching.is_alive():
                    raise TimedOutError("the credentials did not come in time")
        if self._held is None or self._left_s() < MARGIN_S:
            raise CredentialsError(f"no credentials: {self._problem}")
        return self._held

    def _left_s(self) -> float:
        return self._expires - self._wall()

    def _fetch_soon(self) -> threading.Thread | None:
        if self._fetching is None or not self._fetching.is_alive():
            self._fetching = threading.Thread(target=self._fetch, name="credentials", daemon=True)
            try:
                self._fetching.start()
            except RuntimeError:
                self._fetching, self._problem = None, "the system gives no more threads"
        return self._fetching

    def _fetch(self) -> None:
        try:
            self._held, self._expires = _fetched(self._clock)
        except TransportError as error:
            self._problem = str(error)
            log.warning("credentials were not fetched", extra={"fields": {"detail": self._problem}})


def _fetched(clock: Clock) -> tuple[Credentials, float]:
    # Read anew each time: Lambda's runtime sets these at the restore.
    url = os.environ.get("AWS_CONTAINER_CREDENTIALS_FULL_URI", "")
    token = os.environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN")
    by = clock() + FETCH_S
    try:
        connection = Connection(url, clock)
    except ValueError:
        raise CredentialsError("AWS_CONTAINER_CREDENTIALS_FULL_URI is no URL") from None
    with contextlib.closing(connection):
        response = connection.request(
            "GET", "", {} if token is None else {"Authorization": token}, connect_by=by, answer_by=by
        )
    if response.status != OK:
        raise CredentialsError(f"their server answered HTTP {response.status}")
    try:
        document = json.loads(response.body)
        names = ("AccessKeyId", "SecretAccessKey", "Token", "Expiration")
        access_key, secret_key, token, expiration = (document[name].strip() for name in names)
        expires = datetime.fromisoformat(expiration).timestamp()
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        # Their texts may repeat a secret.
        raise CredentialsError("what their server answered are no credentials") from None
    return Credentials(access_key=access_key, secret_key=secret_key, token=token), expires
