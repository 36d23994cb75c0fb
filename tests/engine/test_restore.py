"""What is lost comes back as docs/operations.md says: a state, a whole monitor account."""

import pytest

from tests.engine.project import Project
from tests.engine.stacks import ACCOUNTS, PAIR

pytestmark = pytest.mark.engine
CUSTOMERS = ("RestApi", "ApiKey", "UsagePlan", "Table", "Key", "Endpoint")


def test_an_older_version_of_a_state_is_put_back_and_a_refresh_brings_it_up_to_date(
    deployed: Project,
) -> None:
    state = deployed.state_file("dev")
    older = state.read_bytes()
    deployed.set("dev", {"inference": {"memory_mb": 2048}})
    assert deployed.stack("dev").up().error == ""
    latest = state.read_bytes()
    assert latest != older
    state.write_bytes(older)
    stack = deployed.stack("dev")
    assert stack.preview().steps != ()
    assert stack.refresh().error == ""
    preview = stack.preview()
    assert preview.error == ""
    assert preview.steps == ()


def test_a_monitor_account_that_is_lost_is_made_anew_in_another_and_customers_keep_what_they_have(
    deployed: Project,
) -> None:
    cloud, other = deployed.cloud, {**ACCOUNTS, "monitor": "444444444444"}
    watched_by = {thing.name for thing in cloud.things.values() if thing.account == ACCOUNTS["monitor"]}
    kept = {thing.id for kind in CUSTOMERS for thing in cloud.of(kind, ACCOUNTS["service"])}
    cloud.things = {key: thing for key, thing in cloud.things.items() if thing.account != ACCOUNTS["monitor"]}
    deployed.state_file("dev-monitor").unlink()
    for name in PAIR:
        deployed.set(name, {"accounts": other})
        assert deployed.stack(name).up().error == ""
    assert {thing.name for thing in cloud.things.values() if thing.account == other["monitor"]} == watched_by
    assert {thing.id for kind in CUSTOMERS for thing in cloud.of(kind, ACCOUNTS["service"])} == kept
    (api,) = cloud.of("RestApi")
    assert other["monitor"] in api.inputs["body"]
    assert ACCOUNTS["monitor"] not in api.inputs["body"]


def test_a_table_that_was_restored_under_its_own_name_gets_its_settings_again_and_keeps_its_items(
    deployed: Project,
) -> None:
    (table,) = deployed.cloud.of("Table")
    settings = table.inputs
    # As DynamoDB restores it: encrypted as before, without tags and without point-in-time recovery.
    bare = {key: value for key, value in settings.items() if key not in ("tags", "tagsAll")}
    table.inputs = {**bare, "pointInTimeRecovery": {"enabled": False}}
    items = [item.id for item in deployed.cloud.of("TableItem")]
    stack = deployed.stack("dev")
    assert stack.refresh().error == ""
    change = stack.up()
    assert change.error == ""
    assert change.table == {"updated": {"Table inference-dev-reference-data-table"}}
    (table,) = deployed.cloud.of("Table")
    assert table.inputs["pointInTimeRecovery"] == {"enabled": True}
    assert [item.id for item in deployed.cloud.of("TableItem")] == items
