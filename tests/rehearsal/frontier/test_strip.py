"""Which requests an incident befalls, and how late their metrics are."""

from datetime import UTC, datetime

import numpy as np
import pytest

from rehearsal.frontier.grid import MILLION, Size
from rehearsal.frontier.roles import KNOWN
from rehearsal.frontier.strip import Strip, World
from tests.rehearsal.frontier.builders import failing

FIRST = datetime(2026, 1, 13, tzinfo=UTC)


def world(size: Size, requests: int, phase_s: int = 0) -> World:
    return World(size=size, requests=requests, phase_s=phase_s, late=2)


@pytest.mark.parametrize("share_ppm", [1, 100, 123_456, MILLION])
def test_of_a_million_requests_exactly_the_share_is_befallen(share_ppm: int) -> None:
    strip = Strip.of([1000], first=FIRST, lead=3, gap=4)
    found = world(Size(kind="failing", share_ppm=share_ppm), 1000).befallen(strip, 1000)
    assert found.sum() == share_ppm
    assert np.flatnonzero(found).min() >= 3


def test_an_incident_that_begins_in_mid_minute_ends_in_one() -> None:
    strip = Strip.of([2, 1], first=FIRST, lead=2, gap=3)
    assert (strip.begins, strip.minutes) == ((2, 8), 13)
    assert list(world(failing(1), 10, phase_s=30).befallen(strip, 10)) == [
        0,
        0,
        5,
        10,
        5,
        0,
        0,
        0,
        5,
        5,
        0,
        0,
        0,
    ]
    assert list(world(failing(1), 10).befallen(strip, 10)) == [0, 0, 10, 10, 0, 0, 0, 0, 10, 0, 0, 0, 0]


def test_a_probe_is_one_request_a_minute_and_there_at_once() -> None:
    strip = Strip.of([2], first=FIRST, lead=1, gap=1)
    answered = KNOWN["InferenceWatch", "CanarySuccess"]
    found = world(failing(1), 10).metric(answered, strip, moved=True, late=False)
    assert (list(found.minute), list(found.weight), found.delay) == ([0, 3, 4], [1, 1, 1], 0)


def test_an_incident_that_shows_elsewhere_moves_nothing() -> None:
    strip = Strip.of([2], first=FIRST, lead=1, gap=1)
    errors = KNOWN["AWS/Lambda", "Errors"]
    still = world(failing(1), 10).metric(errors, strip, moved=False, late=True)
    assert (set(still.value), still.weight.sum(), still.delay) == ({0.0}, 50, 2)
    moved = world(failing(1), 10).metric(errors, strip, moved=True, late=True)
    assert moved.weight[moved.value > 0].sum() == 20
