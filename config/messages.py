"""Validation errors -> sentences for people: dotted key, consequence, fix.

A value is shown only where it is one number or word and nothing about it is secret; never a section, which
may hold a webhook's token. Commands can be pasted: they are quoted, and text is kept from becoming a number.
"""

import difflib
from collections.abc import Collection, Iterator, Mapping, Sequence

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from config.values import Kind

SHOWN_CHARS = 60
MOVED = {  # keys of earlier versions
    "service_stack": "it is a list now, `watches`, and would have had no effect. Rename it: pulumi config set"
    " --path 'watches[0]' <stack>, then pulumi config rm service_stack",
}


def explain(
    tree: type[BaseModel], project: str, error: ErrorDetails, secret: Collection[str] = ()
) -> Iterator[str]:
    """One line, or one for each part that a missing section has to have. `secret` are keys of the root."""
    path, kind = error["loc"], error["type"]
    key = dotted(project, path)
    inside = [_kind_at(tree, path[:i]) for i in range(len(path) + 1)]
    if kind == "extra_forbidden":
        if moved := MOVED.get(".".join(map(str, path))):
            yield f"{key}: {moved}"
            return
        section = inside[-2].section
        near = difflib.get_close_matches(str(path[-1]), list(section.model_fields) if section else [], n=1)
        hint = f"Did you mean `{near[0]}`?" if near else "Remove it, or look the key up in docs/config.md."
        yield f"{key}: unknown key; it would have had no effect. {hint}"
    elif kind == "missing":
        for part in _leaves(path, inside[-1]):
            yield f"{dotted(project, part)}: missing, and it has no default. Set it with: " + set_command(
                project, part, _kind_at(tree, part)
            )
    elif error["msg"].startswith("Value error, "):
        shown = f"{_shown(error, secret)}; " if inside[-1].scalar else ""
        yield f"{key}: {shown}{error['msg'].removeprefix('Value error, ').removesuffix('.')}."
    else:
        yield f"{key}: {_wrong(error, inside[-1], secret)}{_fix(project, path, inside[-1], error)}"


def dotted(project: str, path: Sequence[int | str]) -> str:
    """`project:section.list[0].name`, as `pulumi config set --path` takes it; the root is the project."""
    if not path:
        return project
    return f"{project}:{path[0]}" + "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in path[1:])


def set_command(project: str, path: Sequence[int | str], kind: Kind) -> str:
    """The command that sets a value of this kind, with an example for the value."""
    text = len(path) > 1 and str in kind.scalars
    example = kind.examples[0] if kind.examples else kind.arguments[0] if kind.arguments else None
    if example is None:
        example = "a-name" if str in kind.scalars else kind.least
    return f"pulumi config set --path{' --type string' if text else ''} '{dotted(project, path)}' '{example}'"


def _wrong(error: ErrorDetails, kind: Kind, secret: Collection[str]) -> str:
    """What is wanted and what is there."""
    sectionless = kind.section and not isinstance(error["input"], Mapping)
    wanted = "Input should be a section, a mapping of its settings" if sectionless else error["msg"]
    return f"{wanted} ({_shown(error, secret)})"


def _shown(error: ErrorDetails, secret: Collection[str]) -> str:
    path, value = error["loc"], error["input"]
    if not path or path[0] in secret or {"notifications", "secrets"} & set(path):
        return "what is there is kept secret"
    if isinstance(value, Mapping):
        return "a section is there"
    if isinstance(value, list | tuple):
        return "a list is there"
    return "nothing is there" if value in (None, "") else f"got {repr(value)[:SHOWN_CHARS]}"


def _fix(project: str, path: tuple[int | str, ...], kind: Kind, error: ErrorDetails) -> str:
    value = error["input"]
    if path and str in kind.scalars and isinstance(value, int | float) and not isinstance(value, bool):
        return (
            "; as a number its zeros and its form are lost. Put it in quotes in the stack's YAML file, or: "
            + set_command(project, path, kind)
        )
    if value in (None, ""):
        return "; nothing was deployed with it. Give a value, or remove the key to have the default."
    return "; nothing was deployed with it. Correct it in the stack's YAML file."


def _leaves(path: tuple[int | str, ...], kind: Kind) -> Iterator[tuple[int | str, ...]]:
    """The settings without default that a missing part has to have."""
    if kind.origin is tuple:
        yield from _leaves((*path, 0), kind.item)
    elif kind.section:
        for name, inner in kind.required.items():
            yield from _leaves((*path, name), inner)
    else:
        yield path


def _kind_at(tree: type[BaseModel], path: Sequence[int | str]) -> Kind:
    kind = Kind(tree)
    for part in path:
        kind = kind.item if isinstance(part, int) else kind.of(part)
    return kind
