import json
from typing import Any

import botocore.exceptions
import pytest

from local.emulator import Emulator

SOURCE, OTHER, MONITOR = "555555555555", "666666666666", "777777777777"
TYPES = ["AWS::CloudWatch::Metric", "AWS::XRay::Trace"]


def sink_policy(account: str) -> str:
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": account},
                    "Action": ["oam:CreateLink", "oam:UpdateLink"],
                    "Resource": "*",
                    "Condition": {"ForAllValues:StringEquals": {"oam:ResourceTypes": TYPES}},
                }
            ],
        }
    )


@pytest.fixture(scope="module")
def sink(emulator: Emulator) -> str:
    client = emulator.client("oam", MONITOR)
    arn: str = client.create_sink(Name="monitor", Tags={"a": "b"})["Arn"]
    client.put_sink_policy(SinkIdentifier=arn, Policy=sink_policy(SOURCE))
    return arn


def link(emulator: Emulator, account: str, sink: str, types: list[str]) -> Any:
    return emulator.client("oam", account).create_link(
        LabelTemplate="$AccountName", ResourceTypes=types, SinkIdentifier=sink
    )


def test_an_account_has_one_sink_in_a_region(emulator: Emulator, sink: str) -> None:
    del sink
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        emulator.client("oam", MONITOR).create_sink(Name="second")
    assert caught.value.response["Error"]["Code"] == "ConflictException"


@pytest.mark.parametrize(("account", "types"), [(OTHER, TYPES), (SOURCE, ["AWS::Logs::LogGroup"])])
def test_a_link_needs_the_sinks_policy_to_allow_its_account_and_its_types(
    emulator: Emulator, sink: str, account: str, types: list[str]
) -> None:
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        link(emulator, account, sink, types)
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"


def test_a_link_to_no_sink_is_not_found(emulator: Emulator) -> None:
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        link(emulator, SOURCE, f"arn:aws:oam:eu-central-1:{MONITOR}:sink/none", TYPES)
    assert caught.value.response["Error"]["Code"] == "ResourceNotFoundException"


def test_an_account_links_once_to_a_sink(emulator: Emulator, sink: str) -> None:
    link(emulator, SOURCE, sink, TYPES)
    client = emulator.client("oam", SOURCE)
    assert [(item["Label"], item["SinkArn"]) for item in client.list_links()["Items"]] == [(SOURCE, sink)]
    assert [item["Arn"] for item in emulator.client("oam", MONITOR).list_sinks()["Items"]] == [sink]
    with pytest.raises(botocore.exceptions.ClientError, match="A link to this sink exists already"):
        link(emulator, SOURCE, sink, TYPES)
