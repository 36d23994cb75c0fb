"""Role `watch` on the engine: from the first deployment of both stacks to their end."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.engine.effects import assert_effects
from tests.engine.project import Project
from tests.engine.row import DASHBOARD, DASHBOARDS, Step, settings
from tests.engine.stacks import EXISTING, PROBES, THEIRS, WATCH

pytestmark = pytest.mark.engine
REPORTER = "* usage-reporter-*"
# What each stack makes besides alarms: nothing that serves a request.
SHARED = (
    "* encryption-*, LayerVersion sdk, Topic notifications-*, TopicPolicy notifications-*, MetricAlarm *,"
    " CompositeAlarm *, Dashboard *"
)
MADE = f"{SHARED}, {REPORTER}, Group tracing-*, * evidence-reader-*"
PAGES = "CompositeAlarm alarms-page-{}".format
STEPS = [
    Step(  # what was the only one of its kind has its name in its alarms' keys from now on
        settings(
            THEIRS,
            existing={
                "tables": [*EXISTING["tables"], {"name": "customers"}],
                "endpoints": [*EXISTING["endpoints"], {"name": "fraud", "variant": "green"}],
            },
        ),
        {
            "created": "MetricAlarm alarms-table-orders-query-*, MetricAlarm alarms-table-customers-*,"
            " MetricAlarm alarms-endpoint-fraud-blue-*, MetricAlarm alarms-endpoint-fraud-green-*",
            "updated": f"{PAGES('capacity-*')}, {PAGES('dependency-*')}, {PAGES('errors-warn')},"
            f" {PAGES('latency-warn')}, {PAGES('silence')}, {DASHBOARD}",
            "deleted": "MetricAlarm alarms-table-*, MetricAlarm alarms-endpoint-*",
        },
        {"updated": DASHBOARD},
    ),
    Step(
        settings(THEIRS, existing={"tables": [{"name": "customers"}], "endpoints": None}),
        {
            "created": "MetricAlarm alarms-table-*",
            "updated": f"{PAGES('capacity-*')}, {PAGES('dependency-*')}, {PAGES('errors-warn')},"
            f" {PAGES('latency-warn')}, {PAGES('silence')}, {DASHBOARD}",
            "deleted": "MetricAlarm alarms-table-*, MetricAlarm alarms-endpoint-*",
        },
    ),
    Step(  # HTTP APIs report by their id, and have neither usage plans nor traces
        settings(
            THEIRS, existing={"api": {"kind": "http", "name": None, "traced": None}, "usage_plans": None}
        ),
        {
            "updated": f"MetricAlarm alarms-api-*, {DASHBOARD}",
            "deleted": f"{REPORTER}, Group tracing-*, MetricAlarm alarms-*usage-*, {PAGES('usage-*')}",
        },
        {
            "updated": f"MetricAlarm alarms-api-burn-*, MetricAlarm alarms-promise-latency-*, {DASHBOARDS},"
            " MetricAlarm alarms-outside-blind",
            "deleted": f"MetricAlarm alarms-highest-usage-*, {PAGES('highest-usage-*')}",
        },
    ),
]


@pytest.fixture
def theirs(tmp_path: Path) -> Iterator[Project]:
    with closing(Project.create(tmp_path / "theirs", WATCH)) as project:
        for path, text in PROBES.items():
            project.write(path, text)
        yield project


def test_what_others_deployed_is_watched_through_its_changes_and_left_alone_in_the_end(
    theirs: Project,
) -> None:
    monitor = f"{THEIRS}-monitor"
    assert_effects(theirs, THEIRS, {"created": MADE}, last=False)
    assert_effects(theirs, monitor, {"created": f"{SHARED}, * canary-*"}, last=False)
    for step in STEPS:
        step.do(theirs)
        last = step is STEPS[-1]
        assert_effects(theirs, THEIRS, step.effects, last=last)
        if step.then:
            assert_effects(theirs, monitor, step.then, last=last)
    for name in (monitor, THEIRS):
        done = theirs.cli("destroy", "-s", name, "--yes")
        assert done.returncode == 0, done.stdout + done.stderr
    assert theirs.cloud.things == {}
