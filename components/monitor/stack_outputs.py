"""What another stack exports, also while it is not there yet.

A preview goes on without it, so that a pull request which adds an output and its use can be previewed; an
update stops with the command to run. That the stack itself does not exist is Pulumi's own error.
"""

import asyncio
import copy
from collections.abc import Sequence
from typing import Any, TypeVar

import pulumi
from pydantic import BaseModel, ValidationError

Tree = TypeVar("Tree", bound=BaseModel)
MISSING = "has no output {!r} yet"


class StackOutputs:
    """The outputs of a stack; `name` is what a StackReference takes, `<organization>/<project>/<stack>`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._reference = pulumi.StackReference(name)
        self._warned = False

    def require(self, output: str) -> pulumi.Output[Any]:
        """One output, secret where the other stack keeps it secret.

        Where it is missing it is unknown in a preview, with one warning a stack; in an update
        `pulumi.RunError` names the command.
        """

        def known(value: Any) -> Any:
            if value is not None:
                return value
            self._refuse_or_warn(MISSING.format(output))
            return unknown()

        return self._reference.get_output(output).apply(known)

    def read(self, output: str, tree: type[Tree]) -> pulumi.Output[Tree | None]:
        """One output as this model; None in a preview where `require` has nothing or it cannot be read.

        What a newer version of this program added to it is left out, with a warning.
        """

        def known(value: Any) -> Tree | None:
            try:
                found, newer = validated(tree, value) if value is not None else (None, [])
            except ValidationError:
                self._refuse_or_warn(f"has an output {output!r} of another version of this program")
                return None
            if found is None:
                self._refuse_or_warn(MISSING.format(output))
            if newer:
                pulumi.log.warn(
                    f"Stack {self.name!r} was deployed with a newer version of this program:"
                    f" {', '.join(newer)} of its output {output!r} means nothing here and is left out."
                    " Update this stack's program."
                )
            return found

        return self._reference.get_output(output).apply(known)

    def _refuse_or_warn(self, what: str) -> None:
        problem = (
            f"Stack {self.name!r} {what}: it is no service stack, was not deployed with this program, or was"
            " destroyed."
        )
        command = f"pulumi up -s {self.name}"
        if not pulumi.runtime.is_dry_run():
            raise pulumi.RunError(f"{problem} Deploy it first: {command}")
        if not self._warned:
            self._warned = True
            pulumi.log.warn(
                f"{problem} What depends on it is left out of this preview or shown as unknown, and an update"
                f" would stop here. Before that: {command}"
            )


def watched_stacks(watches: Sequence[str]) -> list[str]:
    """The full names of the stacks to watch; without any, of this stack's pair: `dev` for `dev-monitor`.

    A name alone is of this organization and project. Raises `pulumi.RunError` for one that is there twice or
    is this stack itself, and where this stack's name tells of no pair, naming the setting that does.
    """
    organization, project, own = pulumi.get_organization(), pulumi.get_project(), pulumi.get_stack()
    full = [name if "/" in name else f"{organization}/{project}/{name}" for name in watches or [_pair(own)]]
    for number, name in enumerate(full):
        key = f"{project}:watches[{number}]"
        if name in full[:number]:
            raise pulumi.RunError(f"{key}: {name!r} is there twice; it is watched once. Remove one.")
        if name == f"{organization}/{project}/{own}":
            raise pulumi.RunError(
                f"{key}: {name!r} is this stack itself, which serves nothing. Name a service stack."
            )
    return full


def _pair(own: str) -> str:
    service = own.removesuffix("-monitor")
    if service == own or not service:
        raise pulumi.RunError(
            f"{pulumi.get_project()}:watches is not set, and the name {own!r} (not <env>-monitor) does not"
            " tell what it watches. Set it: pulumi config set --path 'watches[0]' <stack>"
        )
    return service


def validated(tree: type[Tree], exported: Any) -> tuple[Tree, list[str]]:
    """What another stack exported, and the dotted keys of it that the model does not know.

    Numbers arrive as floats. Raises `ValidationError` where more is wrong than keys that are not known.
    """
    try:
        return tree.model_validate(exported, strict=False), []
    except ValidationError as error:
        unknown_keys = [e["loc"] for e in error.errors() if e["type"] == "extra_forbidden"]
        if len(unknown_keys) < error.error_count():
            raise
    known = copy.deepcopy(exported)
    for *way, key in unknown_keys:
        inner = known
        for step in way:
            inner = inner[step]
        del inner[key]
    return tree.model_validate(known, strict=False), [".".join(map(str, key)) for key in unknown_keys]


def unknown() -> pulumi.Output[Any]:
    """What only an update will tell."""

    async def resolved(value: Any) -> Any:
        return value

    return pulumi.Output(set(), asyncio.ensure_future(resolved(None)), asyncio.ensure_future(resolved(False)))
