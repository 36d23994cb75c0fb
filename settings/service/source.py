"""YAML as YAML 1.2 has it (`yes`, `on` and dates are text), with the line of each of its places."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from settings.service.errors import ServiceError

Place = tuple[str | int, ...]


class _Loader(yaml.SafeLoader):
    """PyYAML's own reads YAML 1.1: `enum: [yes, no]` would be truth values."""


_loader: Any = _Loader
_loader.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in forms if not tag.endswith((":bool", ":timestamp"))]
    for first, forms in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)


class Source:
    """A file's data, keys as text, and where each part of it stands."""

    def __init__(self, path: Path, name: str) -> None:
        """Raises `ServiceError`; `name` is how messages call the file."""
        self.name = name
        self._lines: dict[Place, int] = {(): 1}
        try:
            loader = _Loader(path.read_text(encoding="utf-8"))
            node = loader.get_single_node()
            self._mark(node, ())
            self.data: Any = None if node is None else loader.construct_document(node)
        except OSError as error:
            raise ServiceError(
                [f"{name}: it cannot be read ({error.strerror}); nothing works without it."]
            ) from None
        except UnicodeDecodeError:
            raise ServiceError(
                [f"{name}: it is no text in UTF-8, so nothing of it was used. Save it so."]
            ) from None
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = f":{mark.line + 1}" if mark else ""
            what = error.problem or error.context
            raise ServiceError(
                [f"{name}{line}: {what}; it is no YAML, so nothing of it was used. Correct it."]
            ) from None
        except (yaml.YAMLError, RecursionError, ValueError) as error:
            what = str(error).splitlines()[0]
            raise ServiceError(
                [f"{name}: {what}; it is no YAML, so nothing of it was used. Correct it."]
            ) from None

    def at(self, place: Sequence[str | int]) -> str:
        """`file:line: dotted place`, with the line of the closest part that is written."""
        written = tuple(place)
        while written not in self._lines:
            written = written[:-1]
        return f"{self.name}:{self._lines[written]}: {dotted(place)}".removesuffix(": ")

    def _mark(self, node: yaml.Node | None, place: Place) -> None:
        if isinstance(node, yaml.MappingNode):
            seen = set()
            for key, value in node.value:
                if not isinstance(key, yaml.ScalarNode) or key.value in seen:
                    problem = f"{getattr(key, 'value', 'a key')!r} is there twice, or is no text"
                    raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
                seen.add(key.value)
                if key.tag != "tag:yaml.org,2002:merge":
                    key.tag = "tag:yaml.org,2002:str"  # a status is a name, not a number
                self._lines[(*place, key.value)] = key.start_mark.line + 1
                self._mark(value, (*place, key.value))
        elif isinstance(node, yaml.SequenceNode):
            for number, item in enumerate(node.value):
                self._lines[(*place, number)] = item.start_mark.line + 1
                self._mark(item, (*place, number))


def dotted(place: Sequence[str | int]) -> str:
    """`probes[0].request.body`; what is no plain name stands in brackets, too."""
    shown = ""
    for part in place:
        plain = isinstance(part, str) and re.fullmatch(r"[\w$-]+", part)
        shown += f".{part}" if plain else f"[{part}]"
    return shown.removeprefix(".")
