"""YAML that remembers its lines, and schema errors that give line, key and fix."""

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from rehearsal.errors import RehearsalError

Path_ = tuple[str | int, ...]


class Marked:
    """A YAML document as plain data, and where each of its keys is."""

    def __init__(self, source: str, name: str) -> None:
        self.name = name
        self._lines: dict[Path_, int] = {(): 1}
        try:
            node = yaml.compose(source, Loader=yaml.SafeLoader)
            self.data: Any = yaml.safe_load(source)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise RehearsalError(
                f"{name}:{line}: {error.problem}; this is no YAML, check the indentation"
            ) from None
        if node is not None:
            self._mark(node, ())

    def at(self, path: Path_) -> str:
        """`file:line: key` of the closest part that is written in the file."""
        while path not in self._lines:
            path = path[:-1]
        return f"{self.name}:{self._lines[path]}: {key(path) or 'the scenario'}"

    def _mark(self, node: yaml.Node, path: Path_) -> None:
        if isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key_node, value in node.value:
                line = key_node.start_mark.line + 1
                if key_node.value in seen:
                    raise RehearsalError(f"{self.name}:{line}: {key_node.value} is there twice; remove one")
                seen.add(key_node.value)
                self._lines[(*path, key_node.value)] = line
                self._mark(value, (*path, key_node.value))
        elif isinstance(node, yaml.SequenceNode):
            for number, item in enumerate(node.value):
                self._lines[(*path, number)] = item.start_mark.line + 1
                self._mark(item, (*path, number))


def read(path: Path) -> Marked:
    """The file, parsed. Raises `RehearsalError` with line and fix if it is no YAML."""
    return Marked(path.read_text(encoding="utf-8"), path.name)


def validate(document: Marked, schema: Mapping[str, Any]) -> None:
    """Raises `RehearsalError` with one line for each thing that is wrong."""
    found = jsonschema.Draft202012Validator(schema).iter_errors(document.data)
    problems = sorted({problem for error in found for problem in _explain(document, error)}, key=_line)
    if problems:
        raise RehearsalError("\n".join(problems))


def key(path: Path_) -> str:
    """`faults[0].share`."""
    return "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in path).removeprefix(".")


def _line(problem: str) -> tuple[int, str]:
    return int(problem.split(":")[1]), problem


def _explain(document: Marked, error: jsonschema.ValidationError) -> Iterator[str]:
    path: Path_ = tuple(error.absolute_path)
    schema: Mapping[str, Any] = error.schema if isinstance(error.schema, Mapping) else {}
    instance: Any = error.instance
    wanted_names: Any = error.validator_value
    meaning = schema.get("description", "")
    match error.validator:
        case "additionalProperties":
            known = list(schema["properties"])
            for name in sorted(set(instance) - set(known)):
                near = difflib.get_close_matches(name, known, n=1)
                fix = f"did you mean `{near[0]}`?" if near else f"use {', '.join(known)}"
                yield f"{document.at((*path, name))}: unknown key; {fix}"
        case "required":
            for name in wanted_names:
                if name not in instance:
                    wanted = schema.get("properties", {}).get(name, {}).get("description", "")
                    yield f"{document.at(path)}: `{name}` is missing; add {name}" + (wanted and f": {wanted}")
        case "type":
            yield f"{document.at(path)}: {error.instance!r} is no {error.validator_value}; give {meaning}"
        case _:
            yield f"{document.at(path)}: {error.instance!r} does not fit; give {meaning}"
