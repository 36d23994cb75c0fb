"""The service account's stack: everything that serves a prediction and reports on it.

It knows the monitor account's id and the canary's role name, and nothing else of the other stack.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi

import monitoring
from components.alarms import Alarms, AlarmsArgs
from components.api import Api, ApiArgs, ApiSettings
from components.canary import canary_name
from components.dashboard import Dashboard, DashboardArgs
from components.encryption import Encryption, EncryptionArgs
from components.inference import Inference, InferenceArgs, InferenceSettings
from components.model import Model, ModelArgs, ModelSettings
from components.notifications import Notifications, NotificationsArgs, Subscriptions, exported
from components.observability import Link, LinkArgs
from components.reference_data import ReferenceData, ReferenceDataArgs
from components.sdk_layer import sdk_layer
from components.tracing import SamplingRuleArgs, Tracing, TracingArgs
from components.usage_plans import UsagePlanArgs, UsagePlans, UsagePlansArgs
from components.usage_reporter import UsageReporter, UsageReporterArgs
from monitoring.watched import Watched

# The canary's own plan: one probe a minute, with room for a person who tries it by hand.
CANARY_PLAN = UsagePlanArgs(name="canary", rate_per_s=2, burst=5, keys=("canary",))


@dataclass(frozen=True, kw_only=True, slots=True)
class ProbeArgs:
    """The canary's request: its reference item, fresh measurements, the known prediction."""

    id: str
    reference: Mapping[str, float]
    measurements: Mapping[str, float]
    prediction: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceArgs:
    """`watched` carries every physical name, so that what is deployed and what is watched cannot differ.

    `deletion_protection` protects what cannot be made again: the data, the key it is encrypted with, the
    API's address. Pulumi then refuses to destroy any of the stack. `link` is a link of the stack's own.
    """

    watched: Watched
    monitor_account_id: str
    log_retention_days: int
    deletion_protection: bool
    probe: ProbeArgs
    model: ModelSettings
    inference: InferenceSettings
    api: ApiSettings
    link: LinkArgs | None = None
    usage_plans: Sequence[UsagePlanArgs] = ()
    sampling_rules: Sequence[SamplingRuleArgs] = ()
    subscriptions: Subscriptions = field(default_factory=dict)


class Service(pulumi.ComponentResource):
    """The service stack. `exports` is what `__main__` publishes to the monitor stack and to people."""

    exports: dict[str, Any]

    def __init__(self, name: str, args: ServiceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-watch:service:Service", name, None, opts)
        self._name, self._args, self._child = name, args, pulumi.ResourceOptions(parent=self)
        watched = args.watched
        self._key_arn = Encryption(
            f"{self._name}-encryption",
            EncryptionArgs(
                alias=watched.name,
                account_id=watched.account_id,
                region=watched.region,
                deletion_protection=args.deletion_protection,
            ),
            opts=self._child,
        ).key_arn
        self._layer_arn = sdk_layer(f"{self._name}-sdk", f"{watched.name}-xray-sdk", self._child).arn
        model = Model(
            f"{self._name}-model",
            ModelArgs(
                base=watched.name,
                endpoint_name=watched.endpoint.name,
                variant=watched.endpoint.variant,
                account_id=watched.account_id,
                region=watched.region,
                key_arn=self._key_arn,
                log_retention_days=args.log_retention_days,
                deletion_protection=args.deletion_protection,
                settings=args.model,
            ),
            opts=self._child,
        )
        inference = self._inference(model)
        api = self._api(inference)
        plans = UsagePlans(
            f"{self._name}-usage-plans",
            UsagePlansArgs(
                base=watched.name,
                api_id=api.api_id,
                stage_name=api.stage_name,
                plans=[CANARY_PLAN, *args.usage_plans],
            ),
            opts=self._child,
        )
        self._usage_reporter(api)
        self._tracing()
        if args.link:
            Link(f"{self._name}-observability", args.link, opts=self._child)
        self._watch(inference)
        probe = args.probe
        self.exports = {
            "api_url": api.url,
            "api_id": api.api_id,
            "api_region": watched.region,
            "canary_api_key": plans.key_values["canary"],
            "subscriptions": exported(args.subscriptions),
            "probe": {
                "id": probe.id,
                "measurements": dict(probe.measurements),
                "prediction": probe.prediction,
            },
            "watched": watched.model_dump(mode="json"),
            "dashboard_name": watched.name,
            "model_repository_url": model.repository_url,
            "endpoint_configuration_name": model.configuration_name,
        }
        self.register_outputs({"api_url": api.url})

    def _inference(self, model: Model) -> Inference:
        args, watched = self._args, self._args.watched
        table = ReferenceData(
            f"{self._name}-reference-data",
            ReferenceDataArgs(
                table_name=watched.table,
                key_arn=self._key_arn,
                deletion_protection=args.deletion_protection,
                probe_id=args.probe.id,
                probe_reference=args.probe.reference,
            ),
            opts=self._child,
        )
        return Inference(
            f"{self._name}-inference",
            InferenceArgs(
                function_name=watched.function.name,
                table_name=table.table_name,
                table_arn=table.table_arn,
                endpoint=watched.endpoint.name,
                endpoint_name=model.endpoint_name,
                account_id=watched.account_id,
                region=watched.region,
                layer_arn=self._layer_arn,
                key_arn=self._key_arn,
                log_retention_days=args.log_retention_days,
                settings=args.inference,
            ),
            opts=self._child,
        )

    def _api(self, inference: Inference) -> Api:
        args, watched = self._args, self._args.watched
        canary_role = f"arn:aws:iam::{args.monitor_account_id}:role/{canary_name(watched.name)}"
        return Api(
            f"{self._name}-api",
            ApiArgs(
                base=watched.api_name,
                account_id=watched.account_id,
                region=watched.region,
                stage=watched.stage,
                api_path=watched.api_path,
                invoke_arn=inference.function.alias_invoke_arn,
                function_name=inference.function.function_name,
                function_alias=inference.function.alias_name,
                caller_account_id=args.monitor_account_id,
                caller_role_arn=canary_role,
                log_retention_days=args.log_retention_days,
                key_arn=self._key_arn,
                deletion_protection=args.deletion_protection,
                settings=args.api,
            ),
            opts=self._child,
        )

    def _usage_reporter(self, api: Api) -> None:
        UsageReporter(
            f"{self._name}-usage-reporter",
            UsageReporterArgs(
                base=self._args.watched.name,
                account_id=self._args.watched.account_id,
                region=self._args.watched.region,
                api_id=api.api_id,
                layer_arn=self._layer_arn,
                key_arn=self._key_arn,
                log_retention_days=self._args.log_retention_days,
            ),
            opts=self._child,
        )

    def _tracing(self) -> None:
        watched = self._args.watched
        Tracing(
            f"{self._name}-tracing",
            TracingArgs(
                base=watched.name,
                entry=f"{watched.api_name}/{watched.stage}",
                slow_ms=watched.slo.latency_p90_ms,
                rules=self._args.sampling_rules,
            ),
            opts=self._child,
        )

    def _watch(self, inference: Inference) -> None:
        args, watched = self._args, self._args.watched
        notifications = Notifications(
            f"{self._name}-notifications",
            NotificationsArgs(
                prefix=watched.name,
                account_id=watched.account_id,
                key_arn=self._key_arn,
                subscriptions=args.subscriptions,
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
