"""Probes as their files hold them, as models: strict, frozen, unknown keys refused.

A probe is a call, with steps before it and clean-up after it. A call is of an operation of a contract, or
of a method and a path. Whether it can succeed is not judged here.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from handlers.canary import patterns
from handlers.canary.templates import references
from settings.forms import Text, form
from settings.probes.authorization import Authorized, SecretName
from settings.probes.forms import HeaderName, Media, Number, Origin, Part, Texts, Visible

POINTER = re.compile(r"(/([^~/]|~[01])*)*")  # RFC 6901
PROBE = form(
    r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?",
    "it should be 1 to 32 lower-case letters, digits and hyphens; metrics are named after it",
)
PATH = form(
    # No part is empty, `.` or `..`, which is another path to some on the way; `:id` is of other notations.
    r"/((?!/|:|(\.|%2[eE]){1,2}(/|$))([A-Za-z0-9._~!&'()*+,;=:@-]|%[0-9A-Fa-f]{2}|\$?\{[^{}]*\})+(/|$))*",
    "it should be a path like /v1/orders/{id}, as it is sent, without `//`, `.`, `..` and `:id`: what varies"
    " stands in `request.path` and `request.query`",
)
TAKEN = form(
    r"[a-z][a-z0-9_]{0,31}", "it should be 1 to 32 lower-case letters, digits and `_`, a letter first"
)
FILE = form(r"[^\0]{1,255}", "it should be the name of a file beside this one")
MOST_PROBES, MOST_STEPS = 10, 10
MOST_MS = 30_000  # that a canary can be told to wait


def _pattern(text: str) -> str:
    if wrong := patterns.problem(text):
        raise ValueError(f"it is no regular expression ({wrong})")
    return text


def _pointer(text: str) -> str:
    if not POINTER.fullmatch(text):
        raise ValueError("it is no JSON pointer, so it points at nothing; write it like /predictions/0/label")
    return text


def _schema(value: Any) -> Any:
    if isinstance(value, bool | dict):
        return value
    raise ValueError("it is true, false, or a JSON Schema; nothing would be checked by another")


Pointer = Annotated[str, AfterValidator(_pointer)]
Pattern = Annotated[Text, AfterValidator(_pattern)]


class Request(Part):
    """A request: `body` is sent as JSON, `form` as a form; `file` (beside the probes) and `base64` as they
    are."""

    body: Any = None
    form: Texts | None = None
    file: Annotated[str, FILE] | None = None
    base64: Text | None = None
    content_type: Media | None = None
    headers: dict[HeaderName, Annotated[Visible, Number]] = Field(default_factory=dict)
    path: Texts = Field(default_factory=dict)
    query: Texts = Field(default_factory=dict)

    @property
    def kind(self) -> str:
        """Which of the bodies is given; empty for none."""
        return next(
            (name for name in ("body", "form", "file", "base64") if name in self.model_fields_set), ""
        )

    @model_validator(mode="after")
    def _one_body(self) -> Self:
        given = [name for name in ("body", "form", "file", "base64") if name in self.model_fields_set]
        if len(given) > 1:
            raise ValueError(f"`{given[0]}` and `{given[1]}` are two bodies and one is sent; remove one")
        if self.content_type and not given:
            raise ValueError("`content_type` is of a body and there is none; remove it, or give a body")
        try:
            base64.b64decode(self.base64 or "", validate=True)
        except binascii.Error:
            raise ValueError(
                "`base64` is no base64, so there is nothing to send; encode the body anew"
            ) from None
        return self


class Value(Part):
    """What stands at a JSON pointer (RFC 6901) of the answer; `tolerance` is how far a number may be off."""

    pointer: Pointer
    equals: Any
    tolerance: Annotated[float, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _can_hold(self) -> Self:
        number = isinstance(self.equals, int | float) and not isinstance(self.equals, bool)
        if self.tolerance is not None and not number:
            raise ValueError("`tolerance` is for numbers and `equals` is none; remove it, or give a number")
        return self


class HeaderValue(Part):
    """What a header of the answer must be: this text, or what a regular expression matches as a whole."""

    name: HeaderName
    equals: Visible | None = None
    matches: Pattern | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if (self.equals is None) == (self.matches is None):
            raise ValueError(
                "it has either `equals` or `matches`; with none or both nothing says what is right"
            )
        return self


class Expect(Part):
    """What the answer must be: its status, its schema, headers, values, and the time it took.

    `schema` true is the contract's of that status, a mapping is a JSON Schema (draft 7 unless `$schema` says
    4 or 6).
    """

    status: Annotated[int, Field(ge=200, le=599)] = 200
    fits: Annotated[Any, Field(alias="schema"), AfterValidator(_schema)] = True
    headers: tuple[HeaderValue, ...] = ()
    values: tuple[Value, ...] = ()
    max_ms: Annotated[int, Field(ge=1, le=MOST_MS)] | None = None

    @model_validator(mode="after")
    def _says_a_header_once(self) -> Self:
        names = [header.name.lower() for header in self.headers if header.equals is not None]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"the header {twice} cannot equal two texts; remove one")
        return self


class Take(Part):
    """A value out of an answer: what stands at a JSON pointer, or in a header, there what the first group of
    `matches` has, if given."""

    pointer: Pointer | None = None
    header: HeaderName | None = None
    matches: Pattern | None = None

    @model_validator(mode="after")
    def _from_one_place(self) -> Self:
        if (self.pointer is None) == (self.header is None):
            raise ValueError("it has either `pointer` or `header`; from none or both nothing can be taken")
        if self.matches is not None and self.header is None:
            raise ValueError("`matches` is for a header; a pointer leads to the value itself. Remove it")
        return self


class Example(Part):
    """A request of an operation, and its answer: what customers send in the local run."""

    operation: Text
    request: Request = Request()
    expect: Expect = Expect()


class Call(Example):
    """A request and its answer, of an operation of the contract or of a method and a path.

    `url` is where it goes instead of the API, such as where one logs in; it then carries no authorization but
    its own. `take` are values out of the answer by name, for later steps.
    """

    operation: str = ""
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"] | None = None
    path: Annotated[str, PATH] | None = None
    url: Origin | None = None
    authorization: Authorized | None = None
    take: dict[Annotated[str, TAKEN], Take] = Field(default_factory=dict)

    @property
    def verb(self) -> str:
        """The method of a call by its path: GET, or POST with a body, unless another is said."""
        return self.method or ("POST" if self.request.kind else "GET")

    @property
    def refers_to(self) -> Iterator[str]:
        """What its texts refer to."""
        request = self.request
        for part in (self.path, request.path, request.query, request.headers, request.body, request.form):
            yield from references(part)
        for value in self.expect.values:
            yield from references(value.equals)

    @model_validator(mode="after")
    def _is_of_something(self) -> Self:
        if self.operation and (self.method or self.path or self.url):
            raise ValueError("`operation` has its method and path in the contract; remove yours, or it")
        if not self.operation and not self.path:
            where = "`url` is where the path begins; write the path" if self.url else "write one"
            raise ValueError(f"it has neither `operation` nor `path`, so there is nothing to call; {where}")
        return self


class Step(Call):
    """A call before a probe, or after it to clean up."""

    name: Annotated[str, PROBE]


class Probe(Step):
    """What the canary sends.

    `before` are steps that must succeed first; `cleanup` are steps that are taken afterwards whatever came
    of it. `heartbeat` names the secret with an address that is called after a success. `reference` are the
    items that the service's own table must hold for it.
    """

    before: Annotated[tuple[Step, ...], Field(max_length=MOST_STEPS)] = ()
    cleanup: Annotated[tuple[Step, ...], Field(max_length=MOST_STEPS)] = ()
    heartbeat: SecretName | None = None
    reference: tuple[dict[str, Any], ...] = ()

    @property
    def calls(self) -> tuple[tuple[tuple[str | int, ...], Call], ...]:
        """Every call in order, with its place within the probe."""
        return (
            *((("before", number), step) for number, step in enumerate(self.before)),
            ((), self),
            *((("cleanup", number), step) for number, step in enumerate(self.cleanup)),
        )


Probes = Annotated[tuple[Probe, ...], Field(min_length=1, max_length=MOST_PROBES)]


class ProbeFile(Part):
    """A file of probes that stands alone. `authorization` is that of every call without its own."""

    description: str = ""
    authorization: Authorized | None = None
    probes: Probes
