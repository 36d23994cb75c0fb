"""Two services and a staging copy of one in one account pair, under one monitor stack, on the engine."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.engine.project import Project
from tests.engine.stacks import SERVICE

pytestmark = pytest.mark.engine
STACKS: dict[str, dict[str, Any]] = {
    "staging": {**SERVICE, "env": "staging"},
    "fraud": {**SERVICE, "name": "fraud", "service": "tickets"},
}
BASES = ("inference-dev", "inference-staging", "fraud-dev")
OVERVIEW = "Dashboard inference-dev-overview-dashboard"


@pytest.fixture(scope="module")
def fleet(pair: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """The pair, the two others beside it, and its monitor watching all three; not to be changed."""
    with closing(pair.fork(tmp_path_factory.mktemp("fleet") / "fleet")) as project:
        for stack, settings in STACKS.items():
            project.file(stack).write_text("config: {}")
            project.set(stack, settings)
            assert set(project.stack(stack).up().table) == {"created"}
        project.set("dev-monitor", {"watches": ["dev", *STACKS]})
        change = project.stack("dev-monitor").up()
        assert change.error == ""
        assert change.table.keys() == {"created", "updated"}
        assert change.table["updated"] == {OVERVIEW}
        assert change.table["created"] == of(BASES[1], change.table["created"]) | of(
            BASES[2], change.table["created"]
        )
        yield project


def of(base: str, resources: set[str]) -> set[str]:
    """Those that belong to this service alone."""
    shared = ("notifications", "encryption", "sdk", "overview")
    own = (name for name in resources if name.split(" ")[1].startswith(f"{base}-"))
    return {name for name in own if not any(f"{base}-{word}" in name for word in shared)}


def overview(project: Project) -> list[str]:
    """The services that the overview shows."""
    (body,) = (
        json.loads(thing.inputs["dashboardBody"])
        for thing in project.cloud.of("Dashboard")
        if thing.inputs["dashboardName"].endswith("-overview")
    )
    texts = (w["properties"]["markdown"] for w in body["widgets"] if w["type"] == "text")
    return [text.split("]")[0].removeprefix("## [") for text in texts if text.startswith("## [")]


def test_they_are_side_by_side_and_taking_one_away_changes_nothing_of_the_others(
    fleet: Project, tmp_path: Path
) -> None:
    """The stand-in for AWS refuses a second thing of a name: that all are there says that none collides."""
    assert overview(fleet) == list(BASES)
    names = {thing.inputs["name"] for thing in fleet.cloud.of("Function")}
    assert {f"{base}-canary" for base in BASES} < names
    assert fleet.stack("dev-monitor").preview().steps == ()
    with closing(fleet.fork(tmp_path / "copy")) as project:
        watch = project.stack("dev-monitor")
        project.set("dev-monitor", {"watches": ["dev", "fraud"]})
        change = watch.up()
        assert change.error == ""
        assert change.table.keys() == {"updated", "deleted"}
        assert change.table["updated"] == {OVERVIEW}
        gone = change.table["deleted"]
        assert gone == of("inference-staging", gone)
        assert "Function inference-staging-canary-function" in gone
        assert sum(name.startswith("MetricAlarm ") for name in gone) > 10
        assert overview(project) == ["inference-dev", "fraud-dev"]
        assert watch.preview().steps == ()
        # Back again it is made anew, and nothing else.
        project.set("dev-monitor", {"watches": ["dev", "fraud", "staging"]})
        again = watch.preview()
        assert again.table == {"created": gone, "updated": {OVERVIEW}}


def test_a_service_that_is_gone_stops_the_update_and_leaves_the_others_watched(
    fleet: Project, tmp_path: Path
) -> None:
    with closing(fleet.fork(tmp_path / "copy")) as project:
        project.stack("staging").export(watched=None)
        watch = project.stack("dev-monitor")
        preview, update = watch.preview(), watch.up()
        said = "Stack 'organization/inference-watch/staging' has no output 'watched' yet"
        assert preview.error == ""
        assert said in preview.output
        assert preview.of("delete") == of("inference-staging", preview.of("delete"))
        assert said in update.error + update.output
        assert "Traceback" not in update.error + update.output
        assert update.steps == ()


def test_a_stack_that_watched_its_pair_alone_is_upgraded_in_place(deployed: Project) -> None:
    """Its canary, alarms and dashboard were children of the stack's component before it had one a service."""
    between = "inference-watch:monitor:WatchedService"
    file = deployed.folder / "state/.pulumi/stacks/inference-watch/dev-monitor.json"
    content = json.loads(file.read_text())
    latest = content["checkpoint"]["latest"]
    latest["resources"] = [each for each in latest["resources"] if each["type"] != between]
    text = json.dumps(content)
    assert text.count(f"${between}$") > 50
    text = text.replace(f"${between}$", "$").replace(f"${between}::{BASES[0]}", f"::{BASES[0]}")
    file.write_text(text)
    change = deployed.stack("dev-monitor").preview()
    assert change.error == ""
    assert change.steps == ()
