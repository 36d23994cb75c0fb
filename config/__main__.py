"""Judges every stack file here as `pulumi up` would, without Pulumi: `python -m config`.

Exits with 1 when one is wrong, with every wrong key, its consequence and its fix; 2 is wrong usage.
Stricter than `pulumi up` in one thing: the address of a channel in plain text is wrong here.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import entry
from config import PROJECT, ROOT, ConfigError, parse, probes_of, read_stack, stack_files
from config.canary import disagreements
from config.values import is_encrypted, typed
from settings import SERVED, Settings
from settings.notifications import FORWARDED

MONITOR = "-monitor"


def main() -> int:
    """Print one line a stack, and what is wrong with it."""
    judged: dict[str, Settings] = {}
    problems: dict[str, list[str]] = {}
    for stack in stack_files.stacks(ROOT):
        try:
            judged[stack] = parse(read_stack(stack, ROOT))
            problems[stack] = [*quotas_twice(stack, judged), *addresses_in_plain(stack, ROOT)]
        except ConfigError as error:
            problems[stack] = str(error).splitlines()
    for stack, found in problems.items():
        if monitor := judged.get(stack):
            found.extend(pair(judged.get(stack.removesuffix(MONITOR)), monitor, stack))
            watched = {name: judged[name] for name in monitor.watches if name in judged}
            found.extend(fleet(watched, monitor, stack))
        sys.stdout.write("\n".join([f"Pulumi.{stack}.yaml: {'wrong' if found else 'ok'}", *found, ""]))
    return 1 if any(problems.values()) else 0


def fleet(services: Mapping[str, Settings], monitor: Settings, name: str) -> Iterator[str]:
    """What a monitor stack and the stacks in its `watches` that have a file here do not agree on."""
    bases: dict[str, str] = {}
    for stack, service in services.items():
        key = f"  - inference-watch:watches[{monitor.watches.index(stack)}]: {stack}"
        if service.role not in SERVED:
            yield f"{key} is a {service.role} stack, which serves nothing. Name a service stack."
            continue
        if service.base in bases:
            yield (
                f"{key} and {bases[service.base]} both are service {service.base}, so that canary, alarms and"
                " dashboard of one would be the other's. Give one of them another `name` or `env`."
            )
        bases[service.base] = stack
        if service.region != monitor.region:
            yield (
                f"{key} is in {service.region} and this stack in {monitor.region}: no alarm here would"
                f" ever have data. Watch it from a monitor stack in {service.region}."
            )
        if service.accounts.monitor != monitor.accounts.monitor:
            yield (
                f"{key} lets account {service.accounts.monitor} in and this stack is in"
                f" {monitor.accounts.monitor}: its canary is refused. Set accounts.monitor alike in both."
            )
    served = {stack: service for stack, service in services.items() if service.role in SERVED}
    probed = {stack: (each, probes_of(each)) for stack, each in served.items()}
    yield from disagreements(probed, monitor, name)


def pair(service: Settings | None, monitor: Settings, name: str) -> list[str]:
    """What a monitor stack and the service stack of its pair do not agree on."""
    if service is None or monitor.role != "monitor" or service.role not in SERVED or monitor.watches:
        return []
    problems = [
        f"  - inference-watch:{key}: {ours} here and {theirs} in the service stack, so its API is not found."
        " Make them one."
        for key in ("name", "env", "region", "accounts")
        if (ours := getattr(monitor, key)) != (theirs := getattr(service, key))
    ]
    return [*problems, *disagreements({"": (service, probes_of(service))}, monitor, name)]


def quotas_twice(stack: str, judged: Mapping[str, Settings]) -> list[str]:
    """Whether another stack of the same account and region watches its quotas already."""
    own = judged[stack]
    place = (own.accounts.service, own.region)
    return [
        f"  - inference-watch:quotas.watch: stack {other} watches the quotas of account {place[0]} in"
        f" {place[1]} already, so the same one would page twice. Remove it in one of them."
        for other, settings in judged.items()
        if other != stack and own.quotas.watch and settings.quotas.watch
        if (settings.accounts.service, settings.region) == place
    ]


def addresses_in_plain(stack: str, folder: Path) -> Iterator[str]:
    """The subscribers whose address is a password of its own, and is not encrypted in the stack's file."""
    found = stack_files.read(folder / f"Pulumi.{stack}.yaml", PROJECT).get(f"{PROJECT}:notifications", {})
    levels = typed(Settings, {"notifications": found})["notifications"]
    for level, subscribers in levels.items():
        for index, each in enumerate(subscribers if isinstance(subscribers, list) else ()):  # else encrypted
            if each.get("protocol") in ("https", *FORWARDED) and not is_encrypted(each["endpoint"]):
                key = f"{PROJECT}:notifications.{level}[{index}].endpoint"
                yield (
                    f"  - {key}: it is in plain text, and whoever reads the file can write to the channel."
                    f" Make a new one there and set it: pulumi config set -s {stack} --path --secret '{key}'"
                )


if __name__ == "__main__":
    entry.main(["check", *sys.argv[1:]])
