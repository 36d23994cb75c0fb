"""At what times of day incidents begin: wherever it may matter to an alarm or a mute rule.

A window that slides is the same at any time. Where an alarm looks at the clock, incidents begin at `PLACES`
evenly spread over each of its periods; where a rule mutes, also in the minute in which it begins to.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from rehearsal.cloudwatch.mute import MuteRule

BEGINS = datetime(2026, 1, 13, tzinfo=UTC)
"""A Tuesday's midnight, far from any change to summer time."""
PLACES = 12
LOOK_AHEAD = 8 * 1440
"""How many minutes after `BEGINS` a mute rule is looked for: a weekly one is found."""


def offsets(periods: Iterable[int], mutes: Sequence[MuteRule]) -> list[int]:
    """Minutes after `BEGINS`, for periods of the clock in minutes, ascending and each once."""
    found = {0}
    for period in periods:
        step = max(1, period // PLACES)
        found.update(range(0, period, step))
    for rule in mutes:
        active = rule.active(BEGINS, LOOK_AHEAD)
        if active.any():
            found.add(int(active.argmax()))
    return sorted(found)
