"""What a JSON Schema of draft 4, 6 or 7 can never be fitted by, and what of it checks nothing."""

from collections.abc import Iterator, Mapping
from typing import Any

from handlers.canary import patterns
from settings.service.errors import did_you_mean
from settings.service.source import Place
from settings.service.validators import KNOWN_FORMATS, UncompilableError, compiled

Found = Iterator[tuple[Place, str]]
BOUNDS = (
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
    ("minProperties", "maxProperties"),
)
# The keywords that say something of values of one type alone.
OF = {
    "string": ("minLength", "maxLength", "pattern"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    "array": ("items", "additionalItems", "contains", "minItems", "maxItems", "uniqueItems"),
    "object": (
        "properties",
        "patternProperties",
        "additionalProperties",
        "propertyNames",
        "required",
        "minProperties",
        "maxProperties",
        "dependencies",
    ),
}
DESCRIPTIVE = ("int32", "int64", "float", "double", "byte", "binary", "password")  # OpenAPI's own
SCALAR = ("type", "format", *OF["string"], *OF["number"])
BESIDE = (
    "$ref",
    "$schema",
    "$id",
    "id",
    "$comment",
    "title",
    "description",
    "default",
    "examples",
    "definitions",
)
IDLE = "it would check nothing"
NEVER = "so no answer could ever fit"


def doubts(part: Mapping[str, Any], draft: Mapping[str, Any]) -> Found:
    """What is doubtful of one schema without those within it, by keyword; it is of the form that the draft
    wants."""
    if "$ref" in part:
        for key in part.keys() - set(BESIDE):
            yield (key,), f"it stands beside `$ref`, where {IDLE}. Put both into `allOf`."
        return
    yield from _bounds(part)
    yield from _required(part)
    yield from _idle(part)
    yield from _patterns(part)
    if "enum" in part or "const" in part:
        yield from _constants(part, draft)


def _bounds(part: Mapping[str, Any]) -> Found:
    for low, high in BOUNDS:
        if low in part and high in part and part[low] > part[high]:
            yield (low,), f"it is above `{high}`, {NEVER}. Correct one of them."
    lows, highs = (
        [
            (key, part[key], key == exclusive or part.get(exclusive) is True)
            for key in (plain, exclusive)
            if not isinstance(part.get(key), bool | None)
        ]
        for plain, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum"))
    )
    for low, least, above in lows:
        for high, most, below in highs:
            if least > most or (least == most and (above or below)):
                told = "above" if least > most else "no lower than"
                yield (low,), f"it is {told} `{high}`, {NEVER}. Correct one of them."


def _required(part: Mapping[str, Any]) -> Found:
    needed, own = part.get("required", ()), part.get("properties", {})
    closed = part.get("additionalProperties", True) is False and not part.get("patternProperties")
    for name in needed:
        if closed and name not in own:
            yield ("required",), f"{name!r} is required and not allowed, {NEVER}. {did_you_mean(name, own)}"
        elif own.get(name) is False:
            yield (
                ("required",),
                f"{name!r} is required and its schema is false, {NEVER}. Correct one of them.",
            )
    if len(needed) > part.get("maxProperties", len(needed)):
        yield ("required",), f"it has more names than `maxProperties` allows, {NEVER}. Correct one of them."


def _idle(part: Mapping[str, Any]) -> Found:
    said = part.get("type", [])
    kinds = {said} if isinstance(said, str) else set(said)
    kinds |= {"number"} if "integer" in kinds else set()
    for kind, keywords in OF.items():
        if kinds and kind not in kinds:
            for key in part.keys() & set(keywords):
                yield (
                    (key,),
                    f"it is of {kind}s and `type` is another, so {IDLE}. Correct `type`, or remove it.",
                )
    if part.keys() & {"then", "else"} and "if" not in part:
        key = "then" if "then" in part else "else"
        yield (key,), f"there is no `if`, so {IDLE}. Write one, or remove it."
    if "if" in part and not part.keys() & {"then", "else"}:
        yield ("if",), f"there is neither `then` nor `else`, so {IDLE}. Write one, or remove it."
    if (wanted := part.get("format")) is not None and wanted not in {*KNOWN_FORMATS, *DESCRIPTIVE}:
        yield ("format",), f"no format that is checked, so {IDLE}. {did_you_mean(wanted, KNOWN_FORMATS)}"


def _patterns(part: Mapping[str, Any]) -> Found:
    places: list[tuple[Place, str]] = [
        (("patternProperties", text), text) for text in part.get("patternProperties", {})
    ]
    places += [(("pattern",), part["pattern"])] if "pattern" in part else []
    for place, text in places:
        if wrong := patterns.problem(text):
            yield place, f"it is no regular expression ({wrong}); nothing could be checked by it. Correct it."


def _constants(part: Mapping[str, Any], draft: Mapping[str, Any]) -> Found:
    """Values of `enum` and `const` that nothing else in the schema lets through."""
    key = "const" if "const" in part else "enum"
    values = [part["const"]] if key == "const" else part["enum"]
    if key == "const" and "enum" in part:
        yield ("const",), "`enum` says what it may be already. Remove one of them."
        return
    try:
        check = compiled({**draft, **{name: part[name] for name in SCALAR if name in part}})
    except UncompilableError:
        return  # which is told
    if not any(_fits(check, value) for value in values):
        yield (key,), f"it has no value that fits the rest of the schema, {NEVER}. Correct one of them."


def _fits(check: Any, value: Any) -> bool:
    try:
        check(value)
    except ValueError:  # InvalidError is one
        return False
    return True
