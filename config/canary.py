"""What of a canary's settings contradicts the rest of a monitor stack's, or the services that it watches."""

from collections.abc import Iterator, Mapping, Set

from settings import Settings
from settings.canary import Canary, CanaryOf
from settings.probes import exported
from settings.service.errors import did_you_mean


def canary_contradictions(settings: Settings) -> Iterator[str]:
    """One line each: key, consequence, fix."""
    canary, watches = settings.canary, settings.watches
    yield from _places(settings.region, "canary", canary)
    for stack, own in canary.each.items():
        yield from _places(settings.region, f"canary.each.{stack}", own)
    for stack in canary.each:
        if stack not in watches:
            fix = (
                did_you_mean(stack, watches)
                if watches
                else "This stack watches its pair alone: say it in `canary` itself."
            )
            yield f"canary.each.{stack}: no stack of this name is in `watches`, so it has no effect. {fix}"


def _places(region: str, key: str, part: Canary | CanaryOf) -> Iterator[str]:
    if region in (part.locations or ()):
        yield (
            f"{key}.locations: {region} is the stack's own region, from which it probes anyway; it would be"
            " probed from twice. Remove it."
        )
    endpoint = part.vpc.endpoint if part.vpc else None
    if endpoint and f".{region}." not in endpoint:
        yield (
            f"{key}.vpc.endpoint: it is of another region than the stack's, {region}, in which its VPC is;"
            " the API would not be reached by it. Name an endpoint of that region."
        )


def disagreements(
    services: Mapping[str, tuple[Settings, str]], monitor: Settings, name: str
) -> Iterator[str]:
    """What the canaries and the services that they probe do not agree on, a line each.

    `services` are settings and exported probes by stack as it stands in `watches`; by "" of a pair.
    `name` is the monitor stack's.
    """
    named: set[str] = set()
    for stack, (service, probes) in services.items():
        canary, own = monitor.canary.of(stack), monitor.canary.each.get(stack)
        key = f"  - inference-watch:canary{f'.each.{stack}' if own else ''}"
        wanted = exported.secret_names(probes)
        named |= wanted.keys()
        yield from _patience(service, probes, canary.timeout_ms, key)
        for secret in sorted(wanted.keys() - canary.secrets.keys()):
            yield (
                f"{key}.secrets.{secret}: it is not set, and probe {wanted[secret]!r} could not be sent"
                f" without it. Set it: pulumi config set -s {name} --secret --path"
                f" '{key.removeprefix('  - ')}.secrets.{secret}'"
            )
        yield from _useless(own.secrets.keys() - wanted.keys() if own else set(), wanted.keys(), key)
    if services.keys() == set(monitor.watches or ("",)):
        yield from _useless(monitor.canary.secrets.keys() - named, named, "  - inference-watch:canary")


def _useless(names: Set[str], known: Set[str], key: str) -> Iterator[str]:
    for name in names:
        fix = did_you_mean(name, known)
        yield f"{key}.secrets.{name}: no probe names it, so it has no effect. {fix} Or remove it."


def _patience(service: Settings, probes: str, timeout_ms: int, key: str) -> Iterator[str]:
    """Whether the canary waits as long as an answer may take."""
    answer_ms = service.inference.timeout_s * 1000
    if service.role == "service" and timeout_ms < answer_ms:
        yield (
            f"{key}.timeout_ms: the canary gives up after {timeout_ms} ms and the function of {service.base}"
            f" may take {answer_ms} ms to answer, also with 504: an answer is reported as none. Raise it to"
            f" {answer_ms}, or lower inference.time_budget_ms in the service stack."
        )
    for probe, step in exported.steps(probes):
        if (step.get("max_ms") or 0) >= timeout_ms:
            yield (
                f"{key}.timeout_ms: the canary gives up after {timeout_ms} ms and probe {probe!r} of"
                f" {service.base} takes an answer within {step['max_ms']} ms (`max_ms`) for right, which it"
                " never sees. Raise the one, or lower the other."
            )
