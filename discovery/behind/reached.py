"""Which tables and endpoints are used: those that an environment variable is the name or ARN of, and those
that policies name.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from discovery import calls
from discovery.account import Account, Call
from discovery.behind.grants import NO_NAME, Grant, Roles, matches
from discovery.found import Api, Function
from discovery.integrations import OPERATIONS

NAME = re.compile(r"[A-Za-z0-9_.-]{1,255}")
SECRET = re.compile(r"secret|passw|token|credential|private|key|auth", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """What is looked for: its ARNs' words, the setting it stands in, the actions that use it.

    `folded`: ARNs have small letters, whatever the name has.
    """

    service: str
    word: str
    setting: str
    describe: Call
    name_key: str
    actions: Sequence[str]
    folded: bool = False

    def spelled(self, text: str) -> str:
        """As its ARNs spell it."""
        return text.lower() if self.folded else text


TABLES = Kind(
    service="dynamodb",
    word="table",
    setting="tables",
    describe=calls.TABLE,
    name_key="TableName",
    actions=[f"dynamodb:{operation}" for operation in OPERATIONS],
)
ENDPOINTS = Kind(
    service="sagemaker",
    word="endpoint",
    setting="endpoints",
    describe=calls.ENDPOINT,
    name_key="EndpointName",
    actions=[
        f"sagemaker:InvokeEndpoint{how}"
        for how in ("", "Async", "WithResponseStream", "WithBidirectionalStream")
    ],
    folded=True,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class User:
    """One that uses what is behind: a function, or the gateway by a role of its integrations."""

    who: str
    is_function: bool
    role: str
    grants: Sequence[Grant]
    environment: Mapping[str, str] = field(default_factory=dict)

    def allowed(self, kind: Kind) -> Iterator[Grant]:
        """What lets it use some of the kind."""
        for grant in self.grants:
            if any(grant.allows(action) for action in kind.actions):
                yield grant


class Reached:
    """What functions and gateway reach of a kind."""

    def __init__(self, account: Account, api: Api, functions: Sequence[Function], account_id: str) -> None:
        self._account, self._account_id = account, account_id
        roles = Roles(account)
        of_gateway = dict.fromkeys(route.target.role for route in api.routes if route.target.role)
        self.users = (
            *(self._function(function, roles) for function in functions),
            *(
                User(
                    who=f"the gateway as {role.rpartition('/')[2]}",
                    is_function=False,
                    role=role,
                    grants=roles.grants(role),
                )
                for role in of_gateway
            ),
        )

    def _function(self, function: Function, roles: Roles) -> User:
        """With what it may do in the roles that its environment names, for it to assume."""
        own = f"arn:aws:iam::{self._account_id}:role/"
        assumed = [value for value in function.environment.values() if value.startswith(own)]
        grants = [grant for role in (function.role, *assumed) for grant in roles.grants(role)]
        return User(
            who=f"function {function.name}",
            is_function=True,
            role=function.role,
            grants=grants,
            environment=function.environment,
        )

    def arn(self, kind: Kind, name: str) -> str:
        """Of one of this account and region."""
        prefix = f"arn:aws:{kind.service}:{self._account.region}:{self._account_id}:{kind.word}/"
        return prefix + kind.spelled(name)

    def names(self, kind: Kind, listed: Iterable[str] | None) -> set[str]:
        """Those that are used, of the `listed`; None where they may not be listed."""
        there = sorted(self._asked_for(kind)) if listed is None else list(listed)
        found: set[str] = set()
        unnamed = []
        for user in self.users:
            its = {name for name in there if self._uses(user, kind, name)}
            found |= its
            if its or not user.is_function:
                continue  # the gateway uses what its integrations name
            if any(grant.reaches(self.arn(kind, NO_NAME)) for grant in user.allowed(kind)):
                unnamed.append(user.who)
        if unnamed:
            self._account.note(
                f"{', '.join(unnamed)} may use {kind.word}s that neither an environment variable nor a policy"
                f" names; if so, add them to `existing.{kind.setting}`"
            )
        self._note_those_elsewhere(kind)
        return found

    def named_by_role(self, kind: Kind, role: str, action: str, listed: Iterable[str]) -> set[str]:
        """Those that a role's policies name, of which it may do the action."""
        return {
            name
            for user in self.users
            if user.role == role
            for name in listed
            if any(grant.allows(action) and self._closely(grant, kind, name) for grant in user.grants)
        }

    def on(self, kind: Kind, name: str, *, of_functions: bool = False) -> Iterator[Grant]:
        """Whatever lets somebody use this one, or only functions that know it."""
        for user in self.users:
            if of_functions and not (user.is_function and self._uses(user, kind, name)):
                continue
            yield from (grant for grant in user.allowed(kind) if grant.reaches(self.arn(kind, name)))

    def _uses(self, user: User, kind: Kind, name: str) -> bool:
        arn = self.arn(kind, name)
        in_environment = name in user.environment.values() or arn in user.environment.values()
        return in_environment or any(self._closely(grant, kind, name) for grant in user.allowed(kind))

    def _closely(self, grant: Grant, kind: Kind, name: str) -> bool:
        """Whether it is for this one, and not for all of the kind."""
        every = self.arn(kind, NO_NAME)
        return any(
            matches(self.arn(kind, name), resource) and not matches(every, resource)
            for resource in map(kind.spelled, grant.resources)
        )

    def _asked_for(self, kind: Kind) -> Iterator[str]:
        """Those that exist of whatever may be a name. What may be a secret is not asked for, nor repeated."""
        prefix = self.arn(kind, "")
        values = {
            value
            for user in self.users
            for variable, value in user.environment.items()
            if value.startswith(prefix) or kind.word in variable.lower() or not SECRET.search(variable)
        }
        arns = {
            resource for user in self.users for grant in user.allowed(kind) for resource in grant.resources
        }
        for name in sorted({value.removeprefix(prefix) for value in arns | values}):
            lost = f"{kind.word}s that environment variables and policies name are not all watched"
            if NAME.fullmatch(name) and self._account.ask(
                kind.describe, lost, maybe=True, hidden=True, **{kind.name_key: name}
            ):
                yield name

    def _note_those_elsewhere(self, kind: Kind) -> None:
        form = re.compile(rf"arn:[\w-]+:{kind.service}:([\w-]+):(\d{{12}}):{kind.word}/([\w.-]+)")
        for user in self.users:
            granted = (resource for grant in user.allowed(kind) for resource in grant.resources)
            for arn in (*user.environment.values(), *granted):
                its = form.fullmatch(arn)
                if its and (its[1], its[2]) != (self._account.region, self._account_id):
                    self._account.note(
                        f"The {kind.word} {its[3]} of {user.who} is in account {its[2]}, region {its[1]},"
                        " whose metrics are not here; it is left out. Watch it by a stack of its own there"
                    )
