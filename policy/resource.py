"""What a rule looks at: a registered resource with its inputs, and the stack that it belongs to."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PRODUCTION = "prod"
WILD = "*?"  # what stands for anything in a policy document
UNKNOWN = "known once it is deployed"  # an input that a preview does not know; it is set, to something


@dataclass(frozen=True, kw_only=True, slots=True)
class Resource:
    """`type` is Pulumi's token, `props` the inputs as the engine has them; `stack` is the stack's name."""

    type: str
    name: str
    stack: str
    props: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """The class, as in `aws.dynamodb.Table` -> `dynamodb.Table`; empty for what is not AWS's."""
        package, module, name = (*self.type.split(":"), "", "")[:3]
        return f"{module.split('/')[0]}.{name}" if package == "aws" else ""

    @property
    def production(self) -> bool:
        """Whether the stack is one of production: `prod`, `prod-monitor`, `prod-eu` and the like."""
        return self.stack.split("-")[0] == PRODUCTION

    def at(self, *path: str) -> Any:
        """The input at a path; None where there is none, `UNKNOWN` where a preview does not know it yet."""
        value: Any = self.props
        for name in path:
            if value == UNKNOWN:
                return UNKNOWN
            value = value.get(name) if isinstance(value, Mapping) else None
        return value

    def statements(self) -> Iterator[Mapping[str, Any]]:
        """The statements of every policy document in the inputs; what is unknown in a preview has none."""
        yield from _statements(self.at("assumeRolePolicy"))
        yield from self.granted()

    def granted(self) -> Iterator[Mapping[str, Any]]:
        """Those that say what may be done; the others say who becomes a role."""
        for document in (
            self.at("policy"),
            *(each.get("policy") for each in mappings(self.at("inlinePolicies"))),
        ):
            yield from _statements(document)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """`why` is the consequence, `fix` the way out; `judge` yields what is wrong with one resource."""

    name: str
    why: str
    fix: str
    judge: Callable[[Resource], Iterator[str]]

    def messages(self, resource: Resource) -> list[str]:
        """Each thing that is wrong, for people."""
        return [f"{resource.name}: {problem}: {self.why} {self.fix}" for problem in self.judge(resource)]


def listed(value: object) -> Sequence[str]:
    """A text or a list of texts, as policy documents have either."""
    if isinstance(value, str):
        return [value]
    return [each for each in value if isinstance(each, str)] if isinstance(value, Sequence) else []


def arn(value: str) -> tuple[str, str]:
    """An ARN's account and what it names there; what is no whole ARN names what it ends with."""
    parts = value.split(":", 5)
    return (parts[4], parts[5]) if len(parts) == 6 else ("", parts[-1])  # noqa: PLR2004  # as AWS has them


def mappings(value: object) -> Sequence[Mapping[str, Any]]:
    """The mappings of a list; none where a preview does not know it yet."""
    if isinstance(value, str) or not isinstance(value, Sequence):
        return []
    return [each for each in value if isinstance(each, Mapping)]


def _statements(document: object) -> Sequence[Mapping[str, Any]]:
    found = _json(document) if isinstance(document, str) else document
    stated = found.get("Statement") if isinstance(found, Mapping) else None
    return mappings([stated] if isinstance(stated, Mapping) else stated)


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None
