"""Asks both accounts; reads both stacks' outputs through the Pulumi CLI."""

import argparse
import sys
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from reports.smoke import checks
from reports.stacks import Outputs, StackError, output, session, stack_outputs


def run(options: argparse.Namespace) -> int:
    """Check each stack with its monitor; returns the exit code, the worst of all."""
    return max(_checked(stack, options) for stack in options.stacks)


def _checked(stack: str, options: argparse.Namespace) -> int:
    try:
        service = stack_outputs(stack)
        monitor = stack_outputs(options.monitor_stack or f"{stack}-monitor")
        faults = smoke(service, monitor, options.service_profile, options.monitor_profile)
    except StackError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    except (BotoCoreError, ClientError) as error:
        sys.stderr.write(f"error: AWS could not be asked: {error}\nCheck credentials and profiles.\n")
        return 2
    for fault in faults:
        sys.stdout.write(f"FAILED  {f'{stack}: ' if len(options.stacks) > 1 else ''}{fault}\n")
    if not faults:
        sys.stdout.write(f"{stack}: endpoint, probe and alarms are as they should be.\n")
    return 1 if faults else 0


def smoke(
    service: Outputs,
    monitor: Outputs,
    service_profile: str | None,
    monitor_profile: str | None,
) -> list[str]:
    """The faults of a deployed pair. Raises `StackError` and botocore's own errors."""
    watched = output(service, "watched")
    services = output(monitor, "services")
    if watched["name"] not in services:
        raise StackError(
            f"the monitor stack watches {', '.join(services) or 'nothing'}, not {watched['name']}; add the"
            " service stack to its `watches`, or name another one with --monitor-stack."
        )
    canary = services[watched["name"]]["canary_function_name"]
    region = watched["region"]
    here = session(region, service_profile, watched["account_id"], "--service-profile")
    there = session(region, monitor_profile)
    return [
        *_endpoint(service, watched, here.client("sagemaker")),
        *checks.probe(there.client("lambda"), canary),
        *checks.alarms(here.client("cloudwatch"), f"{watched['name']}-"),
        *checks.alarms(there.client("cloudwatch"), f"{watched['name']}-monitor-"),
    ]


def _endpoint(service: Outputs, watched: Mapping[str, Any], client: Any) -> list[str]:
    """The faults of the stack's own endpoint; one that exists or none is not its to judge."""
    configuration = service.get("endpoint_configuration_name")
    if configuration:
        return checks.endpoint(client, watched["endpoints"][0]["name"], configuration)
    if service.get("model_repository_url"):
        return ["model.image is not set: there is no endpoint, and the API answers 502."]
    return []
