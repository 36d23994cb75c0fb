"""Files -> plain documents: JSON, several of them one after the other, or YAML with CloudFormation's short
forms.
"""

import json
from collections.abc import Callable
from typing import Any

import yaml

from rehearsal import text_files
from rehearsal.errors import RehearsalError

_SURROGATE = "\\ud"  # how an escaped one begins
_DEEP = "it is nested too deeply"


def parse(text: str, name: str) -> list[Any]:
    """The documents in `text`. Raises `RehearsalError` with the line of what is neither JSON nor YAML."""
    start = text.lstrip("\ufeff \t\r\n")
    if not start:
        raise RehearsalError(f"{name}: empty; save the command's output in it")
    try:
        found = _json(text, name) if start[0] in "{[" else _yaml(text, name)
        if _SURROGATE in text.lower():
            json.dumps(found, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        raise RehearsalError(f"{name}: half a surrogate pair in it; write the character itself") from None
    except RecursionError:
        raise RehearsalError(f"{name}: {_DEEP}; save the command's output unchanged") from None
    return found


def _json(text: str, name: str) -> list[Any]:
    found: list[Any] = []
    decoder, at = json.JSONDecoder(), 0
    while True:
        while at < len(text) and (text[at].isspace() or text[at] in ",\ufeff"):
            at += 1
        if at == len(text):
            return found
        try:
            document, at = decoder.raw_decode(text, at)
        except ValueError as error:
            if not found:  # a YAML flow mapping begins like JSON
                try:
                    return _yaml(text, name)
                except RehearsalError:
                    pass
            line = text.count("\n", 0, getattr(error, "pos", 0)) + 1
            problem = getattr(error, "msg", error)
            raise RehearsalError(f"{name}:{line}: {problem}; save the command's output unchanged") from None
        found.append(document)


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms (`!Ref`, `!Sub`, ...) as their long ones."""


def _short_form(loader: _Loader, suffix: str, node: yaml.Node) -> Any:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        if suffix == "GetAtt":
            value = value.split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]  # the third kind of node
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


construct: Callable[..., Any] = _short_form
_Loader.add_multi_constructor("!", construct)
plain: Callable[..., Any] = yaml.SafeLoader.construct_yaml_str
for _kind in ("timestamp", "value"):  # no dates, and `=` is a text
    _Loader.add_constructor(f"tag:yaml.org,2002:{_kind}", plain)


def _yaml(text: str, name: str) -> list[Any]:
    try:
        nodes = list(yaml.compose_all(text, Loader=_Loader))
        for node in nodes:
            text_files.check_size(node, name)
        return [
            document for document in yaml.load_all(text, Loader=_Loader) if document is not None
        ]  # a SafeLoader
    except RehearsalError:
        raise
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise RehearsalError(
            f"{name}:{line}: neither JSON nor YAML ({error.problem}); save the output unchanged"
        ) from None
    except (yaml.YAMLError, ValueError, TypeError) as error:
        raise RehearsalError(f"{name}: neither JSON nor YAML ({error}); save the output unchanged") from None
