"""The shipped scenarios, rehearsed once for all tests that look at the results."""

import pytest

from rehearsal.incident.kpis.scenarios import scenarios as made_for
from rehearsal.incident.scenario import FOLDER, load_all
from rehearsal.run import Result, run
from rehearsal.sources import stack


@pytest.fixture(scope="session")
def prod() -> stack.AlarmSet:
    return stack.of_stack("prod")


@pytest.fixture(scope="session")
def shipped(prod: stack.AlarmSet) -> dict[str, Result]:
    every = [*load_all([FOLDER]), *made_for(prod)]
    return {scenario.key: run(scenario, prod, doubt=False) for scenario in every}
