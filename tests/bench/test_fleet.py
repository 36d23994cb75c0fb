"""What a monitor stack's program does stays in proportion to the number of services."""

import asyncio
import cProfile
import pstats

from bench import fleet


def calls(services: int) -> int:
    """How many calls of functions the program makes, which no load of the machine changes."""
    asyncio.set_event_loop(asyncio.new_event_loop())
    theirs = fleet.exports(services)
    profile = cProfile.Profile()
    profile.runcall(fleet.run, theirs)
    return int(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined]  # typeshed leaves it out


def test_each_further_service_takes_no_more_than_the_ones_before_it() -> None:
    calls(1)  # what is loaded or built once
    one, three, five = calls(1), calls(3), calls(5)
    # A part that grew with the square and made up half the work for 100 services would make this 1.03.
    assert 0.9 < (five - three) / (three - one) < 1.015
