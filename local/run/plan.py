"""How much traffic a run sends, how fast and for how long: options in, phases out. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.canary.probes import Probe
from local.cli import DEFAULT_REQUESTS
from local.run.customers import NoPlanError, Plan
from local.run.faults import Fault
from local.run.traffic import Phase

ALL_WELL, BEFORE, DURING = "all well", "before the fault", "during the fault"
BEFORE_SHARE = 0.3  # of the requests, or of the time, comes before a fault
LIMIT_S = 75.0  # the most that the traffic of a usual run may take: 120 s are for everything
MIN_PER_S = 10.0  # more requests may take longer; this slow is a failure
MANY = 2000  # requests that are all traced, and that need no word about how long they take
USUAL_PER_S = 60.0  # measured on two cores
FAULT_LIMIT_S = 30.0  # slow answers must not make a run with a fault last longer than one without
QUOTA_SHARE = 0.9  # of the plan's quota is the most that a run of given length uses
SPREAD = 0.98  # requests spread over minutes end a little early, so that the last ones fit in


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """What the command line asked for.

    `minutes` None sends `requests` as fast as the clients can. With minutes, `requests` are spread evenly
    over them, and `requests` None is as many as the clients and the usage plan manage. `service` is deployed
    whatever the stack's file says.
    """

    requests: int | None = DEFAULT_REQUESTS
    clients: int = 8
    minutes: float | None = None
    fault: Fault | None = None
    stack: str = "dev"
    service: str = "wine"

    @property
    def before_fault(self) -> int:
        """How many requests come before a fault, where requests are counted."""
        return max(round((self.requests or DEFAULT_REQUESTS) * BEFORE_SHARE), 1)

    @property
    def traced_share(self) -> float:
        """The share of requests that may be traced: the traces of many thousands would fill the memory."""
        return min(1.0, MANY / (self.requests or 1)) if self.minutes is None else 1.0

    @property
    def announcement(self) -> str:
        """What to know before a long run begins; empty for a usual one."""
        if self.requests is None or self.minutes or self.requests <= MANY:
            return ""
        usual, most = (self.requests / per_s / 60 for per_s in (USUAL_PER_S, MIN_PER_S))
        return (
            f"{self.requests:,} requests take some {usual:.0f} minutes on two cores, at most {most:.0f}; "
            f"{self.traced_share:.0%} of them are traced."
        )


def phases(options: Options, plan: Plan, stage_rate_per_s: float, sent: Sequence[Probe]) -> tuple[Phase, ...]:
    """The phases of a run: one when all is well, else one before the fault and one during it.

    Raises `NoPlanError` when the plan's quota does not let the requests through.
    The two send different requests: what was asked for before the fault may be answered from a cache.
    """
    fault, minutes = options.fault, options.minutes
    _within_quota(options, plan)
    per_s = _pace(options, plan, stage_rate_per_s)
    if fault is None:
        seconds = minutes * 60 if minutes else max(LIMIT_S, (options.requests or 0) / MIN_PER_S)
        well = Phase(
            name=ALL_WELL, sent=sent, requests=options.requests, seconds=seconds, per_s=per_s, ramp_up=True
        )
        return (well,)
    counted = options.requests is not None or fault.quota
    before = options.before_fault if counted else None
    during = None if options.requests is None else max(options.requests - options.before_fault, 1)
    before_s = minutes * 60 * BEFORE_SHARE if minutes else max(FAULT_LIMIT_S, (before or 0) / MIN_PER_S)
    during_s = minutes * 60 * (1 - BEFORE_SHARE) if minutes else FAULT_LIMIT_S
    half = len(sent) // 2
    first, second = (sent[half:], sent[:half]) if half else (sent, sent)
    return (
        Phase(name=BEFORE, sent=first, requests=before, seconds=before_s, per_s=per_s, ramp_up=True),
        Phase(name=DURING, sent=second, requests=during, seconds=during_s, per_s=per_s),
    )


def _within_quota(options: Options, plan: Plan) -> None:
    if plan.quota is None or options.requests is None or (options.fault and options.fault.quota):
        return
    most = plan.quota * min(len(plan.keys), options.clients)
    if options.requests > most:
        raise NoPlanError(
            f"--requests {options.requests} is more than the usage plan {plan.name} lets through, "
            f"{plan.quota:,} a key: the rest would be refused. Give at most {most}, or raise its quota."
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
