"""The alarms of every kind of stack, rendered under mocks."""

from collections.abc import Mapping
from typing import Any

from components.shared.alarms import Alarms, AlarmsArgs
from monitoring import monitor_alarms, service_alarms
from monitoring.spec import Alarm
from tests.components.harness import Made, Recorder, run_program
from tests.monitoring.builders import GPU_INSTANCES, SERVERLESS, watched

TOPICS: dict[Any, str] = {
    "warn": "arn:aws:sns:eu-central-1:1:warn",
    "critical": "arn:aws:sns:eu-central-1:1:critical",
}
STACKS = {
    "service": service_alarms(watched()),
    "service on GPUs": service_alarms(watched(endpoint=GPU_INSTANCES)),
    "service without instances": service_alarms(watched(endpoint=SERVERLESS)),
    "monitor": monitor_alarms(watched()),
}


def render(alarms: tuple[Alarm, ...]) -> dict[str, Made]:
    recorder = Recorder()
    run_program(lambda: Alarms("alarms", AlarmsArgs(alarms=alarms, topic_arns=TOPICS)), recorder)
    return {made.name: made for made in recorder.made if made.type.startswith("aws:")}


def given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}
