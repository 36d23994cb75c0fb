"""Stack files as the Pulumi CLI reads and writes them, for runs without it.

The CLI reads YAML 1.2 (`yes` and `off` are text), takes a key without a namespace for the project's, hands
what stands at the root over as text (`90` is `"90"`, and written so by `pulumi config set`), and keeps an
encrypted value as `{secure: ciphertext}`. Nothing is decrypted here, and no ESC environment is opened.
"""

import difflib
import re
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import yaml

OWN_KEYS = frozenset({"config", "encryptionsalt", "encryptedkey", "secretsprovider", "environment"})
BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
INT = re.compile(r"[-+]?(?:0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)")
FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)


class ConfigError(ValueError):
    """The configuration is wrong; the message names key or place, consequence and fix."""


def read(path: Path, project: str) -> dict[str, Any]:
    """The configuration of one stack file by full key, `project:key` or another namespace's.

    Structures stay what they are, scalars become text. Raises `ConfigError` for what the CLI refuses and for
    what it silently leaves out.
    """
    content = _mapping(path, load(path), "a stack file is a mapping that begins with `config:`")
    for key in content:
        _refuse_misplaced(path, str(key), project)
    found: dict[str, Any] = {}
    for key, value in _mapping(path, content.get("config"), "`config` holds keys and values").items():
        full = full_key(key, project)
        if full in found:
            raise ConfigError(
                f"{path.name}: {full} is there twice, with and without its namespace; which of them counts is"
                " open. Remove one."
            )
        found[full] = value if isinstance(value, dict | list) else as_text(value)
    return found


def declared(path: Path) -> tuple[str, dict[str, Any]]:
    """The name of the project `Pulumi.yaml`, and the values that it sets for every stack, by full key.

    These are a setting's `default`, and the `value` of another namespace's.
    """
    project = _mapping(path, load(path), "a project file is a mapping")
    name = str(project.get("name"))
    found = {}
    for key, entry in _mapping(path, project.get("config"), "`config` declares keys").items():
        value = entry.get("default", entry.get("value")) if isinstance(entry, Mapping) else entry
        if value is not None:
            found[full_key(key, name)] = value if isinstance(value, dict | list) else as_text(value)
    return name, found


def stacks(folder: Path) -> list[str]:
    """The stacks that have a file in this folder."""
    return sorted(p.name.removeprefix("Pulumi.").removesuffix(".yaml") for p in folder.glob("Pulumi.*.yaml"))


def full_key(key: str, project: str) -> str:
    """`namespace:name`; a key without namespace is the project's, `namespace:config:name` an old form."""
    namespace, _, name = key.rpartition(":")
    return f"{namespace.removesuffix(':config') or project}:{name}"


def as_text(value: Any) -> str:
    """A scalar as the CLI hands it to a program; nothing is the empty text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def load(path: Path) -> Any:
    """A file's YAML, of JSON's types alone. Raises `ConfigError`."""
    try:
        return yaml.load(path.read_bytes(), _Loader)  # noqa: S506  # a safe loader, and stricter
    except FileNotFoundError:
        if path.name == "Pulumi.yaml":
            raise ConfigError(
                f"There is no project in {path.parent}, so no stack: Pulumi.yaml is missing. Call this in the"
                " project's folder, or give it files of alarms (--alarms), where it takes them."
            ) from None
        have = ", ".join(stacks(path.parent)) or "none"
        raise ConfigError(
            f"There is no stack {path.name.removeprefix('Pulumi.').removesuffix('.yaml')!r} ({path.name} is"
            f" missing). Stacks here: {have}."
        ) from None
    except OSError as error:
        raise ConfigError(f"{path.name} cannot be read: {error.strerror}.") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark else ""
        raise ConfigError(f"{path.name}{line}: {_advice(error)}. Nothing of the file was used.") from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise ConfigError(
            f"{path.name} is not UTF-8 text or has control characters, so nothing of it was used."
            " Save it as UTF-8."
        ) from None
    except RecursionError:
        raise ConfigError(
            f"{path.name} is nested too deeply, so nothing of it was used. Flatten it."
        ) from None


def _advice(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or error.context or "not YAML"
    if "'\\t'" in problem:
        return "a tab, with which YAML does not indent; use spaces"
    if "single document" in (error.context or ""):
        return "a second YAML document (`---`), of which Pulumi would use nothing; join the two"
    return problem


def _mapping(path: Path, value: Any, wanted: str) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        kind = "a list" if isinstance(value, list) else "text"
        raise ConfigError(f"{path.name} holds {kind} where none belongs: {wanted}. Nothing of it was used.")
    return value


def _refuse_misplaced(path: Path, key: str, project: str) -> None:
    """Keys beside `config` have no effect; those that were meant to are refused (others may hold anchors)."""
    if key in OWN_KEYS:
        return
    if key.startswith(f"{project}:"):
        raise ConfigError(
            f"{path.name}: {key} stands beside `config:`, where it has no effect. Indent it below `config:`."
        )
    if difflib.get_close_matches(key.lower(), ["config"], cutoff=0.7):
        raise ConfigError(f"{path.name}: `{key}` has no effect. Did you mean `config`?")


class _Loader(yaml.SafeLoader):
    """YAML 1.2 as Go's library resolves it, without repeated keys, and with text for every key."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  # PyYAML's
    yaml_constructors: ClassVar[dict[str | None, Any]] = {}

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: ARG002  # always
        seen: dict[str, yaml.Node] = {}
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(
                    None, None, "a key that is a list or a mapping; keys are text", key.start_mark
                )
            if key.value in seen:
                first = seen[key.value].start_mark.line + 1
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key.value!r} is there already in line {first}; remove one", key.start_mark
                )
            seen[key.value] = key
            if key.tag != "tag:yaml.org,2002:merge":
                key.tag = "tag:yaml.org,2002:str"
        return super().construct_mapping(node, deep=True)

    def integer(self, node: yaml.ScalarNode) -> float:
        """`010` is octal and `012345678901`, which cannot be, decimal, as Go's library has it."""
        digits = node.value.replace("_", "").lower()
        octal = re.fullmatch(r"([-+]?)0([0-7]+)", digits)
        if octal:
            return int(f"{octal[1]}0o{octal[2]}", 0)
        return int(digits, 0) if digits.lstrip("+-")[:2] in ("0b", "0o", "0x") else int(digits)

    def number(self, node: yaml.ScalarNode) -> float:
        """A number with a fraction or an exponent, also infinity and NaN, which no setting takes."""
        text = node.value.lower()
        return float(text.replace(".inf", "inf").replace(".nan", "nan"))

    def unknown(self, node: yaml.Node) -> None:
        """A tag of which JSON knows nothing."""
        raise yaml.constructor.ConstructorError(
            None, None, f"the tag {node.tag!r}, which no setting takes; remove it", node.start_mark
        )


_TAG = "tag:yaml.org,2002:"
for _kind, _pattern, _first in (
    ("bool", BOOL, "tTfF"),
    ("int", INT, "-+0123456789"),
    ("float", FLOAT, "-+.0123456789"),
    ("null", re.compile(r"~|null|Null|NULL|"), ["~", "n", "N", ""]),
    ("merge", re.compile(r"<<"), "<"),
):
    _Loader.add_implicit_resolver(f"{_TAG}{_kind}", re.compile(rf"(?:{_pattern.pattern})\Z"), list(_first))
for _kind, _construct in (
    ("map", yaml.SafeLoader.construct_yaml_map),
    ("seq", yaml.SafeLoader.construct_yaml_seq),
    ("str", yaml.SafeLoader.construct_yaml_str),
    ("bool", yaml.SafeLoader.construct_yaml_bool),
    ("null", yaml.SafeLoader.construct_yaml_null),
    ("int", _Loader.integer),
    ("float", _Loader.number),
):
    _Loader.add_constructor(f"{_TAG}{_kind}", _construct)
_Loader.add_constructor(None, _Loader.unknown)
