"""How much traffic a run sends, how fast and for how long: options in, phases out. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from local.run.client import Lot
from local.run.customers import Plan
from local.run.faults import Fault
from local.run.traffic import Phase

ALL_WELL, BEFORE, DURING = "all well", "before the fault", "during the fault"
DEFAULT_REQUESTS = 1000
BEFORE_SHARE = 0.3  # of the requests, or of the time, comes before a fault
LIMIT_S = 75.0  # the most that the traffic of a run that counts requests may take: 120 s are for everything
FAULT_LIMIT_S = 30.0  # slow answers must not make a run with a fault last longer than one without
QUOTA_SHARE = 0.9  # of the plan's quota is the most that a run of given length uses
SPREAD = 0.98  # requests spread over minutes end a little early, so that the last ones fit in


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """What the command line asked for.

    `minutes` None sends `requests` as fast as the clients can. With minutes, `requests` are spread evenly
    over them, and `requests` None is as many as the clients and the usage plan manage.
    """

    requests: int | None = DEFAULT_REQUESTS
    clients: int = 8
    minutes: float | None = None
    fault: Fault | None = None

    @property
    def before_fault(self) -> int:
        """How many requests come before a fault, where requests are counted."""
        return max(round((self.requests or DEFAULT_REQUESTS) * BEFORE_SHARE), 1)


def phases(options: Options, plan: Plan, stage_rate_per_s: float, lots: Sequence[Lot]) -> tuple[Phase, ...]:
    """The phases of a run: one when all is well, else one before the fault and one during it.

    The two ask for different lots: what was asked for before the fault may be answered from a cache.
    """
    fault, minutes = options.fault, options.minutes
    per_s = _pace(options, plan, stage_rate_per_s)
    if fault is None:
        seconds = minutes * 60 if minutes else LIMIT_S
        well = Phase(
            name=ALL_WELL, lots=lots, requests=options.requests, seconds=seconds, per_s=per_s, ramp_up=True
        )
        return (well,)
    counted = options.requests is not None or fault.quota
    before = options.before_fault if counted else None
    during = None if options.requests is None else max(options.requests - options.before_fault, 1)
    before_s = minutes * 60 * BEFORE_SHARE if minutes else FAULT_LIMIT_S
    during_s = minutes * 60 * (1 - BEFORE_SHARE) if minutes else FAULT_LIMIT_S
    half = len(lots) // 2
    return (
        Phase(name=BEFORE, lots=lots[half:], requests=before, seconds=before_s, per_s=per_s, ramp_up=True),
        Phase(name=DURING, lots=lots[:half], requests=during, seconds=during_s, per_s=per_s),
    )


def _pace(options: Options, plan: Plan, stage_rate_per_s: float) -> float:
    """Requests a second that plan, stage and, over given minutes, `requests` or the quota allow."""
    pace = plan.pace_per_s(stage_rate_per_s)
    if not options.minutes:
        return pace
    seconds = options.minutes * 60
    if options.requests:
        pace = min(pace, options.requests / (seconds * SPREAD))
    exhausts = options.fault is not None and options.fault.quota
    if plan.quota is not None and not exhausts:
        pace = min(pace, QUOTA_SHARE * plan.quota * len(plan.keys) / seconds)
    return pace
