"""The frontier's benchmark measures what it says it measures."""

from bench import __main__ as bench
from bench import frontier
from rehearsal.frontier.grid import MILLION, Grid, Size
from rehearsal.sources import stack


def test_it_times_the_points_of_the_catalogue_s_alarms() -> None:
    grid = Grid(sizes=[Size(kind="failing", share_ppm=MILLION)], durations=[1, 5], traffic=[10, 100])
    points, seconds = frontier.measure(stack.of_stack(frontier.STACK), grid)
    assert points == 4
    assert 0 < seconds < frontier.TARGET_S
    assert "frontier" in bench.BENCHES
