"""The monitor stack while its service stack is empty, half-made, destroyed or of another version."""

import json
from typing import Any

import pulumi
import pytest

from tests.components.harness import Run, run_stack

STACK = "acme/inference-watch/dev"
NEEDED = ("api_id", "api_url", "canary_api_key", "probes", "subscriptions", "watched")


def test_a_preview_over_an_empty_stack_shows_the_rest_and_warns_once_with_the_command() -> None:
    run = run_stack("dev-monitor", preview=True)
    (warning,) = run.warnings
    assert f"Stack {STACK!r} has no output" in warning
    assert f"pulumi up -s {STACK}" in warning
    assert {m.inputs["name"] for m in run.of("Topic").values()} == {
        "inference-dev-monitor-critical",
        "inference-dev-monitor-warn",
    }
    assert not run.metric_alarms()


def test_an_update_over_an_empty_stack_stops_with_the_command() -> None:
    with pytest.raises(pulumi.RunError, match=f"has no output .* Deploy it first: pulumi up -s {STACK}"):
        run_stack("dev-monitor")


@pytest.mark.parametrize("missing", NEEDED)
def test_each_output_that_is_missing_is_unknown_in_a_preview_and_named_in_an_update(
    dev: Run, missing: str
) -> None:
    rest = {name: value for name, value in dev.outputs.items() if name != missing}
    run = run_stack("dev-monitor", stack_outputs=rest, preview=True)
    assert len([w for w in run.warnings if f"has no output {missing!r}" in w]) == 1
    assert bool(run.metric_alarms()) is (missing != "watched")
    with pytest.raises(pulumi.RunError, match=f"has no output '{missing}' yet"):
        run_stack("dev-monitor", stack_outputs=rest)


def test_the_monitor_needs_these_outputs_and_no_other(dev: Run) -> None:
    needed = {name: dev.outputs[name] for name in NEEDED}
    assert run_stack("dev-monitor", stack_outputs=needed).metric_alarms()


def test_what_cannot_be_read_is_left_out_of_a_preview_and_an_error_in_an_update(dev: Run) -> None:
    outputs = {**dev.outputs, "watched": {**dev.outputs["watched"], "slo": "of old", "of_tomorrow": 1}}
    run = run_stack("dev-monitor", stack_outputs=outputs, preview=True)
    assert [w for w in run.warnings if "'watched' of another version" in w]
    with pytest.raises(pulumi.RunError, match="'watched' of another version of this program"):
        run_stack("dev-monitor", stack_outputs=outputs)


def test_what_a_newer_version_added_is_left_out_with_a_warning_and_the_rest_watched(
    dev: Run, dev_monitor: Run
) -> None:
    watched = dev.outputs["watched"]
    newer = {
        **watched,
        "of_tomorrow": 1,
        "functions": [{**watched["functions"][0], "architecture": "arm64"}],
        "slo": {**watched["slo"], "latency_p99_ms": 400},
    }
    subscribers = {**dev.outputs["subscriptions"], "info": []}
    outputs = {**dev.outputs, "watched": newer, "subscriptions": subscribers}
    run = run_stack("dev-monitor", stack_outputs=outputs)
    assert {w for w in run.warnings if "newer" in w} == {
        f"Stack {STACK!r} was deployed with a newer version of this program: functions.0.architecture,"
        " slo.latency_p99_ms, of_tomorrow of its output 'watched' means nothing here and is left out."
        " Update this stack's program.",
        f"Stack {STACK!r} was deployed with a newer version of this program: info of its output"
        " 'subscriptions' means nothing here and is left out. Update this stack's program.",
    }
    assert {m.name: compared(m.inputs) for m in run.made} == {
        m.name: compared(m.inputs) for m in dev_monitor.made
    }


def test_a_monitor_stack_of_another_name_says_how_to_name_its_service_stack(dev: Run) -> None:
    for name in ("watch", "monitor", "monitoring-dev"):
        with pytest.raises(pulumi.RunError, match=r"config set --path 'watches\[0\]' <stack>"):
            run_stack("dev-monitor", stack_outputs=dev.outputs, name=name)
    settings = {"watches": [STACK]}
    named = run_stack("dev-monitor", settings, stack_outputs=dev.outputs, name="watch")
    assert named.references == (STACK,)


def test_a_monitor_stack_reads_the_stack_of_its_pair(dev_monitor: Run) -> None:
    assert dev_monitor.references == (STACK,)


def test_the_order_of_another_stacks_maps_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    tuning = {
        "all": {"warn_pct": 70},
        "components": {"canary": {"critical_pct": 90}, "api": {"warn_pct": 60}},
    }
    service = run_stack("dev", {"alarms": tuning})
    read = pulumi.StackReference.get_output
    seen = []
    for descending in (False, True):

        def in_order(self: pulumi.StackReference, name: str, *, down: bool = descending) -> Any:
            return read(self, name).apply(lambda value: ordered(value, down=down))

        monkeypatch.setattr(pulumi.StackReference, "get_output", in_order)
        run = run_stack("dev-monitor", stack_outputs=service.outputs)
        seen.append({m.name: compared(m.inputs) for m in run.made})
    assert seen[0] == seen[1]


def ordered(value: Any, *, down: bool) -> Any:
    """The same value with the keys of every map in this order."""
    if isinstance(value, dict):
        return {key: ordered(value[key], down=down) for key in sorted(value, reverse=down)}
    return [ordered(item, down=down) for item in value] if isinstance(value, list) else value


def compared(inputs: Any) -> str:
    """Inputs as the engine compares them: maps have no order, texts have."""
    return json.dumps(inputs, sort_keys=True, default=lambda asset: asset.path)
