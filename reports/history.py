"""Fetches metrics from CloudWatch into a file that `python -m rehearsal history --metrics` replays.

By the minute, so at most the 15 days that CloudWatch keeps minutes for, up to now: what has yet to come is
not missing. Paged; days that are over are kept on disk, for the account, region and profile that they were
read with; a progress bar shows the days. Reads only; evaluates nothing.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import entry

if __name__ == "__main__":  # before what takes long to import
    entry.run("reports.history")

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.progress import Progress

from reports.metric_data import points

MAX_DAYS = 15
DAY_MINUTES = 1440
LATE = timedelta(minutes=5)  # AWS's own metrics arrive one to several minutes after their minute
SETTLED = timedelta(hours=3)  # after its end, a day is taken to be whole
BATCH = 60  # series a request: 60 days of minutes are within GetMetricData's 100,800 datapoints
ONE_TRY = Config(retries={"total_max_attempts": 1}, connect_timeout=3, read_timeout=3)
Wanted = Mapping[str, Any]
Statistics = dict[str, dict[str, float]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Cache:
    """Days on disk. `reader` says whose they are: account, region, profile and endpoint."""

    folder: Path
    reader: str

    def file(self, entry: Wanted, day: date) -> Path:
        """Where a metric's day is kept."""
        told = json.dumps([self.reader, entry], sort_keys=True)
        return self.folder / f"{hashlib.sha256(told.encode()).hexdigest()[:24]}-{day}.json"


def fetch(
    client: Any,
    wanted: Sequence[Wanted],
    *,
    start: date,
    days: int,
    cache: Cache,
    now: datetime,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """The saved file's content: for each metric its statistics by minute after `start` (midnight UTC).

    `wanted` has namespace, metric, dimensions, account and statistics of each. A day that is over is read
    from `cache` if it is there and kept there otherwise. The minutes end at `now`, less what may be late.
    """
    begin = datetime.combine(start, datetime.min.time(), UTC)
    minutes = min(days * DAY_MINUTES, max(0, int((now - LATE - begin).total_seconds() // 60)))
    found: list[Statistics] = [{} for _ in wanted]
    task = progress.add_task("fetching days", total=days) if progress else None
    for number in range(days):
        day = start + timedelta(days=number)
        for metric, statistics in zip(found, _day(client, wanted, day, cache, now), strict=True):
            for name, found_minutes in statistics.items():
                shifted = {
                    int(minute) + number * DAY_MINUTES: value for minute, value in found_minutes.items()
                }
                kept = {str(minute): value for minute, value in shifted.items() if minute < minutes}
                metric.setdefault(name, {}).update(kept)
        if progress and task is not None:
            progress.advance(task)
    return {
        "start": begin.isoformat(),
        "minutes": minutes,
        "metrics": [
            {
                **{key: entry[key] for key in ("namespace", "metric", "dimensions", "account")},
                "statistics": statistics,
            }
            for entry, statistics in zip(wanted, found, strict=True)
        ],
    }


def _day(client: Any, wanted: Sequence[Wanted], day: date, cache: Cache, now: datetime) -> list[Statistics]:
    over = datetime.combine(day, datetime.min.time(), UTC) + timedelta(days=1) + SETTLED <= now
    files = [cache.file(entry, day) for entry in wanted]
    missing = [i for i, file in enumerate(files) if not file.exists()]
    found: list[Statistics] = [{} for _ in wanted]
    queries = [(i, name) for i in missing for name in wanted[i]["statistics"]]
    for first in range(0, len(queries), BATCH):
        batch = queries[first : first + BATCH]
        for number, at, value in _points(client, wanted, batch, day):
            i, name = batch[number]
            minute = int((at - datetime.combine(day, datetime.min.time(), UTC)).total_seconds() // 60)
            found[i].setdefault(name, {})[str(minute)] = value
    for i, file in enumerate(files):
        if i not in missing:
            found[i] = json.loads(file.read_text(encoding="utf-8"))
        elif over:
            file.write_text(json.dumps(found[i]), encoding="utf-8")
    return found


def _points(
    client: Any, wanted: Sequence[Wanted], batch: Sequence[tuple[int, str]], day: date
) -> Iterator[tuple[int, datetime, float]]:
    begin = datetime.combine(day, datetime.min.time(), UTC)
    queries = [_query(number, wanted[i], name) for number, (i, name) in enumerate(batch)]
    for query_id, at, value in points(client, queries, begin, begin + timedelta(days=1)):
        yield int(query_id.removeprefix("q")), at, value


def _query(number: int, entry: Wanted, statistic: str) -> dict[str, Any]:
    dimensions = [{"Name": name, "Value": value} for name, value in entry["dimensions"].items()]
    metric = {"Namespace": entry["namespace"], "MetricName": entry["metric"], "Dimensions": dimensions}
    account = {"AccountId": entry["account"]} if entry["account"] else {}
    return {"Id": f"q{number}", "MetricStat": {"Metric": metric, "Period": 60, "Stat": statistic}, **account}


def reader(session: boto3.Session) -> str:
    """Whose metrics a session reads: its account, region, profile and endpoint.

    The account is what the credentials or STS say; where neither does (an endpoint of one's own), the
    access key stands for it.
    """
    credentials = session.get_credentials()
    account = getattr(credentials, "account_id", None)  # newer than its type stubs
    if credentials and not account:
        try:
            account = session.client("sts", config=ONE_TRY).get_caller_identity()["Account"]
        except (BotoCoreError, ClientError):
            account = credentials.access_key
    endpoint = session.client("cloudwatch").meta.endpoint_url
    return json.dumps([account, session.region_name, session.profile_name, endpoint])


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0 fetched, 1 AWS did not answer, 2 wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m reports.history", description=__doc__)
    parser.add_argument("--queries", type=Path, required=True, help="JSON list of the metrics to fetch")
    parser.add_argument("--out", type=Path, required=True, help="the file to write")
    parser.add_argument("--days", type=int, default=14, choices=range(1, MAX_DAYS + 1), metavar="1-15")
    parser.add_argument("--cache", type=Path, default=Path("build/history"))
    parser.add_argument("--profile", help="AWS profile; it must be able to see every account asked for")
    given = parser.parse_args(arguments)
    wanted = json.loads(given.queries.read_text(encoding="utf-8"))
    given.cache.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    start = now.date() - timedelta(days=given.days - 1)
    try:
        session = boto3.Session(profile_name=given.profile)
        client, cache = session.client("cloudwatch"), Cache(folder=given.cache, reader=reader(session))
        with Progress(console=Console(stderr=True)) as progress:
            content = fetch(
                client, wanted, start=start, days=given.days, cache=cache, now=now, progress=progress
            )
    except (BotoCoreError, ClientError) as error:
        print(f"CloudWatch did not answer: {error}", file=sys.stderr)  # noqa: T201  # the command's own output
        return 1
    given.out.write_text(json.dumps(content), encoding="utf-8")
    return 0
