"""Pulumi's mock monitor made real: every registered resource is created in the emulator.

Called by Pulumi from several threads; dependencies are Pulumi's work, so whatever arrives here can be
created at once. The first failure ends the deployment: later resources are refused unseen.
"""

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi

from components.shared.identity import READ as OWN_OUTPUTS
from local.deployer import errors
from local.deployer.accounts import Emulator, Provider, provider
from local.deployer.registry import lookup
from local.deployer.request import Request
from local.deployer.wire import is_secret, plain, redacted, wrapped

# What the stack of a name exports, and which of it is secret.
Upstream = Callable[[str], tuple[Mapping[str, Any], Collection[str]]]
STACK_REFERENCE = "pulumi:pulumi:StackReference"
PROVIDER = "pulumi:providers:aws"


@dataclass(frozen=True, kw_only=True, slots=True)
class Resource:
    """A created resource: Pulumi's type token and logical name, the account, the physical id."""

    type: str
    name: str
    account: str
    id: str


class EmulatorMonitor(pulumi.runtime.Mocks):
    """Creates what the program registers and remembers it, in `resources`, in order of creation."""

    def __init__(
        self,
        *,
        emulator: Emulator,
        root: Path,
        upstream: Upstream,
        on_resource: Callable[[Resource], None] | None,
    ) -> None:
        self.resources: list[Resource] = []
        self.failure: errors.DeployError | None = None
        self._emulator = emulator
        self._root = root
        self._upstream = upstream
        self._on_resource = on_resource
        self._providers: dict[str, Provider] = {}
        self._lock = threading.Lock()

    def stop(self) -> None:
        """Refuse whatever is still to come."""
        self._fail(
            errors.DeployError(
                type_token="pulumi:pulumi:Stack",  # noqa: S106  # a type, not a password
                name="program",
                account="",
                reason="the deployment was interrupted",
            )
        )

    def close(self) -> None:
        """Close every client."""
        for item in self._providers.values():
            item.close()

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        """Refuse every lookup but that of the stack's own outputs, of which there are none yet."""
        if args.token == OWN_OUTPUTS:
            return {}, []
        raise self._fail(
            errors.DeployError(
                type_token=args.token,
                name="lookup",
                account="",
                reason="the local run answers no lookups; pass the value by configuration, or add the"
                " function to local/deployer/monitor.py",
            )
        )

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        """Create a resource. Raises `DeployError`, and afterwards for every other resource."""
        if self.failure is not None:
            raise self.failure
        if args.typ == STACK_REFERENCE:
            return self._stack_reference(args)
        if not args.custom and not args.resource_id:
            return "", args.inputs  # a component: it groups, nothing is created for it
        try:
            return self._provider(args) if args.typ == PROVIDER else self._create(args)
        except Exception as error:  # noqa: BLE001  # whatever it is, it is reported with its resource
            owner = self._providers.get(_provider_id(args))
            failure = errors.DeployError(
                type_token=args.typ,
                name=args.name,
                account=owner.account if owner else "",
                reason=redacted(errors.reason(error), args.inputs),
            )
            failure.__cause__ = error
            first = self._fail(failure)
            raise first from first.__cause__

    def _fail(self, error: errors.DeployError) -> errors.DeployError:
        """Remember the first failure; returns it."""
        with self._lock:
            self.failure = self.failure or error
            return self.failure

    def _stack_reference(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        name = args.resource_id or args.name
        theirs, secret = self._upstream(name.rpartition("/")[2])
        outputs = {key: wrapped(value) if key in secret else value for key, value in theirs.items()}
        return name, {"name": name, "outputs": outputs, "secretOutputNames": sorted(secret)}

    def _provider(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        made = provider(plain(args.inputs), emulator=self._emulator)
        with self._lock:
            identity = f"{args.name}-{len(self._providers)}"
            self._providers[identity] = made
        return identity, args.inputs

    def _create(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        if args.resource_id:
            raise errors.Unsupported(
                "the local run starts from nothing: there is no resource to read or import"
            )
        owner = self._providers.get(_provider_id(args))
        if owner is None:
            raise errors.Unsupported(
                "it has no explicit AWS provider; pass one of the two accounts' providers in its options"
            )
        inputs: dict[str, Any] = plain(args.inputs)
        creator = lookup(args.typ, inputs)
        request = Request(
            type=args.typ,
            name=args.name,
            inputs=inputs,
            provider=owner,
            root=self._root,
            endpoint=self._emulator.url,
        )
        created = creator.create(request)
        self._record(Resource(type=args.typ, name=args.name, account=owner.account, id=created.id))
        state = {**args.inputs, **created.outputs, "tagsAll": request.tags, "region": request.region}
        secret = created.secret | {name for name, value in args.inputs.items() if is_secret(value)}
        return created.id, {
            name: wrapped(plain(value)) if name in secret else value for name, value in state.items()
        }

    def _record(self, resource: Resource) -> None:
        with self._lock:
            self.resources.append(resource)
            if self._on_resource is not None:
                self._on_resource(resource)


def _provider_id(args: pulumi.runtime.MockResourceArgs) -> str:
    """A provider reference is `<urn>::<id>`."""
    return (args.provider or "").rsplit("::", 1)[-1]
