"""What the SLA report costs: a month of minutes of 20 services, and of as many as are asked for.

Each size in a process of its own, so that CPU seconds and memory are its own. `SLA_SERVICES=1000` runs the
fleet; without it 100 services show that the cost grows no faster than the number of services.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from reports.sla.evidence.chain import BEGINNING, digest, file_path, link_path, links
from reports.sla.evidence.promise import Promise
from reports.sla.evidence.store import append_day, connect
from reports.sla.evidence.verify import verify
from reports.sla.figures.measure import measure, services
from reports.sla.period import month
from reports.sla.show.write import write

SMALL, LARGE = 20, int(os.environ.get("SLA_SERVICES", "100"))
SMALL_S, FLEET, FLEET_S, FLEET_MB = 20.0, 1000, 300.0, 2000.0
DISTINCT = 50  # services whose evidence is made; the others' files are links to it
GROWTH = 1.3  # times the services, for what a process costs besides
PERIOD = month("2026-10")
MINUTES = """
CREATE OR REPLACE TABLE kept_minutes AS
SELECT begins AS minute, 1 AS attempts, ok AS successes, 1 - ok AS failures,
  if(ok = 1, NULL, 'timeout') AS reason,
  if(ok = 1, 80 + n % 60, NULL) AS probe_ms, if(ok = 1, 1, NULL) AS probes_in_time,
  n AS requests, n // 50 AS refused, if(ok = 1, 0, n - n // 50) AS failed, n AS timed, n - n // 20 AS in_time,
  if(ok = 1, n - n // 50, 0) AS answered, if(ok = 1, n - n // 50 - n // 20, 0) AS answered_in_time,
  service, $day::DATE AS day
FROM (
  SELECT 'service-' || lpad(s::VARCHAR, 4, '0') AS service, $day::TIMESTAMP + to_minutes(m::INT) AS begins,
    (hash(s, m, $day::VARCHAR) % 90)::INT AS n, if(hash(s, $day::VARCHAR) % 7 = 0 AND m < 12, 0, 1) AS ok
  FROM range($services) t(s), range(1440) u(m)
) ORDER BY service, minute
"""
CUSTOMERS = """
CREATE OR REPLACE TABLE kept_customers AS
SELECT $day::TIMESTAMP + to_hours(h::INT) AS hour, 'customer-' || c AS customer, 500 AS requests,
  3 AS refused, 1 AS throttled, 0 AS failed, 496 AS answered, 480 AS answered_in_time,
  'service-' || lpad(s::VARCHAR, 4, '0') AS service, $day::DATE AS day
FROM range($services) t(s), range(24) u(h), range(5) v(c) ORDER BY service, hour
"""
LATENCIES = """
CREATE OR REPLACE TABLE kept_latencies AS
SELECT $day::TIMESTAMP + to_hours(h::INT) AS hour, source, (40 + b * 3)::BIGINT AS ms, 100 - b AS requests,
  'service-' || lpad(s::VARCHAR, 4, '0') AS service, $day::DATE AS day
FROM range($services) t(s), range(24) u(h), range(60) v(b), (VALUES ('answered'), ('stage')) w(source)
ORDER BY service, hour
"""
EMPTY = ("transitions", "usage", "maintenance", "intervals")


def make(root: Path, count: int) -> None:
    """A month of evidence, straight from SQL: minutes, customers, latencies by the hour."""
    connection = connect(threads=1)
    for table in EMPTY:
        connection.execute(f"CREATE TABLE kept_{table} (service VARCHAR, day DATE)")
    promises = {f"service-{number:04d}": Promise() for number in range(count)}
    day = date(2026, 10, 1)
    while day.month == 10:  # noqa: PLR2004  # October
        for statement in (MINUTES, CUSTOMERS, LATENCIES):
            connection.execute(statement, {"day": day.isoformat(), "services": count})
        append_day(connection, root, day, promises, kept_at=datetime(2026, 11, 1, tzinfo=UTC))
        day += timedelta(days=1)


def fleet(root: Path, count: int) -> Path:
    """Evidence of `count` services: that of some, linked under the names of all, in a chain of its own."""
    some = min(count, DISTINCT)
    make(root / "some", some)
    previous, target = BEGINNING, root / "all"
    names = [f"service-{number:04d}" for number in range(count)]
    for link in links(root / "some"):
        of = {name: [file for file in link.files if file.service == name] for name in names[:some]}
        files = []
        for number, name in enumerate(names):
            for file in of[names[number % some]]:
                path = file_path(file.table, name, link.day)
                (target / path).parent.mkdir(parents=True, exist_ok=True)
                os.link(root / "some" / file.path, target / path)
                files.append(replace(file, path=path))
        promises = dict.fromkeys(names, Promise())
        written = replace(link, previous=previous, promises=promises, files=tuple(files)).to_bytes()
        place = link_path(target, link.day)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(written)
        previous = digest(written)
    return target


def report(root: Path, out: Path) -> None:
    """Verify, measure, write every page; prints CPU seconds and peak memory of this process."""
    found = verify(root)
    if found.faults:
        raise ValueError(found.faults[0])
    write(measure(root, found, PERIOD, services(found.links, PERIOD)), out)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"{time.process_time()} {peak_mb}\n")


def measured(count: int) -> tuple[float, float, float]:
    """CPU seconds, wall seconds and MB of a report on `count` services."""
    with tempfile.TemporaryDirectory() as folder:
        evidence = fleet(Path(folder), count)
        command = [sys.executable, "-m", "bench.sla", str(evidence), f"{folder}/out"]
        began = time.monotonic()
        done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  # itself
        cpu_s, peak_mb = (float(word) for word in done.stdout.split())
        return cpu_s, time.monotonic() - began, peak_mb


def main() -> int:
    """Returns 1 if a target is missed."""
    small, large = measured(SMALL), measured(LARGE)
    for count, (cpu_s, wall_s, peak_mb) in ((SMALL, small), (LARGE, large)):
        used = f"{cpu_s:6.1f} CPU s, {wall_s:6.1f} s, {peak_mb:5.0f} MB"
        sys.stdout.write(f"sla         {count:5} services, a month: {used}\n")
    growth = large[0] / small[0] / (LARGE / SMALL)
    sys.stdout.write(f"sla         each service costs {growth:.2f} times as much in the larger fleet\n")
    missed = small[0] > SMALL_S or growth > GROWTH
    missed |= LARGE >= FLEET and (large[0] > FLEET_S * LARGE / FLEET or large[2] > FLEET_MB)
    return int(missed)


if __name__ == "__main__":
    report(Path(sys.argv[1]), Path(sys.argv[2]))
