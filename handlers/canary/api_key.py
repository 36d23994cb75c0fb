"""The API key: read from Secrets Manager once, and again for the probe after one that was forbidden."""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError


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
            code = error.response.get("Error", {}).get("Code")
            raise KeyUnreadableError(f"Secrets Manager: {code}") from error
        except BotoCoreError as error:
            raise KeyUnreadableError(f"Secrets Manager: {type(error).__name__}") from error
        if not isinstance(value, str) or not value:
            raise KeyUnreadableError("Secrets Manager: the secret holds no text")
        return value
