"""Where evidence is kept: encrypted, versioned, over TLS alone, and write-once for as long as config says."""

from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

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
        versioning = aws.s3.BucketVersioning(
            f"{name}-versioning",
            bucket=bucket.id,
            versioning_configuration={"status": "Enabled"},
            opts=child,
        )
        after = pulumi.ResourceOptions(parent=self, depends_on=[versioning])
        lock = aws.s3.BucketObjectLockConfiguration(
            f"{name}-lock",
            bucket=bucket.id,
            rule={
                "default_retention": {
                    "mode": settings.retention_mode.upper(),
                    "days": settings.retention_days,
                }
            },
            opts=after,
        )
        aws.s3.BucketLifecycleConfiguration(
            f"{name}-lifecycle",
            bucket=bucket.id,
            # What is current stays; what was overwritten goes as soon as the lock lets it.
            rules=[
                {
                    "id": "overwritten",
                    "status": "Enabled",
                    "filter": {"prefix": ""},
                    "noncurrent_version_expiration": {"noncurrent_days": settings.retention_days},
                    "abort_incomplete_multipart_upload": {"days_after_initiation": 7},
                }
            ],
            opts=after,
        )
        self.bucket_name = bucket.id
        self.arn = pulumi.Output.all(bucket.arn, lock.id, *[one.id for one in secured]).apply(
            lambda ids: str(ids[0])
        )
        self.register_outputs({"arn": self.arn})


def secure(
    name: str, bucket: aws.s3.Bucket, key_arn: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> list[pulumi.CustomResource]:
    """Encryption by the stack's key, no public access whatever a policy says, and no request without TLS."""
    return [
        aws.s3.BucketServerSideEncryptionConfiguration(
            f"{name}-encryption",
            bucket=bucket.id,
            rules=[
                {
                    "apply_server_side_encryption_by_default": {
                        "sse_algorithm": "aws:kms",
                        "kms_master_key_id": key_arn,
                    },
                    "bucket_key_enabled": True,
                }
            ],
            opts=opts,
        ),
        aws.s3.BucketPublicAccessBlock(
            f"{name}-private",
            bucket=bucket.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=opts,
        ),
        aws.s3.BucketPolicy(
            f"{name}-policy",
            bucket=bucket.id,
            policy=pulumi.Output.json_dumps(tls_only(bucket.arn)),
            opts=opts,
        ),
    ]


def tls_only(bucket_arn: pulumi.Output[str]) -> dict[str, Any]:
    """Nobody's request without TLS is answered."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "TlsOnly",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [bucket_arn, pulumi.Output.concat(bucket_arn, "/*")],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }
