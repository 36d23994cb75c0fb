"""Planned work, announced by config: nobody is paged for it, and the SLA report does not count it."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise, takewhile
from typing import Annotated, Self

from pydantic import Field, model_validator

from settings.forms import Section, Text, form
from settings.maintenance.schedule import Schedule

EPOCH = datetime.fromtimestamp(0, UTC)
KEPT = timedelta(days=2)  # the day's evidence, which tells of it, is collected in the night after
LOOK_AHEAD, LEAP_YEARS = timedelta(days=366), timedelta(days=8 * 366)


class Maintenance(Section):
    """A window of planned work, once (`at(2026-12-06T02:00)`) or again and again (`cron(0 2 * * SUN)`).

    While it lasts, the alarms' notifications are muted in both accounts, also that an alarm is over; what
    changed meanwhile and still holds is told at its end. `alarms` are the keys of pages; without any it is
    all of them.
    """

    name: Annotated[
        str,
        form(
            r"[a-z0-9-]{1,32}", "it should be 1 to 32 lower-case letters, digits and hyphens; it names a rule"
        ),
        Field(examples=["database-upgrade"]),
    ]
    schedule: Annotated[str, Field(examples=["cron(0 2 * * SUN)"])]
    duration: Annotated[str, Field(examples=["PT2H"])]
    timezone: Text = "UTC"
    reason: Annotated[str, Field(min_length=1, max_length=500, examples=["Weekly database upgrade"])]
    alarms: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _is_a_schedule(self) -> Self:
        try:
            self.parsed  # noqa: B018  # it raises
        except ValueError as error:
            raise ValueError(f"{error}; CloudWatch refuses another one, and the work would page") from None
        return self

    @property
    def parsed(self) -> Schedule:
        """When it begins, and for how long."""
        return Schedule.parse(self.schedule, self.duration, self.timezone)

    def windows(self, first: datetime, last: datetime) -> list[tuple[datetime, datetime]]:
        """Begin and end, in UTC, of those that begin from `first` to `last`."""
        duration = self.parsed.duration
        return [(begin, begin + duration) for begin in self.parsed.beginnings(first, last)]

    def is_over(self, now: datetime) -> bool:
        """Whether it came once, two days ago or longer."""
        schedule = self.parsed
        return schedule.at is not None and any(
            begin + schedule.duration + KEPT < now for begin in schedule.moments(EPOCH, now)
        )

    def problem(self, now: datetime) -> str | None:
        """What is wrong with it from now on, with consequence and fix."""
        schedule = self.parsed
        past = schedule.duration + (KEPT if schedule.at else timedelta())
        moments = schedule.moments(now - past, now + LEAP_YEARS)
        begin = next(moments, None)
        if begin is None:
            return f"{self.schedule} never comes, so it mutes nothing. Correct its date, or remove it."
        unclear = schedule.unclear(now, now + LOOK_AHEAD)
        if unclear is not None:
            return (
                f"the clocks of {self.timezone} change, and {unclear:%Y-%m-%d %H:%M} is skipped or comes"
                " twice; AWS does not say what a rule does then. Choose another hour, or give it in UTC."
            )
        for later in takewhile(lambda moment: moment < now + LOOK_AHEAD, moments):
            if later <= begin + schedule.duration:
                return (
                    f"it begins again at {later:%Y-%m-%d %H:%M} UTC, before its {self.duration} are over, so"
                    " its alarms would be muted without a break. Shorten the duration, or begin less often."
                )
            begin = later
        return None

    def overlap(self, other: "Maintenance", now: datetime) -> datetime | None:
        """When, in the year from now on, both are under way for the first time; None for other alarms.

        Neither overlaps itself.
        """
        if self.alarms and other.alarms and not set(self.alarms) & set(other.alarms):
            return None
        windows = sorted(
            window
            for each in (self, other)
            for window in each.windows(now - each.parsed.duration, now + LOOK_AHEAD)
        )
        return next((begin for (_, end), (begin, _) in pairwise(windows) if begin < end), None)
