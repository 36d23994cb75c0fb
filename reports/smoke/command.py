"""Asks both accounts; reads both stacks' outputs through the Pulumi CLI."""

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from reports.smoke import checks

Outputs = Mapping[str, Any]


class SmokeError(RuntimeError):
    """The checks could not be made; the message says why and what to do."""


def run(options: argparse.Namespace) -> int:
    """Check one pair; returns the exit code."""
    try:
        service = stack_outputs(options.stack)
        monitor = stack_outputs(options.monitor_stack or f"{options.stack}-monitor")
        faults = smoke(service, monitor, options.service_profile, options.monitor_profile)
    except SmokeError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    except (BotoCoreError, ClientError) as error:
        sys.stderr.write(f"error: AWS could not be asked: {error}\nCheck credentials and profiles.\n")
        return 2
    for fault in faults:
        sys.stdout.write(f"FAILED  {fault}\n")
    if not faults:
        sys.stdout.write(f"{options.stack}: endpoint, probe and alarms are as they should be.\n")
    return 1 if faults else 0


def stack_outputs(stack: str) -> Outputs:
    """What a deployed stack exports. Raises `SmokeError`."""
    command = ["pulumi", "stack", "output", "--json", "--stack", stack]
    try:
        result = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # fixed words
    except FileNotFoundError:
        raise SmokeError("there is no pulumi on the PATH; install the Pulumi CLI.") from None
    if result.returncode != 0:
        raise SmokeError(f"`{' '.join(command)}` failed: {result.stderr.strip()}")
    outputs: Outputs = json.loads(result.stdout or "{}")
    if not outputs:
        raise SmokeError(f"stack {stack} has no outputs; run `pulumi up --stack {stack}` first.")
    return outputs


def smoke(
    service: Outputs,
    monitor: Outputs,
    service_profile: str | None,
    monitor_profile: str | None,
) -> list[str]:
    """The faults of a deployed pair. Raises `SmokeError` and botocore's own errors."""
    watched = _output(service, "watched")
    services = _output(monitor, "services")
    if watched["name"] not in services:
        raise SmokeError(
            f"the monitor stack watches {', '.join(services) or 'nothing'}, not {watched['name']}; add the"
            " service stack to its `watches`, or name another one with --monitor-stack."
        )
    canary = services[watched["name"]]["canary_function_name"]
    here = boto3.Session(profile_name=service_profile, region_name=watched["region"])
    there = boto3.Session(profile_name=monitor_profile, region_name=watched["region"])
    account = here.client("sts").get_caller_identity()["Account"]
    if account != watched["account_id"]:
        raise SmokeError(
            f"the service account is {watched['account_id']}, but these credentials are for {account}; "
            "set --service-profile."
        )
    return [
        *_endpoint(service, watched, here.client("sagemaker")),
        *checks.probe(there.client("lambda"), canary),
        *checks.alarms(here.client("cloudwatch"), f"{watched['name']}-"),
        *checks.alarms(there.client("cloudwatch"), f"{watched['name']}-"),
    ]


def _endpoint(service: Outputs, watched: Mapping[str, Any], client: Any) -> list[str]:
    """The faults of the stack's own endpoint; one that exists or none is not its to judge."""
    configuration = service.get("endpoint_configuration_name")
    if configuration:
        return checks.endpoint(client, watched["endpoints"][0]["name"], configuration)
    if service.get("model_repository_url"):
        return ["model.image is not set: there is no endpoint, and the API answers 502."]
    return []


def _output(outputs: Outputs, name: str) -> Any:
    if name not in outputs:
        raise SmokeError(f"a stack has no output {name!r}; run `pulumi up` for both stacks first.")
    return outputs[name]
