"""What another stack exports, also while it is not there yet.

A preview goes on without it, so that a pull request which adds an output and its use can be previewed; an
update stops with the command to run. That the stack itself does not exist is Pulumi's own error.
"""

import asyncio
from collections.abc import Callable
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

        def known(value: Any) -> Read | pulumi.Output[Read]:
            if value is None:
                return self._absent(f"has no output {output!r} yet")
            try:
                return read(value)
            except ValidationError:
                return self._absent(f"has an output {output!r} of another version of this program")

        return self._reference.get_output(output).apply(known)

    def _absent(self, what: str) -> pulumi.Output[Any]:
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
        return _unknown()


def service_stack() -> str:
    """The service stack of this monitor stack's pair: `dev` for `dev-monitor`, in the same project.

    Raises `pulumi.RunError` where this stack's name does not tell, naming the setting that does.
    """
    project, own = pulumi.get_project(), pulumi.get_stack()
    service = own.removesuffix("-monitor")
    if service == own:
        raise pulumi.RunError(
            f"{project}:service_stack is not set, and the name {own!r} (not <env>-monitor) does not tell"
            " what it watches. Set it: pulumi config set service_stack <organization>/<project>/<stack>"
        )
    return f"{pulumi.get_organization()}/{project}/{service}"


def _unknown() -> pulumi.Output[Any]:
    async def resolved(value: Any) -> Any:
        return value

    return pulumi.Output(set(), asyncio.ensure_future(resolved(None)), asyncio.ensure_future(resolved(False)))
