"""What is kept, and for how long: encryption by a key of one's own, retention, protection of the data."""

from collections.abc import Iterator, Mapping, Sequence

from policy.resource import UNKNOWN, Resource, Rule, mappings

KEYS: Mapping[str, str] = {
    "cloudwatch.LogGroup": "kmsKeyId",
    "sns.Topic": "kmsMasterKeyId",
    "sqs.Queue": "kmsMasterKeyId",
    "secretsmanager.Secret": "kmsKeyId",
    "kinesis.Stream": "kmsKeyId",
    "rds.Instance": "kmsKeyId",
    "rds.Cluster": "kmsKeyId",
    "efs.FileSystem": "kmsKeyId",
    "ebs.Volume": "kmsKeyId",
}
AWS_KEY = "alias/aws/"  # a key that AWS manages: its policy is not ours


DEFAULT = "applyServerSideEncryptionByDefault"
ENCRYPTION_WHY = "it is kept in plain, or under a key whose use nobody can take away."


def _encryption(resource: Resource) -> Iterator[str]:
    name = KEYS.get(resource.kind)
    if name and not _own(resource.at(name)):
        yield f"{name} is not set" if not resource.at(name) else f"{name} is a key of AWS's"
    if resource.kind == "dynamodb.Table" and not (
        resource.at("serverSideEncryption", "enabled")
        and _own(resource.at("serverSideEncryption", "kmsKeyArn"))
    ):
        yield "serverSideEncryption names no key"
    if resource.kind == "ecr.Repository" and not _any_key(resource.at("encryptionConfigurations"), "kmsKey"):
        yield "encryptionConfigurations names no key"
    if resource.kind == "s3.BucketServerSideEncryptionConfiguration":
        rules = resource.at("rules")
        if rules != UNKNOWN and not _any_key(
            [each.get(DEFAULT) for each in mappings(rules)], "kmsMasterKeyId"
        ):
            yield "its rules name no key"


def _own(key: object) -> bool:
    return bool(key) and AWS_KEY not in str(key)


def _any_key(found: object, name: str) -> bool:
    return found == UNKNOWN or any(_own(each.get(name)) for each in mappings(found))


def _retention(resource: Resource) -> Iterator[str]:
    if resource.kind == "cloudwatch.LogGroup" and not resource.at("retentionInDays"):
        yield "retentionInDays is not set"


def _protection(resource: Resource) -> Iterator[str]:
    if not resource.production:
        return
    table, database = "dynamodb.Table", ("rds.Instance", "rds.Cluster")
    if resource.kind == table and not resource.at("deletionProtectionEnabled"):
        yield "deletionProtectionEnabled is off"
    if resource.kind == table and not resource.at("pointInTimeRecovery", "enabled"):
        yield "pointInTimeRecovery is off"
    if resource.kind in database and not resource.at("deletionProtection"):
        yield "deletionProtection is off"


def in_plain(resources: Sequence[Resource]) -> Iterator[str]:
    """Every bucket has a configuration of encryption; whose it is, a preview may not know yet."""
    buckets = [each for each in resources if each.kind in ("s3.Bucket", "s3.BucketV2")]
    configured = {each.at("bucket") for each in resources if each.kind.startswith("s3.BucketServerSide")}
    for bucket in buckets:
        own = bucket.at("serverSideEncryptionConfiguration", "rule", DEFAULT, "kmsMasterKeyId")
        if not ({bucket.at("bucket"), UNKNOWN} & configured or _own(own)):
            yield (
                f"{bucket.name}: no encryption configuration names it: {ENCRYPTION_WHY} Add a"
                " BucketServerSideEncryptionConfiguration with the stack's key."
            )


RULES = (
    Rule(
        name="encryption",
        why=ENCRYPTION_WHY,
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
