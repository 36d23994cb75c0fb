"""The change table: what people change, and what the engine then updates, replaces, deletes.

Only the engine shows this. Here are those of the API, the functions and what the two stacks have around them.
"""

from tests.engine.access_changes import ROWS as ACCESS_ROWS
from tests.engine.alarm_changes import ROWS as ALARM_ROWS
from tests.engine.model_changes import ROWS as MODEL_ROWS
from tests.engine.plan_changes import ROWS as PLAN_ROWS
from tests.engine.row import DASHBOARD, INFERENCE, Row, Step, both, layer, let_in, settings, source
from tests.engine.service_changes import ROWS as SERVICE_ROWS
from tests.engine.stacks import SINK
from tests.engine.watching_changes import ROWS as WATCHING_ROWS

ROWS = (
    *MODEL_ROWS,
    *ALARM_ROWS,
    *PLAN_ROWS,
    *SERVICE_ROWS,
    *ACCESS_ROWS,
    *WATCHING_ROWS,
    Row(
        what="a changed contract is put in place, deployed anew and switched to",
        do=source("services/wine/openapi.yaml", "Predicts the cultivar of", "Foretells the cultivar of"),
        effects={"updated": "RestApi api-api, Stage api-stage", "replaced": "Deployment api-deployment"},
        calls=["Update RestApi", "Create Deployment", "Update Stage", "Delete Deployment"],
        more=[
            Step(  # what a request has to be is in the function's package as well
                source("services/wine/openapi.yaml", "maxLength: 64", "maxLength: 63"),
                {
                    "updated": f"RestApi api-api, Stage api-stage, {INFERENCE}",
                    "replaced": "Deployment api-deployment",
                },
            )
        ],
    ),
    Row(
        what="changed code publishes a version and moves the alias",
        do=source("services/wine/functions.py", "ANALYSIS = (", "ANALYSIS = (  # as measured"),
        effects={"updated": INFERENCE},
        calls=["Update Function", "Update Alias"],
    ),
    Row(
        what="the code of one function leaves the other ones alone",
        do=both(
            source("handlers/usage_reporter/app.py", '"""', '"""Changed. '),
            source("handlers/canary/app.py", '"""', '"""Changed. '),
        ),
        effects={"updated": "Function usage-reporter-function, Alias usage-reporter-alias"},
        then={"updated": "Function canary-function, Alias canary-alias"},
    ),
    Row(
        what="code that all functions share publishes each of them",
        do=source("handlers/logs.py", '"""', '"""Changed. '),
        effects={"updated": "Function *, Alias inference-alias, Alias usage-reporter-alias"},
        then={"updated": "Function canary-function, Alias canary-alias"},
    ),
    Row(
        what="more memory publishes a version and moves the alias",
        do=settings(inference={"memory_mb": 2048}),
        effects={"updated": INFERENCE},
    ),
    Row(
        what="another cache publishes a version and moves the alias",
        aside="with a function",
        do=settings(inference={"cache_ttl_s": 120, "cache_size": 500}),
        effects={"updated": INFERENCE},
    ),
    Row(
        what="more reserved concurrency publishes nothing",
        do=settings(inference={"reserved_concurrency": 120}),
        effects={
            "updated": f"Function inference-function, MetricAlarm alarms-function-concurrency-*, {DASHBOARD}"
        },
        then={"updated": DASHBOARD},
    ),
    Row(
        what="another time budget reaches the function and the limit of its duration",
        do=settings(inference={"time_budget_ms": 2500}),
        effects={"updated": f"{INFERENCE}, MetricAlarm alarms-function-duration-*, {DASHBOARD}"},
        then={"updated": DASHBOARD},
    ),
    Row(
        what="a provisioned start leaves the version alone",
        do=settings(inference={"start": "provisioned", "provisioned_concurrency": 2}),
        effects={"created": "ProvisionedConcurrencyConfig inference-provisioned"},
        more=[
            Step(
                settings(inference={"provisioned_concurrency": 3}),
                {"updated": "ProvisionedConcurrencyConfig inference-provisioned"},
            )
        ],
        back={"deleted": "ProvisionedConcurrencyConfig inference-provisioned"},
    ),
    Row(
        what="SnapStart publishes a version, and so does its end",
        do=settings(inference={"start": "snap_start"}),
        effects={"updated": INFERENCE},
        back={"updated": INFERENCE},
    ),
    Row(
        what="a web ACL is put in front of the stage",
        do=settings(api={"waf": {"requests_per_5_min": 500_000}}),
        effects={"created": "WebAcl api-waf-acl, WebAclAssociation api-waf-association"},
        more=[
            Step(settings(api={"waf": {"requests_per_5_min": 600_000}}), {"updated": "WebAcl api-waf-acl"})
        ],
        back={"deleted": "WebAcl api-waf-acl, WebAclAssociation api-waf-association"},
    ),
    Row(
        what="another throttle of the stage moves what is derived from it",
        do=settings(api={"rate_per_s": 450}),
        effects={
            "updated": "MethodSettings api-settings, MetricAlarm alarms-api-requests-critical,"
            " MetricAlarm alarms-api-requests-warn, MetricAlarm alarms-endpoint-invocations-*,"
            f" MetricAlarm alarms-function-invocations-*, {DASHBOARD}"
        },
        then={"updated": DASHBOARD},
    ),
    Row(
        what="another burst is set in place",
        aside="in place",
        do=settings(api={"burst": 1200}),
        effects={"updated": "MethodSettings api-settings"},
    ),
    Row(
        what="another sampling rate is set in place, and another rule comes beside it",
        aside="in place",
        do=settings(
            tracing={
                "rules": [
                    {"name": "all", "priority": 9000, "rate": 0.5, "reservoir": 2, "http_method": "POST"},
                    {"name": "health", "priority": 1000, "rate": 0.1, "url_path": "/health"},
                ]
            }
        ),
        effects={"updated": "SamplingRule tracing-all", "created": "SamplingRule tracing-health"},
    ),
    Row(
        what="a renamed sampling rule is another one",
        aside="with a function",
        do=settings(tracing={"rules": [{"name": "every", "priority": 9000, "rate": 1.0, "reservoir": 1}]}),
        effects={"created": "SamplingRule tracing-every", "deleted": "SamplingRule tracing-all"},
    ),
    Row(
        what="a service that is alone in its account may make its own link, whose filters are set in place",
        do=both(let_in, settings(observability={"sink_arn": SINK})),
        effects={"created": "Link observability-link"},
        more=[
            Step(
                settings(observability={"metric_filter": "*", "log_filter": "LogGroupName LIKE '/aws/%'"}),
                {"updated": "Link observability-link"},
            )
        ],
        back={"deleted": "Link observability-link"},
    ),
    Row(
        what="another probe is another item, and the canary asks for it",
        do=source("services/wine/service.yaml", "id: lot-001", "id: lot-002"),
        effects={
            "created": "TableItem reference-data-item-lot-002",
            "deleted": "TableItem reference-data-item-lot-001",
        },
        then={"updated": "Function canary-function, Alias canary-alias"},
    ),
    Row(
        what="deletion protection is set in place",
        aside="in place",
        do=settings(deletion_protection=True),
        effects={"updated": "Table reference-data-table, Repository model-repository"},
    ),
    Row(
        what="a more patient canary is another version of it",
        stack="dev-monitor",
        do=settings("dev-monitor", canary={"timeout_ms": 4000}),
        effects={"updated": "Function canary-function, Alias canary-alias"},
    ),
    Row(
        what="the monitor has a retention and subscribers of its own, and may be told which stack it watches",
        stack="dev-monitor",
        do=settings(
            "dev-monitor",
            log_retention_days=30,
            notifications={"warn": [{"protocol": "email", "endpoint": "a@example.com"}]},
            watches=["dev"],
        ),
        effects={
            "updated": "LogGroup *",
            "created": "TopicSubscription notifications-warn-email-08168cd8",
        },
    ),
    Row(
        what="another SDK is another layer, made before the old one goes",
        do=layer,
        calls=["Create LayerVersion", "Delete LayerVersion"],
        effects={
            "replaced": "LayerVersion sdk",
            "updated": "Function *, Alias inference-alias, Alias usage-reporter-alias",
        },
        then={
            "replaced": "LayerVersion sdk",
            "updated": "Function canary-function, Alias canary-alias",
        },
    ),
    Row(
        what="no reservation takes the alarms on it away and publishes nothing",
        do=settings(inference={"reserved_concurrency": "off"}),
        effects={
            "updated": "Function inference-function, MetricAlarm alarms-function-silent,"
            f" CompositeAlarm alarms-page-capacity-*, {DASHBOARD}",
            "deleted": "MetricAlarm alarms-function-concurrency-*",
        },
        then={"updated": DASHBOARD},
    ),
)
