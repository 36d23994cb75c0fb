"""A request as it is sent: what the canary and the customers of the local run put on the wire.

What refers to a value that is known only in a run stays as it is written; the canary fills it in.
"""

import base64
import json
import mimetypes
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from handlers.canary.templates import REFERENCE, references
from settings.probes.definition import Call, Request

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
BYTES = "application/octet-stream"
VARIABLE = re.compile(r"(?<!\$)\{([^{}+]*)(\+?)\}")  # of a path, and no reference


class UnsendableError(ValueError):
    """The request cannot be made; `part` is where in it, the message says why, the consequence and the
    fix."""

    def __init__(self, part: str, message: str) -> None:
        super().__init__(message)
        self.part = part


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """`target` is path and query below the stage's address.

    `body` is what is sent, or else `document` (as JSON) or `form` with references to fill in; without a
    `content_type` there is none.
    """

    method: str
    target: str
    content_type: str | None = None
    body: bytes | None = None
    document: Any = None
    form: Mapping[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def built(
    method: str, path: str, request: Request, read: Callable[[str], bytes], content_type: str | None = None
) -> Sent:
    """The request; `read` gives the content of a file beside the probes. Raises `UnsendableError`."""
    headers, target = dict(request.headers), target_of(path, request)
    if not request.kind:
        return Sent(method=method, target=target, headers=headers)
    media = content_type or request.content_type or media_of(request)
    known = Sent(method=method, target=target, headers=headers, content_type=media)
    return _with_body(known, request, read)


def by_path(call: Call, read: Callable[[str], bytes]) -> Sent:
    """The request of a call that names its path. Raises `UnsendableError`."""
    return built(call.verb, call.path or "/", call.request, read)


def _with_body(sent: Sent, request: Request, read: Callable[[str], bytes]) -> Sent:
    written: dict[str, Any] = {}
    if request.kind == "body":
        varies = any(references(request.body))
        written = {"document": request.body} if varies else {"body": json.dumps(request.body).encode()}
    elif request.kind == "form":
        varies = any(references(request.form))
        written = {"form": request.form} if varies else {"body": urlencode(request.form or {}).encode()}
    elif request.kind == "base64":
        written = {"body": base64.b64decode(request.base64 or "")}
    else:
        written = {"body": read(request.file or "")}
    fixed = {name: getattr(sent, name) for name in ("method", "target", "content_type", "headers")}
    return Sent(**fixed, **written)


def media_of(request: Request) -> str:
    """The media type of a body that is not said."""
    guess = mimetypes.guess_type(request.file)[0] if request.file else None
    return {"body": JSON, "form": FORM}.get(request.kind, guess or BYTES)


def target_of(path: str, request: Request) -> str:
    """The path with its parameters, and the query. Raises `UnsendableError`."""

    def given(variable: re.Match[str]) -> str:
        if variable[1] not in request.path:
            raise UnsendableError(
                "path",
                f"{path} has a parameter without a value, {variable[1]!r}; it is not sent. Give it under"
                " `path`.",
            )
        if request.path[variable[1]] in ("", ".", ".."):
            raise UnsendableError(
                "path",
                f"{variable[1]!r} is empty or made of dots, which is another path. Give another value.",
            )
        return quoted(request.path[variable[1]], safe="/" if variable[2] else "")

    filled = VARIABLE.sub(given, path)
    query = "&".join(f"{quoted(name)}={quoted(value)}" for name, value in request.query.items())
    return filled + (f"?{query}" if query else "")


def quoted(value: str, *, safe: str = "") -> str:
    """The text as it stands in a URL, its references as they are."""
    kept = [match[0] for match in REFERENCE.finditer(value)]
    plain = [quote(text, safe=safe) for text in REFERENCE.sub("\0", value).split("\0")]
    return "".join(part for pair in zip(plain, [*kept, ""], strict=True) for part in pair)


def reader(folder: Path, shown: str) -> Callable[[str], bytes]:
    """Reads files beside the probes; `shown` is how messages call the folder. Raises `UnsendableError`."""

    def read(name: str) -> bytes:
        try:
            path = (folder / name).resolve()
            if not path.is_relative_to(folder.resolve()):
                raise UnsendableError(
                    "file", f"{name} is outside of {shown}, which is all that is deployed. Move it."
                )
            return path.read_bytes()
        except OSError as error:
            raise UnsendableError(
                "file", f"{shown}/{name} cannot be read ({error.strerror}). Put it there."
            ) from None

    return read
