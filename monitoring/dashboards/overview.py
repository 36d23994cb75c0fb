"""The overview of a monitor stack: every watched service on one page, a row each.

What customers get and which pages are open; the rest is one click away, on the service's own dashboard.
"""

from collections.abc import Sequence

from monitoring.dashboards import promise
from monitoring.dashboards.boards import NUMBER_HEIGHT, body, page_arns
from monitoring.dashboards.widgets import COLUMNS, Place, Row, alarm_states, heading, text
from monitoring.names import console, dashboard_name
from monitoring.stacks import stacks
from monitoring.watched import Watched

NAME_WIDTH, PROMISE_WIDTH, LATENCY_WIDTH = 6, 7, 5
PAGES_WIDTH = COLUMNS - NAME_WIDTH - PROMISE_WIDTH - LATENCY_WIDTH


def overview_dashboard(services: Sequence[Watched], monitor_account_id: str) -> dict[str, object]:
    """The monitor account's overview, services in this order.

    Raises `MonitoringError` for more of them than one dashboard holds.
    """
    title = heading(f"# {len(services)} service{'s' * (len(services) != 1)}: what customers get")
    return body(
        [title, *(_row(watched, monitor_account_id) for watched in services)],
        mend="Watch some of the services from another monitor stack: take them out of `watches`",
    )


def _row(watched: Watched, monitor_account_id: str) -> Row:
    place, alarms = Place(region=watched.region, account_id=watched.account_id), stacks(watched)
    arns = [
        *page_arns(alarms.monitor, monitor_account_id, watched.region),
        *page_arns(alarms.service, watched.account_id, watched.region),
    ]
    row: Row = [(NAME_WIDTH, NUMBER_HEIGHT, text(_name(watched)))]
    if watched.api:
        row += [
            (PROMISE_WIDTH, NUMBER_HEIGHT, promise.kept_number(watched.api, watched.slo, place)),
            (LATENCY_WIDTH, NUMBER_HEIGHT, promise.latency_number(watched.api, watched.slo, place)),
        ]
    if arns:
        row.append((PAGES_WIDTH, NUMBER_HEIGHT, alarm_states("Open pages", arns, only_open=True)))
    return row


def _name(watched: Watched) -> str:
    link = f"{console(watched.region)}#dashboards/dashboard/{dashboard_name(watched.name)}"
    return f"## [{watched.name}]({link})\nin account {watched.account_id}"
