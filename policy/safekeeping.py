"""What is kept, and for how long: encryption by a key of one's own, retention, protection of the data."""

from collections.abc import Iterator, Mapping

from policy.resource import UNKNOWN, Resource, Rule

KEYS: Mapping[str, tuple[str, ...]] = {
    "cloudwatch.LogGroup": ("kmsKeyId",),
    "sns.Topic": ("kmsMasterKeyId",),
    "sqs.Queue": ("kmsMasterKeyId",),
    "secretsmanager.Secret": ("kmsKeyId",),
    "kinesis.Stream": ("kmsKeyId",),
}


def _encryption(resource: Resource) -> Iterator[str]:
    for name in KEYS.get(resource.kind, ()):
        if not resource.at(name):
            yield f"{name} is not set"
    if resource.kind == "dynamodb.Table" and not all(
        resource.at("serverSideEncryption", name) for name in ("enabled", "kmsKeyArn")
    ):
        yield "serverSideEncryption names no key"
    if resource.kind == "ecr.Repository":
        found = resource.at("encryptionConfigurations") or []
        if found != UNKNOWN and not any(isinstance(each, Mapping) and each.get("kmsKey") for each in found):
            yield "encryptionConfigurations names no key"


def _retention(resource: Resource) -> Iterator[str]:
    if resource.kind == "cloudwatch.LogGroup" and not resource.at("retentionInDays"):
        yield "retentionInDays is not set"


def _protection(resource: Resource) -> Iterator[str]:
    if not resource.production or resource.kind != "dynamodb.Table":
        return
    if not resource.at("deletionProtectionEnabled"):
        yield "deletionProtectionEnabled is off"
    if not resource.at("pointInTimeRecovery", "enabled"):
        yield "pointInTimeRecovery is off"


RULES = (
    Rule(
        name="encryption",
        why="it is kept in plain, or under a key whose use nobody can take away.",
        fix="Set it to the stack's key.",
        judge=_encryption,
    ),
    Rule(
        name="log-retention",
        why="the lines stay for ever, and are paid for.",
        fix="Set it, as log_retention_days does.",
        judge=_retention,
    ),
    Rule(
        name="data-protection",
        why="one wrong command ends production's data for good.",
        fix="Turn it on in production.",
        judge=_protection,
    ),
)
