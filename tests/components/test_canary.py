"""The canary as it is deployed."""

from tests.components.harness import Run


def test_the_canary_has_time_for_its_key_and_its_metrics_beside_the_slowest_answer(dev_monitor: Run) -> None:
    (function,) = dev_monitor.of("Function").values()
    variables = function.inputs["environment"]["variables"]
    assert function.inputs["timeout"] == int(variables["TIMEOUT_MS"]) / 1000 + 25
