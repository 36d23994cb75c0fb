"""What runs once a day where the evidence is kept: the days that are missing, and once a month the report.

The head of each day leaves the bucket: into a parameter of the service's account, whose history whoever
writes the bucket cannot change, and with the monthly message.
"""

import json
import logging
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from reports.sla.collect.bucket import Bucket
from reports.sla.collect.day import MINUTES_KEPT, Place, collect_day
from reports.sla.evidence.chain import FOLDER
from reports.sla.evidence.errors import EvidenceError
from reports.sla.evidence.store import last_link
from reports.sla.evidence.verify import verify
from reports.sla.figures.engine import needed
from reports.sla.figures.measure import measure, services
from reports.sla.period import Period, month
from reports.sla.show.fleet import FleetReport
from reports.sla.show.write import write

ONE_DAY = timedelta(days=1)
REPORTS, ANNOUNCEMENTS = "reports", "announcements"
KINDS = {".html": "text/html", ".md": "text/markdown", ".json": "application/json"}
log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Daily:
    """What a run works with: the services, their bucket, and the monitor account's topic that is told."""

    places: tuple[Place, ...]
    bucket: Bucket
    topic_arn: str | None = None
    timezone: str = "UTC"

    def run(self, now: datetime) -> dict[str, str]:
        """Collect up to yesterday; on the first day of a month, report on the one before.

        Returns each day's head, and the `verdict` of a reporting run. Raises whatever goes wrong: a run that
        is repeated goes on after the last day that is kept.
        """
        told = {str(day): head for day, head in self._collect(now).items()}
        for day, head in told.items():
            for place in self.places:
                place.service.session.client("ssm", region_name=place.watched.region).put_parameter(
                    Name=head_parameter(place.watched.name),
                    Value=f"{day} {head}",
                    Type="String",
                    Overwrite=True,
                )
        if now.day == 1:
            told["verdict"] = self._report(month(f"{now.date() - ONE_DAY:%Y-%m}", self.timezone)).verdict
        return told

    def _collect(self, now: datetime) -> dict[date, str]:
        heads, until = {}, now.date() - ONE_DAY
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            self.bucket.pull_last_link(root)
            kept = last_link(root)
            day = kept[0].day + ONE_DAY if kept else until
            # What is older is gone: such days are left out, and the report names them.
            day = max(day, (now - MINUTES_KEPT).date() + ONE_DAY)
            while day <= until:
                places = [
                    replace(place, announcements=announced(self.bucket, place.watched.name, day))
                    for place in self.places
                ]
                heads[day] = collect_day(places, root, day, now=now)
                self.bucket.push_day(root)
                day += ONE_DAY
        return heads

    def _report(self, period: Period) -> FleetReport:
        with tempfile.TemporaryDirectory() as folder:
            root, out = Path(folder) / "evidence", Path(folder) / "out"
            self.bucket.pull(root, self.bucket.places(f"{FOLDER}/"))
            chain = verify(root, wanted=lambda *_: False)
            chosen = services(chain.links, period)
            wanted = frozenset(chosen)
            self.bucket.pull(
                root,
                [f.path for link in chain.links for f in link.files if needed(f, link.day, wanted, period)],
            )
            found = verify(root, wanted=lambda link, file: needed(file, link.day, wanted, period))
            if found.faults:
                self._tell(f"SLA {period.title}: the evidence was changed", "\n".join(found.faults))
                raise EvidenceError(f"the evidence is not what was kept: {found.faults[0]}")
            whole = write(measure(root, found, period, chosen), out)
            place = f"{REPORTS}/{period.title}"
            for path in sorted(out.rglob("*.*")):
                kind = f"{KINDS[path.suffix]}; charset=utf-8"
                self.bucket.put(f"{place}/{path.relative_to(out).as_posix()}", path, ContentType=kind)
        lines = [f"{line.service}: {line.verdict}. {line.because}" for line in whole.services]
        pages = f"s3://{self.bucket.name}/{self.bucket.prefix}{place}/index.html"
        text = "\n\n".join([*lines, f"Pages: {pages}", f"Evidence's head: {whole.proof.head}"])
        self._tell(f"SLA {period.title}: {whole.verdict}", text)
        return whole

    def _tell(self, subject: str, text: str) -> None:
        if self.topic_arn:
            first = self.places[0]
            client = first.monitor.session.client("sns", region_name=first.watched.region)
            client.publish(TopicArn=self.topic_arn, Subject=subject, Message=text)


def announced(bucket: Bucket, service: str, day: date) -> list[dict[str, Any]]:
    """What was announced on the day: `announcements/<service>/*.json`, dated by the bucket's own clock.

    One that cannot be read announces nothing; it is logged, and the work counts.
    """
    found = []
    pages = bucket.client.get_paginator("list_objects_v2").paginate(
        Bucket=bucket.name, Prefix=f"{bucket.prefix}{ANNOUNCEMENTS}/{service}/"
    )
    for item in (item for page in pages for item in page.get("Contents", ())):
        at = item["LastModified"].astimezone(UTC)
        if at.date() == day:
            body = bucket.client.get_object(Bucket=bucket.name, Key=item["Key"])["Body"].read()
            try:
                found.append({"announced_at": at, **announcement(body)})
            except (ValueError, KeyError, TypeError) as error:
                log.warning("%s announces nothing: %r", item["Key"], error)
    return found


def announcement(body: bytes) -> dict[str, Any]:
    """`{"begins_at": ..., "ends_at": ..., "notice": ...}` with ISO 8601 times that have an offset.

    Raises ValueError, KeyError and TypeError.
    """
    told = json.loads(body)
    begins, ends = (datetime.fromisoformat(told[name]) for name in ("begins_at", "ends_at"))
    if begins.tzinfo is None or ends.tzinfo is None or ends <= begins:
        raise ValueError("begins_at and ends_at need an offset, and to be in order")
    return {"begins_at": begins, "ends_at": ends, "notice": str(told.get("notice", ""))}


def head_parameter(service: str) -> str:
    """The parameter in the service's account that has the last day and its head."""
    return f"/{service}/evidence/head"
