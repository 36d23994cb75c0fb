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


def test_a_sink_and_its_policy_read_back(emulator: Emulator, sink: str) -> None:
    client = emulator.client("oam", MONITOR)
    assert client.get_sink(Identifier=sink)["Tags"] == {"a": "b"}
    assert json.loads(client.get_sink_policy(SinkIdentifier=sink)["Policy"]) == json.loads(
        sink_policy(SOURCE)
    )
    assert [item["Arn"] for item in client.list_sinks()["Items"]] == [sink]


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


def test_a_link_is_listed_on_both_sides_until_it_is_deleted(emulator: Emulator, sink: str) -> None:
    made = link(emulator, SOURCE, sink, TYPES)
    client, monitor = emulator.client("oam", SOURCE), emulator.client("oam", MONITOR)
    assert client.get_link(Identifier=made["Arn"])["Label"] == SOURCE
    assert [item["SinkArn"] for item in client.list_links()["Items"]] == [sink]
    attached = monitor.list_attached_links(SinkIdentifier=sink)["Items"]
    assert [(item["LinkArn"], item["ResourceTypes"]) for item in attached] == [(made["Arn"], TYPES)]
    with pytest.raises(botocore.exceptions.ClientError, match="delete them first"):
        monitor.delete_sink(Identifier=sink)
    client.delete_link(Identifier=made["Arn"])
    assert monitor.list_attached_links(SinkIdentifier=sink)["Items"] == []
