"""State in a bucket: what a run of the CLI writes there, which is what its role has to be allowed."""

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pulumi
import pytest
from pulumi import automation

from local.emulator.process import MONITOR_ACCOUNT, Emulator

pytestmark = pytest.mark.engine
BUCKET = "state"


@pytest.fixture
def stack(tmp_path: Path) -> Any:
    with Emulator() as emulator:
        s3 = emulator.client("s3", MONITOR_ACCOUNT)
        place = {"LocationConstraint": emulator.region}
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=place)
        s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        query = urlencode(
            {"region": emulator.region, "endpoint": emulator.url, "s3ForcePathStyle": "true", "awssdk": "v2"}
        )
        environment = {
            "PULUMI_BACKEND_URL": f"s3://{BUCKET}?{query}",
            "PULUMI_CONFIG_PASSPHRASE": "of a test",
            "AWS_ACCESS_KEY_ID": MONITOR_ACCOUNT,
            "AWS_SECRET_ACCESS_KEY": "of a test",
        }
        options = automation.LocalWorkspaceOptions(work_dir=str(tmp_path), env_vars=environment)
        made = automation.create_stack(
            "prod-monitor", project_name="tried", program=lambda: pulumi.export("a", 1), opts=options
        )
        yield made, s3


def written(s3: Any) -> set[tuple[str, str]]:
    listed = s3.list_object_versions(Bucket=BUCKET)
    entries = [*listed.get("Versions", []), *listed.get("DeleteMarkers", [])]
    return {(each["Key"], each["VersionId"]) for each in entries}


def test_a_preview_writes_nothing_and_all_that_an_update_writes_of_a_monitor_stack_names_it(
    stack: tuple[automation.Stack, Any],
) -> None:
    made, s3 = stack
    before = written(s3)
    made.preview()
    assert written(s3) == before
    made.up()
    keys = {key for key, _ in written(s3)}
    assert {key for key in keys if "-monitor" not in key} == {".pulumi/meta.yaml"}
    assert any("/locks/" in key for key in keys)
    assert any("/history/" in key for key in keys)
