"""Where evidence is kept: encrypted, versioned, over TLS alone, and write-once for as long as config says."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.shared.buckets import secure, versioned
from components.shared.common import Common
from settings.evidence import Evidence as EvidenceSettings


@dataclass(frozen=True, kw_only=True, slots=True)
class EvidenceBucketArgs:
    """With `deletion_protection` the bucket cannot be destroyed; without it, it goes with all it holds."""

    common: Common
    deletion_protection: bool
    settings: EvidenceSettings


class EvidenceBucket(pulumi.ComponentResource):
    """The bucket and its settings. `arn` is known when all of them are in force."""

    bucket_name: pulumi.Output[str]
    arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: EvidenceBucketArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inference-watch:evidence:EvidenceBucket", name, None, opts)
        child, settings = pulumi.ResourceOptions(parent=self), args.settings
        bucket = aws.s3.Bucket(
            f"{name}-bucket",
            bucket=f"{args.common.base}-evidence-{args.common.account_id}",
            object_lock_enabled=True,  # which no bucket that exists can be given by this program
            force_destroy=not args.deletion_protection,
            opts=pulumi.ResourceOptions(parent=self, protect=args.deletion_protection),
        )
        secured = secure(name, bucket, args.common.key_arn, child)
        # What was overwritten goes as soon as the lock lets it.
        versioning = versioned(name, bucket, settings.retention_days, child)
        lock = aws.s3.BucketObjectLockConfiguration(
            f"{name}-lock",
            bucket=bucket.id,
            rule={
                "default_retention": {
                    "mode": settings.retention_mode.upper(),
                    "days": settings.retention_days,
                }
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=[versioning]),
        )
        self.bucket_name = bucket.id
        self.arn = pulumi.Output.all(bucket.arn, lock.id, *[one.id for one in secured]).apply(
            lambda ids: str(ids[0])
        )
        self.register_outputs({"arn": self.arn})
