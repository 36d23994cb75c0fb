"""What every stack of the account that customers call has: topics, alarms, a dashboard, evidence, exports."""

from collections.abc import Sequence
from typing import Any

import pulumi

import monitoring
from components.notify.notifications import Notifications, NotificationsArgs, exported
from components.service.evidence_reader import EvidenceReader, EvidenceReaderArgs
from components.shared.alarms import Alarms, AlarmsArgs, MuteRules, MuteRulesArgs
from components.shared.common import Common
from components.shared.dashboard import Dashboard, DashboardArgs
from monitoring.watched import Watched
from settings import Settings


def watch(
    stack: pulumi.ComponentResource,
    name: str,
    *,
    common: Common,
    watched: Watched,
    settings: Settings,
    after: Sequence[pulumi.Resource] = (),
) -> dict[str, Any]:
    """Makes them as children of the stack's component, the alarms `after` other resources.

    Returns what any such stack exports, beside the API and its probes.
    """
    child = pulumi.ResourceOptions(parent=stack)
    notifications = Notifications(
        f"{name}-notifications",
        NotificationsArgs(
            common=common,
            prefix=watched.name,
            subscriptions=settings.notifications,
            set_in=pulumi.get_stack(),
            budget=settings.budget,
        ),
        opts=child,
    )
    alarms = Alarms(
        f"{name}-alarms",
        AlarmsArgs(alarms=monitoring.service_alarms(watched), topic_arns=notifications.topic_arns),
        opts=pulumi.ResourceOptions(parent=stack, depends_on=list(after)),
    )
    EvidenceReader(
        f"{name}-evidence-reader",
        EvidenceReaderArgs(
            common=common,
            monitor_account_id=settings.accounts.monitor,
            deletion_protection=settings.deletion_protection,
        ),
        opts=child,
    )
    MuteRules(
        f"{name}-maintenance",
        MuteRulesArgs(rules=monitoring.service_mutes(watched)),
        opts=pulumi.ResourceOptions(parent=stack, depends_on=[alarms]),
    )
    Dashboard(
        f"{name}-dashboard",
        DashboardArgs(dashboard_name=watched.name, body=monitoring.service_dashboard(watched)),
        opts=child,
    )
    return {
        "api_region": watched.region,
        "subscriptions": exported(settings.notifications),
        "watched": watched.model_dump(mode="json"),
        "dashboard_name": watched.name,
        "topics": notifications.topic_arns,
    }
