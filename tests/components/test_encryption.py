"""The stacks' keys: how long they live."""

from tests.components.harness import Run


def test_each_stacks_key_is_rotated_and_can_be_saved_for_thirty_days(dev: Run, dev_monitor: Run) -> None:
    for run, alias in ((dev, "alias/inference-dev"), (dev_monitor, "alias/inference-dev-monitor")):
        key = run.one("Key").inputs
        assert key["enableKeyRotation"] is True
        assert key["deletionWindowInDays"] == 30
        assert alias in {made.inputs["name"] for made in run.of("Alias").values()}
