"""`python -m reports sla collect`: reads days from both accounts and keeps them as evidence."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import ValidationError
from rich.console import Console
from rich.progress import Progress

import entry
from monitoring.watched import Watched
from reports.sla.collect.access_log import AccessLogError
from reports.sla.collect.accounts import monitor_account, service_account
from reports.sla.collect.bucket import SCHEME, opened
from reports.sla.collect.daily import Daily
from reports.sla.collect.day import Place, collect_day
from reports.sla.collect.monthly import Monthly
from reports.sla.evidence.errors import EvidenceError
from reports.sla.evidence.store import last_link
from reports.sla.period import PeriodError
from reports.stacks import StackError, stack_outputs

OK, FAILED, USAGE = 0, 1, 2
ONE_DAY = timedelta(days=1)
EPILOG = """\
examples:
  python -m reports sla collect --stack prod --service-profile service --monitor-profile monitor
  python -m reports sla collect --stack prod --from 2026-10-01 --to 2026-10-07
  python -m reports sla collect --watched watched.json --service-role inference-evidence

  python -m reports sla collect --stack prod --evidence s3://our-evidence --topic arn:aws:sns:...

Into a bucket, run it once a day by whatever schedules your jobs: it collects the days that are missing, puts
each day's head into a parameter of the service's account, and on the first of a month puts the report of the
one before beside the evidence and tells the topic. Days that are kept already are left out. CloudWatch keeps
minutes for 15 days, alarm history for 30.

exit codes:
  0  every day is kept
  1  AWS did not answer; the days before are kept
  2  wrong usage, or a day that cannot be collected
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What was asked for."""

    evidence: str
    topic_arn: str | None
    timezone: str
    days: tuple[date, ...]
    watched: tuple[Watched, ...]
    monitor_profile: str | None
    service_profile: str | None
    service_role: str | None


def main(argv: Sequence[str], *, now: datetime | None = None) -> int:
    """Run the command; returns its exit code. Raises SystemExit for `--help` and wrong arguments."""
    moment = now or datetime.now(UTC)
    console = Console(stderr=True)
    try:
        wanted = parse(argv, moment)
        places = tuple(_place(watched, wanted) for watched in wanted.watched)
        if wanted.evidence.startswith(SCHEME):
            return _daily(places, wanted, moment)
        with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
            task = progress.add_task("reading", total=len(wanted.days) * len(places))
            for day in wanted.days:
                progress.update(task, description=f"reading {day}")
                head = collect_day(
                    places, Path(wanted.evidence), day, now=moment, advance=lambda: progress.advance(task)
                )
                sys.stdout.write(f"{day} {head}\n")
    except (EvidenceError, PeriodError, StackError, LookupError, OSError, ValidationError) as error:
        sys.stderr.write(f"error: {error}\n")
        return USAGE
    except (AccessLogError, BotoCoreError, ClientError) as error:
        sys.stderr.write(f"error: AWS could not be asked: {error}\nCheck credentials, profiles and roles.\n")
        return FAILED
    return OK


def _daily(places: tuple[Place, ...], wanted: Wanted, now: datetime) -> int:
    bucket = opened(wanted.evidence, wanted.monitor_profile)
    monthly = Monthly(timezone=wanted.timezone)
    run = Daily(places=places, bucket=bucket, topic_arn=wanted.topic_arn, monthly=monthly)
    for what, value in run.run(now).items():
        sys.stdout.write(f"{what} {value}\n")
    return OK


def parse(argv: Sequence[str], now: datetime) -> Wanted:
    """Raises SystemExit, `StackError`, `EvidenceError`, OSError and pydantic's `ValidationError`."""
    parser = argparse.ArgumentParser(
        prog=f"{entry.program('sla')} collect",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    whose = parser.add_mutually_exclusive_group(required=True)
    whose.add_argument("--stack", action="append", metavar="NAME", help="a service stack; can be repeated")
    whose.add_argument(
        "--watched", type=Path, metavar="FILE", help="JSON: outputs `watched` of service stacks"
    )
    parser.add_argument(
        "--evidence", default="evidence", metavar="PLACE", help="a folder, or s3://bucket/prefix (evidence)"
    )
    parser.add_argument(
        "--topic", metavar="ARN", help="is told of the monthly report, with its verdict and head"
    )
    parser.add_argument("--timezone", default="UTC", metavar="NAME", help="of the monthly report (UTC)")
    parser.add_argument("--from", type=date.fromisoformat, dest="first", metavar="DAY", help="(yesterday)")
    parser.add_argument("--to", type=date.fromisoformat, dest="last", metavar="DAY", help="(yesterday)")
    parser.add_argument("--monitor-profile", metavar="NAME", help="AWS profile of the monitor account")
    reach = parser.add_mutually_exclusive_group()
    reach.add_argument("--service-profile", metavar="NAME", help="AWS profile of the services' account")
    reach.add_argument("--service-role", metavar="NAME", help="role to assume in each service's own account")
    given = parser.parse_args(argv)
    in_bucket = given.evidence.startswith(SCHEME)
    if in_bucket and (given.first or given.last):
        parser.error("--from and --to are for a folder; a bucket's missing days are found by themselves")
    if given.topic and not in_bucket:
        parser.error("--topic is told of a bucket's monthly report; without one it says nothing")
    yesterday = now.date() - ONE_DAY
    first, last = given.first or given.last or yesterday, given.last or yesterday
    if last < first:
        parser.error(f"--to {last} is before --from {first}")
    kept = None if in_bucket else last_link(Path(given.evidence))
    begin = max(first, kept[0].day + ONE_DAY) if kept else first
    return Wanted(
        evidence=given.evidence,
        topic_arn=given.topic,
        timezone=given.timezone,
        days=tuple(begin + ONE_DAY * number for number in range((last - begin).days + 1)),
        watched=tuple(
            Watched.model_validate(one, strict=False) for one in _outputs(given.stack, given.watched)
        ),
        monitor_profile=given.monitor_profile,
        service_profile=given.service_profile,
        service_role=given.service_role,
    )


def _outputs(stacks: Sequence[str] | None, file: Path | None) -> list[Any]:
    if file is None:
        return [_watched(stack) for stack in stacks or ()]
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise EvidenceError(f"{file} is not JSON: {error}") from None
    return found if isinstance(found, list) else [found]


def _watched(stack: str) -> Any:
    outputs = stack_outputs(stack)
    if "watched" not in outputs:
        raise StackError(
            f"stack {stack} has no output 'watched': name the service's stack, not the monitor's"
        )
    return outputs["watched"]


def _place(watched: Watched, wanted: Wanted) -> Place:
    monitor = monitor_account(watched.region, wanted.monitor_profile)
    partition = monitor.session.get_partition_for_region(watched.region)
    role = wanted.service_role and f"arn:{partition}:iam::{watched.account_id}:role/{wanted.service_role}"
    return Place(
        watched=watched,
        monitor=monitor,
        service=service_account(
            monitor,
            watched.region,
            profile=wanted.service_profile or wanted.monitor_profile,
            role_arn=role or None,
        ),
    )
