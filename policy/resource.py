"""What a rule looks at: a registered resource with its inputs, and the stack that it belongs to."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PRODUCTION = "prod"
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
        for name in ("policy", "assumeRolePolicy"):
            document = self.props.get(name)
            if isinstance(document, str):
                document = _json(document)
            if isinstance(document, Mapping):
                found = document.get("Statement", [])
                yield from [found] if isinstance(found, Mapping) else found


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


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None
