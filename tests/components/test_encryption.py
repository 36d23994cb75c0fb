"""The stacks' keys: how long they live and who may use them."""

import json

from tests.components.harness import Run


def test_each_stacks_key_is_rotated_and_can_be_saved_for_thirty_days(dev: Run, dev_monitor: Run) -> None:
    for run, alias in ((dev, "alias/inference-dev"), (dev_monitor, "alias/inference-dev-monitor")):
        key = run.one("Key").inputs
        assert key["enableKeyRotation"] is True
        assert key["deletionWindowInDays"] == 30
        assert alias in {made.inputs["name"] for made in run.of("Alias").values()}


def test_two_services_may_use_a_stacks_key_and_only_for_its_own_account(dev_monitor: Run) -> None:
    account, alarms, logs = json.loads(dev_monitor.one("Key").inputs["policy"])["Statement"]
    assert account["Principal"] == {"AWS": "arn:aws:iam::222222222222:root"}
    assert alarms["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert alarms["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
    assert alarms["Condition"] == {"StringEquals": {"aws:SourceAccount": "222222222222"}}
    assert logs["Principal"] == {"Service": "logs.eu-central-1.amazonaws.com"}
    assert logs["Condition"] == {
        "ArnLike": {
            "kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:eu-central-1:222222222222:log-group:*"
        }
    }
