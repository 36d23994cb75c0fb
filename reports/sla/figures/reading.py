"""From evidence, wherever it is, to reports: only what the period needs, and only after comparing it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reports.sla.evidence.chain import File, Link
from reports.sla.evidence.errors import EvidenceError
from reports.sla.evidence.verify import Stored, Verified, verify
from reports.sla.figures.engine import FEW, Statements, needed
from reports.sla.figures.measure import measure, services
from reports.sla.period import Period
from reports.sla.result import ServiceReport


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A folder with evidence. `bring_chain` fills it with the links, `bring` with the files of some places,
    `bring_all` with whatever lies in the tables' places, whether the chain knows it or not.

    Where `other` runs the statements the files stay where they are, and `stored` says what is kept of each.
    """

    root: Path
    bring_chain: Callable[[], None] = lambda: None
    bring: Callable[[Iterable[str]], None] = lambda _: None
    bring_all: Callable[[], None] = lambda: None
    other: Statements | None = None
    stored: Callable[[Iterable[str]], Mapping[str, Stored]] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What was found; `reports` are measured as they are asked for, unless there are `faults`."""

    faults: tuple[str, ...]
    services: tuple[str, ...]
    reports: Iterator[ServiceReport]


def read(
    place: Place,
    period: Period,
    *,
    wanted: Sequence[str] = (),
    heads: Sequence[str] = (),
    advance: Callable[[int], None] = lambda _: None,
) -> Reading:
    """The reports of the wanted services (all unless said otherwise), after comparing what they come from.

    Raises `EvidenceError` where there is none of the period, or of a service.
    """
    place.bring_chain()
    chain = verify(place.root, heads=heads, wanted=lambda *_: False)
    if chain.faults:
        return Reading(faults=chain.faults, services=(), reports=iter(()))
    there = services(chain.links, period)
    chosen = tuple(wanted) or tuple(there)
    if unknown := sorted(set(chosen) - set(there)):
        told = f"of {', '.join(there)} there is"
        raise EvidenceError(f"there is no evidence of {unknown[0]} in {period.title}; {told}")
    names = frozenset(chosen)

    def plays_a_part(link: Link, file: File) -> bool:
        return needed(file, link.day, names, period)

    files = [file for link in chain.links for file in link.files if plays_a_part(link, file)]
    place.bring(file.path for file in files if place.other is None or file.table == FEW)
    known = place.stored(file.path for file in files) if place.stored else None
    found: Verified = verify(
        place.root,
        heads=heads,
        wanted=plays_a_part,
        stored=(lambda file: known.get(file.path)) if known is not None else None,
    )
    reports = measure(place.root, found, period, chosen, advance=advance, other=place.other)
    return Reading(faults=found.faults, services=chosen, reports=iter(()) if found.faults else reports)
