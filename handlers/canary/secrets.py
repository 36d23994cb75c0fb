"""Secrets: read from Secrets Manager, again after a while, and for the run after one that was refused.

A secret that is rotated is replaced while its old value is still taken, so reading it again in time loses no
probe. What is known stays in use where it cannot be read again: it is right until it is refused.

Two sources: the API key that the service's stack made, as it is, and what the monitor stack's configuration
gives by name, as one JSON object.
"""

import json
import re
import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

MAX_AGE_S = 300.0  # the page on callers says how long a rotation waits for it
SHOWN = 80  # characters of an error's code
KEY = re.compile(r"[\x21-\x7e]{1,128}")  # what a header can carry, as long as API Gateway allows
API_KEY, NAMED = "API key", "others"


class SecretUnreadableError(Exception):
    """The secret cannot be had; the message says why and holds no part of it."""


class Secrets:
    """`client` is a Secrets Manager client; an ARN is None where no probe needs it.

    `now` is the wall clock in seconds, as an environment may be frozen.
    """

    def __init__(
        self,
        client: Any,
        api_key_arn: str | None,
        named_arn: str | None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._client, self._now = client, now
        self._arns = {API_KEY: api_key_arn, NAMED: named_arn}
        self._known: dict[str, Any] = {}
        self._read_at: dict[str, float] = {}
        self._problems: dict[str, str] = {}

    def refresh(self) -> None:
        """Read what is not known or old; what cannot be read at all is told to those who ask for it."""
        self._problems.clear()
        for source, arn in self._arns.items():
            if arn is not None and not self._is_fresh(source):
                try:
                    text = self._read(arn)
                    self._known[source] = _key(text) if source == API_KEY else _named(text)
                    self._read_at[source] = self._now()
                except SecretUnreadableError as error:
                    self._problems[source] = str(error)

    def _is_fresh(self, source: str) -> bool:
        return source in self._known and self._now() < self._read_at[source] + MAX_AGE_S

    def forget(self) -> None:
        """Read all anew next time: one may have been replaced."""
        self._known.clear()

    def api_key(self) -> str:
        """The service's own API key. Raises `SecretUnreadableError`."""
        key: str = self._source(API_KEY)
        return key

    def named(self, name: str) -> str:
        """The secret of this name. Raises `SecretUnreadableError`."""
        value = self._source(NAMED).get(name)
        if not isinstance(value, str):
            raise SecretUnreadableError(f"Secrets Manager: what is stored has no secret {name!r}")
        return value.strip("\r\n")  # files and shells add a newline

    def _source(self, source: str) -> Any:
        if source not in self._known:
            raise SecretUnreadableError(self._problems.get(source, "Secrets Manager: no secret is set up"))
        return self._known[source]

    def _read(self, arn: str) -> str:
        try:
            value = self._client.get_secret_value(SecretId=arn).get("SecretString")
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code"))[:SHOWN]
            raise SecretUnreadableError(f"Secrets Manager: {code}") from None
        except Exception as error:  # noqa: BLE001  # whatever it is, its text may repeat the secret
            raise SecretUnreadableError(f"Secrets Manager: {type(error).__name__}") from None
        return value if isinstance(value, str) else ""


def _key(text: str) -> str:
    key = text.strip()
    if not KEY.fullmatch(key):
        raise SecretUnreadableError("Secrets Manager: what the secret holds cannot be an API key")
    return key


def _named(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise SecretUnreadableError("Secrets Manager: what the secret holds is no JSON object")
    return found
