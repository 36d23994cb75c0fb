"""What the texts of a call refer to, and the secrets that must not stand in them.

A secret is never repeated.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from handlers.canary.templates import REFERENCE, SECRETS, references
from settings.probes.authorization import SECRET_NAME, Authorization
from settings.probes.definition import Call, Take
from settings.service.errors import did_you_mean

At = Callable[..., str]  # the place of a part, given as path: `file:line: dotted place`
Place = tuple[str | int, ...]
FILLED = ("path", "query", "headers", "body", "form")  # parts of a request
# What is meant for a reference and is none: unclosed, or of another notation.
SLIP = re.compile(r"\$\{|\$secrets\.|\{\{-?\s*secrets\.")
# Names of what holds a secret, in headers, queries and bodies. `next_token` is none, nor is `max_tokens`.
SECRET = re.compile(
    r"passw(or)?d|pwd$|secret(?!ar)|credential|(api|private|subscription)[-_]?key$"
    r"|^(x[-_])?token$|(access|auth|bearer|refresh|session|\bid)[-_]?token$",
    re.IGNORECASE,
)
UNFILLED = "no `${…}` is filled in here, so it would be taken as it is written. Remove it."
TOLD = "a secret in plain text is read by whoever reads the file. Take it out of it, and change it; then use"


def reference_problems(call: Call, at: At, place: Place, taken: Mapping[str, Take]) -> Iterator[str]:
    """References to nothing, or where a value has no business or none is filled in."""
    request = call.request
    parts: list[tuple[Place, Any]] = [(("request", where), getattr(request, where)) for where in FILLED]
    parts.append((("path",), call.path))
    parts += [(("expect", "values", n, "equals"), value.equals) for n, value in enumerate(call.expect.values)]
    for where, part in parts:
        found = [problem for name in references(part) if (problem := _reference(name, where, taken))]
        found += [] if found else _slips(part)
        yield from (f"{at(*place, *where)}: {problem}" for problem in dict.fromkeys(found))
    for where, text in _unfilled(call):
        if any(references(text)):
            yield f"{at(*place, *where)}: {UNFILLED}"


def _reference(name: str, where: Place, taken: Mapping[str, Take]) -> str:
    """What is wrong with one reference."""
    if not name.startswith(SECRETS):
        if name in taken:
            return ""
        meant = did_you_mean(name, taken) if taken else "No earlier step takes a value."
        return (
            f"`${{{name}}}` is no value that an earlier step takes, so it could not be filled in. {meant}"
            " For the text itself write `$${`."
        )
    if not SECRET_NAME.fullmatch(name.removeprefix(SECRETS)):
        return f"`${{{SECRETS}…}}` names no secret: 1 to 64 letters, digits, `-` and `_`. Correct the name."
    if where[-1] in ("path", "query"):
        return "a secret in an address is written into logs on the way. Send it in a header or the body."
    if where[0] == "expect":
        return "an answer that repeats a secret gives it away, and is none to expect. Remove it."
    return ""


def _slips(part: Any) -> list[str]:
    if any(SLIP.search(REFERENCE.sub("", text)) for text in _strings(part)):
        return [
            "it has half a reference, which would be sent as it is. Write `${name}` or `${secrets.NAME}`."
        ]
    return []


def _strings(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, Mapping):
        for inner in part.values():
            yield from _strings(inner)
    elif isinstance(part, list | tuple):
        for inner in part:
            yield from _strings(inner)


def _unfilled(call: Call) -> Iterator[tuple[Place, Any]]:
    """Texts in which nothing is filled in, and the names of fields."""
    yield ("request", "content_type"), call.request.content_type
    yield ("expect", "schema"), call.expect.fits
    for number, header in enumerate(call.expect.headers):
        yield ("expect", "headers", number, "equals"), header.equals
    for where in ("query", "body", "form"):
        yield ("request", where), [*_names(getattr(call.request, where))]


def _names(part: Any) -> Iterator[str]:
    if isinstance(part, Mapping):
        yield from part.keys()
    for inner in part.values() if isinstance(part, Mapping) else part if isinstance(part, list) else ():
        yield from _names(inner)


def secret_problems(call: Call, at: At, place: Place) -> Iterator[str]:
    """Secrets in plain text in an address or a body; of headers see `settings.probes.checks`."""
    for where in ("query", "body", "form"):
        use = "a header or the body with `${secrets.NAME}`" if where == "query" else "`${secrets.NAME}`"
        for inner in _secrets(getattr(call.request, where)):
            yield f"{at(*place, 'request', where, *inner)}: {TOLD} {use}."


def _secrets(part: Any) -> Iterator[Place]:
    """The places below `part` where a text stands that is one by its name."""
    if isinstance(part, Mapping):
        for name, inner in part.items():
            if isinstance(inner, str):
                if SECRET.search(name) and inner and not any(references(inner)):
                    yield (name,)
            else:
                yield from ((name, *below) for below in _secrets(inner))
    elif isinstance(part, list):
        for number, inner in enumerate(part):
            yield from ((number, *below) for below in _secrets(inner))


def authorization_problems(said: Authorization | None, at: At) -> Iterator[str]:
    """References and secrets in what is said of a token; `at` is of the authorization."""
    if said is None or said.oauth is None:
        return
    oauth = said.oauth
    for where, part in (
        (("client_id",), oauth.client_id),
        (("scope",), oauth.scope),
        (("parameters",), oauth.parameters),
    ):
        if any(references(part)):
            yield f"{at('oauth', *where)}: {UNFILLED}"
    for inner in _secrets(oauth.parameters):
        yield f"{at('oauth', 'parameters', *inner)}: {TOLD} `client_secret`."
