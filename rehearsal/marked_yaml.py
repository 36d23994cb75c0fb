"""YAML that remembers its lines, and schema errors that give line, key and fix."""

import difflib
from collections.abc import Callable, Iterator, Mapping
from math import isfinite
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema.validators
import yaml

from rehearsal import text_files
from rehearsal.errors import RehearsalError

Path_ = tuple[str | int, ...]


class _Loader(yaml.SafeLoader):
    """YAML without dates: what looks like one is a text, to be read as the schema says."""


_text: Callable[..., Any] = yaml.SafeLoader.construct_yaml_str
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _text)


class Marked:
    """A YAML document as plain data, and where each of its keys is."""

    def __init__(self, source: str, name: str) -> None:
        self.name = name
        self._lines: dict[Path_, int] = {(): 1}
        self._written: dict[Path_, str] = {}
        try:
            node = yaml.compose(source, Loader=_Loader)
            if node is not None:
                text_files.check_size(node, name)
                self._mark(node, ())
            self.data: Any = yaml.load(source, Loader=_Loader)  # noqa: S506  # a SafeLoader
        except RehearsalError:
            raise
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise RehearsalError(
                f"{name}:{line}: {error.problem}; this is no YAML, check the indentation"
            ) from None
        except RecursionError:
            raise RehearsalError(f"{name}:1: nested too deeply; write it flat") from None
        except (yaml.YAMLError, ValueError, TypeError, OverflowError) as error:
            problem = str(error).splitlines()[0]
            raise RehearsalError(f"{name}:1: {problem}; this is no YAML, put odd values in quotes") from None

    def written(self, path: Path_) -> str | None:
        """A value as it stands in the file, if it is a plain one."""
        return self._written.get(path)

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
                if not isinstance(key_node, yaml.ScalarNode):
                    raise RehearsalError(f"{self.name}:{line}: a key that is no text; write `key: value`")
                if key_node.value in seen:
                    raise RehearsalError(f"{self.name}:{line}: {key_node.value} is there twice; remove one")
                seen.add(key_node.value)
                self._lines[(*path, key_node.value)] = line
                self._mark(value, (*path, key_node.value))
        elif isinstance(node, yaml.SequenceNode):
            for number, item in enumerate(node.value):
                self._lines[(*path, number)] = item.start_mark.line + 1
                self._mark(item, (*path, number))
        else:
            if any("\ud800" <= character <= "\udfff" for character in node.value):
                line = node.start_mark.line + 1
                raise RehearsalError(f"{self.name}:{line}: half a surrogate pair; write the character itself")
            self._written[path] = node.value


def _finite(_checker: object, value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _whole(_checker: object, value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


_extend: Callable[..., Any] = jsonschema.validators.extend
_Validator: Any = _extend(
    jsonschema.Draft202012Validator,
    type_checker=jsonschema.Draft202012Validator.TYPE_CHECKER.redefine_many(
        {"number": _finite, "integer": _whole}
    ),
)


def read(path: Path) -> Marked:
    """The file, parsed. Raises `RehearsalError` with line and fix if it is no YAML."""
    return Marked(text_files.read(path), path.name)


def validate(document: Marked, schema: Mapping[str, Any]) -> None:
    """Raises `RehearsalError` with one line for each thing that is wrong."""
    found = _Validator(schema).iter_errors(document.data)
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
            for name in sorted(map(str, set(instance) - set(known))):
                near = difflib.get_close_matches(name, known, n=1)
                fix = f"did you mean `{near[0]}`?" if near else f"use {', '.join(known)}"
                yield f"{document.at((*path, name))}: unknown key; {fix}"
        case "required":
            for name in wanted_names:
                if name not in instance:
                    wanted = schema.get("properties", {}).get(name, {}).get("description", "")
                    yield f"{document.at(path)}: `{name}` is missing; add {name}" + (wanted and f": {wanted}")
        case "type" if error.validator_value == "string" and document.written(path) is not None:
            written = document.written(path)
            yield f'{document.at(path)}: YAML reads {written} as {instance!r}; put it in quotes: "{written}"'
        case "type":
            yield f"{document.at(path)}: {error.instance!r} is no {error.validator_value}; give {meaning}"
        case _:
            yield f"{document.at(path)}: {error.instance!r} does not fit; give {meaning}"
