"""What exists in the stand-in's accounts, every call that was made, and what is made to fail.

Plain data; `fork` copies it. It refuses two things of one fixed name, what `refusals` names and what a test
asks for, and nothing else.
"""

import copy
import threading
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.engine.kinds import lookup

Method = Literal["Create", "Update", "Delete"]


class Refused(Exception):  # noqa: N818  # it is AWS that refuses
    """AWS would not do it; the message is AWS's."""


@dataclass(kw_only=True, slots=True)
class Thing:
    """A resource that exists: whose it is, Pulumi's type token and logical name, and what it is made of."""

    account: str
    region: str
    type: str
    name: str
    id: str
    inputs: dict[str, Any]
    outputs: dict[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The class name, for example `RestApi`."""
        return self.type.rsplit(":", 1)[1]

    @property
    def identity(self) -> tuple[Any, ...] | None:
        """What AWS knows it by, where that is fixed by its inputs."""
        once = lookup(self.type).once
        if once is None:
            return None
        return (*self.place, *(self.inputs.get(name) for name in once))

    @property
    def place(self) -> tuple[str, str, str]:
        """Account, region and type."""
        return _place(self.account, self.region, self.type)


def _place(account: str, region: str, token: str) -> tuple[str, str, str]:
    """Of a service that has no regions, the same from each."""
    return account, "" if token.startswith(("aws:iam/", "aws:route53/")) else region, token


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One call that was carried out, or refused with AWS's word for it."""

    method: Method
    kind: str
    name: str
    id: str
    refused: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """Refuses one call on a class, once; `name` is the end of a logical name."""

    method: Method
    kind: str
    name: str = ""
    message: str = "InternalFailure: the request could not be processed"

    def meets(self, method: Method, thing: Thing) -> bool:
        """Whether this is the call."""
        return method == self.method and thing.kind == self.kind and thing.name.endswith(self.name)


@dataclass
class Cloud:
    """The accounts of one test: `things` by account, region, type and id; `calls` in order; `faults` to come.

    `images` are those that a model was ever made of, `recoverable` secrets whose names are not free yet.
    """

    things: dict[tuple[str, str, str, str], Thing] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    images: set[str] = field(default_factory=set)
    recoverable: set[Any] = field(default_factory=set)
    made: int = 0
    lock: threading.RLock = field(default_factory=threading.RLock)

    def fork(self) -> "Cloud":
        """An independent copy with an empty log."""
        return Cloud(
            things=copy.deepcopy(self.things),
            images=set(self.images),
            recoverable=set(self.recoverable),
            made=self.made,
        )

    def of(self, kind: str, account: str | None = None) -> list[Thing]:
        """Every thing of a class, oldest first."""
        return [t for t in self.things.values() if t.kind == kind and account in (None, t.account)]

    def at(self, account: str, region: str, token: str, identifier: str) -> Thing | None:
        """The thing of this type and id in a region of an account, if it exists."""
        return self.things.get((*_place(account, region, token), identifier))

    def new_id(self, thing: Thing) -> str:
        """An id that no other thing of this type has or had, unless its names are fixed by its inputs."""
        self.made += 1
        if thing.identity is None:
            return f"{thing.kind.lower()}{self.made:05d}"
        return "/".join(str(part) for part in thing.identity[3:]) or thing.kind.lower()

    def refuse(self, method: Method, thing: Thing) -> None:
        """Raise `Refused` for a fault that a test asked for, or a second thing of one fixed name."""
        fault = next((fault for fault in self.faults if fault.meets(method, thing)), None)
        if fault:
            self.faults.remove(fault)
            raise Refused(fault.message)
        if method == "Create" and not lookup(thing.type).puts and thing.identity is not None:
            taken = any(other.identity == thing.identity for other in self.of(thing.kind))
            if taken:
                raise Refused(f"AlreadyExists: {thing.kind} {'/'.join(map(str, thing.identity[3:]))}")

    def put(self, thing: Thing) -> None:
        """Keep a thing under its id; one of the same id is overwritten."""
        self.things[*thing.place, thing.id] = thing
        if thing.kind == "Model":
            self.images.add(thing.inputs["primaryContainer"]["image"])

    def remove(self, thing: Thing) -> None:
        """It exists no longer."""
        if thing.kind == "Secret" and thing.inputs.get("recoveryWindowInDays") != 0:
            self.recoverable.add(thing.identity)
        del self.things[*thing.place, thing.id]

    def overwrite(self, api: Thing) -> None:
        """PutRestApi in overwrite mode: a policy that was attached apart from the document is lost."""
        lost = [policy for policy in self.of("RestApiPolicy") if policy.inputs["restApiId"] == api.id]
        for policy in lost:
            self.remove(policy)

    def log(self, method: Method, thing: Thing, refused: str = "") -> None:
        """Remember a call."""
        self.calls.append(Call(method=method, kind=thing.kind, name=thing.name, id=thing.id, refused=refused))
