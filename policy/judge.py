"""All rules over what a stack registers."""

from collections.abc import Iterator, Sequence

from policy import access, safekeeping, serving
from policy.resource import Resource

RULES = (*access.RULES, *safekeeping.RULES, *serving.RULES)


def violations(resources: Sequence[Resource]) -> Iterator[tuple[str, str]]:
    """Name of the rule and message, for each thing that is wrong."""
    for resource in resources:
        for rule in RULES:
            for message in rule.messages(resource):
                yield rule.name, message
    for message in serving.unheard(resources):
        yield "critical-subscriber", message
