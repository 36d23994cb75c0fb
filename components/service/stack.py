"""The service account's stack: everything that serves a prediction and reports on it.

It knows the monitor account's id and the canary's role name, and nothing else of the other stack.
"""

from typing import Any

import pulumi

import monitoring
from components.account.observability import Link, LinkArgs
from components.service.api import Api, ApiArgs
from components.service.inference import Inference, InferenceArgs
from components.service.model import Model, ModelArgs
from components.service.reference_data import ReferenceData, ReferenceDataArgs
from components.service.tracing import Tracing, TracingArgs
from components.service.usage_plans import UsagePlans, UsagePlansArgs
from components.service.usage_reporter import UsageReporter, UsageReporterArgs
from components.shared.alarms import Alarms, AlarmsArgs
from components.shared.common import common
from components.shared.dashboard import Dashboard, DashboardArgs
from components.shared.notifications import Notifications, NotificationsArgs, exported
from monitoring.watched import Watched
from settings import Settings
from settings.usage_plans import CANARY, UsagePlan

# The canary's own plan: one probe a minute, with room for a person who tries it by hand.
CANARY_PLAN = UsagePlan(name=CANARY, rate_per_s=2, burst=5, keys=(CANARY,))


class Service(pulumi.ComponentResource):
    """The service stack. `exports` is what `__main__` publishes to the monitor stack and to people.

    What is deployed has the names that are watched, so that the two cannot differ. With
    `deletion_protection` Pulumi refuses to destroy any of the stack: it protects what cannot be made again,
    the data, the key it is encrypted with, the API's address.
    """

    exports: dict[str, Any]

    def __init__(self, name: str, settings: Settings, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-watch:service:Service", name, None, opts)
        self._name, self._settings, self._child = name, settings, pulumi.ResourceOptions(parent=self)
        self._watched = watched = Watched.of(settings)
        self._common = common(name, settings, watched.name, self._child, protect=settings.deletion_protection)
        model = Model(
            f"{name}-model",
            ModelArgs(
                common=self._common,
                endpoint=watched.endpoint,
                deletion_protection=settings.deletion_protection,
                settings=settings.model,
            ),
            opts=self._child,
        )
        inference = self._inference(model)
        api = Api(
            f"{name}-api",
            ApiArgs(
                common=self._common,
                watched=watched,
                function=inference.function,
                caller_account_id=settings.accounts.monitor,
                deletion_protection=settings.deletion_protection,
                settings=settings.api,
            ),
            opts=self._child,
        )
        plans = UsagePlans(
            f"{name}-usage-plans",
            UsagePlansArgs(
                base=watched.name,
                api_id=api.api_id,
                stage_name=api.stage_name,
                plans=[CANARY_PLAN, *settings.usage_plans],
            ),
            opts=self._child,
        )
        UsageReporter(
            f"{name}-usage-reporter",
            UsageReporterArgs(common=self._common, api_id=api.api_id),
            opts=self._child,
        )
        Tracing(f"{name}-tracing", TracingArgs(watched=watched, settings=settings.tracing), opts=self._child)
        if settings.observability.sink_arn:
            Link(f"{name}-observability", LinkArgs(settings=settings.observability), opts=self._child)
        self._watch(inference)
        self.exports = {
            "api_url": api.url,
            "api_id": api.api_id,
            "api_region": watched.region,
            "canary_api_key": plans.key_values[CANARY],
            "subscriptions": exported(settings.notifications),
            "probe": settings.probe.model_dump(exclude={"reference"}),
            "watched": watched.model_dump(mode="json"),
            "dashboard_name": watched.name,
            "model_repository_url": model.repository_url,
            "endpoint_configuration_name": model.configuration_name,
        }
        self.register_outputs({"api_url": api.url})

    def _inference(self, model: Model) -> Inference:
        table = ReferenceData(
            f"{self._name}-reference-data",
            ReferenceDataArgs(
                table_name=self._watched.table.name,
                key_arn=self._common.key_arn,
                deletion_protection=self._settings.deletion_protection,
                probe=self._settings.probe,
            ),
            opts=self._child,
        )
        return Inference(
            f"{self._name}-inference",
            InferenceArgs(
                common=self._common,
                function_name=self._watched.function.name,
                table_name=table.table_name,
                table_arn=table.table_arn,
                endpoint=self._watched.endpoint.name,
                endpoint_name=model.endpoint_name,
                settings=self._settings.inference,
            ),
            opts=self._child,
        )

    def _watch(self, inference: Inference) -> None:
        watched = self._watched
        notifications = Notifications(
            f"{self._name}-notifications",
            NotificationsArgs(
                prefix=watched.name,
                account_id=watched.account_id,
                key_arn=self._common.key_arn,
                subscriptions=self._settings.notifications,
                set_in=pulumi.get_stack(),
            ),
            opts=self._child,
        )
        Alarms(
            f"{self._name}-alarms",
            AlarmsArgs(alarms=monitoring.service_alarms(watched), topic_arns=notifications.topic_arns),
            # Alarms look at another endpoint only when the function calls it.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[inference]),
        )
        Dashboard(
            f"{self._name}-dashboard",
            DashboardArgs(dashboard_name=watched.name, body=monitoring.service_dashboard(watched)),
            opts=self._child,
        )
