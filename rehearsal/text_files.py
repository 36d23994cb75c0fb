"""Files as people really have them: any usual encoding, and YAML that is safe to walk through."""

import codecs
from pathlib import Path

import yaml

from rehearsal.errors import RehearsalError

MOST_BYTES = 100_000_000
MOST_NODES = 1_000_000  # of a YAML document with its aliases written out
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read(path: Path) -> str:
    """The text of a file in UTF-8 or UTF-16, with a byte order mark or without.

    Raises `RehearsalError` for what cannot be read, with the line of the first byte that is no text.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise RehearsalError(f"{path}: over {MOST_BYTES // 1_000_000} MB; split it")
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise RehearsalError(f"{path}: {reason}; name a file that can be read") from None
    encoding = next((name for bom, name in BOMS if data.startswith(bom)), None) or _without_mark(data)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise RehearsalError(
            f"{path.name}:{line}: byte {data[error.start]:#04x} is no {encoding.upper()}; save it as UTF-8"
        ) from None


def check_size(node: yaml.Node, name: str) -> None:
    """Refuse a YAML document that contains itself, or explodes when its aliases are written out."""
    sizes: dict[int, int] = {}
    open_: set[int] = set()
    stack: list[tuple[yaml.Node, bool]] = [(node, False)]
    while stack:
        found, done = stack.pop()
        key = id(found)
        children = _children(found)
        if done:
            open_.discard(key)
            sizes[key] = 1 + sum(sizes[id(child)] for child in children)
            if sizes[key] > MOST_NODES:
                raise _refused(name, found, f"over {MOST_NODES} values, aliases written out; shorten it")
        elif key in open_:
            raise _refused(name, found, "an anchor within itself; write out what is meant")
        elif key not in sizes:
            open_.add(key)
            stack.append((found, True))
            stack += [(child, False) for child in children]


def _refused(name: str, node: yaml.Node, problem: str) -> RehearsalError:
    return RehearsalError(f"{name}:{node.start_mark.line + 1}: {problem}")


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _without_mark(data: bytes) -> str:
    """UTF-16 without a byte order mark shows by its zero bytes: JSON and YAML begin with ASCII."""
    if len(data) > 1 and data[1] == 0 and data[0]:
        return "utf-16-le"
    if len(data) > 1 and data[0] == 0 and data[1]:
        return "utf-16-be"
    return "utf-8"
