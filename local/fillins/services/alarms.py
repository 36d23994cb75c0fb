"""Alarms keep what they were made with: metric math, anomaly bands, other accounts, suppressors.

The emulator stores a metric alarm's simple fields only. Here `PutMetricAlarm` and `PutCompositeAlarm`
complete its record from the request, so `DescribeAlarms` answers what AWS would. An alarm on a metric that
another account does not share is refused. Nothing is evaluated.
"""

import json
from collections.abc import Callable
from typing import Any

import cbor2
from ministack.app import SERVICE_HANDLERS
from ministack.core.responses import get_account_id

from local.fillins import upstream
from local.fillins.aws_api import Answer, Handler, register
from local.fillins.services import mute_rules, oam
from local.fillins.services.notifications import publishes
from rehearsal.errors import RehearsalError

Record = dict[str, Any]
_OK = 200
FORBIDDEN = "One or more metrics in your request are Forbidden"  # AWS's words
_METRIC_EXTRAS = (
    "Metrics",
    "ThresholdMetricId",
    "EvaluateLowSampleCountPercentile",
    "WarmUpConfiguration",
)
_METRIC_ONLY = (
    "MetricName",
    "Namespace",
    "Statistic",
    "ExtendedStatistic",
    "Period",
    "Threshold",
    "Unit",
    "Dimensions",
)
ACTIONS = {"ALARM": "AlarmActions", "OK": "OKActions", "INSUFFICIENT_DATA": "InsufficientDataActions"}
_COMPOSITE_EXTRAS = ("ActionsSuppressor", "ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod")


def handler(original: Handler) -> Handler:
    """The emulator's CloudWatch with complete alarm records."""

    async def handle(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]]
    ) -> Answer:
        operation = path.partition("/operation/")[2] or headers.get("x-amz-target", "").rpartition(".")[2]
        if operation not in ("PutMetricAlarm", "PutCompositeAlarm", *mute_rules.OPERATIONS):
            return await original(method, path, headers, body, query)
        cbor = "cbor" in headers.get("content-type", "")
        params = cbor2.loads(body) if cbor else json.loads(body)
        if operation in mute_rules.OPERATIONS:
            return _mute_rule(operation, params, cbor=cbor)
        if forbidden(params):
            return upstream.cloudwatch_error("ValidationError", FORBIDDEN, cbor=cbor)
        answer = await original(method, path, headers, body, query)
        if answer[0] == _OK:
            complete(upstream.alarm(params["AlarmName"]) or {}, params)
        return answer

    return handle


def _mute_rule(operation: str, params: Record, *, cbor: bool) -> Answer:
    try:
        answer = mute_rules.OPERATIONS[operation](params)
    except RehearsalError as error:
        return upstream.cloudwatch_error("ValidationError", str(error), cbor=cbor)
    if answer is None:
        return upstream.cloudwatch_error("ResourceNotFoundException", "There is no such rule.", cbor=cbor)
    return upstream.cloudwatch_answer(answer, cbor=cbor)


def forbidden(params: Record) -> bool:
    """Whether the alarm is on a metric of another account that no link shares with the caller's."""
    own = get_account_id()
    return not {query.get("AccountId", own) for query in params.get("Metrics", ())} <= oam.metric_accounts(
        own
    )


def complete(record: Record, params: Record) -> None:
    """Make the stored record say exactly what the request said."""
    if "AlarmRule" in params:
        extras: tuple[str, ...] = _COMPOSITE_EXTRAS
    else:
        extras = _METRIC_EXTRAS
        for name in _METRIC_ONLY:
            if name not in params:
                record.pop(name, None)
    for name in extras:
        record.pop(name, None)
        if name in params:
            record[name] = params[name]


def dispatch(
    original: Callable[..., None], alarm: Record, old_state: str, new_state: str, reason: str
) -> None:
    """Take the actions that the alarm may take, unless its suppressor is in ALARM or a rule mutes it.

    The suppressor's wait and extension periods are the rehearsal's business; here it mutes at once.
    """
    suppressor = alarm.get("ActionsSuppressor", "")
    name = suppressor.partition(":alarm:")[2] or suppressor
    if name and (upstream.alarm(name) or {}).get("StateValue") == "ALARM":
        return
    if mute_rules.mutes(alarm["AlarmName"]):
        return
    field = ACTIONS[new_state]
    taken = [action for action in alarm.get(field) or () if ":sns:" not in action or publishes(alarm, action)]
    original({**alarm, field: taken}, old_state, new_state, reason)


def install() -> None:
    """Complete alarm records as they are put."""
    register("monitoring", handler(SERVICE_HANDLERS["monitoring"]))
