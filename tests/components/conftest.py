"""The two stacks of `dev` and `prod`, and one that watches what exists, run once each."""

import pytest

from tests.components.harness import Run, run_stack


@pytest.fixture(scope="session")
def dev() -> Run:
    return run_stack("dev")


@pytest.fixture(scope="session")
def dev_monitor(dev: Run) -> Run:
    return run_stack("dev-monitor", stack_outputs=dev.outputs)


@pytest.fixture(scope="session")
def prod() -> Run:
    return run_stack("prod")


@pytest.fixture(scope="session")
def prod_monitor(prod: Run) -> Run:
    return run_stack("prod-monitor", stack_outputs=prod.outputs)


@pytest.fixture(scope="session")
def their_api() -> Run:
    return run_stack("their-api")
