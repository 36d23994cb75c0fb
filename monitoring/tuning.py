"""How a stack tunes its alarms: for all of them, for a component, for one. The narrower wins.

The models refuse unknown fields; unknown components and alarm keys are refused in `check`, with near
matches. What a field means for which alarm is decided where the alarm is made.
"""

import difflib
from collections.abc import Iterable, Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from monitoring.errors import MonitoringError
from monitoring.kpi import COMPONENTS

FROZEN = ConfigDict(frozen=True, extra="forbid", strict=True)
Percent = Annotated[float, Field(gt=0, le=100)]
AtLeastOne = Annotated[int, Field(ge=1)]


class Tuning(BaseModel):
    """Defaults for alarms on a KPI's limit; `enabled` reaches every alarm of the component."""

    model_config = FROZEN

    enabled: bool | None = None
    warn_pct: Percent | None = None
    critical_pct: Percent | None = None
    evaluation_periods: AtLeastOne | None = None
    datapoints_to_alarm: AtLeastOne | None = None
    min_samples: Annotated[int, Field(ge=0)] | None = None


class AlarmTuning(BaseModel):
    """One alarm. `threshold` is in the alarm's own unit, after conversion (ms, %, requests a period)."""

    model_config = FROZEN

    enabled: bool | None = None
    threshold: float | None = None
    period_s: AtLeastOne | None = None
    evaluation_periods: AtLeastOne | None = None
    datapoints_to_alarm: AtLeastOne | None = None
    min_samples: Annotated[int, Field(ge=0)] | None = None


class AlarmsTuning(BaseModel):
    """The `alarms` section of a stack: `all`, then `components` by name, then `each` by alarm key."""

    model_config = FROZEN

    all: Tuning = Tuning()
    components: Mapping[str, Tuning] = {}
    each: Mapping[str, AlarmTuning] = {}

    def of_component(self, component: str) -> Tuning:
        """`all` overlaid with the component's own."""
        own = self.components.get(component, Tuning())
        return self.all.model_copy(update={name: value for name, value in own if value is not None})

    def of_alarm(self, key: str) -> AlarmTuning:
        """One alarm's own tuning; empty if there is none."""
        return self.each.get(key, AlarmTuning())

    def enabled(self, component: str, key: str) -> bool:
        """Whether the alarm is to be made: its own word first, then its component's, then everyone's."""
        for choice in (self.of_alarm(key).enabled, self.of_component(component).enabled):
            if choice is not None:
                return choice
        return True


def check(tuning: AlarmsTuning, keys: Iterable[str]) -> None:
    """Raise `MonitoringError` listing every component and alarm key that does not exist, with near matches.

    `keys` are the keys of all alarms of both stacks, whether switched off or not.
    """
    known = sorted(set(keys))
    problems = [
        f"alarms.components.{name}: there is no such component. {_near(name, COMPONENTS)}"
        for name in tuning.components
        if name not in COMPONENTS
    ]
    problems += [
        f"alarms.each.{key}: there is no such alarm in this stack. {_near(key, known)}"
        for key in tuning.each
        if key not in known
    ]
    if problems:
        raise MonitoringError("the tuning of the alarms would have had no effect", problems)


def _near(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(known), n=3, cutoff=0.5)
    if near:
        return f"Did you mean {' or '.join(f'`{match}`' for match in near)}?"
    return "The keys are listed in docs/alarms.md."
