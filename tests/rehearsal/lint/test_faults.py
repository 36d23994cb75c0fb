"""Every seeded fault is found in every kind of file, and the same alarms without it are clean."""

import pytest

from rehearsal.lint import rules
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

FAULTS = {
    (theme.__name__.rsplit(".", 1)[-1], fault.name): fault
    for theme in (actions, composites, expressions, metrics, sets, silence, thresholds)
    for fault in theme.FAULTS
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=map("-".join, FAULTS))
def test_a_fault_is_found_in_every_kind_of_file_and_its_clean_twin_is_not(fault: Fault) -> None:
    for source in fault.sources:
        assert found(fault.clean, source) == set()
        assert (fault.rule, fault.severity) in found(fault.faulty, source)


def test_every_rule_that_finds_more_than_information_has_a_seeded_fault() -> None:
    seeded = {fault.rule for fault in FAULTS.values()}
    seeded |= {
        "locked-topic",
        "muted-for-ever",
        "no-longer-published",
        "function-not-allowed",
    }  # test_context
    silent = {name for name, rule in rules.every().items() if rule.severity != "info"} - seeded
    assert silent == set()
    assert len(FAULTS) > 200
