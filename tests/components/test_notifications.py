"""Who hears of what: set once for the pair, and said loudly where nobody does."""

from tests.components.harness import Run, run_stack, unwrap

ONCALL = {"protocol": "https", "endpoint": "https://pager.example/integration/s3cr3t-token"}
TEAM = {"protocol": "email", "endpoint": "team@example.com"}
LEAD = {"protocol": "email", "endpoint": "lead@example.com"}


def subscriptions(run: Run) -> set[tuple[str, str, str]]:
    """(topic, protocol, endpoint) of every subscription."""
    topics = {topic.inputs["name"] for topic in run.of("Topic").values()}
    found = [
        (unwrap(m.inputs["topic"]).split(":")[-1], m.inputs["protocol"], unwrap(m.inputs["endpoint"]))
        for m in run.made
        if m.type.endswith(":TopicSubscription")
    ]
    assert {topic for topic, *_ in found} <= topics
    assert len(set(found)) == len(found)
    return set(found)


def test_the_service_stacks_subscribers_hear_of_both_stacks() -> None:
    service = run_stack("dev", {"notifications": {"warn": [TEAM], "critical": [ONCALL, LEAD]}})
    monitor = run_stack("dev-monitor", stack_outputs=service.outputs)
    for run, prefix in ((service, "inference-dev"), (monitor, "inference-dev-monitor")):
        assert subscriptions(run) == {
            (f"{prefix}-warn", "email", "team@example.com"),
            (f"{prefix}-critical", "email", "lead@example.com"),
            (f"{prefix}-critical", "https", ONCALL["endpoint"]),
        }
        assert run.warnings == ()


def test_what_the_monitor_stack_sets_comes_on_top_and_nobody_is_subscribed_twice() -> None:
    service = run_stack("dev", {"notifications": {"critical": [ONCALL]}})
    own = {"notifications": {"critical": [ONCALL, LEAD], "warn": [LEAD]}}
    monitor = run_stack("dev-monitor", own, stack_outputs=service.outputs)
    assert subscriptions(monitor) == {
        ("inference-dev-monitor-critical", "https", ONCALL["endpoint"]),
        ("inference-dev-monitor-critical", "email", "lead@example.com"),
        ("inference-dev-monitor-warn", "email", "lead@example.com"),
    }


def test_a_critical_topic_without_a_subscriber_says_so_at_every_preview() -> None:
    nobody = {"notifications": {"warn": [TEAM]}}
    service = run_stack("dev", nobody, preview=True)
    monitor = run_stack("dev-monitor", stack_outputs=run_stack("dev", nobody).outputs, preview=True)
    for run, topic, stack in (
        (service, "inference-dev-critical", "dev"),
        (monitor, "inference-dev-monitor-critical", "acme/inference-watch/dev"),
    ):
        (warning,) = run.warnings
        assert warning.startswith(f"NOBODY IS PAGED: topic {topic} has no subscriber")
        assert f"config set -s {stack} --path 'notifications.critical[0].protocol' email" in warning


def test_subscribers_leave_the_service_stack_as_a_secret() -> None:
    service = run_stack("dev", {"notifications": {"critical": [ONCALL]}})
    assert service.outputs["subscriptions"] == {"critical": [ONCALL], "warn": []}
    assert "subscriptions" in service.secret_outputs
