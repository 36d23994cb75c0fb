"""What every bucket here has: encryption, no public access, TLS alone; and versions, where it keeps."""

from collections.abc import Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from components.shared import iam


def secure(
    name: str,
    bucket: aws.s3.Bucket,
    key_arn: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
    statements: Sequence[iam.Statement] = (),
) -> list[pulumi.CustomResource]:
    """Encryption by the key, no public access whatever a policy says, no request without TLS.

    `statements` come into the bucket's policy beside that.
    """
    private = aws.s3.BucketPublicAccessBlock(
        f"{name}-private",
        bucket=bucket.id,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=opts,
    )
    return [
        private,
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
        aws.s3.BucketPolicy(
            f"{name}-policy",
            bucket=bucket.id,
            policy=pulumi.Output.json_dumps(iam.document([tls_only(bucket.arn), *statements])),
            # S3 refuses a change of both at once.
            opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[private])),
        ),
    ]


def versioned(
    name: str, bucket: aws.s3.Bucket, kept_days: int, opts: pulumi.ResourceOptions
) -> aws.s3.BucketVersioning:
    """What is current stays; what was overwritten or deleted goes after so many days."""
    versioning = aws.s3.BucketVersioning(
        f"{name}-versioning",
        bucket=bucket.id,
        versioning_configuration={"status": "Enabled"},
        opts=opts,
    )
    aws.s3.BucketLifecycleConfiguration(
        f"{name}-lifecycle",
        bucket=bucket.id,
        rules=[
            {
                "id": "overwritten",
                "status": "Enabled",
                "filter": {"prefix": ""},
                "noncurrent_version_expiration": {"noncurrent_days": kept_days},
                "abort_incomplete_multipart_upload": {"days_after_initiation": 7},
            }
        ],
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[versioning])),
    )
    return versioning


def tls_only(bucket_arn: pulumi.Output[str]) -> dict[str, Any]:
    """Nobody's request without TLS is answered."""
    return {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [bucket_arn, pulumi.Output.concat(bucket_arn, "/*")],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
