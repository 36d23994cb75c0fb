"""What AWS refuses, as far as this program can run into it: one function a rule, with its source.

A rule is given the thing as it is, or as an update wants it; what is there before is in the accounts.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tests.engine.cloud import Cloud, Method, Refused, Thing

Rule = Callable[[Thing, Cloud], str | None]


def check(method: Method, thing: Thing, cloud: Cloud) -> None:
    """Raise `Refused` with AWS's word for it."""
    for (when, kind), rule in RULES.items():
        if (when, kind) == (method, thing.kind) and (word := rule(thing, cloud)):
            raise Refused(word)


def _key_in_two_plans(thing: Thing, cloud: Cloud) -> str | None:
    """A key belongs to one plan a stage (API Gateway's guide, "Usage plans and API keys for REST APIs")."""
    others = [
        k for k in cloud.of("UsagePlanKey", thing.account) if k.inputs["keyId"] == thing.inputs["keyId"]
    ]
    return "ConflictException: Usage Plan already has this API stage for the key" if others else None


def _deployment_in_use(thing: Thing, cloud: Cloud) -> str | None:
    """DeleteDeployment: "Active stages pointing to this deployment must be moved or deleted"."""
    used = any(stage.inputs["deployment"] == thing.id for stage in cloud.of("Stage", thing.account))
    return "BadRequestException: Active stages pointing to this deployment" if used else None


def _table_protected(thing: Thing, _cloud: Cloud) -> str | None:
    """DynamoDB's guide, "Using deletion protection"."""
    protected = thing.inputs.get("deletionProtectionEnabled")
    return (
        "ValidationException: Resource cannot be deleted as it is currently protected" if protected else None
    )


def _link_not_let_in(thing: Thing, cloud: Cloud) -> str | None:
    """The OAM API reference, PutSinkPolicy: a sink's policy says which accounts may link to it."""
    sink = thing.inputs["sinkIdentifier"]
    policies = [p.inputs["policy"] for p in cloud.of("SinkPolicy") if p.inputs["sinkIdentifier"] == sink]
    let_in = any(f"arn:aws:iam::{thing.account}:root" in policy for policy in policies)
    return None if let_in else "AccessDeniedException: no resource-based policy allows oam:CreateLink"


def _sink_in_use(thing: Thing, cloud: Cloud) -> str | None:
    """The OAM API reference, DeleteSink: "You must delete all links to a sink before you can delete" it."""
    used = any(link.inputs["sinkIdentifier"] == thing.outputs["arn"] for link in cloud.of("Link"))
    return "ConflictException: Cannot delete the sink, it has links" if used else None


def _variant(endpoint: Thing, cloud: Cloud) -> Mapping[str, Any]:
    """The only variant of what an endpoint serves."""
    name = endpoint.inputs["endpointConfigName"]
    configurations = cloud.of("EndpointConfiguration", endpoint.account)
    (variant,) = next(c.inputs["productionVariants"] for c in configurations if c.inputs["name"] == name)
    found: Mapping[str, Any] = variant
    return found


def _endpoint_is_scaled(wanted: Thing, cloud: Cloud) -> str | None:
    """SageMaker's guide, "Update endpoints that use auto scaling": another instance type fails the update."""
    old = cloud.things[*wanted.place, wanted.id]
    here = f"endpoint/{wanted.inputs['name']}/"
    scaled = any(t.inputs["resourceId"].startswith(here) for t in cloud.of("Target", wanted.account))
    same = _variant(old, cloud).get("instanceType") == _variant(wanted, cloud).get("instanceType")
    return "ValidationException: the variant is a scalable target" if scaled and not same else None


def _endpoint_back_to_serverless(wanted: Thing, cloud: Cloud) -> str | None:
    """SageMaker's guide, "Update a serverless endpoint": instances do not become serverless."""
    old = cloud.things[*wanted.place, wanted.id]
    back = "instanceType" in _variant(old, cloud) and "serverlessConfig" in _variant(wanted, cloud)
    return "ValidationException: instances cannot become serverless" if back else None


def _endpoint_update(wanted: Thing, cloud: Cloud) -> str | None:
    return _endpoint_back_to_serverless(wanted, cloud) or _endpoint_is_scaled(wanted, cloud)


def _repository_in_use(thing: Thing, cloud: Cloud) -> str | None:
    """ECR's DeleteRepository: RepositoryNotEmptyException. What a model was made of was pushed before."""
    url = thing.outputs["repositoryUrl"]
    full = any(image.startswith((f"{url}@", f"{url}:")) for image in cloud.images)
    kept = full and not thing.inputs.get("forceDelete")
    return "RepositoryNotEmptyException: the repository holds images" if kept else None


def _rule_names(composite: Thing) -> set[str]:
    """The alarms in a composite's rule."""
    return set(
        re.findall(
            r"""(?:ALARM|OK|INSUFFICIENT_DATA)\(["']?([^"')]+)["']?\)""", composite.inputs["alarmRule"]
        )
    )


def _missing(names: Iterable[str], account: str, cloud: Cloud) -> list[str]:
    """Those of these alarms that an account does not have."""
    alarms = {a.inputs["name"] for a in cloud.of("MetricAlarm", account)}
    alarms |= {a.inputs["alarmName"] for a in cloud.of("CompositeAlarm", account)}
    return sorted({*names} - alarms)


def _alarms_missing(composite: Thing, cloud: Cloud) -> str | None:
    """PutCompositeAlarm: what the rule and the suppressor name has to exist (aws-cdk issue 12662)."""
    suppressor = composite.inputs.get("actionsSuppressor", {}).get("alarm")
    missing = _missing({*_rule_names(composite), *filter(None, [suppressor])}, composite.account, cloud)
    said = f"ValidationError: Could not save the composite alarm as alarms {missing} do not exist"
    return said if missing else None


def _muted_missing(rule: Thing, cloud: Cloud) -> str | None:
    """MuteTargets: "The alarm names must match existing alarms in your AWS account and region"."""
    missing = _missing(rule.inputs["muteTargets"]["alarmNames"], rule.account, cloud)
    return f"ValidationError: alarms {missing} do not exist" if missing else None


def _secret_in_recovery(secret: Thing, cloud: Cloud) -> str | None:
    """DeleteSecret: until its recovery window has passed, no secret can be made of the same name."""
    said = "InvalidRequestException: a secret with this name is already scheduled for deletion"
    return said if secret.identity in cloud.recoverable else None


def _alarm_in_a_rule(alarm: Thing, cloud: Cloud) -> str | None:
    """DeleteAlarms: not while a composite's rule names it (terraform-provider-aws issue 34807)."""
    name = alarm.inputs.get("name") or alarm.inputs["alarmName"]
    named = any(name in _rule_names(composite) for composite in cloud.of("CompositeAlarm", alarm.account))
    said = f"ValidationError: Cannot delete {name} as there are composite alarm(s) depending on it."
    return said if named else None


RULES: Mapping[tuple[Method, str], Rule] = {
    ("Create", "CompositeAlarm"): _alarms_missing,
    ("Update", "CompositeAlarm"): _alarms_missing,
    ("Create", "AlarmMuteRule"): _muted_missing,
    ("Update", "AlarmMuteRule"): _muted_missing,
    ("Create", "Secret"): _secret_in_recovery,
    ("Delete", "CompositeAlarm"): _alarm_in_a_rule,
    ("Delete", "MetricAlarm"): _alarm_in_a_rule,
    ("Create", "UsagePlanKey"): _key_in_two_plans,
    ("Create", "Link"): _link_not_let_in,
    ("Update", "Endpoint"): _endpoint_update,
    ("Delete", "Deployment"): _deployment_in_use,
    ("Delete", "Repository"): _repository_in_use,
    ("Delete", "Sink"): _sink_in_use,
    ("Delete", "Table"): _table_protected,
}
