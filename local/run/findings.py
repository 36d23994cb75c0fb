"""Everything a local run found, raw. `local.report` judges and draws it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.deployer import Resource
from local.run.client import Sample
from local.run.observe import Probe
from local.run.plan import Options
from local.run.traffic import Phase
from local.run.watching import Alarm, Dashboard, Page
from local.summary import Usage


@dataclass(frozen=True, kw_only=True, slots=True)
class Findings:
    """What happened in a run, in order. Times are epoch seconds.

    `watched` is the service stack's output of that name, `asks_model` the operations that ask a model.
    `fault_at` is None in a run without a fault. `steps_s` says how many seconds each step took. `datapoints`
    are CloudWatch's raw ones and `segments` X-Ray's documents, each with its `account`; of every request if
    it is `fully_traced`.
    """

    options: Options
    watched: Mapping[str, Any]
    asks_model: Collection[str]
    phases: tuple[Phase, ...]
    samples: tuple[Sample, ...]
    probes: tuple[Probe, ...]
    usage: Mapping[str, Usage]
    alarms: tuple[Alarm, ...]
    pages: tuple[Page, ...]
    dashboards: tuple[Dashboard, ...]
    datapoints: Sequence[Mapping[str, Any]]
    segments: Sequence[Mapping[str, Any]]
    resources: tuple[Resource, ...]
    steps_s: Mapping[str, float]
    started_at: float
    deployed_at: float
    fault_at: float | None
    ended_at: float
    fully_traced: bool = True

    def of_phase(self, name: str) -> tuple[Sample, ...]:
        """The requests of one phase."""
        return tuple(sample for sample in self.samples if sample.phase == name)

    @property
    def entry(self) -> str:
        """The traced name of the API's stage, where a request enters."""
        return f"{self.watched['api']['name']}/{self.watched['api']['stage']}"

    @property
    def probes_since_fault(self) -> tuple[Probe, ...]:
        """The probes that began after the fault did; none in a run without a fault."""
        return tuple(p for p in self.probes if self.fault_at is not None and p.at > self.fault_at)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shared:
    """What belongs to no service alone: the dashboards over all, and what they show."""

    dashboards: tuple[Dashboard, ...]
    alarms: tuple[Alarm, ...]
    datapoints: Sequence[Mapping[str, Any]]
    started_at: float
    ended_at: float
