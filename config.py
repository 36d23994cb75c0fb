"""Stack YAML -> `Settings`.

The only file that touches `pulumi.Config`. Whatever is wrong is reported at once and before any resource
is made; nothing here has a default that differs from the one `Pulumi.yaml` declares.
"""

import difflib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from settings import Settings

ROOT = Path(__file__).resolve().parent
PROJECT = "inference-watch"
PREFIX = f"{PROJECT}:"
Tree = TypeVar("Tree", bound=BaseModel)


class ConfigError(ValueError):
    """The stack's configuration is wrong; the message names key, consequence and fix."""


def parse(raw: Mapping[str, Any]) -> Settings:
    """Build `Settings` from the keys of one stack, without the project prefix.

    Values are what YAML holds. Raises `ConfigError` listing every wrong key at once.
    """
    return parse_as(Settings, PROJECT, raw)


def parse_as(tree: type[Tree], project: str, raw: Mapping[str, Any]) -> Tree:
    """Build another project's settings likewise."""
    try:
        return tree.model_validate_json(json.dumps(raw))
    except ValidationError as error:
        problems = "\n".join(
            f"  - {_explain(tree, project, dict(e))}" for e in error.errors(include_url=False)
        )
        raise ConfigError(f"The stack configuration is wrong; nothing was deployed.\n{problems}") from None


def load() -> Settings:
    """The current Pulumi stack's settings. Raises `ConfigError`."""
    return load_as(Settings, PROJECT)


def load_as(tree: type[Tree], project: str) -> Tree:
    """The current Pulumi stack's settings, of another project than this one. Raises `ConfigError`."""
    import pulumi  # noqa: PLC0415  # the rehearsal reads settings where Pulumi is not wanted

    config, prefix = pulumi.Config(project), f"{project}:"
    known = {**pulumi.runtime.get_config_env(), **pulumi.runtime.config.CONFIG.get()}
    names = sorted(key.removeprefix(prefix) for key in known if key.startswith(prefix))
    return parse_as(tree, project, {name: _value(config.require(name)) for name in names})


def read_stack(stack: str, folder: Path = ROOT) -> dict[str, Any]:
    """A shipped stack's keys, without the project prefix: defaults of `Pulumi.yaml`, then its own YAML.

    What the Pulumi CLI does, for runs without it. Raises `ConfigError` when there is no such stack.
    """
    path = folder / f"Pulumi.{stack}.yaml"
    if not path.exists():
        have = sorted(p.name.split(".")[1] for p in folder.glob("Pulumi.*.yaml"))
        raise ConfigError(
            f"There is no stack {stack!r} ({path.name} is missing). Stacks here: {', '.join(have)}."
        )
    declared = yaml.safe_load((folder / "Pulumi.yaml").read_text())["config"]
    defaults = {name: entry["default"] for name, entry in declared.items() if "default" in entry}
    own = yaml.safe_load(path.read_text())["config"]
    return defaults | {
        key.removeprefix(PREFIX): value for key, value in own.items() if key.startswith(PREFIX)
    }


def _value(text: str) -> Any:
    """Pulumi hands strings over as they are and everything else as JSON."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        return text
    return text if isinstance(value, str) else value


def _explain(tree: type[BaseModel], project: str, error: Mapping[str, Any]) -> str:
    path = [str(part) for part in error["loc"]]
    key = ".".join([f"{project}:{path[0]}", *path[1:]]) if path else project
    kind, message = error["type"], error["msg"].removeprefix("Value error, ")
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(path[-1], _fields_at(tree, path[:-1]), n=1)
        hint = f"Did you mean `{near[0]}`?" if near else "Remove it, or look the key up in docs/config.md."
        return f"{key}: unknown key; it would have had no effect. {hint}"
    if kind == "missing":
        command = f"pulumi config set --path '{key}' <value>"
        return f"{key}: missing, and it has no default. Set it with: {command}"
    return f"{key}: {message} (got {_shown(path, error)}). Correct it in the stack's YAML file."


def _shown(path: list[str], error: Mapping[str, Any]) -> str:
    return "a value that is kept secret" if "notifications" in path else repr(error.get("input"))


def _fields_at(tree: type[BaseModel], path: list[str]) -> list[str]:
    model: Any = tree
    for part in path:
        if part not in model.model_fields:
            continue  # the index of a list or a key of a map
        annotation = model.model_fields[part].annotation
        candidates = [annotation, *getattr(annotation, "__args__", ())]
        model = next((c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel)), None)
        if model is None:
            return []
    return list(model.model_fields)
