"""The canary as it is deployed."""

from tests.components.harness import Run


def test_the_canary_neither_repeats_a_probe_nor_keeps_it_waiting(dev_monitor: Run) -> None:
    invoked = dev_monitor.one("FunctionEventInvokeConfig").inputs
    assert (invoked["maximumRetryAttempts"], invoked["maximumEventAgeInSeconds"]) == (0, 60)
    secret = dev_monitor.one("Secret").inputs
    assert secret["recoveryWindowInDays"] == 0  # a name in recovery could not be made again


def test_the_canary_has_time_for_its_key_and_its_metrics_beside_the_slowest_answer(dev_monitor: Run) -> None:
    (function,) = dev_monitor.of("Function").values()
    variables = function.inputs["environment"]["variables"]
    assert function.inputs["timeout"] == int(variables["TIMEOUT_MS"]) / 1000 + 10
