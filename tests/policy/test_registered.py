"""What this program registers passes the rules: every stack, both accounts' bootstrap, what only watches."""

import functools

import pytest

import config
from policy import registered
from policy.__main__ import main
from policy.judge import violations
from tests.policy.examples import allowing

PAGED = {"notifications": {"critical": [{"protocol": "email", "endpoint": "oncall@example.com"}]}}
shipped = functools.cache(registered.pair)


@pytest.mark.parametrize(("stack", "unheard"), [("dev", 0), ("prod", 2)])
def test_the_stacks_of_this_program_pass_every_rule_but_that_somebody_hears(stack: str, unheard: int) -> None:
    assert [name for name, _ in violations(shipped(stack))] == ["critical-subscriber"] * unheard


def test_what_only_watches_and_its_monitor_pass_every_rule() -> None:
    found = registered.pair("their-api", folder=None)
    assert {each.stack for each in found} == {"their-api", "their-api-monitor"}
    assert list(violations(found)) == []


def test_with_a_subscriber_production_passes_every_rule() -> None:
    assert list(violations(registered.pair("prod", PAGED))) == []


def test_what_an_account_has_once_passes_every_rule() -> None:
    found = registered.bootstrap()
    assert {each.stack for each in found} == {"monitor", "service"}
    assert list(violations(found)) == []


def test_a_pair_is_judged_whole_with_its_endpoint_and_what_the_monitor_reads_of_the_service() -> None:
    kinds = {(each.stack, each.kind) for each in shipped("prod")}
    assert {("prod", "sagemaker.EndpointConfiguration"), ("prod-monitor", "cloudwatch.MetricAlarm")} <= kinds
    buckets = [each.props["bucket"] for each in shipped("prod") if each.kind == "s3.Bucket"]
    assert len(buckets) == len(set(buckets)) > 0


def test_the_command_says_what_is_refused_and_what_is_to_do(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registered, "pair", shipped)
    assert main() == 0
    printed = capsys.readouterr().out
    judged = [
        f"{stack} and its monitor"
        for stack in config.stack_files.stacks(config.ROOT)
        if stack[-8:] != "-monitor"
    ]
    assert [line.split(": ")[1] for line in printed.splitlines() if "resources" in line] == [
        "bootstrap",
        *judged,
    ]
    assert "resources, none refused\n" in printed
    assert "before it is deployed: inference-prod-notifications-critical: nobody" in printed
    monkeypatch.setattr(registered, "pair", lambda _: [allowing("*")])
    assert main() == 1
    assert ": 1 resources, 1 refused\n  - one: it allows *: whoever" in capsys.readouterr().out
