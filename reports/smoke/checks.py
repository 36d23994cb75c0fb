"""What must hold after a deployment, each check against AWS's own word. Pure but for the clients passed in.

A check returns the faults it found, as sentences for people; none found is an empty list.
"""

import json
from collections.abc import Iterable
from typing import Any

ALIAS = "live"


def endpoint(sagemaker: Any, name: str, configuration: str) -> list[str]:
    """The endpoint is in service with the configuration that the stack asked for.

    SageMaker rolls a failed update back and the provider takes that for success, so the stack's state does
    not tell. A failed first endpoint can only be deleted.
    """
    found = sagemaker.describe_endpoint(EndpointName=name)
    status, serves = found["EndpointStatus"], found["EndpointConfigName"]
    reason = f" SageMaker says: {found['FailureReason']}" if found.get("FailureReason") else ""
    if status == "Failed":
        return [
            f"endpoint {name} has failed and cannot be updated.{reason} Delete it with `aws sagemaker "
            f"delete-endpoint --endpoint-name {name}`, correct the model, then run `pulumi up --refresh`."
        ]
    if status != "InService":
        return [f"endpoint {name} is {status}, not InService; wait for it and run this again.{reason}"]
    if serves != configuration:
        return [
            f"endpoint {name} serves configuration {serves}, not {configuration}: SageMaker rolled the "
            f"update back.{reason} Correct the model, then run `pulumi up --refresh`."
        ]
    return []


def probe(lambda_: Any, function: str) -> list[str]:
    """One probe by the canary, from the monitor account, succeeds."""
    answer = lambda_.invoke(FunctionName=function, Qualifier=ALIAS, Payload=b"{}")
    payload = answer["Payload"].read()
    try:
        result = json.loads(payload)
    except ValueError:
        result = None
    if answer.get("FunctionError") or not isinstance(result, dict):
        return [f"the canary {function} itself failed; see its log group /aws/lambda/{function}."]
    if result.get("ok") is not True:
        told = ", ".join(f"{key} {result[key]}" for key in ("reason", "status", "detail") if result.get(key))
        return [f"the canary's probe failed: {told or 'without a reason'}."]
    return []


def alarms(cloudwatch: Any, prefix: str) -> list[str]:
    """No alarm of the stack is in ALARM. One without data yet is as it should be after a deployment."""
    pages = cloudwatch.get_paginator("describe_alarms").paginate(
        AlarmNamePrefix=prefix, AlarmTypes=["MetricAlarm", "CompositeAlarm"]
    )
    return [
        f"alarm {alarm['AlarmName']} is in ALARM: {alarm.get('StateReason') or 'no reason given'}"
        for alarm in _each(pages)
        if alarm["StateValue"] == "ALARM"
    ]


def _each(pages: Iterable[Any]) -> Iterable[Any]:
    for page in pages:
        yield from (*page.get("MetricAlarms", ()), *page.get("CompositeAlarms", ()))
