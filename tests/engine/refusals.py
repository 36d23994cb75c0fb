"""What AWS refuses, as far as this program can run into it: one function a rule, with its source."""

from collections.abc import Callable, Mapping

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


RULES: Mapping[tuple[Method, str], Rule] = {
    ("Create", "UsagePlanKey"): _key_in_two_plans,
    ("Create", "Link"): _link_not_let_in,
    ("Delete", "Deployment"): _deployment_in_use,
    ("Delete", "Sink"): _sink_in_use,
    ("Delete", "Table"): _table_protected,
}
