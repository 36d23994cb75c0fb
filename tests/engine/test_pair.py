"""A pair of stacks from nothing to clean: the short part, which every run of the tests has."""

from collections.abc import Callable

from tests.engine.project import Project
from tests.engine.stacks import PAIR


def test_a_preview_of_nothing_creates_what_up_then_creates_and_a_second_preview_is_clean(
    project: Callable[..., Project],
) -> None:
    new = project()
    for name in PAIR:
        stack = new.stack(name)
        previewed, deployed, again = stack.preview(), stack.up(), stack.preview()
        assert (previewed.error, deployed.error, again.error) == ("", "", "")
        assert previewed.table == deployed.table
        assert set(deployed.table) == {"created"}
        assert again.steps == ()
