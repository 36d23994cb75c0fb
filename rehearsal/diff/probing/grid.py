"""Every kind of fault, mild and severe, short and long, at little and much traffic: the simulated service's
incidents, one after the other in a long scenario for each amount of traffic.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product

from rehearsal.incident import durations
from rehearsal.incident.conditions import Value
from rehearsal.incident.expected import Expect
from rehearsal.incident.faults import FAULTS
from rehearsal.incident.scenario import FOLDER, Fault, Scenario, load
from rehearsal.incident.traffic import Traffic

TRAFFIC = (5.0, 300.0, 3000.0)  # requests a minute: a quiet night, the usual, a peak
LASTING = (3, 15, 60)  # minutes
BETWEEN = 180  # minutes without a fault
DAILY = ("quota-burn", "reporter-stopped", "disk-filling", "memory-leak", "kpi-at")
"""Left to other scenarios: what is reported once a day, what never goes back, and KPIs of a stack's own."""
SEVERITIES: Mapping[str, tuple[Value, Value]] = {
    "share": (0.02, 0.5),
    "factor": (3.0, 10.0),
    "to": (85.0, 97.0),
    "seconds": (30.0, 120.0),
    "metrics": ("*", "*"),
    "minutes": (5.0, 20.0),
}
OF_KIND: Mapping[str, Mapping[str, tuple[Value, Value]]] = {"traffic-drop": {"factor": (0.2, 0.0)}}


def scenarios() -> list[Scenario]:
    """One long scenario for each amount of traffic."""
    quiet = load(FOLDER / "quiet-day.yaml")
    found = []
    for per_minute in TRAFFIC:
        faults = list(_faults())
        found.append(
            replace(
                quiet,
                key=f"grid-{per_minute:g}",
                name=f"at {per_minute:g} requests a minute",
                duration=faults[-1].end + BETWEEN,
                traffic=Traffic(per_minute=per_minute, swing=0.0),
                faults=faults,
                expect=Expect(pages=None, allow=(), silent=(), states=()),
            )
        )
    return found


def words(fault: Fault) -> str:
    """The fault as a line of a scenario would say it."""
    given = ", ".join(
        f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}"
        for name, value in fault.given.items()
    )
    return f"{fault.kind}{f' ({given})' if given else ''} for {durations.text(fault.end - fault.begin)}"


def _faults() -> Iterator[Fault]:
    at = 0
    for kind, minutes in product(FAULTS, LASTING):
        if kind not in DAILY:
            for given in _given(kind):
                yield Fault(kind=kind, begin=at, end=at + minutes, given=given)
                at += minutes + BETWEEN


def _given(kind: str) -> list[dict[str, Value]]:
    """What the kind takes, mild and severe; once where that is the same."""
    taken = [name for name in FAULTS[kind].parameters if name in SEVERITIES]
    values = {name: OF_KIND.get(kind, SEVERITIES).get(name, SEVERITIES[name]) for name in taken}
    both = [{name: value[severity] for name, value in values.items()} for severity in (0, 1)]
    return both if both[0] != both[1] else both[:1]
