"""The shipped scenarios, rehearsed once for all tests that look at the results."""

import pytest

from rehearsal import stack
from rehearsal.run import Result, run
from rehearsal.scenario import FOLDER, load_all


@pytest.fixture(scope="session")
def prod() -> stack.AlarmSet:
    return stack.of_stack("prod")


@pytest.fixture(scope="session")
def shipped(prod: stack.AlarmSet) -> dict[str, Result]:
    return {scenario.key: run(scenario, prod, doubt=False) for scenario in load_all([FOLDER])}
