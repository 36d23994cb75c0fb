"""What runs once a day where the evidence is kept: the days that are missing, and once a month the report.

The head of each day leaves the bucket: into a log group of each service's account, where events can be added
and not be changed, and to the topic. So whoever writes the bucket cannot rewrite the chain unseen.
"""

import contextlib
import logging
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from monitoring.names import heads_group
from reports.sla.collect.announcements import announced
from reports.sla.collect.bucket import Bucket
from reports.sla.collect.day import MINUTES_KEPT, SETTLED, Place, collect_day
from reports.sla.collect.monthly import Monthly
from reports.sla.evidence.store import last_link

ONE_DAY = timedelta(days=1)
log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Daily:
    """What a run works with: the services, their bucket, and the monitor account's topic that is told.

    `name` is the log stream's in which heads are kept. Without `monthly` there is no report; with
    `tell_heads` the topic hears of each head.
    """

    places: tuple[Place, ...]
    bucket: Bucket
    name: str = "inference-watch"
    topic_arn: str | None = None
    tell_heads: bool = False
    monthly: Monthly | None = None

    def run(self, now: datetime) -> dict[str, str]:
        """Collect up to yesterday, and report on the month before when that is due.

        Returns each day's head, and the `verdict` of a reporting run. Raises whatever goes wrong: a run that
        is repeated goes on after the last day that is kept, whose head it hands out again.
        """
        told: dict[str, str] = {}
        for day, head in self._collect(now):
            self._hand_out(day, head, now)
            told[day] = head
        if self.monthly and (report := self.monthly.due(self.bucket, now)):
            told["verdict"], subject, text = self.monthly.report(self.bucket, report)
            self._tell(subject, text)
        log.info("kept", extra={"fields": told})
        return told

    def _collect(self, now: datetime) -> Iterator[tuple[str, str]]:
        until = (now - SETTLED).date() - ONE_DAY  # the last day that is whole
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            self.bucket.pull_last_link(root)
            kept = last_link(root)
            if kept and kept[0].day >= until:
                yield str(kept[0].day), kept[1]
            day = kept[0].day + ONE_DAY if kept else until
            # What is older is gone: such days are left out, and the report names them.
            day = max(day, (now - MINUTES_KEPT).date() + ONE_DAY)
            while day <= until:
                places = [
                    replace(place, announcements=announced(self.bucket, place.watched.name, day))
                    for place in self.places
                ]
                head = collect_day(places, root, day, now=now)
                self.bucket.push_day(root)
                yield str(day), head
                day += ONE_DAY

    def _hand_out(self, day: str, head: str, now: datetime) -> None:
        for place in self.places:
            logs, group = place.service.logs, heads_group(place.watched.name)
            where = {"logGroupName": group, "logStreamName": self.name}
            with contextlib.suppress(logs.exceptions.ResourceAlreadyExistsException):
                logs.create_log_stream(**where)
            event = {"timestamp": int(now.timestamp() * 1000), "message": f"{day} {head}"}
            logs.put_log_events(**where, logEvents=[event])
        if self.tell_heads:
            self._tell(
                f"Evidence of {day}",
                f"{day} {head}\n\nKeep this line: it shows whether evidence up to this day is changed later.",
            )

    def _tell(self, subject: str, text: str) -> None:
        if self.topic_arn:
            self.places[0].monitor.sns.publish(TopicArn=self.topic_arn, Subject=subject, Message=text)
