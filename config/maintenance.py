"""Planned work that is over, never comes, has no break, is at an hour that clocks skip, or twice at once."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime

from settings import Settings


def without_past_work(settings: Settings, now: datetime | None = None) -> Settings:
    """The settings without planned work that is over, which is said on the log.

    Old plans stop no deployment. Judged by today's date unless another is given.
    """
    now = now or datetime.now(UTC)
    over = [number for number, work in enumerate(settings.maintenance) if work.is_over(now)]
    for number in over:
        work = settings.maintenance[number]
        logging.getLogger("inference-watch").warning(
            "maintenance[%d]: %s of %r is over, so no rule is made of it any more; what the SLA report needs"
            " to know of it is kept. Remove it, or correct its date.",
            number,
            work.schedule,
            work.name,
        )
    kept = tuple(work for number, work in enumerate(settings.maintenance) if number not in over)
    return settings.model_copy(update={"maintenance": kept}) if over else settings


def maintenance_contradictions(settings: Settings, now: datetime | None = None) -> Iterator[str]:
    """One line each: key, consequence, fix. Judged by today's date unless another is given."""
    now = now or datetime.now(UTC)
    sound: list[int] = []
    for number, work in enumerate(settings.maintenance):
        key = f"maintenance[{number}]"
        if work.name in (other.name for other in settings.maintenance[:number]):
            yield f"{key}.name: two windows share the name {work.name!r}, which names a rule; rename one."
        if problem := work.problem(now):
            yield f"{key}.schedule: {problem}"
            continue
        for earlier in sound:
            if at := work.overlap(settings.maintenance[earlier], now):
                yield (
                    f"{key}.schedule: at {at:%Y-%m-%d %H:%M} UTC maintenance[{earlier}] is under way for the"
                    " same alarms, so nobody can tell which one holds. Move one, or make one window of both."
                )
        sound.append(number)
