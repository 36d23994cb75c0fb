"""Changes of how a service is watched: planned work, places, heartbeats, channels."""

from tests.engine.cloud import Fault
from tests.engine.row import DASHBOARD, DASHBOARDS, Row, Step, both, secret, settings, source
from tests.engine.stacks import REGION

WEEKLY = {"name": "weekly", "schedule": "cron(0 2 * * SUN)", "duration": "PT2H", "reason": "Upgrades"}
ONCE = {"name": "move", "schedule": "at(2031-06-04T02:00)", "duration": "PT2H", "reason": "A move"}
RULES = "AlarmMuteRule maintenance-inference-dev"  # with the prefix of the account and the window's name
MONITORS = f"{RULES}-monitor"
CANARY = "Function canary-function, Alias canary-alias"
BURNS = "MetricAlarm alarms-canary-burn-*"
SLACK = {"protocol": "slack", "endpoint": "https://hooks.slack.com/services/T0/B0/x"}
TEAMS = {"protocol": "teams", "endpoint": "https://x.westeurope.logic.azure.com/workflows/x?sig=1"}
PAGER = {"protocol": "pagerduty", "endpoint": "0123456789abcdef0123456789abcdef"}


def location(region: str) -> str:
    """What is made of a canary in one further region, and the alarms on it."""
    return (
        f"* {region}-encryption-*, LayerVersion {region}-sdk, * canary-{region}-*,"
        f" MetricAlarm alarms-canary-{region}-*"
    )


ROWS = (
    Row(
        what="planned work mutes in both accounts, and what is over is taken out",
        aside="around",
        do=settings(maintenance=[WEEKLY, {**ONCE, "alarms": ["page-capacity-critical"]}]),
        fault=Fault(method="Create", kind="AlarmMuteRule", name="weekly"),
        effects={
            "created": f"{RULES}-maintenance-weekly, {RULES}-maintenance-move",
            "updated": DASHBOARD,
        },
        then={"created": f"{MONITORS}-maintenance-weekly", "updated": DASHBOARD},
        more=[
            Step(
                settings(maintenance=[{**WEEKLY, "schedule": "cron(0 3 * * SUN)", "reason": "Later"}]),
                {
                    "updated": f"{RULES}-maintenance-weekly, {DASHBOARD}",
                    "deleted": f"{RULES}-maintenance-move",
                },
                {"updated": f"{MONITORS}-maintenance-weekly, {DASHBOARD}"},
            ),
            Step(
                settings(maintenance=[{**WEEKLY, "name": "monthly", "schedule": "cron(0 2 1 * *)"}]),
                {
                    "created": f"{RULES}-maintenance-monthly",
                    "updated": DASHBOARD,
                    "deleted": f"{RULES}-maintenance-weekly",
                },
            ),
            Step(
                settings(maintenance=None),
                {"updated": DASHBOARD, "deleted": f"{RULES}-maintenance-monthly"},
                {"updated": DASHBOARD, "deleted": f"{MONITORS}-maintenance-weekly"},
            ),
        ],
    ),
    Row(
        what="a canary in other regions comes and goes by the region",
        stack="dev-monitor",
        do=settings("dev-monitor", canary={"locations": ["eu-west-1", "us-east-1"]}),
        fault=Fault(
            method="Create",
            kind="Function",
            name="canary-us-east-1-function",
            message="ServiceUnavailableException: of the region",
        ),
        effects={
            "created": f"{location('eu-west-1')}, {location('us-east-1')},"
            f" MetricAlarm alarms-canary-{REGION}-*, CompositeAlarm alarms-page-canary-location",
            "updated": f"{CANARY}, {BURNS}, {DASHBOARDS}",
        },
        more=[
            Step(
                settings("dev-monitor", canary={"locations": ["us-east-1"]}),
                {
                    "updated": f"{BURNS}, CompositeAlarm alarms-page-canary-location, {DASHBOARD}",
                    "deleted": location("eu-west-1"),
                },
            ),
            Step(  # one that was there before has its names again
                settings("dev-monitor", canary={"locations": ["eu-west-1"]}),
                {
                    "created": location("eu-west-1"),
                    "updated": f"{BURNS}, CompositeAlarm alarms-page-canary-location, {DASHBOARD}",
                    "deleted": location("us-east-1"),
                },
            ),
        ],
        back={
            "updated": f"{CANARY}, {BURNS}, {DASHBOARDS}",
            "deleted": f"{location('eu-west-1')}, MetricAlarm alarms-canary-{REGION}-*,"
            " CompositeAlarm alarms-page-canary-location",
        },
    ),
    Row(
        what="a heartbeat is an address in a secret, and another address is another value of it",
        do=both(
            source(
                "services/wine/service.yaml", "name: prediction", "name: prediction\n    heartbeat: alive"
            ),
            secret("alive", "https://hc.example.com/ping/1"),
        ),
        effects={},
        then={
            "created": "Secret canary-secrets, SecretVersion canary-secrets-value",
            "updated": f"{CANARY}, RolePolicy canary-policy",
        },
        more=[
            Step(
                secret("alive", "https://hc.example.com/ping/2"),
                {},
                {"replaced": "SecretVersion canary-secrets-value"},
            )
        ],
    ),
    Row(
        what="a channel has one function for all levels; one whose address changes is another, made first",
        stack="dev-monitor",
        do=settings("dev-monitor", notifications={"warn": [SLACK, TEAMS], "critical": [SLACK, PAGER]}),
        effects={
            "created": "* notifications-slack-*, * notifications-teams-*, * notifications-pagerduty-*,"
            " * notifications-undelivered"
        },
        more=[
            Step(
                settings(
                    "dev-monitor",
                    notifications={
                        "warn": [{**SLACK, "endpoint": SLACK["endpoint"] + "y"}],
                        "critical": [PAGER],
                    },
                ),
                {
                    "created": "* notifications-slack-9292c6b9-*",
                    "deleted": "* notifications-slack-46e1e49d-*, * notifications-teams-*",
                },
            ),
        ],
        back={"deleted": "* notifications-slack-*, * notifications-pagerduty-*, * notifications-undelivered"},
    ),
)
