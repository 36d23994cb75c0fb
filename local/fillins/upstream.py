"""The emulator's private names that the fill-ins read, all in one place.

Nothing here changes the emulator (that is `patches`); these are its records, for which it has no public
accessor. The exact pin of its version and `tests/local/fillins/test_patches.py` guard them.
"""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import cbor2
import ministack.app
from ministack.services import apigateway_v1, cloudwatch, iam, kms, lambda_svc, secretsmanager, sns, waf


def rest_api(api_id: str, account: str, region: str) -> dict[str, Any]:
    """The record of a REST API; empty when there is none."""
    return apigateway_v1._rest_apis.get_scoped(account, region, api_id) or {}  # noqa: SLF001 # see module


def rest_api_owner(api_id: str) -> tuple[str, str] | None:
    """(account, region) of the REST API, whoever asks; ids are unique across accounts."""
    for (account, region, stored), _api in apigateway_v1._rest_apis.all_items():  # noqa: SLF001 # see module
        if stored == api_id:
            return account, region
    return None


def domain_owner(name: str) -> tuple[str, str, str] | None:
    """(account, region, name as stored) of a custom domain, whoever asks; a name exists once."""
    for (account, region, stored), _domain in apigateway_v1._domain_names.all_items():  # noqa: SLF001 # see module
        if stored.lower() == name.lower():
            return account, region, stored
    return None


def domain_address(host: str, path: str) -> tuple[str, str, str] | None:
    """(API id, stage, path) of a call by a custom domain's name, or None for anything else."""
    found: tuple[str, str, str] | None = ministack.app._resolve_custom_domain_request(host, path)  # noqa: SLF001 # see module
    return found


def stage(api_id: str, name: str, account: str, region: str) -> dict[str, Any] | None:
    """The record of a stage."""
    stages = apigateway_v1._stages_v1.get_scoped(account, region, api_id) or {}  # noqa: SLF001 # see module
    found: dict[str, Any] | None = stages.get(name)
    return found


def gateway_response_status(request: dict[str, Any], kind: str) -> int | None:
    """The status that the deployed gateway response for `kind`, or its default, sets; None without one."""
    deployed = apigateway_v1._deployed_gateway_responses.get(request["api_id"], {})  # noqa: SLF001 # see module
    responses = deployed.get(request["stage"].get("deploymentId"), {})
    found = (responses.get(kind) or responses.get("DEFAULT_5XX") or {}).get("statusCode")
    return int(found) if found else None


def web_acl(resource_arn: str) -> dict[str, Any] | None:
    """The web ACL associated with a resource of the caller's scope."""
    arn = waf._associations.get(resource_arn)  # noqa: SLF001 # see module
    acl: dict[str, Any] | None = waf._resolve_local_web_acl(arn)[0] if arn else None  # noqa: SLF001 # see module
    return acl


def secret_key_arn(secret_arn: str, account: str, region: str) -> str:
    """The ARN of the KMS key that a secret is encrypted with; "" for the default key or without the"
    " secret."""
    records = secretsmanager._secrets.items_scoped(account, region)  # noqa: SLF001 # see module
    found: dict[str, Any] = next((record for _, record in records if record["ARN"] == secret_arn), {})
    return str(found.get("KmsKeyId") or "")


def resource_policy(service: str, resource_arn: str) -> str:
    """The policy of a secret or a KMS key, "" without one."""
    found = {"kms": kms.key_policy_for_arn, "secretsmanager": secretsmanager.secret_policy_for_arn}[service](
        resource_arn
    )
    return str(found[0]) if found else ""


def usage_plan(plan_id: str) -> dict[str, Any] | None:
    """The usage plan in the caller's scope."""
    found: dict[str, Any] | None = apigateway_v1._usage_plans.get(plan_id)  # noqa: SLF001 # see module
    return found


def usage_plan_key_ids(plan_id: str) -> list[str]:
    """The ids of the plan's keys in the caller's scope, oldest first."""
    return list(apigateway_v1._usage_plan_keys.get(plan_id, {}))  # noqa: SLF001 # see module


def usage_plans_for_key(key_id: str, api_id: str, stage_name: str) -> list[tuple[str, dict[str, Any]]]:
    """The plans (id, record) that carry the key and cover the stage."""
    found = apigateway_v1._usage_plans_for_key(key_id, api_id, stage_name)  # noqa: SLF001 # see module
    return [(plan_id, plan) for plan_id, plan, _entry in found]


def set_quota_used(plan_id: str, key_id: str, used: int, since: float) -> None:
    """Set what the gateway itself counts against the key's quota."""
    apigateway_v1._quota_state[plan_id, key_id] = (used, since)  # noqa: SLF001 # see module


def alarm(name: str) -> dict[str, Any] | None:
    """The metric or composite alarm in the caller's scope."""
    found: dict[str, Any] | None = cloudwatch._alarms.get(name) or cloudwatch._composite_alarms.get(name)  # noqa: SLF001 # see module
    return found


def add_history(name: str, kind: str, summary: str, data: dict[str, Any], *, composite: bool) -> None:
    """Add an item to the history of an alarm in the caller's scope."""
    entry = {
        "AlarmName": name,
        "AlarmType": "CompositeAlarm" if composite else "MetricAlarm",
        "Timestamp": cloudwatch._ts_iso(time.time()),  # noqa: SLF001 # see module
        "HistoryItemType": kind,
        "HistorySummary": summary,
        "HistoryData": json.dumps(data),
    }
    cloudwatch._history_entries().append(entry)  # noqa: SLF001 # see module


def topic(arn: str) -> dict[str, Any] | None:
    """The attributes of an SNS topic, in whatever account it is."""
    found: dict[str, Any] = sns._topic_by_arn_any_scope(arn) or {}  # noqa: SLF001 # see module
    return found.get("attributes")


def subscriptions(topic_arn: str) -> list[dict[str, Any]]:
    """The subscriptions of a topic, confirmed or not."""
    found = sns._topic_by_arn_any_scope(topic_arn)  # noqa: SLF001 # see module
    return list(found["subscriptions"]) if found else []


def cloudwatch_error(code: str, message: str, *, cbor: bool) -> tuple[int, dict[str, str], bytes]:
    """CloudWatch's answer to a wrong request, in the protocol of the request."""
    error: Any = cloudwatch._error  # noqa: SLF001 # see module
    answer: tuple[int, dict[str, str], bytes] = error(code, message, 400, use_json=True, use_cbor=cbor)
    return answer


def cloudwatch_answer(body: dict[str, Any], *, cbor: bool) -> tuple[int, dict[str, str], bytes]:
    """CloudWatch's answer in the protocol of the request; `...Timestamp`s are seconds since the epoch."""
    wire: Callable[..., tuple[int, dict[str, str], bytes]] = (
        cloudwatch._cbor_ok if cbor else cloudwatch._json_ok  # noqa: SLF001 # see module
    )
    moments = {key for key in body if key.endswith("Timestamp")} if cbor else set()
    return wire({key: cbor2.CBORTag(1, value) if key in moments else value for key, value in body.items()})


def metric_points(account: str) -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
    """(namespace, metric, points) of every metric of the account; a point is what CloudWatch received."""
    for (owner, _region, (namespace, metric, _dims)), points in list(cloudwatch._metrics.all_items()):  # noqa: SLF001 # see module
        if owner == account:
            yield namespace, metric, list(points)


def api_key_id(value: str) -> str:
    """The id of the enabled API key with this value, or ""."""
    return str((apigateway_v1._resolve_api_key(value) or {}).get("id", ""))  # noqa: SLF001 # see module


def reserved_concurrency(function: str) -> int | None:
    """What the function in the caller's scope has reserved, for all its versions together."""
    found: int | None = (lambda_svc._functions.get(function) or {}).get("concurrency")  # noqa: SLF001 # see module
    return found


def role_arn(account: str, name: str) -> str:
    """The ARN of the account's role, or "" when there is none."""
    return str((iam._roles.get_scoped(account, None, name) or {}).get("Arn", ""))  # noqa: SLF001 # see module


def parse_execute_api_url(host: str, path: str) -> tuple[str, str, str] | None:
    """(API id, stage, path) of a call of a deployed API, or None for anything else."""
    found: tuple[str, str, str] | None = ministack.app._parse_execute_api_url(host, path)  # noqa: SLF001 # see module
    return found


def executions_in_flight(account: str, region: str, function: str) -> int:
    """How many invocations of the function run right now."""
    _total, by_function = lambda_svc.executions_in_flight()
    return int(by_function.get(f"{account}:{region}:{function}", 0))
