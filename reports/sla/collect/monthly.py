"""The report on a month that is over: beside the evidence, and in short for the topic."""

import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from reports.sla.collect.athena import opened
from reports.sla.collect.bucket import Bucket
from reports.sla.evidence.chain import FOLDER
from reports.sla.figures.engine import Engine
from reports.sla.figures.reading import read
from reports.sla.period import Period, month
from reports.sla.show.fleet import FleetReport
from reports.sla.show.write import write

REPORTS = "reports"
KINDS = {".html": "text/html", ".md": "text/markdown", ".json": "application/json"}
CHANGED = "the evidence was changed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Monthly:
    """Months of `timezone`; `athena` are workgroup and database of what answers, if it is not DuckDB."""

    timezone: str = "UTC"
    athena: tuple[str, str] | None = None

    def due(self, bucket: Bucket, now: datetime) -> Period | None:
        """The last month, once its last day is kept, if there is evidence of it and no report yet.

        So a first of the month on which nothing could be collected is made up for.
        """
        local = now.astimezone(ZoneInfo(self.timezone)).date().replace(day=1)
        period = month(f"{local - timedelta(days=1):%Y-%m}", self.timezone)
        kept = {Path(place).stem for place in bucket.places(f"{FOLDER}/")}
        of_month = {str(day) for day in period.utc_days()}
        if not kept & of_month or max(kept) < max(of_month) or any(bucket.places(f"{_place(period)}/index.")):
            return None
        return period

    def report(self, bucket: Bucket, period: Period) -> tuple[str, str, str]:
        """Verify, measure, and put the pages beside the evidence; returns verdict, subject and text.

        Of changed evidence there is no report, and the text says what was changed.
        """
        with tempfile.TemporaryDirectory() as folder:
            root, out = Path(folder) / "evidence", Path(folder) / "out"
            with ExitStack() as stack:
                other = self.athena and opened(self.athena, None, stack.enter_context(Engine(root)))
                found = read(bucket.place(root, other), period)
                if found.faults:
                    return CHANGED, f"SLA {period.title}: {CHANGED}", "\n".join(found.faults)
                whole = write(found.reports, out)
            # The index comes last: a report that was broken off is made again.
            for path in sorted(out.rglob("*.*"), key=lambda path: (path.parent == out, path)):
                kind = f"{KINDS[path.suffix]}; charset=utf-8"
                bucket.put(f"{_place(period)}/{path.relative_to(out).as_posix()}", path, ContentType=kind)
        pages = f"s3://{bucket.name}/{bucket.prefix}{_place(period)}/index.html"
        return whole.verdict, f"SLA {period.title}: {whole.verdict}", told(whole, pages)


def _place(period: Period) -> str:
    return f"{REPORTS}/{period.title}"


MOST_TOLD = 50  # services, worst first: a message of SNS takes 256 KB, and people less


def told(whole: FleetReport, pages: str) -> str:
    """The message: a line a service with its verdict and figures, where the pages are, and the head."""
    lines = [
        f"{line.service}: {line.verdict}. Available: {_pct(line.requests_pct)} of {line.requests:,} requests,"
        f" {_pct(line.probes_pct)} of probes; {_pct(line.in_time_pct)} of predictions in time;"
        f" {line.incidents} incidents, {line.down_minutes} minutes down, {line.gap_minutes} without a probe."
        f" {line.because}"
        for line in whole.services[:MOST_TOLD]
    ]
    if len(whole.services) > MOST_TOLD:
        lines.append(f"{len(whole.services) - MOST_TOLD} more are on the pages.")
    count = f"{whole.kept} kept, {whole.broken} broken, {whole.not_provable} not provable."
    return "\n\n".join([count, *lines, f"Pages: {pages}", f"Evidence's head: {whole.proof.head}"])


def _pct(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.3f} %"
