"""Secrets: read from Secrets Manager once, and again for the run after one that was refused.

Two sources: the API key that the service's stack made, as it is, and what the monitor stack's configuration
gives by name, as one JSON object.
"""

import json
import re
from typing import Any

from botocore.exceptions import ClientError

SHOWN = 80  # characters of an error's code
KEY = re.compile(r"[\x21-\x7e]{1,128}")  # what a header can carry, as long as API Gateway allows
API_KEY, NAMED = "API key", "others"


class SecretUnreadableError(Exception):
    """The secret cannot be had; the message says why and holds no part of it."""


class Secrets:
    """`client` is a Secrets Manager client; an ARN is None where no probe needs it."""

    def __init__(self, client: Any, api_key_arn: str | None, named_arn: str | None) -> None:
        self._client = client
        self._arns = {API_KEY: api_key_arn, NAMED: named_arn}
        self._known: dict[str, Any] = {}
        self._problems: dict[str, str] = {}

    def refresh(self) -> None:
        """Read what is not known yet; what cannot be read is told to those who ask for it."""
        self._problems.clear()
        for source, arn in self._arns.items():
            if arn is not None and source not in self._known:
                try:
                    text = self._read(arn)
                    self._known[source] = _key(text) if source == API_KEY else _named(text)
                except SecretUnreadableError as error:
                    self._problems[source] = str(error)

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
