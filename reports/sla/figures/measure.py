"""Evidence -> a report for each service. Some at a time, so that memory does not grow with the fleet."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from datetime import date
from pathlib import Path

from monitoring.catalogue.shared import ERROR_FACTOR, MIN_FAILURES
from reports.sla.evidence.chain import Link
from reports.sla.evidence.errors import EvidenceError
from reports.sla.evidence.promise import Promise
from reports.sla.evidence.verify import Verified
from reports.sla.figures.engine import Asked, Engine, Fails, Row, Statements, needed
from reports.sla.figures.service import Rows, report
from reports.sla.figures.sides import budget
from reports.sla.figures.windows import Watch, merged
from reports.sla.period import Period
from reports.sla.result import ServiceReport

BATCH = 25  # services at a time
OTHERS_BATCH = 200  # where memory is not ours
PER_SERVICE = (
    "daily",
    "incidents",
    "outages",
    "percentiles",
    "burn",
    "customers",
    "usage",
    "transitions",
    "intervals",
    "claims",
)


def services(links: Sequence[Link], period: Period) -> list[str]:
    """The services that are in the chain on a day of the period. Raises `EvidenceError` if there is none."""
    days = set(period.utc_days())
    found = {name for link in links if link.day in days for name in link.promises}
    if not found:
        first, last = links[0].day, links[-1].day
        raise EvidenceError(f"there is no evidence of {period.title}; it goes from {first} to {last}")
    return sorted(found)


def measure(
    root: Path,
    verified: Verified,
    period: Period,
    chosen: Sequence[str],
    *,
    advance: Callable[[int], None] = lambda _: None,
    other: Statements | None = None,
) -> Iterator[ServiceReport]:
    """The reports of the chosen services in their order; `advance` hears how many more are done.

    DuckDB answers over the files in `root`, unless there is an `other` that runs the statements.
    """
    links, size = verified.links, OTHERS_BATCH if other else BATCH
    with nullcontext(other) if other else Engine(root) as engine:
        for first in range(0, len(chosen), size):
            batch = chosen[first : first + size]
            wanted = frozenset(batch)
            engine.load(f for link in links for f in link.files if needed(f, link.day, wanted, period))
            plain = Asked(period=period, fails={}, excluded={})
            maintenance = _by_service(engine.rows("maintenance", plain))
            watches = {name: _watch(name, links, period, maintenance.get(name, ())) for name in batch}
            promises = {name: promised(name, links, period) for name in batch}
            asked = Asked(
                period=period,
                fails={name: fails(promise) for name, promise in promises.items()},
                excluded={name: watch.excluded for name, watch in watches.items()},
            )
            found = {name: _by_service(engine.rows(name, asked)) for name in PER_SERVICE}
            for name in batch:
                rows = Rows(
                    **{statement: found[statement].get(name, []) for statement in PER_SERVICE},
                    maintenance=maintenance.get(name, []),
                )
                yield report(
                    name,
                    rows,
                    promises=promises_of(name, links, period),
                    watch=watches[name],
                    period=period,
                    verified=verified,
                )
            advance(len(batch))


def fails(promise: Promise) -> Fails:
    """When requests alone make a minute bad: where the alarm on failed requests has its limit."""
    return Fails(count=MIN_FAILURES, share=min(1.0, float(ERROR_FACTOR * budget(promise))))


def promises_of(service: str, links: Iterable[Link], period: Period) -> dict[date, Promise]:
    """The promise by the day on which it became another one."""
    found: dict[date, Promise] = {}
    days = set(period.utc_days())
    for link in links:
        if link.day in days and service in link.promises:
            now = link.promises[service]
            if not found or list(found.values())[-1] != now:
                found[link.day] = now
    return found


def promised(service: str, links: Iterable[Link], period: Period) -> Promise:
    """The promise at the end of the period."""
    return list(promises_of(service, links, period).values())[-1]


def _watch(service: str, links: Sequence[Link], period: Period, announced: Iterable[Row]) -> Watch:
    first = next(link.covers[0] for link in links if service in link.promises)
    begins = max(period.begins, first)
    ends = max(begins, min(period.ends, links[-1].covers[1]))
    windows = merged(
        (row["begins_at"], row["ends_at"]) for row in announced if row["announced_at"] < row["begins_at"]
    )
    clipped = tuple(
        (max(begins, since), min(ends, until)) for since, until in windows if since < ends and until > begins
    )
    return Watch(begins=begins, ends=ends, excluded=clipped)


def _by_service(rows: Iterable[Row]) -> Mapping[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["service"]].append(row)
    return found
