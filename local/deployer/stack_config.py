"""A stack's configuration as `pulumi up` would see it, with the two local accounts in it.

Reads `Pulumi.yaml` (defaults) and `Pulumi.<stack>.yaml`. Does not decrypt: a secret of the stack file has
to be given as an override.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from local.deployer.errors import ConfigurationError

ACCOUNTS = {"service": "111111111111", "monitor": "222222222222"}


def load(root: Path, stack: str, overrides: Mapping[str, Any] | None = None) -> tuple[str, dict[str, Any]]:
    """The project's name and its configuration, `{"project:key": value}`, values as YAML holds them.

    Later ones win: the defaults of `Pulumi.yaml` (`default`, or `value` of other namespaces), the stack's
    file, `overrides`. Overrides have no project prefix and are nested or dotted: `{"model": {"image": "x"}}`
    is `{"model.image": "x"}`. Mappings are merged key by key, everything else is replaced, and None removes
    a key. The account ids are always the local ones, and who may deploy the monitor stack is not restricted
    unless an override says so, because locally the account's root deploys.
    Raises `ConfigurationError` when a file is missing or holds an encrypted value that nothing overrides.
    """
    project = _read(root / "Pulumi.yaml")
    name = str(project["name"])
    found: dict[str, Any] = {}
    for key, spec in (project.get("config") or {}).items():
        value = spec.get("default", spec.get("value")) if isinstance(spec, Mapping) else spec
        if value is not None:
            found[_full(name, key)] = value
    for key, value in (_read(root / f"Pulumi.{stack}.yaml").get("config") or {}).items():
        found[_full(name, key)] = value
    accounts = f"{name}:accounts"
    found[accounts] = dict(ACCOUNTS)
    for key, value in (overrides or {}).items():
        path = key.split(".")
        nested: Any = value
        for part in reversed(path[1:]):
            nested = {part: nested}
        top = f"{name}:{path[0]}"
        found[top] = merged(found.get(top), nested)
    found[accounts] = {**found[accounts], **ACCOUNTS}
    for key, value in found.items():
        _refuse_encrypted(key, value)
    return name, {key: value for key, value in found.items() if value is not None}


def as_strings(values: Mapping[str, Any]) -> dict[str, str]:
    """Configuration as the Pulumi CLI hands it to a program: text as it is, everything else as JSON."""
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}


def _read(path: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = yaml.safe_load(path.read_text()) or {}
    except FileNotFoundError:
        raise ConfigurationError(
            f"{path.name} does not exist, so the stack has no configuration; use one of the stacks that"
            " `ls Pulumi.*.yaml` shows"
        ) from None
    return content


def _full(project: str, key: str) -> str:
    return key if ":" in key else f"{project}:{key}"


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


def _refuse_encrypted(key: str, value: Any) -> None:
    if isinstance(value, Mapping):
        if set(value) == {"secure"}:
            raise ConfigurationError(
                f"{key} is encrypted and the local run has no key for it; give its value as an override"
            )
        for name, item in value.items():
            _refuse_encrypted(f"{key}.{name}", item)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _refuse_encrypted(f"{key}[{index}]", item)
