"""The alarms to rehearse: a stack's own catalogue, or a file that describes anyone's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import config
import monitoring
from monitoring import catalogue
from monitoring.kpi import Kpi
from monitoring.spec import Alarm
from monitoring.watched import Watched
from rehearsal.cloudwatch import mute
from rehearsal.cloudwatch.mute import MuteRule
from rehearsal.sources import files
from rehearsal.sources.alarms import Skipped
from rehearsal.sources.found import Entry
from settings import Settings
from settings.slo import Slo

NORMAL_BUDGET_MS = 1000.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """The alarms of one account; `id` None if unknown, then they see every metric."""

    id: str | None
    alarms: Sequence[Alarm]


@dataclass(frozen=True, kw_only=True, slots=True)
class AlarmSet:
    """All alarms of one rehearsal, and what the simulated service has to know of the stack.

    `skipped` are alarms that are not simulated; `notes` are what a reader has to know of the others.
    `entries` are a file's alarms as it describes them, by name; `kpis` are those of a stack.
    """

    name: str
    accounts: Sequence[Account]
    service_account: str | None = None
    monitor_account: str | None = None
    budget_ms: float = NORMAL_BUDGET_MS
    cores: int = 1
    gpus: int = 1
    slo: Slo = Slo()  # noqa: RUF009  # frozen
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
    return config.parse(config.read_stack(monitor)).canary.locations


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
        budget_ms=settings.inference.time_budget_ms,
        cores=max((endpoint.cores or 1 for endpoint in watched.endpoints), default=1),
        gpus=max((endpoint.gpus or 1 for endpoint in watched.endpoints), default=1),
        slo=watched.slo,
        mutes=[
            mute.of_entry(rule.entry)
            for rule in (*monitoring.service_mutes(watched), *monitoring.monitor_mutes(watched))
        ],
        kpis=catalogue.kpis(watched),
    )


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
    return replace(other, budget_ms=ours.budget_ms, cores=ours.cores, gpus=ours.gpus, slo=ours.slo)
