"""All rules over what a stack registers."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from policy import access, safekeeping, serving
from policy.resource import Resource

RULES = (*access.RULES, *safekeeping.RULES, *serving.RULES)
# Those that look at a whole stack, by name; their first line says what they hold.
OF_STACKS: Mapping[str, Callable[[Sequence[Resource]], Iterator[str]]] = {
    "bucket-encryption": safekeeping.in_plain,
    "critical-subscriber": serving.unheard,
}


def violations(resources: Sequence[Resource]) -> Iterator[tuple[str, str]]:
    """Name of the rule and message, for each thing that is wrong."""
    for resource in resources:
        for rule in RULES:
            for message in rule.messages(resource):
                yield rule.name, message
    for name, judge in OF_STACKS.items():
        for message in judge(resources):
            yield name, message
