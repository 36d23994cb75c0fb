"""X-Ray's API: takes segments, and keeps sampling rules and groups.

Sampling rules decide the API's own sampling (`sampling`); reading traces back is `xray_traces`.
"""

import json
import time

from ministack.core.responses import get_account_id

from local.fillins import sampling, xray_traces
from local.fillins.service import Operation, Params, ServiceError, arn, json_service, register
from local.fillins.store import Record, Store
from local.fillins.trace_store import store

groups = Store()
# The paths of X-Ray's REST protocol that are not their operation's name.
PATHS = {
    "TraceSegments": "PutTraceSegments",
    "TelemetryRecords": "PutTelemetryRecords",
    "SamplingTargets": "GetSamplingTargets",
    "Groups": "GetGroups",
    "TraceSummaries": "GetTraceSummaries",
    "Traces": "BatchGetTraces",
}
_TARGET_INTERVAL_S = 10


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


def _existing_rule(params: Params) -> Record:
    wanted = params.get("RuleName") or params.get("RuleARN", "").rpartition("/")[2]
    rule = sampling.rules.get(wanted)
    if rule is None:
        raise ServiceError("InvalidRequestException", f"Sampling rule {wanted} does not exist.")
    return rule


def _update_rule(params: Params) -> Params:
    rule = _existing_rule(params["SamplingRuleUpdate"])
    rule.update(params["SamplingRuleUpdate"], _modified=time.time())
    return {"SamplingRuleRecord": _shown_rule(rule)}


def _delete_rule(params: Params) -> Params:
    rule = _existing_rule(params)
    sampling.rules.pop(rule["RuleName"])
    return {"SamplingRuleRecord": _shown_rule(rule)}


def _get_rules(_params: Params) -> Params:
    default = {
        **sampling.DEFAULT_RULE,
        "RuleARN": arn("xray", "sampling-rule/Default"),
        "_created": 0,
        "_modified": 0,
    }
    return {"SamplingRuleRecords": [_shown_rule(rule) for rule in (*sampling.rules.mine(), default)]}


def _get_targets(params: Params) -> Params:
    known = {rule["RuleName"]: rule for rule in (*sampling.rules.mine(), sampling.DEFAULT_RULE)}
    now = time.time()
    targets = [
        {
            "RuleName": one["RuleName"],
            "FixedRate": known[one["RuleName"]]["FixedRate"],
            "ReservoirQuota": known[one["RuleName"]]["ReservoirSize"],
            "ReservoirQuotaTTL": now + _TARGET_INTERVAL_S,
            "Interval": _TARGET_INTERVAL_S,
        }
        for one in params["SamplingStatisticsDocuments"]
        if one["RuleName"] in known
    ]
    return {"SamplingTargetDocuments": targets, "LastRuleModification": now, "UnprocessedStatistics": []}


def _create_group(params: Params) -> Params:
    name = params["GroupName"]
    if groups.get(name):
        raise ServiceError("InvalidRequestException", f"A group named {name} already exists.")
    groups.put(name, {**params, "GroupARN": arn("xray", f"group/{name}/{len(groups.mine()):026X}")})
    return {"Group": _shown_group(groups.get(name) or {})}


def _shown_group(group: Record) -> Params:
    insights = {"InsightsEnabled": False, "NotificationsEnabled": False}
    return {"InsightsConfiguration": insights, **{k: v for k, v in group.items() if k != "Tags"}}


def _existing_group(params: Params) -> Record:
    for group in groups.mine():
        if params.get("GroupName") == group["GroupName"] or params.get("GroupARN") == group["GroupARN"]:
            return group
    raise ServiceError("InvalidRequestException", "Group not found.")


def _update_group(params: Params) -> Params:
    group = _existing_group(params)
    group.update({k: v for k, v in params.items() if k in ("FilterExpression", "InsightsConfiguration")})
    return {"Group": _shown_group(group)}


def _delete_group(params: Params) -> Params:
    groups.pop(_existing_group(params)["GroupName"])
    return {}


OPERATIONS: dict[str, Operation] = {
    "PutTraceSegments": _put_segments,
    "PutTelemetryRecords": lambda _params: {},
    "CreateSamplingRule": _create_rule,
    "UpdateSamplingRule": _update_rule,
    "DeleteSamplingRule": _delete_rule,
    "GetSamplingRules": _get_rules,
    "GetSamplingTargets": _get_targets,
    "CreateGroup": _create_group,
    "GetGroup": lambda params: {"Group": _shown_group(_existing_group(params))},
    "GetGroups": lambda _params: {"Groups": [_shown_group(group) for group in groups.mine()]},
    "UpdateGroup": _update_group,
    "DeleteGroup": _delete_group,
    "ListTagsForResource": lambda _params: {"Tags": []},
    **xray_traces.OPERATIONS,
}


def install() -> None:
    """Answer the scope `xray`."""
    register("xray", json_service("xray", OPERATIONS, paths=PATHS))
