"""A pair of stacks from nothing to clean: the short part, which every run of the tests has."""

from collections.abc import Callable

from tests.engine.project import Project
from tests.engine.stacks import PAIR


def test_a_preview_of_nothing_creates_what_up_then_creates_and_nothing_is_left_to_do_or_refresh(
    project: Callable[..., Project],
) -> None:
    new = project()
    for name in PAIR:
        stack = new.stack(name)
        previewed, deployed, refreshed, again = stack.preview(), stack.up(), stack.refresh(), stack.preview()
        assert [change.error for change in (previewed, deployed, refreshed, again)] == [""] * 4
        assert previewed.table == deployed.table
        assert set(deployed.table) == {"created"}
        assert (refreshed.steps, again.steps) == ((), ())
