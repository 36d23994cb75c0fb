"""What a monitor stack's program costs by the number of services that it watches.

`python -m bench fleet`, part of `make bench`. CPU seconds and memory of the program alone, under Pulumi's
mocks: no engine, no AWS. Each size runs in a process of its own. Exit code 1 if a service costs more than the
target.
"""

import json
import resource
import runpy
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pulumi
from rich.console import Console
from rich.table import Table

import config
from monitoring.watched import Watched
from settings.service import probing

TARGET_S = 0.2  # of CPU, for each service
SIZES = (1, 10, 50, 100)
PAIR = "prod"


class Account(pulumi.runtime.Mocks):
    """Makes what is asked for, and knows what the service stacks export."""

    def __init__(self, theirs: Mapping[str, Mapping[str, Any]]) -> None:
        self._theirs = theirs

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:  # noqa: ARG002
        """Of this stack nothing is deployed yet."""
        return {}, []

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        """Its inputs and an ARN, or what a service stack exports."""
        if args.typ == "pulumi:pulumi:StackReference":
            return args.name, {"outputs": self._theirs[args.name.rpartition("/")[2]]}
        return args.name, {**args.inputs, "arn": f"arn:aws:made:eu-central-1:222222222222:{args.name}"}


def exports(services: int) -> dict[str, dict[str, Any]]:
    """What so many service stacks export, by stack: the shipped one's, each under a name of its own."""
    settings = config.parse(config.read_stack(PAIR))
    watched, probes = Watched.of(settings), probing.exported(settings.chosen)
    return {
        (name := f"shop{number:03}"): {
            "watched": watched.model_copy(update={"name": f"{name}-prod"}).model_dump(mode="json"),
            "api_url": f"https://{name}.example.com/live",
            "api_id": name,
            "api_region": watched.region,
            "canary_api_key": f"the key of {name}",
            "probes": probes,
            "subscriptions": {"warn": [], "critical": []},
        }
        for number in range(services)
    }


def run(theirs: Mapping[str, Mapping[str, Any]]) -> None:
    """The program of a monitor stack that watches these service stacks."""
    pulumi.runtime.set_mocks(Account(theirs), project=config.PROJECT, stack="watch", preview=False)
    settings = {**config.read_stack(f"{PAIR}-monitor"), "watches": list(theirs)}
    pulumi.runtime.set_all_config(
        {
            f"{config.PROJECT}:{key}": value if isinstance(value, str) else json.dumps(value)
            for key, value in settings.items()
        }
    )
    main = str(config.ROOT / "__main__.py")
    pulumi.runtime.test(lambda: runpy.run_path(main))()  # type: ignore[no-untyped-call]  # Pulumi's has none


def measured(services: int) -> tuple[float, float]:
    """CPU seconds of the program with so many services, and the peak MB of its process."""
    command = [sys.executable, "-m", "bench.fleet", str(services)]
    done = subprocess.run(command, cwd=config.ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    seconds, peak_mb = map(float, done.stdout.split())
    return seconds, peak_mb


def main(sizes: Sequence[int] = SIZES) -> int:
    """Measure; the figures are also kept in build/bench/fleet.json."""
    table = Table(
        "services",
        "CPU seconds",
        "each more",
        "peak MB",
        title="Program of a monitor stack",
        title_justify="left",
    )
    found = {size: measured(size) for size in sizes}
    (first_s, _), each = found[sizes[0]], dict[int, float]()
    for size, (seconds, peak_mb) in found.items():
        each[size] = (seconds - first_s) / (size - sizes[0]) if size > sizes[0] else seconds
        table.add_row(str(size), f"{seconds:.2f}", f"{each[size]:.3f}", f"{peak_mb:.0f}")
    met = all(taken <= TARGET_S for size, taken in each.items() if size > sizes[0])
    console = Console()
    console.print(table)
    console.print(f"target {TARGET_S:g} CPU seconds a service: {'met' if met else 'missed'}", highlight=False)
    folder = Path("build/bench")
    folder.mkdir(parents=True, exist_ok=True)
    figures = {"seconds_and_mb": found, "seconds_each_more": each, "target_seconds": TARGET_S, "met": met}
    (folder / "fleet.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0 if met else 1


if __name__ == "__main__":
    watched_stacks, begin = exports(int(sys.argv[1])), time.process_time()
    run(watched_stacks)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"{time.process_time() - begin} {peak}\n")
