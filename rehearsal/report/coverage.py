"""Over many results: faults that nobody noticed, alarms that nothing tripped, pages per incident.

An incident is a scenario with a fault in which somebody ought to be paged, by its own expectations. Pages in
the other scenarios are noise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from rehearsal.incident.faults import FAULTS
from rehearsal.run import Detection, Result


@dataclass(frozen=True, kw_only=True, slots=True)
class FaultCoverage:
    """One kind of fault over all incidents: minutes to the first page, and where there was none."""

    kind: str
    times: int
    minutes: Sequence[int]
    missed_in: Sequence[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Coverage:
    """`untripped` are the keys of alarms that no scenario brought into ALARM."""

    faults: Sequence[FaultCoverage]
    untripped: Sequence[str]
    alarms: int
    incidents: int
    pages: int
    harmful: int
    harmful_noticed: int
    warnings: int
    warnings_noticed: int
    median_minutes: float | None
    noise: int

    @property
    def pages_per_incident(self) -> float:
        """Pages sent per incident."""
        return self.pages / self.incidents if self.incidents else 0.0


def cover(results: Sequence[Result]) -> Coverage:
    """The coverage of results of one alarm set."""
    incidents = [result for result in results if result.detections and result.scenario.expect.pages]
    found = [(result.scenario.key, d) for result in incidents for d in result.detections]
    harmful = [d for _, d in found if _harms(d)]
    warnings = [d for _, d in found if not _harms(d)]
    minutes = [d.after for d in harmful if d.after is not None]
    tripped = {name for result in results for name in result.tripped}
    alarms = results[0].alarm_set.alarms
    return Coverage(
        faults=[_of_kind(kind, found) for kind in sorted({d.fault.kind for _, d in found})],
        untripped=[alarm.key for alarm in alarms if alarm.name not in tripped],
        alarms=len(alarms),
        incidents=len(incidents),
        pages=sum(len(result.sent) for result in incidents),
        harmful=len(harmful),
        harmful_noticed=sum(d.page is not None for d in harmful),
        warnings=len(warnings),
        warnings_noticed=sum(d.page is not None for d in warnings),
        median_minutes=median(minutes) if minutes else None,
        noise=sum(len(result.sent) for result in results if not result.scenario.expect.pages),
    )


def _of_kind(kind: str, found: Sequence[tuple[str, Detection]]) -> FaultCoverage:
    own = [(scenario, d) for scenario, d in found if d.fault.kind == kind]
    return FaultCoverage(
        kind=kind,
        times=len(own),
        minutes=[d.after for _, d in own if d.after is not None],
        missed_in=[scenario for scenario, d in own if d.page is None],
    )


def _harms(detection: Detection) -> bool:
    return FAULTS[detection.fault.kind].harm
