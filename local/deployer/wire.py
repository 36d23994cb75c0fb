"""Pulumi's wire values: secrets come wrapped, and every number is a float."""

from collections.abc import Iterator, Mapping
from typing import Any

SECRET_KEY = "4dabf18193072939515e22adb298388d"  # noqa: S105  # Pulumi's wire format, see pulumi.runtime.rpc
SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  # the same


def plain(value: Any) -> Any:
    """A Pulumi wire value without secret wrappers; floats that are whole numbers become ints."""
    if isinstance(value, Mapping):
        if value.get(SECRET_KEY) == SECRET_SIGNATURE:
            return plain(value.get("value"))
        return {key: plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def is_secret(value: Any) -> bool:
    """Whether a wire value is a secret or holds one."""
    if isinstance(value, Mapping):
        return value.get(SECRET_KEY) == SECRET_SIGNATURE or any(is_secret(item) for item in value.values())
    return isinstance(value, list | tuple) and any(is_secret(item) for item in value)


def wrapped(value: Any) -> dict[str, Any]:
    """A value as a secret on Pulumi's wire."""
    return {SECRET_KEY: SECRET_SIGNATURE, "value": value}


def redacted(text: str, inputs: Mapping[str, Any]) -> str:
    """The text without the secrets that the inputs hold."""
    for secret in set(_secret_texts(inputs, inside=False)):
        text = text.replace(secret, "[secret]")
    return text


def _secret_texts(value: Any, *, inside: bool) -> Iterator[str]:
    if isinstance(value, Mapping):
        inside = inside or value.get(SECRET_KEY) == SECRET_SIGNATURE
        for key, item in value.items():
            if key != SECRET_KEY:
                yield from _secret_texts(item, inside=inside)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _secret_texts(item, inside=inside)
    elif inside and isinstance(value, str) and value:
        yield value
