"""What `discover` does: ask, write, tell."""

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

import config
from config import stack_files
from discovery import calls, gateways
from discovery.account import CONFIG, Account, policy_text
from discovery.behind import endpoints, functions, tables
from discovery.behind.reached import Reached
from discovery.found import Found
from discovery.names import names
from discovery.stages import NoApiError
from discovery.write import files
from entry import USAGE
from monitoring.errors import MonitoringError
from monitoring.stacks import stacks
from monitoring.watched import Watched
from rehearsal import price
from settings import Settings

SEEN, NOT_THERE, UNSEEN = 0, 1, 3
SESSION = "inference-watch-discover"
ROLE = re.compile(r"arn:aws:iam::(\d{12}):role/")


def run(given: argparse.Namespace) -> int:
    """Returns the exit code; whatever AWS says is told in a sentence."""
    try:
        session = boto3.Session(profile_name=given.profile, region_name=given.region)
        if not session.region_name:
            return _failed("no region is set: give --region")
        if given.policy:
            role = ROLE.match(given.role_arn or "")
            text = policy_text(
                calls.ALL, region=session.region_name, account=role[1] if role else "*", api=given.api
            )
            sys.stdout.write(f"{text}\n")
            return SEEN
        found = discover(_assumed(session, given.role_arn), given.api, given.stage)
    except NoApiError as error:
        return _failed(str(error), NOT_THERE)
    except (BotoCoreError, ClientError) as error:
        return _failed(f"AWS could not be asked: {error}")
    return _written(found, given)


def _written(found: Found, given: argparse.Namespace) -> int:
    api = found.api
    chosen = names(api.name, api.stage, api_id=api.id, name=given.name, env=given.env, stack=given.stack)
    monitor = given.monitor_account or found.account_id
    texts = files(found, chosen, monitor)
    there = [name for name in texts if (given.out / name).exists()]
    if there and not given.force:
        return _failed(
            f"{', '.join(there)} would be overwritten; add --force, or give another --stack or --out"
        )
    try:
        for name, text in texts.items():
            (given.out / name).parent.mkdir(parents=True, exist_ok=True)
            (given.out / name).write_text(text, encoding="utf-8")
    except OSError as error:
        return _failed(f"the files cannot be written: {error}")
    wrong, cost = _judged(given.out / f"Pulumi.{chosen.stack}.yaml")
    lines = [
        *(f"written: {given.out / name}" for name in texts),
        *(f"not seen: {sentence}." for sentence in found.unseen),
        *(f"not right yet: {problem}" for problem in wrong),
        *cost,
    ]
    if monitor == found.account_id:
        lines.append(
            "It is watched from its own account, which proves less: see docs/watch.md. Give --monitor-account"
            " where there is another."
        )
    _tell(found, chosen.stack, lines)
    return UNSEEN if found.unseen or wrong else SEEN


def discover(session: boto3.Session, api_id: str, stage: str | None = None) -> Found:
    """Everything behind the API's stage.

    Raises `NoApiError`, and botocore's errors where nothing can be asked.
    """
    client = session.client("sts", config=CONFIG)
    account_id = str(client.get_caller_identity()["Account"])
    account = Account(session=session, region=str(session.region_name))
    api = gateways.read(account, api_id, stage)
    for route in api.routes:
        if route.target.kind == "other":
            account.note(
                f"{route} leads to {route.target.name}, of which nothing is watched; what becomes of its"
                " requests is seen at the API alone"
            )
    its_functions = functions.read(account, api, account_id)
    reached = Reached(account, api, its_functions, account_id)
    return Found(
        account_id=account_id,
        region=account.region,
        api=api,
        functions=its_functions,
        tables=tables.read(account, api, reached, account_id),
        endpoints=endpoints.read(account, api, reached, account_id),
        unseen=tuple(account.unseen),
    )


def _assumed(session: boto3.Session, role_arn: str | None) -> boto3.Session:
    if role_arn is None:
        return session
    client = session.client("sts", config=CONFIG)
    given = client.assume_role(RoleArn=role_arn, RoleSessionName=SESSION)["Credentials"]
    return boto3.Session(
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
        region_name=session.region_name,
    )


def _tell(found: Found, stack: str, more: Sequence[str]) -> None:
    api = found.api
    lines = [
        f"{api.kind.upper()} API {api.name or api.id} ({api.id}), stage {api.stage}: {len(api.routes)}"
        f" routes, {len(found.functions)} functions, {len(found.tables)} tables, {len(found.endpoints)}"
        f" endpoint variants, {sum(plan.of_stage for plan in api.plans)} usage plans.",
        *more,
        f"Read the files, mainly probes/{stack}.yaml. Then, in the project's folder: python -m config, which"
        f" says what is still to be set before `pulumi up` of {stack} and {stack}-monitor (docs/watch.md).",
    ]
    sys.stdout.write("\n".join(lines) + "\n")


def _judged(file: Path) -> tuple[Sequence[str], Sequence[str]]:
    """What is wrong with the settings as written, and a sentence of what watching costs."""
    keys = {key.rpartition(":")[2]: v for key, v in stack_files.read(file, config.PROJECT).items()}
    try:
        found = stacks(Watched.of(config.parse_as(Settings, config.PROJECT, keys)))
    except (config.ConfigError, MonitoringError) as error:
        return [line.strip().removeprefix("- ") for line in str(error).splitlines()[1:]], []
    alarms = [entry.alarm for entry in (*found.service, *found.monitor)]
    dollars, date = price.dollars(alarms), price.prices().date
    return [], [
        f"Watching it takes {len(alarms)} alarms: {dollars:,.0f} US dollars a month, prices of {date}."
    ]


def _failed(why: str, code: int = USAGE) -> int:
    sys.stderr.write(f"error: {why}\n")
    return code
