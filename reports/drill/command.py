"""Drills both stacks of a pair; reads their outputs through the Pulumi CLI."""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from botocore.exceptions import BotoCoreError, ClientError

from reports.drill.drill import CHANGES, Drill, Result
from reports.drill.topic import Topic
from reports.stacks import Outputs, StackError, output, session, stack_outputs

FAULT, NOT_MADE, DOUBT = 1, 2, 3


def run(options: argparse.Namespace) -> int:
    """Drill one pair; returns the exit code."""
    try:
        pair = (
            (options.stack, options.service_profile, "--service-profile"),
            (
                options.monitor_stack or f"{options.stack}-monitor",
                options.monitor_profile,
                "--monitor-profile",
            ),
        )
        made = Drill(
            topics=[
                topic
                for stack, profile, option in pair
                for topic in topics(stack_outputs(stack), profile, option)
            ],
            now=lambda: datetime.now(UTC),
            sleep=time.sleep,
            say=lambda text: sys.stderr.write(f"{text}\n"),
        )
        results = made.listed() if options.list else made.run(timedelta(minutes=options.wait))
    except StackError as error:
        sys.stderr.write(f"error: {error}\n")
        return NOT_MADE
    except (BotoCoreError, ClientError) as error:
        sys.stderr.write(f"error: AWS could not be asked: {error}\nCheck credentials and profiles.\n")
        return NOT_MADE
    sys.stdout.writelines(f"{line}\n" for result in results for line in lines(result))
    return code(results)


def topics(outputs: Outputs, profile: str | None, option: str) -> Iterator[Topic]:
    """A stack's topics. Raises `StackError` and botocore's errors."""
    for level, arn in output(outputs, "topics").items():
        region, account = arn.split(":")[3:5]
        yield Topic(arn=arn, level=level, session=session(region, profile, account, option))


def code(results: Sequence[Result]) -> int:
    """The exit code."""
    if any(result.faults for result in results):
        return FAULT
    return DOUBT if any(result.doubts for result in results) else 0


def lines(result: Result) -> Iterator[str]:
    """What there is to say of one topic."""
    tried = f": {result.actions.published} of {CHANGES} messages published" if result.actions.tried else ""
    arrived = f", {result.counts.delivered} of {result.expected} deliveries" if result.counts else ""
    yield f"{result.topic.name}{tried}{arrived}"
    for subscriber in result.subscribers:
        state = "confirmed" if subscriber.confirmed else "UNCONFIRMED"
        yield f"    {subscriber.protocol:<10} {subscriber.shown}: {state}"
    if not result.subscribers:
        yield "    no subscriber"
    yield from (f"  FAILED  {fault}" for fault in result.faults)
    yield from (f"  ?       {doubt}" for doubt in result.doubts)
