"""S3 buckets and their settings, each as AWS takes it."""

import json
from typing import Any

from local.deployer.request import Created, Creator, Request, creator, document, pascal

DELETION = "nothing is deleted: the account ends with the run"
WITHOUT_TLS = {"Bool": {"aws:SecureTransport": "false"}}
SPELLED = {"kmsMasterKeyId": "KMSMasterKeyID", "sseAlgorithm": "SSEAlgorithm", "id": "ID"}


def _bucket(request: Request) -> Created:
    name = request.physical_name("bucket")
    options: dict[str, Any] = {"ObjectLockEnabledForBucket": bool(request.inputs.get("objectLockEnabled"))}
    if request.region != "us-east-1":
        options["CreateBucketConfiguration"] = {"LocationConstraint": request.region}
    request.client("s3").create_bucket(Bucket=name, **options)
    arn = request.arn("s3", name, region=False, account=False)
    return Created(id=name, outputs={"bucket": name, "arn": arn})


def _versioning(request: Request) -> Created:
    configuration = pascal(request.inputs["versioningConfiguration"])
    return _put(request, "put_bucket_versioning", VersioningConfiguration=configuration)


def _lock(request: Request) -> Created:
    rule = pascal(request.inputs["rule"])
    configuration = {"ObjectLockEnabled": "Enabled", "Rule": rule}
    return _put(request, "put_object_lock_configuration", ObjectLockConfiguration=configuration)


def _encryption(request: Request) -> Created:
    rules = [pascal(rule, SPELLED) for rule in request.inputs["rules"]]
    configuration = {"Rules": rules}
    return _put(request, "put_bucket_encryption", ServerSideEncryptionConfiguration=configuration)


def _public_access(request: Request) -> Created:
    names = "blockPublicAcls blockPublicPolicy ignorePublicAcls restrictPublicBuckets"
    configuration = pascal(request.given(*names.split()))
    return _put(request, "put_public_access_block", PublicAccessBlockConfiguration=configuration)


def _policy(request: Request) -> Created:
    policy = json.loads(document(request.inputs["policy"]))
    # The emulator answers without TLS, so what refuses that would refuse everything.
    policy["Statement"] = [one for one in policy["Statement"] if one.get("Condition") != WITHOUT_TLS]
    if not policy["Statement"]:
        return Created(id=request.inputs["bucket"])
    return _put(request, "put_bucket_policy", Policy=json.dumps(policy))


def _lifecycle(request: Request) -> Created:
    rules = [pascal(rule, SPELLED) for rule in request.inputs["rules"]]
    return _put(request, "put_bucket_lifecycle_configuration", LifecycleConfiguration={"Rules": rules})


def _put(request: Request, operation: str, **configuration: Any) -> Created:
    name = request.inputs["bucket"]
    getattr(request.client("s3"), operation)(Bucket=name, **configuration)
    return Created(id=name)


def _object(request: Request) -> Created:
    given = request.inputs
    request.client("s3").put_object(
        Bucket=given["bucket"],
        Key=given["key"],
        Body=given["content"].encode(),
        **pascal(request.given("contentType")),
    )
    return Created(id=given["key"])


CREATORS: dict[str, Creator] = {
    "aws:s3/bucket:Bucket": creator(_bucket, "bucket objectLockEnabled", {"forceDestroy": DELETION}),
    "aws:s3/bucketVersioning:BucketVersioning": creator(_versioning, "bucket versioningConfiguration"),
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": creator(_lock, "bucket rule"),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": creator(
        _encryption, "bucket rules"
    ),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": creator(
        _public_access,
        "bucket blockPublicAcls blockPublicPolicy ignorePublicAcls restrictPublicBuckets",
    ),
    "aws:s3/bucketPolicy:BucketPolicy": creator(_policy, "bucket policy"),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": creator(_lifecycle, "bucket rules"),
    "aws:s3/bucketObjectv2:BucketObjectv2": creator(_object, "bucket key content contentType"),
}
