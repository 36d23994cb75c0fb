"""Changes of the usage plans and their keys: whose value stays, and what watches their quotas."""

from tests.engine.row import DASHBOARD, DASHBOARDS, Row, Step, plans, settings
from tests.engine.stacks import SERVICE

GOLD = {"rate_per_s": 2, "burst": 4, "quota": {"limit": 100, "period": "DAY"}, "keys": ["initech"]}
ROWS = (
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
        aside="with a function",
        do=plans(partners={"quota": {"limit": 60000, "period": "DAY"}}),
        effects={
            "updated": "UsagePlan usage-plans-partners, MetricAlarm alarms-usage-partners-critical,"
            " MetricAlarm alarms-usage-partners-warn"
        },
    ),
    Row(
        what="another rate is set in place, and another period of a quota, which moves the alarms on it",
        aside="in place",
        do=plans(
            trial={"rate_per_s": 6, "burst": 12}, partners={"quota": {"limit": 50000, "period": "MONTH"}}
        ),
        effects={
            "updated": "UsagePlan usage-plans-trial, UsagePlan usage-plans-partners,"
            " MetricAlarm alarms-usage-partners-critical,"
            " MetricAlarm alarms-usage-partners-warn"
        },
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
            "updated": DASHBOARDS,
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
        what="a new plan brings its keys and its alarms",
        do=plans(gold=GOLD),
        effects={
            "created": "UsagePlan usage-plans-gold, ApiKey usage-plans-initech,"
            " UsagePlanKey usage-plans-initech-membership, MetricAlarm alarms-usage-gold-critical,"
            " MetricAlarm alarms-usage-gold-warn, MetricAlarm alarms-usage-gold-silent",
            "updated": f"CompositeAlarm alarms-page-usage-*, {DASHBOARD}",
        },
        then={"updated": DASHBOARD},
        more=[
            Step(
                plans(gold=GOLD, trial={"quota": {"limit": 100, "period": "WEEK"}}),
                {
                    "created": "MetricAlarm alarms-usage-trial-critical, MetricAlarm alarms-usage-trial-warn,"
                    " MetricAlarm alarms-usage-trial-silent",
                    "updated": "UsagePlan usage-plans-trial, CompositeAlarm alarms-page-usage-*,"
                    f" {DASHBOARD}",
                },
            )
        ],
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
