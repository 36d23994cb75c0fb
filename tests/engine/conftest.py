"""One pair is deployed a process; every test goes on from a copy of it."""

import gc
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from tests.engine.project import Project
from tests.engine.stacks import PAIR

NO_CLI = "No pulumi on the PATH: the tests on the real Pulumi engine were left out."

pytest.register_assert_rewrite("tests.engine.effects")
LEFT_BEHIND = "pytest.PytestUnraisableExceptionWarning"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without the CLI there is no engine. A program that fails half-way leaves coroutines behind."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings(f"ignore::{LEFT_BEHIND}"))
            if shutil.which("pulumi") is None:
                item.add_marker(pytest.mark.skip(reason=NO_CLI))


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Both stacks, deployed. Not to be changed: `fork` it."""
    with closing(Project.create(tmp_path_factory.mktemp("pair"), PAIR)) as project:
        for stack in PAIR:
            change = project.stack(stack).up()
            assert not change.error, change.error
        gc.collect()
        gc.freeze()  # pulumi_aws is big and stays: each collection would go through it again
        yield project


@pytest.fixture
def deployed(pair: Project, tmp_path: Path) -> Iterator[Project]:
    """A copy of the deployed pair, this test's own."""
    with closing(pair.fork(tmp_path / "copy")) as project:
        yield project


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Callable[..., Project]]:
    """Makes a project with nothing deployed; takes what `Project.create` takes after the folder."""
    with ExitStack() as stack:

        def make(stacks: object = PAIR) -> Project:
            return stack.enter_context(closing(Project.create(tmp_path / "new", stacks)))  # type: ignore[arg-type]

        yield make
