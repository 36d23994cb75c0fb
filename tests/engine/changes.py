"""The change table: what people change, and what the engine then updates, replaces, deletes.

Only the engine shows this. Here are those of the API, the functions and the usage plans; the rest is beside.
"""

from tests.engine.alarm_changes import ROWS as ALARM_ROWS
from tests.engine.model_changes import ROWS as MODEL_ROWS
from tests.engine.row import DASHBOARD, INFERENCE, Row, both, layer, let_in, plans, settings, source
from tests.engine.stacks import SERVICE, SINK

ROWS = (
    *MODEL_ROWS,
    *ALARM_ROWS,
    Row(
        what="a changed contract is put in place, deployed anew and switched to",
        do=source("services/wine/openapi.yaml", "Predicts the cultivar of", "Foretells the cultivar of"),
        effects={"updated": "RestApi api-api, Stage api-stage", "replaced": "Deployment api-deployment"},
        calls=["Update RestApi", "Create Deployment", "Update Stage", "Delete Deployment"],
    ),
    Row(
        what="changed code publishes a version and moves the alias",
        do=source("handlers/inference/app.py", '"""', '"""Changed. '),
        effects={"updated": INFERENCE},
        calls=["Update Function", "Update Alias"],
    ),
    Row(
        what="changed code of one function leaves the other ones alone",
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
            (
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
        what="a renamed plan keeps its keys, which are without a plan for a moment",
        do=plans(partners=None, gold={**SERVICE["usage_plans"][0], "name": "gold"}),
        effects={
            "created": "UsagePlan usage-plans-gold, MetricAlarm alarms-usage-gold-critical,"
            " MetricAlarm alarms-usage-gold-warn, MetricAlarm alarms-usage-gold-silent",
            "replaced": "UsagePlanKey usage-plans-acme-membership,"
            " UsagePlanKey usage-plans-globex-membership",
            "deleted": "UsagePlan usage-plans-partners, MetricAlarm alarms-usage-partners-*",
            "updated": f"CompositeAlarm alarms-page-usage-*, {DASHBOARD}",
        },
        then={"updated": DASHBOARD},
    ),
    Row(
        what="a key that moves to another plan keeps its value",
        do=plans(partners={"keys": ["globex"]}, trial={"keys": ["trial", "acme"]}),
        effects={"replaced": "UsagePlanKey usage-plans-acme-membership"},
        calls=["Delete UsagePlanKey", "Create UsagePlanKey"],
    ),
    Row(
        what="a new key is made for its plan",
        do=plans(partners={"keys": ["acme", "globex", "initech"]}),
        effects={
            "created": "ApiKey usage-plans-initech, UsagePlanKey usage-plans-initech-membership",
        },
    ),
    Row(
        what="a key that is taken out is gone",
        do=plans(partners={"keys": ["acme"]}),
        effects={"deleted": "ApiKey usage-plans-globex, UsagePlanKey usage-plans-globex-membership"},
    ),
    Row(
        what="another quota is set in place and moves the alarms on it",
        do=plans(partners={"quota": {"limit": 60000, "period": "DAY"}}),
        effects={
            "updated": "UsagePlan usage-plans-partners, MetricAlarm alarms-usage-partners-critical,"
            " MetricAlarm alarms-usage-partners-warn"
        },
    ),
    Row(
        what="another rate is set in place",
        do=plans(trial={"rate_per_s": 6, "burst": 12}),
        effects={"updated": "UsagePlan usage-plans-trial"},
    ),
    Row(
        what="plans and keys in another order are the same",
        do=settings(
            usage_plans=[{**plan, "keys": plan["keys"][::-1]} for plan in SERVICE["usage_plans"][::-1]]
        ),
        effects={},
    ),
    Row(
        what="a renamed key is another one",
        do=plans(partners={"keys": ["acme-corp", "globex"]}),
        effects={
            "created": "ApiKey usage-plans-acme-corp, UsagePlanKey usage-plans-acme-corp-membership",
            "deleted": "ApiKey usage-plans-acme, UsagePlanKey usage-plans-acme-membership",
        },
    ),
    Row(
        what="the last quota takes everything that watches quotas along",
        do=plans(partners={"quota": None}),
        effects={
            "updated": f"UsagePlan usage-plans-partners, {DASHBOARD}",
            "deleted": "MetricAlarm alarms-usage-partners-*, MetricAlarm alarms-highest-usage-silent,"
            " CompositeAlarm alarms-page-usage-*",
        },
        then={
            "updated": DASHBOARD,
            "deleted": "MetricAlarm alarms-highest-usage-*, CompositeAlarm alarms-page-highest-usage-*",
        },
        back={
            "created": "MetricAlarm alarms-usage-partners-critical, MetricAlarm alarms-usage-partners-warn,"
            " MetricAlarm alarms-usage-partners-silent, MetricAlarm alarms-highest-usage-silent,"
            " CompositeAlarm alarms-page-usage-critical, CompositeAlarm alarms-page-usage-warn",
            "updated": f"UsagePlan usage-plans-partners, {DASHBOARD}",
        },
    ),
    Row(
        what="a web ACL is put in front of the stage",
        do=settings(api={"waf": {"requests_per_5_min": 500_000}}),
        effects={"created": "WebAcl api-waf-acl, WebAclAssociation api-waf-association"},
        more=[(settings(api={"waf": {"requests_per_5_min": 600_000}}), {"updated": "WebAcl api-waf-acl"})],
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
        what="another sampling rate is set in place, and another rule comes beside it",
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
        do=settings(tracing={"rules": [{"name": "every", "priority": 9000, "rate": 1.0, "reservoir": 1}]}),
        effects={"created": "SamplingRule tracing-every", "deleted": "SamplingRule tracing-all"},
    ),
    Row(
        what="a service that is alone in its account may make its own link, whose filters are set in place",
        do=both(let_in, settings(observability={"sink_arn": SINK})),
        effects={"created": "Link observability-link"},
        more=[
            (
                settings(observability={"metric_filter": "*", "log_filter": "LogGroupName LIKE '/aws/%'"}),
                {"updated": "Link observability-link"},
            )
        ],
        back={"deleted": "Link observability-link"},
    ),
    Row(
        what="another probe is another item, and the canary asks for it",
        do=settings(
            probe={"id": "lot-002", "measurements": {"color_intensity": 5.6, "hue": 1.1, "proline": 1000.0}}
        ),
        effects={"updated": "TableItem reference-data-probe"},
        then={"updated": "Function canary-function, Alias canary-alias"},
    ),
    Row(
        what="deletion protection is set in place",
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
            service_stack="organization/inference-watch/dev",
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
    Row(
        what="a new plan brings its keys and its alarms",
        do=plans(
            gold={"rate_per_s": 2, "burst": 4, "quota": {"limit": 100, "period": "DAY"}, "keys": ["initech"]}
        ),
        effects={
            "created": "UsagePlan usage-plans-gold, ApiKey usage-plans-initech,"
            " UsagePlanKey usage-plans-initech-membership, MetricAlarm alarms-usage-gold-critical,"
            " MetricAlarm alarms-usage-gold-warn, MetricAlarm alarms-usage-gold-silent",
            "updated": f"CompositeAlarm alarms-page-usage-*, {DASHBOARD}",
        },
        then={"updated": DASHBOARD},
    ),
    Row(
        what="a plan that is taken out takes its keys along",
        do=plans(trial=None),
        effects={
            "deleted": "UsagePlan usage-plans-trial, ApiKey usage-plans-trial,"
            " UsagePlanKey usage-plans-trial-membership",
        },
    ),
)
