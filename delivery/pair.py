"""Both stacks of a pair on the Pulumi CLI, each with the credentials of its account."""

import argparse
import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


class DeliveryError(RuntimeError):
    """Nothing could be asked of the CLI; the message says why and what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stack:
    """A stack by name; without a profile the environment's credentials are used."""

    name: str
    profile: str | None
    policy_packs: Sequence[str] = ()

    def pulumi(self, *words: str, quiet: bool = True) -> subprocess.CompletedProcess[str]:
        """One run of the CLI on this stack, its output kept or, unless `quiet`, shown as it comes.

        Raises `DeliveryError` when there is no CLI.
        """
        command = ["pulumi", *words, "--stack", self.name, "--non-interactive", "--color", "never"]
        for folder in self.policy_packs if words[0] in ("preview", "up") else ():
            command += ["--policy-pack", folder]
        environment = {**os.environ, **({"AWS_PROFILE": self.profile} if self.profile else {})}
        try:
            return subprocess.run(  # noqa: S603  # words of this program and names of stacks
                command, capture_output=quiet, text=True, check=False, env=environment
            )
        except FileNotFoundError:
            raise DeliveryError("there is no pulumi on the PATH; install the Pulumi CLI.") from None


def stacks(options: argparse.Namespace) -> Iterator[Stack]:
    """The service stack, then its monitor stack, which reads the other's outputs."""
    packs = options.policy_pack
    yield Stack(name=options.stack, profile=options.service_profile, policy_packs=packs)
    yield Stack(name=f"{options.stack}-monitor", profile=options.monitor_profile, policy_packs=packs)
