"""OAuth access tokens by client credentials (RFC 6749, 4.4), each kept until shortly before it expires."""

import base64
import json
import math
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from handlers.canary.probes import OAuth
from handlers.transport import Clock, Connection, Response, TransportError

OK, REFUSED = 200, (400, 401, 403)
EARLY_S = 60.0  # before it expires, so that none expires on its way
TOKEN = re.compile(r"[A-Za-z0-9\-._~+/]+=*")  # of a bearer (RFC 6750, 2.1)
MAX_TOKEN = 16_384  # characters; servers take no longer headers
FORM = "application/x-www-form-urlencoded"


class NoTokenError(Exception):
    """There is no token; the message repeats nothing of request or answer. `refused`: the client's secret."""

    def __init__(self, message: str, *, refused: bool = False) -> None:
        super().__init__(message)
        self.refused = refused


class Tokens:
    """`clock` is the transport's; `now` gives seconds since the epoch, as an environment may be frozen."""

    def __init__(self, clock: Clock, now: Callable[[], float]) -> None:
        self._clock, self._now = clock, now
        self._kept: dict[str, tuple[str, float]] = {}

    def value(self, oauth: OAuth, secret: str, deadline: float) -> str:
        """A token, kept or new, by `deadline` on the transport's clock. Raises `NoTokenError`."""
        kept = self._kept.get(repr(oauth))
        if kept is None or self._now() >= kept[1]:
            kept = self._kept[repr(oauth)] = self._fetch(oauth, secret, deadline)
        return kept[0]

    def forget(self) -> None:
        """Fetch all anew: one was refused."""
        self._kept.clear()

    def _fetch(self, oauth: OAuth, secret: str, deadline: float) -> tuple[str, float]:
        parts = urlsplit(oauth.token_url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers, body = _request(oauth, secret)
        asked = self._now()
        try:
            connection = Connection(f"{parts.scheme}://{parts.netloc}", self._clock)
            try:
                response = connection.request(
                    "POST", target, headers, body, connect_by=deadline, answer_by=deadline
                )
            finally:
                connection.close()
        except TransportError as error:
            raise NoTokenError(f"no token: {error}") from None
        token, lasts_s = _token(response)
        return token, asked + lasts_s - min(EARLY_S, lasts_s / 2)


def _request(oauth: OAuth, secret: str) -> tuple[dict[str, str], bytes]:
    form = {"grant_type": "client_credentials", **oauth.parameters}
    if oauth.scope is not None:
        form["scope"] = oauth.scope
    headers = {"Accept": "application/json", "Content-Type": FORM}
    if oauth.client_authentication == "basic":  # each part encoded like a form's (RFC 6749, 2.3.1)
        pair = f"{_encoded(oauth.client_id)}:{_encoded(secret)}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    else:
        form |= {"client_id": oauth.client_id, "client_secret": secret}
    return headers, urlencode(form, errors="replace").encode()


def _encoded(text: str) -> str:
    return quote(text, safe="", errors="replace")


def _token(response: Response) -> tuple[str, float]:
    """The token, and for how many seconds it may be used; without a statement for this once."""
    if response.status != OK:
        said = f"no token: the server answered HTTP {response.status}"
        raise NoTokenError(said, refused=response.status in REFUSED)
    try:
        answer = json.loads(response.body)
    except (ValueError, RecursionError):
        answer = None
    found: dict[str, Any] = answer if isinstance(answer, dict) else {}
    token = found.get("access_token")
    if not (isinstance(token, str) and len(token) <= MAX_TOKEN and TOKEN.fullmatch(token)):
        raise NoTokenError("no token: the server's answer holds none that can be sent")
    if str(found.get("token_type", "bearer")).lower() != "bearer":
        raise NoTokenError("no token: the server's is none of a bearer, and no other kind can be sent")
    return token, _seconds(found.get("expires_in"))


def _seconds(value: Any) -> float:
    """Some servers write the number as text."""
    try:
        seconds = float(value)
    except (TypeError, ValueError, OverflowError):
        return 0
    return seconds if math.isfinite(seconds) and seconds > 0 else 0
