"""Planned work that is over, without a break, at an hour that clocks skip, or twice at once."""

from collections.abc import Iterator
from datetime import UTC, datetime

from settings import Settings


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
