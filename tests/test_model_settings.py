"""What the settings say of the model's endpoint."""

import gzip
import json
from pathlib import Path

import botocore.session
import moto.ec2
import pytest
from botocore.model import StringShape
from pydantic import ValidationError

from settings.model import DataCapture, Instances

# Types of SageMaker that EC2's list, as moto has it, no longer or not yet holds: vCPUs of AWS's own pages.
ELSEWHERE = {
    "ml.dl1.24xlarge": 96,
    "ml.p2.xlarge": 4,
    "ml.p2.8xlarge": 32,
    "ml.p2.16xlarge": 64,
    "ml.p3.2xlarge": 8,
    "ml.p3.8xlarge": 32,
    "ml.p3.16xlarge": 64,
    "ml.p6e-gb200.36xlarge": 144,
}


def test_cores_are_those_of_ec2_for_every_instance_type_of_sagemaker() -> None:
    with gzip.open(Path(moto.ec2.__file__).with_name("resources") / "instance_types.json.gz") as file:
        of_ec2 = {f"ml.{kind}": entry["VCpuInfo"]["DefaultVCpus"] for kind, entry in json.load(file).items()}
    model = botocore.session.get_session().get_service_model("sagemaker")
    shape = model.shape_for("ProductionVariantInstanceType")
    assert isinstance(shape, StringShape)
    assert len(shape.enum) > 250
    wanted = {kind: ELSEWHERE.get(kind) or of_ec2[kind] for kind in shape.enum}
    assert {kind: Instances(type=kind).cores for kind in shape.enum} == wanted
    assert wanted["ml.m8g.medium"] == 1


@pytest.mark.parametrize(
    "uri", ["s3://", "s3:///prefix", "s3://Bucket/x", "s3://b", "s3://bucket-/x", "bucket/x"]
)
def test_captured_data_needs_a_bucket(uri: str) -> None:
    with pytest.raises(ValidationError, match="s3_uri"):
        DataCapture(s3_uri=uri)


def test_captured_data_goes_to_a_bucket_or_a_prefix_of_it() -> None:
    for uri in ("s3://bucket", "s3://bucket/", "s3://my.bucket-1/drift/wine"):
        assert DataCapture(s3_uri=uri).s3_uri == uri
