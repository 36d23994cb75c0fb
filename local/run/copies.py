"""Which services run side by side, and the names that keep them apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config import ConfigError
from local.deployer import stack_config
from settings import Settings

ROOT = Path(__file__).resolve().parents[2]
NAME_CHARS = 24  # `name` may have so many


@dataclass(frozen=True, kw_only=True, slots=True)
class Copy:
    """A service as it is deployed: by its folder in services/, the name of its stack, and what that sets."""

    service: str
    stack: str
    overrides: Mapping[str, str] = field(default_factory=dict)


def copies(stack: str, wanted: Sequence[str]) -> tuple[Copy, ...]:
    """`NAME` or `NAME:ENV` each; none is the stack's own service, and one without ENV is its only one.

    Several have a stack `<name>-<env>` each, with the settings of `stack`. Raises `ConfigError` for a file
    that cannot be read and for two that would be one.
    """
    if not wanted:
        return (Copy(service=_set(stack, "service"), stack=stack),)
    if len(wanted) == 1 and ":" not in wanted[0]:
        return (Copy(service=wanted[0], stack=stack),)
    found: dict[str, Copy] = {}
    for each in wanted:
        service, _, env = each.partition(":")
        env = env or _set(stack, "env")
        name = service.replace("_", "-")[:NAME_CHARS].strip("-")
        base = f"{name}-{env}"
        if base in found:
            raise ConfigError(
                f"--service {each}: {found[base].service} runs as {base} already, so that one would overwrite"
                f" the other. Give one of them another environment, like {service}:staging."
            )
        found[base] = Copy(service=service, stack=base, overrides={"name": name, "env": env})
    return tuple(found.values())


def owner(name: str, bases: Sequence[str]) -> str | None:
    """Whose a name is, which begins with that of the service: the longest that fits."""
    return max((base for base in bases if f"{name}-".startswith(f"{base}-")), key=len, default=None)


def _set(stack: str, key: str) -> str:
    """What the stack's file says, or the default."""
    project, found = stack_config.load(ROOT, stack)
    return str(found.get(f"{project}:{key}", Settings.model_fields[key].default))
