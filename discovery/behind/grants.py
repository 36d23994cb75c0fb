"""What a role may do with tables and endpoints, by its own and its attached policies."""

import fnmatch
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from discovery import calls
from discovery.account import Account

NO_NAME = "\0"  # no resource has it, so what is for it is for all of a kind


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """Allowed actions on resources, as patterns with `*` and `?`."""

    actions: Sequence[str]
    resources: Sequence[str]

    def allows(self, action: str) -> bool:
        """Whether it allows the action; IAM's actions have no case."""
        return any(fnmatch.fnmatchcase(action.lower(), pattern.lower()) for pattern in self.actions)

    def reaches(self, arn: str) -> bool:
        """Whether the resource is one of those that it is for."""
        return any(matches(arn, pattern) for pattern in self.resources)


def matches(arn: str, pattern: str) -> bool:
    """Whether IAM's pattern is for the resource."""
    return fnmatch.fnmatchcase(arn, pattern)


class Roles:
    """What roles may do. Each policy is read once, however many roles have it."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._roles: dict[str, list[Grant]] = {}
        self._policies: dict[str, list[Grant]] = {}

    def grants(self, role_arn: str) -> list[Grant]:
        """What the role's policies allow; boundaries and denials are not weighed."""
        if role_arn.startswith("arn:") and role_arn not in self._roles:
            self._roles[role_arn] = list(self._of_role(role_arn.rpartition("/")[2]))
        return self._roles.get(role_arn, [])

    def _of_role(self, role: str) -> Iterator[Grant]:
        lost = f"what {role} may reach is known by environment variables alone"
        for name in self._account.pages(calls.ROLE_POLICIES, "PolicyNames", lost, RoleName=role) or ():
            lost_policy = f"what {role} may do by it is not known"
            answer = self._account.ask(calls.ROLE_POLICY, lost_policy, RoleName=role, PolicyName=name)
            yield from read((answer or {}).get("PolicyDocument"))
        for attached in self._account.pages(calls.ATTACHED, "AttachedPolicies", lost, RoleName=role) or ():
            arn = str(attached["PolicyArn"])
            if arn not in self._policies:
                self._policies[arn] = list(self._of_policy(arn))
            yield from self._policies[arn]

    def _of_policy(self, arn: str) -> Iterator[Grant]:
        lost = "what roles may do by it is not known"
        aws_own = ":iam::aws:" in arn  # which names nothing of an account's
        policy = self._account.ask(calls.POLICY, lost, maybe=aws_own, PolicyArn=arn)
        if policy:
            version = policy["Policy"]["DefaultVersionId"]
            answer = self._account.ask(calls.POLICY_VERSION, lost, PolicyArn=arn, VersionId=version)
            yield from read(((answer or {}).get("PolicyVersion") or {}).get("Document"))


def read(document: Any) -> Iterator[Grant]:
    """The allowing statements of a policy document."""
    for statement in _list(document.get("Statement") if isinstance(document, Mapping) else None):
        if isinstance(statement, Mapping) and statement.get("Effect") == "Allow":
            yield Grant(
                actions=[str(action) for action in _list(statement.get("Action"))],
                resources=[str(resource) for resource in _list(statement.get("Resource"))],
            )


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [] if value is None else [value]
