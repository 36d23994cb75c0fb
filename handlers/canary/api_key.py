"""The API key: read from Secrets Manager once, and again for the probe after one that was forbidden."""

import re
from typing import Any

from botocore.exceptions import ClientError

SHOWN = 80  # characters of an error's code
KEY = re.compile(r"[\x21-\x7e]{1,128}")  # what a header can carry, as long as API Gateway allows


class KeyUnreadableError(Exception):
    """The key cannot be read; the message says why and holds no part of it."""


class ApiKey:
    """`client` is a Secrets Manager client."""

    def __init__(self, client: Any, secret_arn: str) -> None:
        self._client = client
        self._secret_arn = secret_arn
        self._value: str | None = None

    def value(self) -> str:
        """The key. Raises `KeyUnreadableError`."""
        if self._value is None:
            self._value = self._read()
        return self._value

    def forget(self) -> None:
        """Read it anew next time: it may have been replaced."""
        self._value = None

    def _read(self) -> str:
        try:
            value = self._client.get_secret_value(SecretId=self._secret_arn).get("SecretString")
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code"))[:SHOWN]
            raise KeyUnreadableError(f"Secrets Manager: {code}") from None
        except Exception as error:  # noqa: BLE001  # whatever it is, its text may repeat the secret
            raise KeyUnreadableError(f"Secrets Manager: {type(error).__name__}") from None
        key = value.strip() if isinstance(value, str) else ""  # files and shells add a newline
        if not KEY.fullmatch(key):
            raise KeyUnreadableError("Secrets Manager: what the secret holds cannot be an API key")
        return key
