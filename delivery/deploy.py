"""Service, monitor, smoke test: one after the other, and a loud stop with the way back."""

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from delivery.pair import Stack, stacks

BACK = """\
STOPPED: {why}
{holds}
Go back to what was deployed before, {revision}:
  git checkout {revision} && make deploy ARGS="{arguments}"
or, in GitHub: gh workflow run deploy.yml -f stack={stack} -f revision={revision}
"""
NO_WAY_BACK = """\
STOPPED: {why}
{holds}
There is no earlier deployment of {stack} with a known revision to go back to: mend it and deploy again.
"""


def run(options: argparse.Namespace) -> int:
    """Deploy a pair and try it; returns the exit code."""
    service, monitor = stacks(options)
    before = revision_before(service)
    for stack, holds in (
        (service, "The monitor stack was not touched: it watches what is there."),
        (monitor, "The service stack is the new one, watched by the monitor stack of before."),
    ):
        sys.stderr.write(f"pulumi up --stack {stack.name}\n")
        if stack.pulumi("up", "--yes", quiet=False).returncode:
            return _stop(f"the update of {stack.name} failed; what it says is above.", holds, options, before)
    if _smoke(options):
        holds = "Both stacks are the new ones, and customers may be served wrongly."
        return _stop("the smoke test failed; what it found is above.", holds, options, before)
    return 0


def revision_before(stack: Stack) -> str | None:
    """The last commit but this one that the stack was deployed from with success, as its history tells.

    An update from a folder with uncommitted changes is not what its commit says, and is passed over.
    """
    here = head()
    done = stack.pulumi("stack", "history", "--json", "--page-size", "50", "--page", "1")
    try:
        updates: Sequence[Mapping[str, Any]] = json.loads(done.stdout or "[]")
    except ValueError:
        return None
    for update in updates:
        made_by = update.get("environment") or {}
        commit = made_by.get("git.head")
        succeeded = update.get("kind") == "update" and update.get("result") == "succeeded"
        if succeeded and commit not in (None, here) and made_by.get("git.dirty") != "true":
            return str(commit)
    return None


def head() -> str:
    """The commit of this folder; empty where git knows none."""
    command = ["git", "rev-parse", "HEAD"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603


def _arguments(options: argparse.Namespace) -> list[str]:
    """The pair and its profiles, as this command and the smoke test take them."""
    profiles = {"--service-profile": options.service_profile, "--monitor-profile": options.monitor_profile}
    return [options.stack, *(word for name, value in profiles.items() if value for word in (name, value))]


def _smoke(options: argparse.Namespace) -> int:
    command = [sys.executable, "-m", "reports", "smoke", *_arguments(options)]
    return subprocess.run(command, check=False).returncode  # noqa: S603  # words of this program


def _stop(why: str, holds: str, options: argparse.Namespace, before: str | None) -> int:
    text = BACK if before else NO_WAY_BACK
    arguments = " ".join(_arguments(options))
    sys.stderr.write(
        text.format(why=why, holds=holds, stack=options.stack, revision=before, arguments=arguments)
    )
    return 1
