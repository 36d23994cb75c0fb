"""What is wrong with probes whoever they are of: references, steps, headers, secrets, schemas and pointers.

One line each: file and place, consequence, fix. A secret's value that stands where its name belongs is never
repeated.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from handlers.canary.templates import references
from settings.probes.answers import answer_problems
from settings.probes.authorization import Authorization
from settings.probes.definition import Call, Probe, Take
from settings.probes.forms import KEPT
from settings.probes.texts import (
    SECRET,
    TOLD,
    At,
    Place,
    authorization_problems,
    reference_problems,
    secret_problems,
)
from settings.probes.wire import VARIABLE, UnsendableError, by_path
from settings.service.errors import did_you_mean

SECRET_HEADERS = ("authorization", "proxy-authorization", "cookie")


def probe_problems(probe: Probe, at: At, default: Callable[[Call], Authorization]) -> Iterator[str]:
    """Every problem of a probe and its steps; `default` is the authorization of a call that says none."""
    problems = list(_call_problems(probe, at, default))
    yield from problems or _unused(probe, at)  # a slip in a reference leaves a value unused, too


def _call_problems(probe: Probe, at: At, default: Callable[[Call], Authorization]) -> Iterator[str]:
    yield from _names(probe, at)
    taken: dict[str, Take] = {}
    for place, call in probe.calls:
        yield from reference_problems(call, at, place, taken)
        yield from secret_problems(call, at, place)
        yield from authorization_problems(call.authorization, partial(at, *place, "authorization"))
        for name in call.take.keys() & taken.keys():
            yield (
                f"{at(*place, 'take', name)}: another step takes `{name}` too, and one of the two would be"
                " lost. Rename one."
            )
        taken |= call.take
        yield from _headers(call, at, place, _authorization(call, default))
        yield from _elsewhere(call, at, place)
        yield from answer_problems(call, at, place)


def twin_problems(probes: Sequence[Probe], at: At) -> Iterator[str]:
    """Probes that share a name; `at` is of the list."""
    names = [probe.name for probe in probes]
    for number, name in enumerate(names):
        if name in names[:number]:
            yield (
                f"{at(number, 'name')}: two probes are named {name!r}, so their metrics would be one."
                " Rename one."
            )


def _unused(probe: Probe, at: At) -> Iterator[str]:
    """Values that are taken for nothing: a check by another name."""
    used = {name for _, call in probe.calls for name in call.refers_to}
    for place, call in probe.calls:
        for name in call.take.keys() - used:
            yield (
                f"{at(*place, 'take', name)}: no step uses it, so it would only be another way to fail."
                " Remove it; what must be there stands in `expect`."
            )


def request_problems(call: Call, read: Callable[[str], bytes], at: At) -> Iterator[str]:
    """What keeps a call by its path from being sent; `read` gives a file beside the probes."""
    path = call.path or ""
    variables = {match[1] for match in VARIABLE.finditer(path)}
    for name in call.request.path.keys() - variables:
        yield (
            f"{at('request', 'path', name)}: {path} has no such parameter, so it is not sent."
            f" {did_you_mean(name, variables)}"
        )
    if call.method in ("GET", "HEAD") and call.request.kind:
        yield (
            f"{at('request', call.request.kind)}: a {call.method} has no body; what is on the way drops or"
            " refuses it. Remove it, or write another `method`."
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
        elif (lower in SECRET_HEADERS or SECRET.search(name)) and not any(references(value)):
            yield f"{where}: {TOLD} `authorization`, or `${{secrets.NAME}}`."
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
