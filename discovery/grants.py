"""What a role may do with tables and endpoints, by its own and its attached policies."""

import fnmatch
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from discovery import calls
from discovery.account import Account


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """Allowed actions on resources, as patterns with `*` and `?`."""

    actions: Sequence[str]
    resources: Sequence[str]

    def allows(self, action: str) -> bool:
        """Whether it allows the action; IAM's actions have no case."""
        return any(fnmatch.fnmatchcase(action.lower(), pattern.lower()) for pattern in self.actions)

    def names(self, arn: str) -> bool:
        """Whether it names this resource more closely than by allowing all of the kind."""
        return any(
            fnmatch.fnmatchcase(arn, pattern)
            for pattern in self.resources
            if pattern.rpartition("/")[2] not in ("*", "") and pattern != "*"
        )


def of_role(account: Account, role_arn: str) -> list[Grant]:
    """What the role's policies allow; boundaries and denials are not weighed."""
    role = role_arn.rpartition("/")[2]
    lost = f"what {role} may reach is known by environment variables alone"
    documents: list[Any] = []
    for name in account.pages(calls.ROLE_POLICIES, "PolicyNames", lost, RoleName=role) or ():
        answer = account.ask(calls.ROLE_POLICY, lost, RoleName=role, PolicyName=name)
        documents.append((answer or {}).get("PolicyDocument"))
    for attached in account.pages(calls.ATTACHED, "AttachedPolicies", lost, RoleName=role) or ():
        arn = str(attached["PolicyArn"])
        policy = account.ask(calls.POLICY, lost, PolicyArn=arn)
        if policy:
            version = policy["Policy"]["DefaultVersionId"]
            answer = account.ask(calls.POLICY_VERSION, lost, PolicyArn=arn, VersionId=version)
            documents.append(((answer or {}).get("PolicyVersion") or {}).get("Document"))
    return [grant for document in documents for grant in read(document)]


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
