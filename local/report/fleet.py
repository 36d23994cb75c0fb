"""The report over several services that ran side by side: figures of each, and the overview as deployed."""

from datetime import UTC, datetime

from markupsafe import Markup

from local.report import dashboards
from local.report.html import environment
from local.report.words import fleet_verdict
from local.run.findings import Shared
from local.summary import FleetSummary


def render_fleet(fleet: FleetSummary, shared: Shared) -> str:
    """The report as HTML; each service's own is in the folder of its name."""
    states = {alarm.name: alarm.state for alarm in shared.alarms}
    now = datetime.fromtimestamp(shared.ended_at, UTC)
    return (
        environment()
        .get_template("fleet.html")
        .render(
            fleet=fleet,
            verdict=fleet_verdict(fleet),
            overviews=[
                {
                    "name": each.name,
                    "html": Markup(  # noqa: S704  # the renderer escapes what it did not write
                        dashboards.render(each.body, shared.datapoints, states, now, home=each.account)
                    ),
                }
                for each in shared.dashboards
            ],
            started=datetime.fromtimestamp(shared.started_at, UTC),
        )
    )
