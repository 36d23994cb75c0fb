"""The alarms to rehearse: a stack's own catalogue, or a file that describes anyone's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import config
import monitoring
from monitoring import catalogue
from monitoring.kpi import Kpi
from monitoring.spec import Alarm
from monitoring.watched import (
    Watched,
    WatchedApi,
    WatchedEndpoint,
    WatchedFunction,
    WatchedPlan,
    WatchedTable,
)
from rehearsal.cloudwatch import mute
from rehearsal.cloudwatch.mute import MuteRule
from rehearsal.sources import files
from rehearsal.sources.alarms import Skipped
from rehearsal.sources.found import Entry
from settings import Settings
from settings.alarms import AlarmsTuning
from settings.slo import Slo
from settings.usage_plans import Quota

NORMAL_BUDGET_MS, NORMAL_RATE_PER_S = 1000.0, 200.0
PARTS = ("api", "function", "table", "endpoint", "instances", "quota")


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """The alarms of one account; `id` None if unknown, then they see every metric."""

    id: str | None
    alarms: Sequence[Alarm]


@dataclass(frozen=True, kw_only=True, slots=True)
class AlarmSet:
    """All alarms of one rehearsal, and what the simulated service has to know of the stack.

    `parts` are those of `PARTS` that the service has and `elsewhere` the keys of alarms that only services
    with other parts have; None and empty of a file, of whose service nothing is known. `skipped` are alarms
    that are not simulated; `notes` are what a reader has to know of the others. `entries` are a file's alarms
    as it describes them, by name; `kpis` are those of a stack.
    """

    name: str
    accounts: Sequence[Account]
    service_account: str | None = None
    monitor_account: str | None = None
    budget_ms: float = NORMAL_BUDGET_MS
    cores: int = 1
    gpus: int = 1
    rate_limit_per_s: float = NORMAL_RATE_PER_S
    slo: Slo = Slo()  # noqa: RUF009  # frozen
    parts: frozenset[str] | None = None
    elsewhere: frozenset[str] = frozenset()
    skipped: Sequence[Skipped] = ()
    mutes: Sequence[MuteRule] = ()
    notes: Sequence[str] = ()
    entries: Mapping[str, Entry] = field(default_factory=dict)
    kpis: Sequence[Kpi] = ()

    @property
    def alarms(self) -> list[Alarm]:
        """Every alarm of every account."""
        return [alarm for account in self.accounts for alarm in account.alarms]


def of_stack(stack: str) -> AlarmSet:
    """The catalogue's alarms for the stack pair `<stack>` and `<stack>-monitor`, as they are deployed.

    Raises `config.ConfigError` or `monitoring.MonitoringError` if the configuration is wrong.
    """
    return of_settings(stack, config.parse(config.read_stack(stack)), _locations(f"{stack}-monitor"))


def _locations(monitor: str) -> tuple[str, ...]:
    """From which further regions the service is probed; none where there is no such stack."""
    if not (config.STACKS / f"Pulumi.{monitor}.yaml").exists():
        return ()
    watching = config.parse(config.read_stack(monitor))
    return watching.canary.of(monitor.removesuffix("-monitor")).locations


def of_settings(stack: str, settings: Settings, locations: Sequence[str] = ()) -> AlarmSet:
    """The same for settings that are read already, and the monitor stack's `canary.locations`."""
    watched = Watched.of(settings).probed(locations, ())
    service = Account(id=settings.accounts.service, alarms=monitoring.service_alarms(watched))
    monitor = Account(
        id=settings.accounts.monitor,
        alarms=monitoring.monitor_alarms(watched),
    )
    return AlarmSet(
        name=stack,
        accounts=(service, monitor),
        service_account=service.id,
        monitor_account=monitor.id,
        budget_ms=(watched.api and watched.api.time_budget_ms) or NORMAL_BUDGET_MS,
        cores=max((endpoint.cores or 1 for endpoint in watched.endpoints), default=1),
        gpus=max((endpoint.gpus or 1 for endpoint in watched.endpoints), default=1),
        rate_limit_per_s=watched.api.rate_limit_per_s if watched.api else NORMAL_RATE_PER_S,
        slo=watched.slo,
        mutes=[
            mute.of_entry(rule.entry)
            for rule in (*monitoring.service_mutes(watched), *monitoring.monitor_mutes(watched))
        ],
        kpis=catalogue.kpis(watched),
        parts=_parts(watched),
        elsewhere=_keys(_whole(watched)) - _keys(watched),
    )


def _parts(watched: Watched) -> frozenset[str]:
    there = {
        "api": watched.api,
        "function": watched.functions,
        "table": watched.tables,
        "endpoint": watched.endpoints,
        "instances": any(endpoint.cores for endpoint in watched.endpoints),
        "quota": watched.limited_plans,
    }
    return frozenset(part for part, has in there.items() if has)


def _whole(watched: Watched) -> Watched:
    """A service like this one that has one of every part."""
    stage = WatchedApi(name="api", stage="live", rate_limit_per_s=1, answered_as=watched.name)
    plan = WatchedPlan(name="plan", quota=Quota(limit=1, period="DAY"))
    return watched.model_copy(
        update={
            "api": watched.api or stage,
            "functions": (
                WatchedFunction(name="f", timeout_ms=1, reserved_concurrency=1, rate_limit_per_s=1),
            ),
            "tables": (WatchedTable(name="t"),),
            "endpoints": (WatchedEndpoint(name="e", variant="v", rate_limit_per_s=1, cores=1, gpus=1),),
            "usage_plans": watched.limited_plans or (plan,),
            "tuning": AlarmsTuning(),
        }
    )


def _keys(watched: Watched) -> frozenset[str]:
    both = monitoring.stacks(watched)
    return frozenset(entry.key for entry in (*both.service, *both.monitor))


def of_file(path: Path, parameters: Mapping[str, str] | None = None) -> AlarmSet:
    """The alarms that a file describes, with `parameters` for a template. Raises `RehearsalError`."""
    found = files.read(path, parameters)
    return AlarmSet(
        name=path.stem,
        accounts=(Account(id=None, alarms=found.alarms),),
        skipped=found.skipped,
        mutes=found.mutes,
        notes=found.notes,
        entries=found.entries,
    )


def like(ours: AlarmSet, other: AlarmSet) -> AlarmSet:
    """`other`, rehearsed against the same simulated service as `ours`."""
    return replace(
        other,
        budget_ms=ours.budget_ms,
        cores=ours.cores,
        gpus=ours.gpus,
        rate_limit_per_s=ours.rate_limit_per_s,
        slo=ours.slo,
    )
