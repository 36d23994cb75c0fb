"""X-Ray's API: takes segments, and keeps sampling rules and groups.

Sampling rules decide the API's own sampling (`sampling`). Traces are not read back here: the run reads the
raw segments (`traces`).
"""

import json
import time

from ministack.core.responses import get_account_id

from local.fillins.aws_api import (
    Operation,
    Params,
    ServiceError,
    arn,
    json_service,
    register,
)
from local.fillins.store import Record, Store
from local.fillins.xray import sampling
from local.fillins.xray.traces import store

groups = Store()
# The paths of X-Ray's REST protocol that are not their operation's name.
PATHS = {
    "TraceSegments": "PutTraceSegments",
}


def _put_segments(params: Params) -> Params:
    refused = []
    for text in params["TraceSegmentDocuments"]:
        try:
            document = json.loads(text)
        except json.JSONDecodeError:
            document = None
        if isinstance(document, dict) and {"id", "trace_id", "name", "start_time"} <= document.keys():
            store.add(document, str(get_account_id()))
        else:
            refused.append({"ErrorCode": "ParseError", "Message": "Invalid segment. ErrorCode: ParseError"})
    return {"UnprocessedTraceSegments": refused}


def _rule_record(rule: Record) -> Params:
    return {"SamplingRule": rule, "CreatedAt": rule["_created"], "ModifiedAt": rule["_modified"]}


def _shown_rule(rule: Record) -> Params:
    shown = {name: value for name, value in rule.items() if not name.startswith("_")}
    return {**_rule_record(rule), "SamplingRule": shown}


def _create_rule(params: Params) -> Params:
    given = params["SamplingRule"]
    name = given["RuleName"]
    if sampling.rules.get(name) or name == sampling.DEFAULT_RULE["RuleName"]:
        raise ServiceError("InvalidRequestException", f"A sampling rule named {name} already exists.")
    now = time.time()
    rule = {
        "Attributes": {},
        "RuleARN": arn("xray", f"sampling-rule/{name}"),
        **given,
        "_created": now,
        "_modified": now,
    }
    sampling.rules.put(name, rule)
    return {"SamplingRuleRecord": _shown_rule(rule)}


def _get_rules(_params: Params) -> Params:
    default = {
        **sampling.DEFAULT_RULE,
        "RuleARN": arn("xray", "sampling-rule/Default"),
        "_created": 0,
        "_modified": 0,
    }
    return {"SamplingRuleRecords": [_shown_rule(rule) for rule in (*sampling.rules.mine(), default)]}


def _create_group(params: Params) -> Params:
    name = params["GroupName"]
    if groups.get(name):
        raise ServiceError("InvalidRequestException", f"A group named {name} already exists.")
    groups.put(name, {**params, "GroupARN": arn("xray", f"group/{name}/{len(groups.mine()):026X}")})
    return {"Group": _shown_group(groups.get(name) or {})}


def _shown_group(group: Record) -> Params:
    insights = {"InsightsEnabled": False, "NotificationsEnabled": False}
    return {"InsightsConfiguration": insights, **{k: v for k, v in group.items() if k != "Tags"}}


def _get_group(params: Params) -> Params:
    group = groups.get(params["GroupName"])
    if group is None:
        raise ServiceError("InvalidRequestException", "Group not found.")
    return {"Group": _shown_group(group)}


OPERATIONS: dict[str, Operation] = {
    "PutTraceSegments": _put_segments,
    "CreateSamplingRule": _create_rule,
    "GetSamplingRules": _get_rules,
    "CreateGroup": _create_group,
    "GetGroup": _get_group,
}


def install() -> None:
    """Answer the scope `xray`."""
    register("xray", json_service("xray", OPERATIONS, paths=PATHS))
