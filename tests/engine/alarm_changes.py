"""Changes of what the alarms are derived from, of their tuning and of who hears of them."""

from tests.engine.row import DASHBOARD, DASHBOARDS, Row, Step, settings

SUBSCRIBED = ", ".join(
    [
        "TopicSubscription notifications-warn-email-08168cd8",
        "Queue notifications-undelivered",
        "MetricAlarm notifications-undelivered",
        *(
            f"{what} notifications-slack-46e1e49d-{part}"
            for what, part in {
                "Alias": "alias",
                "Function": "function",
                "FunctionEventInvokeConfig": "retries",
                "LogGroup": "logs",
                "Permission": "warn",
                "Role": "role",
                "RolePolicy": "policy",
                "Secret": "address",
                "SecretVersion": "address-value",
                "TopicSubscription": "warn",
            }.items()
        ),
    ]
)
ROWS = (
    Row(
        what="another promise moves the alarms that are derived from it",
        do=settings(slo={"latency_p90_ms": 150}),
        effects={
            "updated": "Group tracing-slow, MetricAlarm alarms-*latency*-critical,"
            f" MetricAlarm alarms-*latency*-warn, {DASHBOARD}"
        },
        then={
            "updated": "MetricAlarm alarms-canary-latency-*, MetricAlarm alarms-promise-latency-*,"
            f" {DASHBOARDS}"
        },
    ),
    Row(
        what="another level moves every alarm of it",
        do=settings(levels={"warn_pct": 70, "usage_warn_pct": 75}),
        effects={"updated": f"MetricAlarm alarms-*-warn, {DASHBOARD}"},
        then={"updated": f"MetricAlarm alarms-*-warn, {DASHBOARD}"},
        more=[
            Step(
                settings(alarms={"all": {"evaluation_periods": 4, "datapoints_to_alarm": 3}}),
                {"updated": "MetricAlarm alarms-*-warn, MetricAlarm alarms-*-critical"},
            )
        ],
    ),
    Row(
        what="another critical level moves every alarm of it, another window those of the error budget",
        do=settings(levels={"critical_pct": 90, "usage_critical_pct": 95}, slo={"window_days": 28}),
        effects={"updated": f"MetricAlarm alarms-*-critical, {DASHBOARD}"},
        then={"updated": f"MetricAlarm alarms-*-critical, MetricAlarm alarms-*-burn-*, {DASHBOARDS}"},
    ),
    Row(
        what="a component without alarms leaves the pages to the other ones, another has a level of its own",
        do=settings(alarms={"components": {"table": {"enabled": False}, "api": {"warn_pct": 70}}}),
        effects={
            "deleted": "MetricAlarm alarms-table-*",
            "updated": "MetricAlarm alarms-api-*-warn, CompositeAlarm alarms-page-dependency-*,"
            " CompositeAlarm alarms-page-errors-warn,"
            f" CompositeAlarm alarms-page-latency-warn, CompositeAlarm alarms-page-silence, {DASHBOARD}",
        },
        then={"updated": DASHBOARD},
    ),
    Row(
        what="without alarms there are none in either account",
        do=settings(alarms={"all": {"enabled": False}}),
        effects={"deleted": "MetricAlarm alarms-*, CompositeAlarm *", "updated": DASHBOARD},
        then={"deleted": "MetricAlarm alarms-*, CompositeAlarm *", "updated": DASHBOARDS},
    ),
    Row(
        what="a subscription is made in both accounts, and a channel gets a function that writes to it",
        do=settings(
            notifications={
                "warn": [
                    {"protocol": "email", "endpoint": "a@example.com"},
                    {"protocol": "slack", "endpoint": "https://hooks.slack.com/services/T0/B0/x"},
                ]
            }
        ),
        effects={"created": SUBSCRIBED},
        then={"created": SUBSCRIBED},
    ),
    Row(
        what="another endpoint is another subscription",
        do=settings(
            notifications={"critical": [{"protocol": "https", "endpoint": "https://hooks.example.com/other"}]}
        ),
        effects={
            "created": "TopicSubscription notifications-critical-https-40914ac0",
            "deleted": "TopicSubscription notifications-critical-https-eb9f675a",
        },
        then={
            "created": "TopicSubscription notifications-critical-https-40914ac0",
            "deleted": "TopicSubscription notifications-critical-https-eb9f675a",
        },
    ),
    Row(
        what="a budget is made, and may publish and use the key",
        aside="in place",
        do=settings(budget={"monthly_usd": 60}),
        effects={
            "created": "Budget notifications-budget",
            "updated": "TopicPolicy notifications-warn-policy, Key encryption-key",
        },
    ),
    Row(
        what="another retention is set in place",
        aside="in place",
        do=settings(log_retention_days=30),
        # All but the heads of the evidence, which are kept as long as AWS keeps anything.
        effects={"updated": "LogGroup api-*, LogGroup inference-*, LogGroup model-*, LogGroup usage-*"},
    ),
    Row(
        what="another runbook is in every alarm",
        do=settings(runbook_url="https://wiki.example.com/runbook"),
        effects={"updated": f"MetricAlarm alarms-*, CompositeAlarm *, {DASHBOARD}"},
        then={"updated": f"MetricAlarm alarms-*, CompositeAlarm *, {DASHBOARD}"},
    ),
    Row(
        what="another promised availability moves the alarms on it",
        do=settings(slo={"availability_pct": 99.9}),
        effects={
            "updated": "MetricAlarm alarms-api-5xx-*, MetricAlarm alarms-endpoint-?xx-*,"
            " MetricAlarm alarms-function-errors-*, MetricAlarm alarms-*-throttles-*,"
            f" MetricAlarm alarms-table-system-errors-*, {DASHBOARD}"
        },
        then={"updated": f"MetricAlarm alarms-*-burn-*, {DASHBOARDS}"},
    ),
    Row(
        what="a tuned alarm is set in place and one that is switched off is gone",
        do=settings(
            alarms={
                "each": {
                    "function-duration-warn": {"enabled": False},
                    "function-duration-critical": {"evaluation_periods": 7},
                    "api-latency-p90-warn": {"threshold": 120, "period_s": 300, "min_samples": 20},
                }
            }
        ),
        effects={
            "updated": "MetricAlarm alarms-function-duration-critical,"
            f" MetricAlarm alarms-api-latency-p90-warn, CompositeAlarm alarms-page-latency-warn, {DASHBOARD}",
            "deleted": "MetricAlarm alarms-function-duration-warn",
        },
        then={"updated": DASHBOARD},
    ),
)
