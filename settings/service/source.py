"""YAML as YAML 1.2 has it (`yes`, `on`, dates and times are text), with the line of each of its places."""

import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from settings.service.errors import ServiceError

Place = tuple[str | int, ...]


class _Loader(yaml.SafeLoader):
    """Words and numbers as YAML 1.2 has them; PyYAML's own has 1.1, where `no` is false and `12:30` 750."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  # PyYAML's


_TAG = "tag:yaml.org,2002:"
for _kind, _form, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    (
        "float",
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
    ("merge", "<<", ["<"]),
):
    _Loader.add_implicit_resolver(f"{_TAG}{_kind}", re.compile(rf"(?:{_form})\Z"), _first)
KINDS = tuple(f"{_TAG}{kind}" for kind in ("null", "bool", "int", "float", "str", "merge", "map", "seq"))
LEADING_ZERO = re.compile(r"[-+]?0[0-9]+")
MOST_DIGITS = 300  # of a number; no other than text is meant by more
DEEPEST, MOST_PLACES = 100, 100_000


class Source:
    """A file's data, which is what JSON can hold, keys as text, and where each part of it stands."""

    def __init__(self, path: Path, name: str) -> None:
        """Raises `ServiceError`; `name` is how messages call the file."""
        self.name = name
        self._lines: dict[Place, int] = {(): 1}
        text = ""
        try:
            text = path.read_bytes().decode("utf-8")
            loader = _Loader(text)
            node = loader.get_single_node()
            self._mark(node, ())
            self.data: Any = None if node is None else loader.construct_document(node)
        except OSError as error:
            raise ServiceError(
                [f"{name}: it cannot be read ({error.strerror}); nothing works without it."]
            ) from None
        except UnicodeDecodeError as error:
            before = error.object[: error.start].count(b"\n")
            raise ServiceError(
                [f"{name}:{before + 1}: it is no text in UTF-8, so nothing of it was used. Save it so."]
            ) from None
        except yaml.reader.ReaderError as error:
            before = text.count("\n", 0, error.position)
            raise _no_yaml(f"{name}:{before + 1}", "a control character, which YAML has not") from None
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = f":{mark.line + 1}" if mark else ""
            raise _no_yaml(f"{name}{line}", _advice(error)) from None
        except RecursionError:
            raise _no_yaml(name, "it is nested too deep") from None
        except (yaml.YAMLError, ValueError) as error:
            raise _no_yaml(name, str(error).splitlines()[0]) from None

    def at(self, place: Sequence[str | int]) -> str:
        """`file:line: dotted place`, with the line of the closest part that is written."""
        written = tuple(place)
        while written not in self._lines:
            written = written[:-1]
        return f"{self.name}:{self._lines[written]}: {dotted(place)}".removesuffix(": ")

    def _mark(self, node: yaml.Node | None, place: Place) -> None:
        if node is None:
            return
        if len(place) > DEEPEST:
            raise _refused(node, "it is nested too deep, or holds itself")
        if len(self._lines) > MOST_PLACES:
            raise _refused(node, f"there are more than {MOST_PLACES:,} values, perhaps by aliases of this")
        if node.tag not in KINDS:
            raise _refused(node, f"the tag {node.tag.removeprefix(_TAG)!r}, of which JSON knows nothing")
        if isinstance(node, yaml.MappingNode):
            for key, value in _named(node):
                self._lines[(*place, key.value)] = key.start_mark.line + 1
                self._mark(value, (*place, key.value))
        elif isinstance(node, yaml.SequenceNode):
            for number, item in enumerate(node.value):
                self._lines[(*place, number)] = item.start_mark.line + 1
                self._mark(item, (*place, number))
        else:
            _judge(node)


def _named(node: yaml.MappingNode) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
    """Keys and values, the keys made texts: a status is a name, not a number."""
    seen = set()
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _refused(key, "a key that is a list or a mapping; keys are text")
        if key.value in seen:
            raise _refused(key, f"{dotted([key.value])!r} is there twice")
        seen.add(key.value)
        if key.tag != f"{_TAG}merge":
            key.tag = f"{_TAG}str"
        yield key, value


def _judge(node: yaml.Node) -> None:
    """Raises for a scalar that JSON cannot hold, or that reads as what was not meant."""
    if node.tag == f"{_TAG}int":
        if LEADING_ZERO.fullmatch(node.value):
            raise _refused(node, f"{node.value} is another number in each version of YAML; put it in quotes")
        if len(node.value) > MOST_DIGITS:
            raise _refused(node, "a number of more digits than can be reckoned with; put it in quotes")
    elif node.tag == f"{_TAG}float":
        if not math.isfinite(float(node.value.lower().replace(".inf", "inf").replace(".nan", "nan"))):
            raise _refused(node, f"{node.value} is no number that JSON has")
    elif node.tag == f"{_TAG}str" and not node.value.isascii():
        try:
            node.value.encode()
        except UnicodeEncodeError:
            raise _refused(node, "half of a character, as `\\ud800` is") from None


def _refused(node: yaml.Node, problem: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(None, None, problem, node.start_mark)


def _no_yaml(where: str, what: str) -> ServiceError:
    return ServiceError([f"{where}: {what}; it is no YAML, so nothing of it was used. Correct it."])


def _advice(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or error.context or "a slip"
    if "'\\t'" in problem:
        return "a tab, with which YAML does not indent; use spaces"
    if "another document" in problem:
        return "a second YAML document (`---`), of which nothing would be used; join the two"
    if "cannot start any token" in problem:
        return f"{problem}; put the text in quotes"
    return problem


def dotted(place: Sequence[str | int]) -> str:
    """`probes[0].request.body`; what is no plain name stands in brackets, too, on one line."""
    shown = ""
    for part in place:
        plain = isinstance(part, str) and re.fullmatch(r"[\w$-]+", part)
        shown += f".{part}" if plain else f"[{_one_line(part)}]"
    return shown.removeprefix(".")


def _one_line(part: str | int) -> str:
    return part if isinstance(part, str) and part.isprintable() else repr(part)
