"""The table's metrics and its fault, live in the emulator."""

import itertools
from collections.abc import Iterator

import botocore.exceptions
import pytest

from local.emulator import SERVICE_ACCOUNT, Emulator


@pytest.fixture(autouse=True)
def no_faults_left(emulator: Emulator) -> Iterator[None]:
    yield
    emulator.clear_faults()


_numbers = itertools.count()


@pytest.fixture
def table(emulator: Emulator) -> str:
    """A table of the test's own: its metrics are its calls, whatever ran before."""
    name = f"measured-table-{next(_numbers)}"
    emulator.client("dynamodb", SERVICE_ACCOUNT).create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return name


def table_points(emulator: Emulator, metric: str, dimensions: dict[str, str]) -> list[float]:
    return [
        point["value"]
        for point in emulator.datapoints(SERVICE_ACCOUNT)
        if point["namespace"] == "AWS/DynamoDB"
        and (point["metric"], point["dimensions"]) == (metric, dimensions)
    ]


def test_the_tables_data_plane_is_measured_per_operation(emulator: Emulator, table: str) -> None:
    client = emulator.client("dynamodb", SERVICE_ACCOUNT)
    client.put_item(TableName=table, Item={"id": {"S": "a"}})
    assert client.get_item(TableName=table, Key={"id": {"S": "a"}})["Item"] == {"id": {"S": "a"}}
    by_operation = {"TableName": table, "Operation": "GetItem"}
    assert len(table_points(emulator, "SuccessfulRequestLatency", by_operation)) == 1
    assert table_points(emulator, "ConsumedReadCapacityUnits", {"TableName": table}) == [1]
    assert table_points(emulator, "ConsumedWriteCapacityUnits", {"TableName": table}) == [1]


def test_a_throttled_table_refuses_its_data_plane_until_the_fault_is_cleared(
    emulator: Emulator, table: str
) -> None:
    client = emulator.client("dynamodb", SERVICE_ACCOUNT)
    emulator.fault("table-throttled")
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        client.get_item(TableName=table, Key={"id": {"S": "a"}})
    assert caught.value.response["Error"]["Code"] == "ProvisionedThroughputExceededException"
    by_operation = {"TableName": table, "Operation": "GetItem"}
    assert table_points(emulator, "ThrottledRequests", by_operation)[0] == 1
    assert client.describe_table(TableName=table)["Table"]["TableStatus"] == "ACTIVE"
    emulator.clear_faults()
    client.get_item(TableName=table, Key={"id": {"S": "a"}})
