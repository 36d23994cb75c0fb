"""What is wrong with probes whoever they are of: references, steps, headers, secrets, schemas and pointers.

One line each: file and place, consequence, fix. A secret's value that stands where its name belongs is never
repeated.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from handlers.canary.templates import SECRETS, references
from handlers.invalid import InvalidError
from settings.probes.authorization import SECRET_NAME, Authorization
from settings.probes.definition import Call, Probe, Take, Value
from settings.probes.pointers import pointed
from settings.probes.schemas import checked
from settings.probes.wire import VARIABLE, UnsendableError, by_path
from settings.service.errors import did_you_mean
from settings.service.validators import compiled

At = Callable[..., str]  # the place of a part, given as path: `file:line: dotted place`
Place = tuple[str | int, ...]
# Written by the canary itself, or by the connection.
KEPT = {
    "content-type": "Give it as `content_type`.",
    "content-length": "Remove it.",
    "transfer-encoding": "Remove it.",
    "connection": "Remove it.",
    "host": "Remove it; `url` says where a call goes.",
}
SECRET_HEADERS = ("authorization", "proxy-authorization", "x-api-key", "cookie")
BODILESS = (204, 304)


def probe_problems(probe: Probe, at: At, default: Callable[[Call], Authorization]) -> Iterator[str]:
    """Every problem of a probe and its steps; `default` is the authorization of a call that says none."""
    yield from _names(probe, at)
    taken: dict[str, Take] = {}
    for place, call in probe.calls:
        yield from _references(call, at, place, taken)
        for name in call.take.keys() & taken.keys():
            yield (
                f"{at(*place, 'take', name)}: another step takes `{name}` too, and one of the two would be"
                " lost. Rename one."
            )
        taken |= call.take
        yield from _headers(call, at, place, _authorization(call, default))
        yield from _elsewhere(call, at, place)
        yield from _answer(call, at, place)


def request_problems(call: Call, read: Callable[[str], bytes], at: At) -> Iterator[str]:
    """What keeps a call by its path from being sent; `read` gives a file beside the probes."""
    path = call.path or ""
    variables = {match[1] for match in VARIABLE.finditer(path)}
    for name in call.request.path.keys() - variables:
        yield (
            f"{at('request', 'path', name)}: {path} has no such parameter, so it is not sent."
            f" {did_you_mean(name, variables)}"
        )
    try:
        by_path(call, read)
    except UnsendableError as error:
        yield f"{at('request', *filter(None, [error.part]))}: {error}"


def _authorization(call: Call, default: Callable[[Call], Authorization]) -> Authorization:
    return call.authorization or (Authorization() if call.url else default(call))


def _names(probe: Probe, at: At) -> Iterator[str]:
    seen = {probe.name}
    for place, step in (*_steps("before", probe.before), *_steps("cleanup", probe.cleanup)):
        if step.name in seen:
            yield (
                f"{at(*place, 'name')}: {step.name!r} is the name of another step or of the probe, so a"
                " failure could not be told apart. Rename it."
            )
        seen.add(step.name)


def _steps(where: str, steps: Sequence[Any]) -> Iterator[tuple[Place, Any]]:
    yield from (((where, number), step) for number, step in enumerate(steps))


def _references(call: Call, at: At, place: Place, taken: Mapping[str, Take]) -> Iterator[str]:
    request = call.request
    parts: list[tuple[Place, Any]] = [
        *(
            (("request", where), getattr(request, where))
            for where in ("path", "query", "headers", "body", "form")
        ),
        (("path",), call.path),
        *((("expect", "values", n, "equals"), value.equals) for n, value in enumerate(call.expect.values)),
    ]
    for where, part in parts:
        for name in references(part):
            if problem := _reference(name, where, taken):
                yield f"{at(*place, *where)}: {problem}"


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


def _headers(call: Call, at: At, place: Place, authorization: Authorization) -> Iterator[str]:
    written = set()
    if authorization.iam or authorization.bearer or authorization.oauth:
        written.add("authorization")
    if authorization.api_key:
        written.add("x-api-key")
    if authorization.header:
        written.add(authorization.header.name.lower())
    seen = set()
    for name, value in call.request.headers.items():
        where, lower = at(*place, "request", "headers", name), name.lower()
        if lower in seen:
            yield f"{where}: it is there twice, and one is sent. Remove one."
        elif lower in KEPT:
            yield f"{where}: the canary writes this header itself. {KEPT[lower]}"
        elif lower in written:
            yield f"{where}: `authorization` writes this header, so yours would be lost. Remove one of them."
        elif lower in SECRET_HEADERS and not any(references(value)):
            yield (
                f"{where}: a secret in plain text is read by whoever reads the file. Take it out of it, and"
                " change it; then use `authorization`, or `${secrets.NAME}`."
            )
        seen.add(lower)


def _elsewhere(call: Call, at: At, place: Place) -> Iterator[str]:
    """What a call of another address cannot carry."""
    said = call.authorization
    if call.url and said and (said.iam or said.api_key is True):
        kind = "iam" if said.iam else "api_key"
        yield (
            f"{at(*place, 'authorization', kind)}: it is for the API itself, and `url` is another host, which"
            " must not get it. Remove one of them."
        )


def _answer(call: Call, at: At, place: Place) -> Iterator[str]:
    expect = call.expect
    bodiless = call.verb == "HEAD" or expect.status in BODILESS
    pointers = [(("take", name, "pointer"), take.pointer) for name, take in call.take.items() if take.pointer]
    if bodiless and not call.operation:
        wanted: list[Place] = [("expect", "schema")] if isinstance(expect.fits, dict) else []
        wanted += [("expect", "values", number) for number in range(len(expect.values))]
        for where in (*wanted, *(where for where, _ in pointers)):
            yield (
                f"{at(*place, *where)}: an answer to {call.verb} with status {expect.status} has no body, so"
                " it always fails. Remove it, or expect another status."
            )
        return
    if not isinstance(expect.fits, dict):
        return
    found: list[str] = []
    schema = checked(
        expect.fits,
        lambda inner, problem: found.append(f"{at(*place, 'expect', 'schema', *inner)}: {problem}"),
    )
    yield from dict.fromkeys(found)
    if schema is None:
        return
    yield from value_problems(schema, expect.values, lambda *inner: at(*place, "expect", *inner))
    for where, pointer in pointers:
        if not pointed(schema, pointer):
            yield f"{at(*place, *where)}: {_nowhere(pointer, 'schema')}"


def value_problems(
    schema: Mapping[str, Any], values: Sequence[Value], at: At, *, of: str = "schema"
) -> Iterator[str]:
    """Known values that no answer can have that fits the schema `of` the contract or the file."""
    draft = {key: schema[key] for key in ("$schema",) if key in schema}
    for number, value in enumerate(values):
        possible = pointed(schema, value.pointer)
        if not possible:
            yield f"{at('values', number, 'pointer')}: {_nowhere(value.pointer, of)}"
            continue
        problems = (
            []
            if any(references(value.equals))
            else [_unfit({**draft, **one}, value.equals) for one in possible]
        )
        if problems and all(problems):
            yield (
                f"{at('values', number, 'equals')}: no answer that fits the {of} has this there"
                f" ({problems[0]}), so it always fails. Correct it."
            )


def _nowhere(pointer: str, of: str) -> str:
    return f"no answer that fits the {of} has {pointer!r}, so it always fails. Correct the pointer."


def _unfit(schema: Mapping[str, Any], value: object) -> str:
    try:
        compiled(schema)(value)
    except InvalidError as error:
        return str(error).removesuffix(".")
    return ""
