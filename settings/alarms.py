"""How a stack tunes its alarms: for all of them, for a component, for one. The narrower wins.

Unknown components and alarm keys are refused by `monitoring.tuning`, which knows them. What a field means for
which alarm is decided where the alarm is made.
"""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from settings.forms import Section
from settings.slo import Percent

AtLeastOne = Annotated[int, Field(ge=1)]


class Tuning(Section):
    """Defaults for alarms on a KPI's limit; `enabled` reaches every alarm of the component."""

    enabled: bool | None = None
    warn_pct: Percent | None = None
    critical_pct: Percent | None = None
    evaluation_periods: AtLeastOne | None = None
    datapoints_to_alarm: AtLeastOne | None = None
    min_samples: Annotated[int, Field(ge=0)] | None = None


class AlarmTuning(Section):
    """One alarm. `threshold` is in the alarm's own unit, after conversion (ms, %, requests a period)."""

    enabled: bool | None = None
    threshold: float | None = None
    period_s: AtLeastOne | None = None
    evaluation_periods: AtLeastOne | None = None
    datapoints_to_alarm: AtLeastOne | None = None
    min_samples: Annotated[int, Field(ge=0)] | None = None


class AlarmsTuning(Section):
    """The `alarms` section of a stack: `all`, then `components` by name, then `each` by alarm key."""

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
