"""What no answer can be: values that contradict one another or a schema, and pointers that lead nowhere."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from handlers.canary import outcome
from handlers.canary.templates import references
from handlers.invalid import InvalidError
from settings.probes.definition import Call, Value
from settings.probes.pointers import pointed
from settings.probes.schemas import checked
from settings.probes.texts import At, Place
from settings.service.validators import compiled

BODILESS = (204, 304)
# Parts of pointers that are of other notations: counted from the end, any, in brackets, the key "".
FOREIGN = re.compile(r"-\d*|\*|.*\[.*\]|\s.*|.*\s|", re.DOTALL)


def answer_problems(call: Call, at: At, place: Place) -> Iterator[str]:
    """What is expected of an answer, or taken out of it, and cannot be in it."""
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
    yield from _contradictions(expect.values, lambda *inner: at(*place, "expect", *inner))
    if not isinstance(expect.fits, dict):
        if not call.operation:  # else the contract's schema judges
            known = [(("expect", "values", n, "pointer"), v.pointer) for n, v in enumerate(expect.values)]
            yield from (
                f"{at(*place, *where)}: {said}" for where, p in (*known, *pointers) if (said := _foreign(p))
            )
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


def _contradictions(values: Sequence[Value], at: At) -> Iterator[str]:
    """Values of which an answer can have one or the other."""
    for number, value in enumerate(values):
        for before, other in enumerate(values):
            if before < number and other.pointer == value.pointer:
                yield f"{at('values', number)}: another value has its pointer; one is enough. Remove one."
            below = value.pointer.removeprefix(other.pointer)
            inside = value.pointer.startswith(f"{other.pointer}/") and not any(references(other.equals))
            if inside and outcome.pointed(other.equals, below) is outcome.NOTHING:
                yield (
                    f"{at('values', number)}: by the value at {other.pointer!r} nothing is there, so it"
                    " always fails. Correct one of them."
                )


def _foreign(pointer: str) -> str:
    """What is wrong with a pointer where no schema says what there is."""
    part = next((part for part in pointer.split("/")[1:] if FOREIGN.fullmatch(part)), None)
    if part is None:
        return ""
    return (
        f"{part!r} in {pointer!r} would be the name of a field; an item is counted from 0, like /items/0, and"
        " the whole answer is ''. Correct the pointer, or give a `schema` that has such a field."
    )


def _nowhere(pointer: str, of: str) -> str:
    return f"no answer that fits the {of} has {pointer!r}, so it always fails. Correct the pointer."


def _unfit(schema: Mapping[str, Any], value: object) -> str:
    try:
        compiled(schema)(value)
    except InvalidError as error:
        return str(error).removesuffix(".")
    return ""
