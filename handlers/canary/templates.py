"""Texts with references, `${name}`: found, and filled with what a run knows.

A reference is to a value that an earlier step took out of an answer, or to a secret: `${secrets.name}`.
`$${` stands for `${` itself.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

REFERENCE = re.compile(r"\$(\$?)\{([^{}]*)\}")
SECRETS = "secrets."


class UnfillableError(Exception):
    """A text cannot be filled; the message repeats nothing of the value."""


def references(value: Any) -> Iterator[str]:
    """The names that a text, or the texts within a document, refer to, in order."""
    if isinstance(value, str):
        yield from (match[2] for match in REFERENCE.finditer(value) if not match[1])
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from references(inner)


def filled(value: Any, known: Callable[[str], Any]) -> Any:
    """The document with its references filled. A text that is one reference becomes the value itself."""
    if isinstance(value, str):
        whole = REFERENCE.fullmatch(value)
        return known(whole[2]) if whole and not whole[1] else text(value, known)
    if isinstance(value, Mapping):
        return {key: filled(inner, known) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [filled(inner, known) for inner in value]
    return value


def text(template: str, known: Callable[[str], Any], quote: Callable[[str], str] = str) -> str:
    """The text with its references filled, each as `quote` writes it. Raises `UnfillableError`."""

    def one(match: re.Match[str]) -> str:
        return f"${{{match[2]}}}" if match[1] else quote(as_text(known(match[2])))

    return REFERENCE.sub(one, template)


def as_text(value: Any) -> str:
    """A text, number or truth value as it stands in a text. Raises `UnfillableError` for others."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    raise UnfillableError("an object, a list or null cannot stand in a text")
