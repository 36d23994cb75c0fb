"""The change table: what people change, and what the engine then updates, replaces, deletes.

Only the engine shows this. A resource is `Class name`, the name without the service's own; `*` stands for
every resource there is that fits, so that a row is exact and yet short. What is not named is not touched.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.engine.project import Project
from tests.engine.stacks import IMAGE, SERVICE

Edit = Callable[[Project], None]
Effects = Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """`what` people do, and its effect on the `stack`; `then` is what the monitor stack's next `up` does.

    `calls` is the order in which the provider is called, where what is there meanwhile hangs on it.
    """

    what: str
    do: Edit
    effects: Effects
    then: Effects = field(default_factory=dict)
    calls: Sequence[str] = ()
    stack: str = "dev"


def _set(stack: str = "dev", **settings: Any) -> Edit:
    return lambda project: project.set(stack, settings)


def _edit(path: str, old: str, new: str) -> Edit:
    return lambda project: project.edit(path, old, new)


def _plans(**changes: Mapping[str, Any] | None) -> Edit:
    """The usage plans with some changed by name, removed (None) or added."""
    plans = {plan["name"]: plan for plan in SERVICE["usage_plans"]}
    for name, change in changes.items():
        plans[name] = {**plans.get(name, {"name": name}), **change} if change is not None else None
    return _set(usage_plans=[plan for plan in plans.values() if plan])


DASHBOARD = "Dashboard dashboard-dashboard"
ROWS = (
    Row(
        what="a changed contract is put in place, deployed anew and switched to",
        do=_edit("components/openapi.yaml", "Predicts the cultivar of", "Foretells the cultivar of"),
        effects={"updated": "RestApi api-api, Stage api-stage", "replaced": "Deployment api-deployment"},
        calls=["Update RestApi", "Create Deployment", "Update Stage", "Delete Deployment"],
    ),
    Row(
        what="changed code publishes a version and moves the alias",
        do=_edit("handlers/inference/app.py", '"""', '"""Changed. '),
        effects={"updated": "Function inference-function, Alias inference-alias"},
        calls=["Update Function", "Update Alias"],
    ),
    Row(
        what="code that all functions share publishes each of them",
        do=_edit("handlers/logs.py", '"""', '"""Changed. '),
        effects={"updated": "Function *, Alias inference-alias, Alias usage-reporter-alias"},
        then={"updated": "Function canary-function, Alias canary-alias"},
    ),
    Row(
        what="more memory publishes a version and moves the alias",
        do=_set(inference={"memory_mb": 2048}),
        effects={"updated": "Function inference-function, Alias inference-alias"},
    ),
    Row(
        what="more reserved concurrency publishes nothing",
        do=_set(inference={"reserved_concurrency": 120}),
        effects={
            "updated": f"Function inference-function, MetricAlarm alarms-function-concurrency-*, {DASHBOARD}"
        },
        then={"updated": DASHBOARD},
    ),
    Row(
        what="another time budget reaches the function and the limit of its duration",
        do=_set(inference={"time_budget_ms": 2500}),
        effects={
            "updated": "Function inference-function, Alias inference-alias,"
            f" MetricAlarm alarms-function-duration-*, {DASHBOARD}"
        },
        then={"updated": DASHBOARD},
    ),
    Row(
        what="a provisioned start leaves the version alone",
        do=_set(inference={"start": "provisioned", "provisioned_concurrency": 2}),
        effects={"created": "ProvisionedConcurrencyConfig inference-provisioned"},
    ),
    Row(
        what="SnapStart publishes a version",
        do=_set(inference={"start": "snap_start"}),
        effects={"updated": "Function inference-function, Alias inference-alias"},
    ),
    Row(
        what="a renamed plan keeps its keys, which are without a plan for a moment",
        do=_plans(partners=None, gold={**SERVICE["usage_plans"][0], "name": "gold"}),
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
        do=_plans(partners={"keys": ["globex"]}, trial={"keys": ["trial", "acme"]}),
        effects={"replaced": "UsagePlanKey usage-plans-acme-membership"},
        calls=["Delete UsagePlanKey", "Create UsagePlanKey"],
    ),
    Row(
        what="a new key is made for its plan",
        do=_plans(partners={"keys": ["acme", "globex", "initech"]}),
        effects={
            "created": "ApiKey usage-plans-initech, UsagePlanKey usage-plans-initech-membership",
        },
    ),
    Row(
        what="a key that is taken out is gone",
        do=_plans(partners={"keys": ["acme"]}),
        effects={"deleted": "ApiKey usage-plans-globex, UsagePlanKey usage-plans-globex-membership"},
    ),
    Row(
        what="another quota is set in place and moves the alarms on it",
        do=_plans(partners={"quota": {"limit": 60000, "period": "DAY"}}),
        effects={
            "updated": "UsagePlan usage-plans-partners, MetricAlarm alarms-usage-partners-critical,"
            " MetricAlarm alarms-usage-partners-warn"
        },
    ),
    Row(
        what="another rate is set in place",
        do=_plans(trial={"rate_per_s": 6}),
        effects={"updated": "UsagePlan usage-plans-trial"},
    ),
    Row(
        what="another promise moves the alarms that are derived from it",
        do=_set(slo={"latency_p90_ms": 150}),
        effects={
            "updated": "Group tracing-slow, MetricAlarm alarms-*latency*-critical,"
            f" MetricAlarm alarms-*latency*-warn, {DASHBOARD}"
        },
        then={
            "updated": "MetricAlarm alarms-canary-latency-*, MetricAlarm alarms-promise-latency-*,"
            f" {DASHBOARD}"
        },
    ),
    Row(
        what="another level moves every alarm of it",
        do=_set(levels={"warn_pct": 70, "usage_warn_pct": 75}),
        effects={"updated": f"MetricAlarm alarms-*-warn, {DASHBOARD}"},
        then={"updated": f"MetricAlarm alarms-*-warn, {DASHBOARD}"},
    ),
    Row(
        what="a subscription is made in both accounts",
        do=_set(notifications={"warn": [{"protocol": "email", "endpoint": "a@example.com"}]}),
        effects={"created": "TopicSubscription notifications-warn-email-08168cd8"},
        then={"created": "TopicSubscription notifications-warn-email-08168cd8"},
    ),
    Row(
        what="another endpoint is another subscription",
        do=_set(
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
        what="another retention is set in place",
        do=_set(log_retention_days=30),
        effects={"updated": "LogGroup *"},
    ),
    Row(
        what="a web ACL is put in front of the stage",
        do=_set(api={"waf": {"requests_per_5_min": 500_000}}),
        effects={"created": "WebAcl api-waf-acl, WebAclAssociation api-waf-association"},
    ),
    Row(
        what="another throttle of the stage moves what is derived from it",
        do=_set(api={"rate_per_s": 450}),
        effects={
            "updated": "MethodSettings api-settings, MetricAlarm alarms-api-requests-critical,"
            " MetricAlarm alarms-api-requests-warn, MetricAlarm alarms-endpoint-invocations-*,"
            f" MetricAlarm alarms-function-invocations-*, {DASHBOARD}"
        },
        then={"updated": DASHBOARD},
    ),
    Row(
        what="another sampling rate is set in place",
        do=_set(tracing={"rules": [{"name": "all", "priority": 9000, "rate": 0.5, "reservoir": 1}]}),
        effects={"updated": "SamplingRule tracing-all"},
    ),
    Row(
        what="a renamed sampling rule is another one",
        do=_set(tracing={"rules": [{"name": "every", "priority": 9000, "rate": 1.0, "reservoir": 1}]}),
        effects={"created": "SamplingRule tracing-every", "deleted": "SamplingRule tracing-all"},
    ),
    Row(
        what="another probe is another item, and the canary asks for it",
        do=_set(probe={"id": "lot-002"}),
        effects={"updated": "TableItem reference-data-probe"},
        then={"updated": "Function canary-function, Alias canary-alias"},
    ),
    Row(
        what="another runbook is in every alarm",
        do=_set(runbook_url="https://wiki.example.com/runbook"),
        effects={"updated": f"MetricAlarm *, CompositeAlarm *, {DASHBOARD}"},
        then={"updated": f"MetricAlarm *, CompositeAlarm *, {DASHBOARD}"},
    ),
    Row(
        what="deletion protection is set in place",
        do=_set(deletion_protection=True),
        effects={"updated": "Table reference-data-table"},
    ),
    Row(
        what="a more patient canary is another version of it",
        stack="dev-monitor",
        do=_set("dev-monitor", canary={"timeout_ms": 4000}),
        effects={"updated": "Function canary-function, Alias canary-alias"},
    ),
    Row(
        what="another image is another model, and the endpoint goes over to it",
        do=_set(model={"image": f"{IMAGE}{'1' * 64}"}),
        effects={
            "replaced": "Model *, EndpointConfiguration *",
            "updated": "Endpoint *",
        },
    ),
    Row(
        what="more room to scale is set in place",
        do=_set(model={"instances": {"max": 6}}),
        effects={"updated": "Target *"},
    ),
)
