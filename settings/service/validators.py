"""Schemas as Python code that checks a value: what a function's package holds in place of a library.

`fastjsonschema` writes the code. What it raises is replaced by ours, worked out here: its own texts repeat
names
that a caller made up, and carry schema and value along. The rest is spliced in, not formatted anew, so that
it is the same bytes whatever Python builds it.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

import fastjsonschema

from settings.service.schemas import DRAFT_4

HEAD = '''"""Generated {origin}: an edit would be lost."""

{regular}

from handlers.invalid import InvalidError

JsonSchemaValueException = JsonSchemaValuesException = InvalidError
NoneType = type(None)
'''
EXACT, QUICK = "from decimal import Decimal\n", "Decimal = float  # JSON is read into no other\n"
# By which names the generated code speaks of indices, and of keys that the value itself brought.
INDEX, KEY = re.compile(r"\{(\w+_x)\}"), re.compile(r"\{\w+_(?:key|val)\}")
FORMATS = {
    "date": r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$",
    "uuid": r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
}
KNOWN_FORMATS = frozenset(("date-time", "email", "hostname", "ipv4", "ipv6", "uri", *FORMATS))
TYPES = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "null",
}
SHOWN = 80  # characters of a list of names


class UncompilableError(ValueError):
    """No validator can be made of a schema; the message says why."""


def module(schemas: Mapping[str, Mapping[str, Any]], origin: str, regular: str = "import re") -> str:
    """A module with a function for each schema by name: it takes a value, and raises `InvalidError`.

    A schema is of draft 4 unless its `$schema` says 6 or 7. `origin` completes "Generated"; `regular` imports
    what compiles patterns.
    Raises `UncompilableError`.
    """
    functions = "\n\n".join(_function(name, schema) for name, schema in sorted(schemas.items()))
    decimal = EXACT if "Decimal(repr(" in functions else QUICK
    return f"{HEAD.format(origin=origin, regular=regular)}{decimal}\n\n{functions}"


def compiled(schema: Mapping[str, Any]) -> Any:
    """The function itself. Raises `UncompilableError`."""
    names: dict[str, Any] = {}
    exec(module({"check": schema}, "for one schema"), names)  # noqa: S102  # made above
    return names["check"]


def _function(name: str, schema: Mapping[str, Any]) -> str:
    try:
        written = fastjsonschema.compile_to_code(
            {"$schema": DRAFT_4, **_checkable(schema)}, formats=FORMATS, use_default=False
        )
        code = _spliced(written)
    except (fastjsonschema.JsonSchemaDefinitionException, ValueError, TypeError, LookupError) as error:
        raise UncompilableError(str(error).splitlines()[0]) from None
    except re.error as error:
        raise UncompilableError(
            f"the pattern {error.pattern!r} is no regular expression: {error.msg}"
        ) from None
    patterns = re.search(r"^REGEX_PATTERNS = \{\n.*?^\}\n", code, re.MULTILINE | re.DOTALL)
    function = code[code.index("def validate(") :].replace("def validate(", f"def {name}(", 1)
    whole = f"{patterns[0]}\n\n{function}" if patterns else function
    return whole.replace("REGEX_PATTERNS", f"_{name}_patterns")


def _checkable(schema: Any) -> Any:
    """Without formats that only describe, such as `int32` or `binary`."""
    if isinstance(schema, Mapping):
        plain = {key: _checkable(value) for key, value in schema.items()}
        if isinstance(plain.get("format"), str) and plain["format"] not in KNOWN_FORMATS:
            del plain["format"]
        return plain
    return [_checkable(item) for item in schema] if isinstance(schema, list) else schema


def _spliced(code: str) -> str:
    text = code.encode()
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for call in sorted(_raised(code), key=lambda call: call.lineno, reverse=True):
        begin = starts[call.lineno - 1] + call.col_offset
        end = starts[(call.end_lineno or 1) - 1] + (call.end_col_offset or 0)
        text = text[:begin] + _exception(call).encode() + text[end:]
    return text.decode()


def _parsed(code: str) -> ast.Module:
    try:
        return ast.parse(code)
    except SystemError:  # CPython 3.11 keeps one count of the depth for all threads that parse
        return ast.parse(code)


def _raised(code: str) -> Iterator[ast.Call]:
    for node in ast.walk(_parsed(code)):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            yield node.exc


def _exception(call: ast.Call) -> str:
    said = {keyword.arg: keyword.value for keyword in call.keywords}
    place = KEY.sub("*", "".join(_pieces(said["name"])).removeprefix("."))
    want = wanted(ast.literal_eval(said["rule"]), ast.literal_eval(said["definition"]))
    indices = INDEX.findall(place)
    if not indices:
        return f"InvalidError({place!r}, {want!r})"
    template = INDEX.sub("%d", place.replace("%", "%%"))
    return f"InvalidError({template!r} % ({', '.join(indices)},), {want!r})"


def _pieces(name: ast.expr) -> Iterator[str]:
    """The texts of which the generated code makes a place; `.format` has its braces doubled."""
    if isinstance(name, ast.BinOp):
        yield from _pieces(name.left)
        yield from _pieces(name.right)
    elif isinstance(name, ast.Constant):
        yield str(name.value)
    elif isinstance(name, ast.Call) and isinstance(name.func, ast.Attribute):
        for piece in _pieces(name.func.value):
            yield piece.replace("{{", "{").replace("}}", "}")


def wanted(rule: str, schema: Mapping[str, Any]) -> str:  # noqa: PLR0911, C901  # one return a keyword
    """What a keyword of a schema wants, with nothing of the value that is not so."""
    limit: Any = schema.get(rule)
    match rule:
        case "type":
            kinds = limit if isinstance(limit, list) else [limit]
            return f"must be {' or '.join(TYPES[kind] for kind in kinds)}."
        case "minimum" | "maximum":
            open_end = schema.get(f"exclusive{rule.capitalize()}")
            words = {"minimum": ("at least", "above"), "maximum": ("at most", "below")}[rule]
            return f"must be {words[bool(open_end)]} {limit}."
        case "multipleOf":
            return f"must be a multiple of {limit}."
        case "minLength" | "maxLength":
            return f"must have at {_bound(rule)} {limit} characters."
        case "minItems" | "maxItems":
            return f"must have at {_bound(rule)} {limit} items."
        case "minProperties" | "maxProperties":
            return f"must have at {_bound(rule)} {limit} fields."
        case "pattern":
            return f"must match {limit}."
        case "format":
            return f"must be of the format {limit}."
        case "enum":
            return f"must be one of {_listed(limit)}."
        case "required":
            return f"{_listed(limit)} must be given."
        case "additionalProperties":
            return f"only {_listed(schema.get('properties', {}))} may be given."
        case "uniqueItems":
            return "must not have an item twice."
    return "must fit the contract's schema."


def _bound(rule: str) -> str:
    return "least" if rule.startswith("min") else "most"


def _listed(names: Any) -> str:
    text = ", ".join(str(name) for name in names)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
