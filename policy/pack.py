"""The pack for the Pulumi CLI: `pulumi preview --policy-pack policy`. The rules are those of `make check`."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pulumi_policy import (  # pyright: ignore[reportMissingImports]  # of its own environment
    EnforcementLevel,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UnknownValueError  # pyright: ignore[reportMissingImports]

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from policy.judge import OF_STACKS, RULES  # the line above makes it importable
from policy.resource import UNKNOWN, Resource, Rule


def resource_of(args: Any) -> Resource:
    """The resource as the rules see it; a URN names its stack: `urn:pulumi:STACK::PROJECT::TYPE::NAME`."""
    stack = args.urn.split(":")[2]
    return Resource(type=args.resource_type, name=args.name, stack=stack, props=plain(args.props))


def plain(value: Any) -> Any:
    """The inputs as plain values. Reading one that a preview does not know raises; it is `UNKNOWN` then."""
    if isinstance(value, Mapping):
        return {name: _read(value, name) for name in value}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_read(value, index) for index in range(len(value))]
    return value


def _read(values: Any, place: str | int) -> Any:
    try:
        return plain(values[place])
    except UnknownValueError:
        return UNKNOWN


def judging(rule: Rule) -> Callable[[ResourceValidationArgs, ReportViolation], None]:
    """A rule as the pack has it."""

    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        for message in rule.messages(resource_of(args)):
            report(message)

    return validate


def judging_all(
    judge: Callable[[Sequence[Resource]], Iterator[str]],
) -> Callable[[StackValidationArgs, ReportViolation], None]:
    """A rule that looks at the whole stack."""

    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        for message in judge([resource_of(each) for each in args.resources]):
            report(message)

    return validate


PolicyPack(
    name="inference-watch",
    enforcement_level=EnforcementLevel.MANDATORY,
    policies=[
        *(
            ResourceValidationPolicy(
                name=rule.name, description=f"{rule.why} {rule.fix}", validate=judging(rule)
            )
            for rule in RULES
        ),
        *(
            StackValidationPolicy(
                name=name, description=(judge.__doc__ or name).partition("\n")[0], validate=judging_all(judge)
            )
            for name, judge in OF_STACKS.items()
        ),
    ],
)
