"""Tables, keys, secrets, image repositories: AWS's calls show what the program asked for."""

import json

import pulumi
import pulumi_aws as aws
import pytest

from local.deployer import Deployment
from local.emulator import Emulator
from tests.local.deployer.support import REGION, SERVICE, account, deployed

SELECTION = {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 20}
LIFECYCLE = {"rules": [{"rulePriority": 1, "selection": SELECTION, "action": {"type": "expire"}}]}


@pytest.fixture(scope="module")
def storage(emulator: Emulator) -> Deployment:
    def program() -> None:
        opts = account()
        key = aws.kms.Key(
            "key", description="d", enable_key_rotation=True, deletion_window_in_days=7, opts=opts
        )
        alias = aws.kms.Alias("alias", name="alias/storage", target_key_id=key.key_id, opts=opts)
        table = aws.dynamodb.Table(
            "table",
            name="storage-table",
            billing_mode="PAY_PER_REQUEST",
            hash_key="id",
            attributes=[{"name": "id", "type": "S"}],
            point_in_time_recovery={"enabled": True},
            server_side_encryption={"enabled": True, "kms_key_arn": key.arn},
            tags={"team": "x"},
            opts=opts,
        )
        item = aws.dynamodb.TableItem(
            "item",
            table_name=table.name,
            hash_key="id",
            item=json.dumps({"id": {"S": "lot"}, "ash": {"N": "2.5"}}),
            opts=opts,
        )
        secret = aws.secretsmanager.Secret("secret", name="storage-secret", kms_key_id=key.arn, opts=opts)
        version = aws.secretsmanager.SecretVersion(
            "version", secret_id=secret.id, secret_string=pulumi.Output.secret("swordfish"), opts=opts
        )
        repository = aws.ecr.Repository(
            "repo",
            name="storage/repo",
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration={"scan_on_push": True},
            encryption_configurations=[{"encryption_type": "KMS", "kms_key": key.arn}],
            opts=opts,
        )
        aws.ecr.LifecyclePolicy(
            "lifecycle", repository=repository.name, policy=json.dumps(LIFECYCLE), opts=opts
        )
        pulumi.export("key", key.key_id)
        pulumi.export("target", alias.target_key_arn)
        pulumi.export("table", {"arn": table.arn, "id": table.id, "tags": table.tags_all})
        pulumi.export("item", item.id)
        pulumi.export("secret", secret.arn)
        pulumi.export("version", version.secret_string)
        pulumi.export("repository", repository.repository_url)

    return deployed(emulator, program)


def test_a_table_is_encrypted_recoverable_and_tagged(emulator: Emulator, storage: Deployment) -> None:
    client = emulator.client("dynamodb", SERVICE)
    table = client.describe_table(TableName="storage-table")["Table"]
    key_arn = f"arn:aws:kms:{REGION}:{SERVICE}:key/{storage.outputs['key']}"
    assert table["SSEDescription"]["KMSMasterKeyArn"] == key_arn
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    backups = client.describe_continuous_backups(TableName="storage-table")["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    assert client.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"] == [
        {"Key": "team", "Value": "x"}
    ]
    assert storage.outputs["table"] == {
        "arn": f"arn:aws:dynamodb:{REGION}:{SERVICE}:table/storage-table",
        "id": "storage-table",
        "tags": {"team": "x"},
    }


def test_an_item_is_in_its_table(emulator: Emulator, storage: Deployment) -> None:
    item = emulator.client("dynamodb", SERVICE).get_item(TableName="storage-table", Key={"id": {"S": "lot"}})
    assert item["Item"] == {"id": {"S": "lot"}, "ash": {"N": "2.5"}}
    assert storage.outputs["item"] == "storage-table|id|lot"


def test_a_key_rotates_and_its_alias_points_at_it(emulator: Emulator, storage: Deployment) -> None:
    client = emulator.client("kms", SERVICE)
    assert client.get_key_rotation_status(KeyId="alias/storage")["KeyRotationEnabled"] is True
    metadata = client.describe_key(KeyId="alias/storage")["KeyMetadata"]
    assert (metadata["KeyId"], metadata["Arn"]) == (storage.outputs["key"], storage.outputs["target"])


def test_a_secret_holds_its_value_and_stays_secret_as_an_output(
    emulator: Emulator, storage: Deployment
) -> None:
    client = emulator.client("secretsmanager", SERVICE)
    assert client.get_secret_value(SecretId=storage.outputs["secret"])["SecretString"] == "swordfish"
    assert storage.outputs["version"] == "swordfish"
    assert storage.secret_outputs == {"version"}
    assert "swordfish" not in repr(storage)


def test_a_repository_scans_encrypts_and_keeps_its_policy(emulator: Emulator, storage: Deployment) -> None:
    client = emulator.client("ecr", SERVICE)
    (repository,) = client.describe_repositories(repositoryNames=["storage/repo"])["repositories"]
    assert repository["imageTagMutability"] == "IMMUTABLE"
    assert repository["imageScanningConfiguration"] == {"scanOnPush": True}
    assert repository["encryptionConfiguration"]["encryptionType"] == "KMS"
    assert repository["repositoryUri"] == storage.outputs["repository"]
    policy = client.get_lifecycle_policy(repositoryName="storage/repo")["lifecyclePolicyText"]
    assert json.loads(policy) == LIFECYCLE
