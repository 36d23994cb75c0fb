"""Every seeded fault is found in every kind of file, and the same alarms without it are clean."""

import pytest

from tests.rehearsal.lint.builders import found
from tests.rehearsal.lint.faults import (
    Fault,
    actions,
    composites,
    expressions,
    metrics,
    sets,
    silence,
    thresholds,
)

FAULTS = [
    fault
    for theme in (actions, composites, expressions, metrics, sets, silence, thresholds)
    for fault in theme.FAULTS
]
CASES = [
    pytest.param(fault, source, id=f"{fault.name}-{source}") for fault in FAULTS for source in fault.sources
]


@pytest.mark.parametrize(("fault", "source"), CASES)
def test_a_fault_is_found_and_its_clean_twin_is_not(fault: Fault, source: str) -> None:
    assert found(fault.clean, source) == set()
    assert (fault.rule, fault.severity) in found(fault.faulty, source)


def test_there_are_more_than_a_hundred_faults() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) > 100
