"""Where data and keys are kept: DynamoDB, KMS, Secrets Manager, ECR.

Deletion windows and the like have no meaning in an account that lives as long as one run.
"""

import json

from local.deployer.request import (
    Created,
    Creator,
    Request,
    creator,
    document,
    pascal,
    tag_list,
)

DELETION = "nothing is deleted: the account ends with the run"


def _table(request: Request) -> Created:
    client, name, given = request.client("dynamodb"), request.physical_name(), request.inputs
    options = pascal(request.given("billingMode", "deletionProtectionEnabled"))
    if encryption := given.get("serverSideEncryption"):
        kms = {"KMSMasterKeyId": encryption["kmsKeyArn"]} if encryption.get("kmsKeyArn") else {}
        options["SSESpecification"] = {"Enabled": encryption["enabled"], "SSEType": "KMS", **kms}
    table = client.create_table(
        TableName=name,
        AttributeDefinitions=[
            {"AttributeName": a["name"], "AttributeType": a["type"]} for a in given["attributes"]
        ],
        KeySchema=[{"AttributeName": given["hashKey"], "KeyType": "HASH"}],
        Tags=tag_list(request.tags),
        **options,
    )["TableDescription"]
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 0.2, "MaxAttempts": 50})
    if recovery := given.get("pointInTimeRecovery"):
        days = {"RecoveryPeriodInDays": recovery["recoveryPeriodInDays"]} if len(recovery) > 1 else {}
        client.update_continuous_backups(
            TableName=name,
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": recovery["enabled"], **days},
        )
    return Created(id=name, outputs={"name": name, "arn": table["TableArn"]})


def _table_item(request: Request) -> Created:
    given = request.inputs
    item = json.loads(given["item"])
    request.client("dynamodb").put_item(TableName=given["tableName"], Item=item)
    (value,) = item[given["hashKey"]].values()
    return Created(id="|".join([given["tableName"], given["hashKey"], value]))


def _key(request: Request) -> Created:
    client, given = request.client("kms"), request.inputs
    options = pascal(request.given("description"))
    if "policy" in given:
        options["Policy"] = document(given["policy"])
    key = client.create_key(Tags=tag_list(request.tags, "TagKey", "TagValue"), **options)["KeyMetadata"]
    if given.get("enableKeyRotation"):
        client.enable_key_rotation(KeyId=key["KeyId"])
    return Created(id=key["KeyId"], outputs={"keyId": key["KeyId"], "arn": key["Arn"]})


def _key_alias(request: Request) -> Created:
    client, name = request.client("kms"), request.physical_name()
    client.create_alias(AliasName=name, TargetKeyId=request.inputs["targetKeyId"])
    target = client.describe_key(KeyId=request.inputs["targetKeyId"])["KeyMetadata"]["Arn"]
    return Created(id=name, outputs={"name": name, "arn": request.arn("kms", name), "targetKeyArn": target})


def _secret(request: Request) -> Created:
    client, name = request.client("secretsmanager"), request.physical_name()
    options = pascal(request.given("description", "kmsKeyId"))
    arn = client.create_secret(Name=name, Tags=tag_list(request.tags), **options)["ARN"]
    return Created(id=arn, outputs={"name": name, "arn": arn})


def _secret_version(request: Request) -> Created:
    client, given = request.client("secretsmanager"), request.inputs
    answer = client.put_secret_value(SecretId=given["secretId"], SecretString=given["secretString"])
    return Created(
        id=f"{answer['ARN']}|{answer['VersionId']}",
        outputs={"arn": answer["ARN"], "versionId": answer["VersionId"]},
        secret=frozenset({"secretString"}),
    )


def _secret_policy(request: Request) -> Created:
    arn = request.inputs["secretArn"]
    request.client("secretsmanager").put_resource_policy(
        SecretId=arn,
        ResourcePolicy=document(request.inputs["policy"]),
        BlockPublicPolicy=request.inputs.get("blockPublicPolicy", False),
    )
    return Created(id=arn)


def _repository(request: Request) -> Created:
    name, given = request.physical_name(), request.inputs
    options = request.given("imageTagMutability", "imageScanningConfiguration")
    if encryption := given.get("encryptionConfigurations"):
        options["encryptionConfiguration"] = encryption[0]
    repository = request.client("ecr").create_repository(
        repositoryName=name, tags=tag_list(request.tags), **options
    )["repository"]
    return Created(
        id=name,
        outputs={
            "name": name,
            "arn": repository["repositoryArn"],
            "registryId": repository["registryId"],
            "repositoryUrl": repository["repositoryUri"],
        },
    )


def _lifecycle_policy(request: Request) -> Created:
    name = request.inputs["repository"]
    answer = request.client("ecr").put_lifecycle_policy(
        repositoryName=name, lifecyclePolicyText=document(request.inputs["policy"])
    )
    return Created(id=name, outputs={"registryId": answer["registryId"]})


CREATORS: dict[str, Creator] = {
    "aws:dynamodb/table:Table": creator(
        _table,
        "name billingMode hashKey attributes pointInTimeRecovery serverSideEncryption"
        " deletionProtectionEnabled",
    ),
    "aws:dynamodb/tableItem:TableItem": creator(_table_item, "tableName hashKey item"),
    "aws:ecr/repository:Repository": creator(
        _repository,
        "name imageTagMutability imageScanningConfiguration encryptionConfigurations",
        {"forceDelete": DELETION},
    ),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": creator(_lifecycle_policy, "repository policy"),
    "aws:kms/key:Key": creator(
        _key,
        "description policy enableKeyRotation",
        {"deletionWindowInDays": DELETION},
    ),
    "aws:kms/alias:Alias": creator(_key_alias, "name targetKeyId"),
    "aws:secretsmanager/secret:Secret": creator(
        _secret, "name description kmsKeyId", {"recoveryWindowInDays": DELETION}
    ),
    "aws:secretsmanager/secretVersion:SecretVersion": creator(_secret_version, "secretId secretString"),
    "aws:secretsmanager/secretPolicy:SecretPolicy": creator(
        _secret_policy, "secretArn policy blockPublicPolicy"
    ),
}
