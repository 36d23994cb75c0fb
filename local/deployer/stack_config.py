"""A stack's configuration as `pulumi up` would see it, with the two local accounts in it.

Read as `config.read_stack` reads it, for any project. Nothing is decrypted: an encrypted value is one that is
there and unknown, unless an override gives it.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

import config
from bootstrap.account import AccountSettings
from config import stack_files
from settings import Settings

ACCOUNTS = {"service": "111111111111", "monitor": "222222222222"}
TREES: Mapping[str, type[BaseModel]] = {
    config.PROJECT: Settings,
    "inference-watch-bootstrap": AccountSettings,
}


def load(
    root: Path, stack: str, overrides: Mapping[str, Any] | None = None, folder: Path | None = None
) -> tuple[str, dict[str, Any]]:
    """The project's name and its configuration, `{"project:key": value}`, scalars at the root as text.

    Later ones win: the defaults of `Pulumi.yaml` (`default`, or `value` of other namespaces), the stack's
    file, `overrides`. Overrides have no project prefix and are nested or dotted: `{"model": {"image": "x"}}`
    is `{"model.image": "x"}`. Mappings are merged key by key, everything else is replaced, and None removes
    a key. The account ids are always the local ones, one for both where the file has one. The stack's file is
    in `folder`, else where all are. Raises `config.ConfigError` when a file is missing or cannot be read.
    """
    name, found = stack_files.declared(root / "Pulumi.yaml")
    folder = folder or (config.STACKS if root == config.ROOT else root)
    path, prefix = folder / f"Pulumi.{stack}.yaml", f"{name}:"
    found |= stack_files.read(path, name)
    own = {key.removeprefix(prefix): value for key, value in found.items() if key.startswith(prefix)}
    others = {key: value for key, value in found.items() if not key.startswith(prefix)}
    own = config.without_secrets(TREES.get(name, BaseModel), own, f"{path.name}: {name}")
    accounts = _local(own.get("accounts"))
    own["accounts"] = dict(accounts)
    for key, value in (overrides or {}).items():
        top, *path_inside = key.split(".")
        nested: Any = value
        for part in reversed(path_inside):
            nested = {part: nested}
        own[top] = merged(own.get(top), nested)
    own["accounts"] = {**own["accounts"], **accounts}
    return name, others | {f"{prefix}{key}": value for key, value in own.items() if value is not None}


def _local(declared: Any) -> Mapping[str, str]:
    """The local accounts for those that a stack's file declares."""
    service, monitor = (declared.get(k) if isinstance(declared, Mapping) else None for k in ACCOUNTS)
    return {**ACCOUNTS, "monitor": ACCOUNTS["service"]} if service and service == monitor else ACCOUNTS


def as_strings(values: Mapping[str, Any]) -> dict[str, str]:
    """Configuration as the Pulumi CLI hands it to a program: text as it is, everything else as JSON."""
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}


def merged(old: Any, new: Any) -> Any:
    """`new` over `old`: mappings key by key (None removes the key), everything else is replaced."""
    if not (isinstance(old, Mapping) and isinstance(new, Mapping)):
        return new
    result = dict(old)
    for key, value in new.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(old.get(key), value)
    return result
