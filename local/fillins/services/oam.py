"""CloudWatch's Observability Access Manager: sinks, their policies, and links from other accounts.

A link is made only if the sink's policy allows the linking account and the types of resource it shares,
as on AWS. Alarms on another account's metrics need one (`alarms`); nothing is read through it: metrics and
traces are collected from each account itself, and filters are kept without being applied.
"""

import json
from typing import Any

from ministack.core.iam_evaluator import EvalContext, evaluate_resource_policy
from ministack.core.responses import get_account_id, get_region, new_uuid

from local.fillins.aws_api import (
    Operation,
    Params,
    ServiceError,
    arn,
    json_service,
    register,
)
from local.fillins.store import Record, Store

sinks = Store()
links = Store()
METRICS = "AWS::CloudWatch::Metric"


def metric_accounts(monitor: str) -> set[str]:
    """The accounts whose metrics `monitor` may alarm on: itself, and those that share them with its sink."""
    mine = {record["Arn"] for account, record in sinks.everyone() if account == monitor}
    return {monitor} | {
        account
        for account, record in links.everyone()
        if record["SinkArn"] in mine and METRICS in record["ResourceTypes"]
    }


def _missing(what: str) -> ServiceError:
    return ServiceError("ResourceNotFoundException", f"{what} does not exist.", 404)


def _sink_anywhere(identifier: str) -> Record:
    for _account, record in sinks.everyone():
        if record["Arn"] == identifier:
            return record
    raise _missing(f"Sink {identifier}")


def _shown(record: Record) -> Params:
    return {name: value for name, value in record.items() if name != "Policy"}


def _create_sink(params: Params) -> Params:
    if sinks.mine():
        raise ServiceError("ConflictException", "A sink exists in this account and region already.", 409)
    identifier = new_uuid()
    record = {
        "Arn": arn("oam", f"sink/{identifier}"),
        "Id": identifier,
        "Name": params["Name"],
        "Tags": params.get("Tags", {}),
    }
    sinks.put(record["Arn"], record)
    return _shown(record)


def _put_policy(params: Params) -> Params:
    sink = sinks.get(params["SinkIdentifier"])
    if sink is None:
        raise _missing(params["SinkIdentifier"])
    sink["Policy"] = json.loads(params["Policy"])
    return {"SinkArn": sink["Arn"], "SinkId": sink["Id"], "Policy": params["Policy"]}


def _check_policy(sink: Record, types: list[str]) -> None:
    action = "oam:CreateLink"
    account, region = get_account_id(), get_region()
    context = EvalContext(
        f"arn:aws:iam::{account}:root",
        "Root",
        account,
        action,
        sink["Arn"],
        region,
        service_context={"oam:resourcetypes": types},
    )
    if evaluate_resource_policy(sink.get("Policy"), context).decision != "Allow":
        raise ServiceError(
            "AccessDeniedException",
            f"User: {context.principal_arn} is not authorized to perform: {action} "
            f"on resource: {sink['Arn']} because the sink's policy does not allow it",
            403,
        )


def _create_link(params: Params) -> Params:
    sink = _sink_anywhere(params["SinkIdentifier"])
    _check_policy(sink, params["ResourceTypes"])
    if any(link["SinkArn"] == sink["Arn"] for link in links.mine()):
        raise ServiceError("ConflictException", "A link to this sink exists already.", 409)
    identifier = new_uuid()
    label = params["LabelTemplate"]
    record: dict[str, Any] = {
        "Arn": arn("oam", f"link/{identifier}"),
        "Id": identifier,
        "Label": label.replace("$AccountName", get_account_id()),
        "LabelTemplate": label,
        "ResourceTypes": params["ResourceTypes"],
        "SinkArn": sink["Arn"],
        "Tags": params.get("Tags", {}),
    }
    if "LinkConfiguration" in params:
        record["LinkConfiguration"] = params["LinkConfiguration"]
    links.put(record["Arn"], record)
    return record


def _list(store: Store, names: tuple[str, ...]) -> Operation:
    return lambda _params: {"Items": [{name: record[name] for name in names} for record in store.mine()]}


OPERATIONS: dict[str, Operation] = {
    "CreateSink": _create_sink,
    "ListSinks": _list(sinks, ("Arn", "Id", "Name")),
    "PutSinkPolicy": _put_policy,
    "CreateLink": _create_link,
    "ListLinks": _list(links, ("Arn", "Id", "Label", "ResourceTypes", "SinkArn")),
}


def _resource(name: str, params: Params) -> str:
    if name == "CreateSink":
        return arn("oam", "sink/*")
    if name == "CreateLink":
        return arn("oam", "link/*")
    return str(params.get("SinkIdentifier") or "*")


def install() -> None:
    """Answer the scope `oam`."""
    register("oam", json_service("oam", OPERATIONS, _resource))
