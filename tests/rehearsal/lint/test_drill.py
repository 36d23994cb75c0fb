"""The drill alarms, as an account has them, are nothing to worry about."""

import json
from pathlib import Path

from monitoring.notify import drill
from monitoring.spec import Level
from rehearsal.cli import main
from rehearsal.sources import entries


def described(level: Level) -> dict[str, object]:
    topic = f"inference-prod-{level}"
    arn = f"arn:aws:sns:eu-central-1:111111111111:{topic}"
    return {**entries.of_alarm(drill.alarm(topic, level)), "AlarmActions": [arn], "OKActions": [arn]}


def test_lint_finds_no_fault_in_them(tmp_path: Path) -> None:
    path = tmp_path / "alarms.json"
    alarms = [described("warn"), described("critical")]
    path.write_text(json.dumps({"MetricAlarms": alarms, "CompositeAlarms": []}))
    assert main(["lint", str(path)]) == 0
