"""Changes of which service it is, of what it uses that exists already, and of who may call it."""

from tests.engine.model_changes import OF_ANY, OF_INSTANCES, PAGES, endpoint
from tests.engine.row import DASHBOARD, DASHBOARDS, INFERENCE, Row, Step, both, plans, settings
from tests.engine.stacks import ACCOUNTS

CALLER = {"name": "acme", "account": "333333333333", "roles": ["backend"]}
LET_IN = "RestApi api-api, Stage api-stage"  # who may call is in the contract's document
KPI = {
    "title": "Orders waiting",
    "meaning": "Customers wait for their orders to be predicted.",
    "namespace": "AWS/SQS",
    "metric": "ApproximateNumberOfMessagesVisible",
    "dimensions": {"QueueName": "orders"},
    "statistic": "Maximum",
    "unit": "Count",
    "limit": 1000,
    "signal": "saturation",
}

ROWS = (
    Row(
        what="another service takes the place of the one before, at the same address and endpoint",
        do=settings(service="digits"),
        effects={
            "created": "Permission api-invoke-classifyDigit, Permission api-invoke-rankDigits",
            "updated": f"{LET_IN}, {INFERENCE}, RolePolicy inference-policy,"
            " CompositeAlarm alarms-page-dependency-*, CompositeAlarm alarms-page-errors-warn,"
            f" CompositeAlarm alarms-page-latency-warn, CompositeAlarm alarms-page-silence, {DASHBOARD}",
            "replaced": "Deployment api-deployment",
            "deleted": "Table *, TableItem *, MetricAlarm alarms-table-*,"
            " Permission api-invoke-createPrediction",
        },
        then={
            "updated": f"Function canary-function, Alias canary-alias, RolePolicy canary-policy, {DASHBOARD}"
        },
    ),
    Row(
        what="a table and an endpoint that exist take the place of the stack's own",
        do=settings(
            reference_data={"table": "lots"},
            model={"image": None, "instances": None, "endpoint": "shared-wine"},
        ),
        effects={
            "created": "RolePolicy inference-shared-wine-policy",
            "updated": f"{INFERENCE}, RolePolicy inference-policy, MetricAlarm alarms-table-*,"
            f" {OF_ANY}, {PAGES}, {DASHBOARD}",
            "deleted": "Table *, TableItem *, Model *, EndpointConfiguration *, Role model-role,"
            f" RolePolicy model-policy, Repository *, LifecyclePolicy *, {OF_INSTANCES},"
            f" {endpoint('c6i-large')}",
        },
        then={"updated": DASHBOARD},
    ),
    Row(
        what="another monitor account is let in, in place of the one before",
        do=settings(accounts={**ACCOUNTS, "monitor": "444444444444"}),
        effects={
            "updated": f"{LET_IN}, Role evidence-reader-role",
            "replaced": "Deployment api-deployment",
        },
    ),
    Row(
        what="a caller of another account is let in, and reads its own key as a secret",
        do=settings(api={"callers": [CALLER]}),
        effects={"updated": LET_IN, "replaced": "Deployment api-deployment"},
        more=[
            Step(
                plans(partners={"keys": [{"name": "acme", "caller": "acme"}, "globex"]}),
                {
                    "created": "Key callers-acme-key, Alias callers-acme-alias, Secret callers-acme-acme,"
                    " SecretPolicy callers-acme-acme-policy, SecretVersion callers-acme-acme-value"
                },
            ),
            Step(
                plans(
                    partners={"keys": [{"name": "acme", "caller": "acme", "generations": [1, 2]}, "globex"]}
                ),
                {
                    "created": "ApiKey usage-plans-acme.2, UsagePlanKey usage-plans-acme.2-membership",
                    "replaced": "SecretVersion callers-acme-acme-value",
                },
            ),
        ],
    ),
    Row(
        what="a key that is rotated has two values until the first is taken out, the canary's too",
        do=both(
            settings(api={"canary_key_generations": [1, 2]}),
            plans(partners={"keys": [{"name": "acme", "generations": [1, 2]}, "globex"]}),
        ),
        effects={
            "created": "ApiKey usage-plans-acme.2, UsagePlanKey usage-plans-acme.2-membership,"
            " ApiKey usage-plans-canary.2, UsagePlanKey usage-plans-canary.2-membership"
        },
        then={"replaced": "SecretVersion canary-api-key-value"},
        more=[
            Step(
                plans(partners={"keys": [{"name": "acme", "generations": [2]}, "globex"]}),
                {"deleted": "ApiKey usage-plans-acme, UsagePlanKey usage-plans-acme-membership"},
            )
        ],
    ),
    Row(
        what="a KPI of the team's own brings its alarms and a page",
        do=settings(kpis={"orders-waiting": KPI}),
        effects={
            "created": "MetricAlarm alarms-orders-waiting-critical, MetricAlarm alarms-orders-waiting-warn,"
            " MetricAlarm alarms-orders-waiting-silent, CompositeAlarm alarms-page-own-critical,"
            " CompositeAlarm alarms-page-own-warn",
            "updated": f"CompositeAlarm alarms-page-silence, {DASHBOARD}",
        },
        then={"updated": DASHBOARDS},
        more=[
            Step(
                settings(kpis={"orders-waiting": {"limit": 2000}}),
                {
                    "updated": "MetricAlarm alarms-orders-waiting-critical,"
                    f" MetricAlarm alarms-orders-waiting-warn, {DASHBOARD}"
                },
            )
        ],
        back={
            "deleted": "MetricAlarm alarms-orders-waiting-*, CompositeAlarm alarms-page-own-*",
            "updated": f"CompositeAlarm alarms-page-silence, {DASHBOARD}",
        },
    ),
)
