"""Deployed stacks as commands see them: their outputs, by the Pulumi CLI, and sessions in their accounts."""

import json
import subprocess
from collections.abc import Mapping
from typing import Any

import boto3

Outputs = Mapping[str, Any]


class StackError(RuntimeError):
    """A stack or its account cannot be asked; the message says why and what to do."""


def stack_outputs(stack: str) -> Outputs:
    """What a deployed stack exports. Raises `StackError`."""
    command = ["pulumi", "stack", "output", "--json", "--stack", stack]
    try:
        result = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # fixed words
    except FileNotFoundError:
        raise StackError("there is no pulumi on the PATH; install the Pulumi CLI.") from None
    if result.returncode != 0:
        raise StackError(f"`{' '.join(command)}` failed: {result.stderr.strip()}")
    outputs: Outputs = json.loads(result.stdout or "{}")
    if not outputs:
        raise StackError(f"stack {stack} has no outputs; run `pulumi up --stack {stack}` first.")
    return outputs


def output(outputs: Outputs, name: str) -> Any:
    """One output of a stack. Raises `StackError` for one that it does not export."""
    if name not in outputs:
        raise StackError(f"a stack has no output {name!r}; run `pulumi up` for both stacks first.")
    return outputs[name]


def session(region: str, profile: str | None, account: str | None = None, option: str = "") -> boto3.Session:
    """A session by a profile or by what the environment holds.

    Raises `StackError` if it is not in `account`; `option` is what then chooses another profile.
    """
    made = boto3.Session(profile_name=profile, region_name=region)
    if account is not None:
        found = made.client("sts").get_caller_identity()["Account"]
        if found != account:
            raise StackError(
                f"the account is {account}, but these credentials are for {found}; set {option}."
            )
    return made
