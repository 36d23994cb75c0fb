"""Writes docs/config.md from the settings tree: `python docs/config.py`, or `--check` to only compare."""

import argparse
import inspect
import json
import sys
import types
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bootstrap.account import AccountSettings  # noqa: E402  # the repository is not a package
from settings import ROLES, Settings  # noqa: E402

PAGE = ROOT / "docs" / "config.md"
HEAD = """# Configuration

Every setting of a stack, generated from `settings/` by `python docs/config.py`. Keys stand in
`Pulumi.<stack>.yaml` below `config:` as `inference-watch:<key>`; what is not set has the default. An
unknown key, a wrong value or a section of the other stack's role fails `pulumi preview` before anything
is made, with the key, the consequence and the fix.
"""
BOOTSTRAP = """## `bootstrap/` (one stack an account and region)

Keys of `bootstrap/Pulumi.<stack>.yaml`, as `inference-watch-bootstrap:<key>`."""


def sections(annotation: Any) -> list[type[BaseModel]]:
    """The models inside an annotation, through unions, tuples and Annotated."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in typing.get_args(annotation) for model in sections(argument)]


def type_name(annotation: Any) -> str:  # noqa: PLR0911  # one return a kind of type
    """A type as a person would say it."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return type_name(arguments[0])
    if origin is typing.Literal:
        return ", ".join(f"`{str(value).lower() if value is False else value}`" for value in arguments)
    if origin is tuple:
        return f"list of {type_name(arguments[0])}"
    if origin in (typing.Union, types.UnionType):
        return " or ".join(type_name(a) for a in arguments if a is not type(None))
    if sections(annotation):
        return "section"
    if origin is not None and issubclass(origin, Mapping):
        return "map"
    return {int: "integer", float: "number", str: "text", bool: "true or false"}[annotation]


def default(field: FieldInfo) -> str:
    """What holds when the key is not set."""
    if field.is_required():
        return "required"
    if sections(field.annotation) and field.default is not None and field.default != ():
        return "see below"
    value = field.get_default(call_default_factory=True)
    return "not set" if value is None else f"`{json.dumps(value)}`"


def rows(key: str, field: FieldInfo) -> Iterator[str]:
    """A table row for the setting and for each setting inside it."""
    if default(field) != "see below":
        yield f"| `{key}` | {type_name(field.annotation)} | {default(field)} |"
    origin = typing.get_origin(field.annotation)
    prefix = f"{key}[]" if origin is tuple else f"{key}.<key>" if origin is Mapping else key
    for inner in sections(field.annotation):
        for name, inner_field in inner.model_fields.items():
            yield from rows(f"{prefix}.{name}", inner_field)


def page() -> str:
    """The whole page, one table a section."""
    table = "| key | type | default |\n| --- | --- | --- |\n"
    general: list[str] = []
    parts = [HEAD]
    for name, field in Settings.model_fields.items():
        own = list(rows(name, field))
        if not sections(field.annotation):
            general += own
            continue
        roles = ROLES.get(name)
        role = f"{' or '.join(roles)} stack" if roles else "every stack"
        (first, *_) = sections(field.annotation)
        parts.append(f"## `{name}` ({role})\n\n{inspect.getdoc(first)}\n\n{table}" + "\n".join(own) + "\n")
    parts.insert(1, f"## The stack\n\n{table}" + "\n".join(general) + "\n")
    account = "\n".join(
        row for name, field in AccountSettings.model_fields.items() for row in rows(name, field)
    )
    parts.append(f"{BOOTSTRAP}\n\n{inspect.getdoc(AccountSettings)}\n\n{table}{account}\n")
    return "\n".join(parts)


def main() -> int:
    """Write or check; 1 when the page is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare; exit 1 when the page is stale")
    if not parser.parse_args().check:
        PAGE.write_text(page())
        return 0
    if PAGE.read_text() == page():
        return 0
    sys.stderr.write("docs/config.md is stale; run `python docs/config.py`\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
