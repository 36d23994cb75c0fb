"""What another stack exports, also while it is not there yet.

A preview goes on without it, so that a pull request which adds an output and its use can be previewed; an
update stops with the command to run. That the stack itself does not exist is Pulumi's own error.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import pulumi
from pydantic import ValidationError

Read = TypeVar("Read")


class StackOutputs:
    """The outputs of a stack; `name` is what a StackReference takes, `<organization>/<project>/<stack>`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._reference = pulumi.StackReference(name)
        self._warned = False

    def require(self, output: str, read: Callable[[Any], Read] = lambda value: value) -> pulumi.Output[Read]:
        """One output as `read` understands it, secret where the other stack keeps it secret.

        Where it is missing, or of another version of this program (`read` raises `ValidationError`), it is
        unknown in a preview, with one warning a stack; in an update `pulumi.RunError` names the command.
        """

        return self._get(output, read, unknown)

    def if_there(
        self, output: str, read: Callable[[Any], Read] = lambda value: value
    ) -> pulumi.Output[Read | None]:
        """As `require`, but None in a preview, which then goes on to show what does not hang on it."""
        return self._get(output, read, lambda: None)

    def _get(self, output: str, read: Callable[[Any], Any], absent: Callable[[], Any]) -> pulumi.Output[Any]:
        def known(value: Any) -> Any:
            if value is None:
                self._refuse_or_warn(f"has no output {output!r} yet")
                return absent()
            try:
                return read(value)
            except ValidationError:
                self._refuse_or_warn(f"has an output {output!r} of another version of this program")
                return absent()

        return self._reference.get_output(output).apply(known)

    def _refuse_or_warn(self, what: str) -> None:
        problem = f"Stack {self.name!r} {what}: it was not deployed with this program, or was destroyed."
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


def unknown() -> pulumi.Output[Any]:
    """What only an update will tell."""

    async def resolved(value: Any) -> Any:
        return value

    return pulumi.Output(set(), asyncio.ensure_future(resolved(None)), asyncio.ensure_future(resolved(False)))
