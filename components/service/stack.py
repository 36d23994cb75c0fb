"""The service account's stack: everything that serves a prediction and reports on it.

It knows the monitor account's id and the canary's role name, and nothing else of the other stack.
"""

from typing import Any

import pulumi

from components.account.observability import Link, LinkArgs
from components.service import watching
from components.service.access.callers import Callers, CallersArgs
from components.service.api import Api, ApiArgs
from components.service.inference import Inference, InferenceArgs, Table
from components.service.model import Model, ModelArgs
from components.service.reference_data import ReferenceData, ReferenceDataArgs
from components.service.tracing import Tracing, TracingArgs
from components.service.usage_plans import UsagePlans, UsagePlansArgs
from components.service.usage_reporter import UsageReporter, UsageReporterArgs
from components.shared.common import common
from monitoring.watched import Watched
from settings import Settings
from settings.service import probing
from settings.usage_plans import CANARY, Key, UsagePlan


class Service(pulumi.ComponentResource):
    """The service stack. `exports` is what `__main__` publishes to the monitor stack and to people.

    What is deployed has the names that are watched, so that the two cannot differ. With
    `deletion_protection` Pulumi refuses to destroy any of the stack: it protects what cannot be made again,
    the data, the key it is encrypted with, the model's images, the API's address.
    """

    exports: dict[str, Any]

    def __init__(self, name: str, settings: Settings, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-watch:service:Service", name, None, opts)
        self._name, self._settings, self._child = name, settings, pulumi.ResourceOptions(parent=self)
        self._watched = watched = Watched.of(settings)
        self._common = common(name, settings, watched.name, self._child, protect=settings.deletion_protection)
        self._service = settings.chosen
        model = self._model()
        inference = self._inference(model)
        stage = watched.api
        assert stage is not None  # noqa: S101  # a service has one: see `Watched.of`
        api = Api(
            f"{name}-api",
            ApiArgs(
                common=self._common,
                watched=watched,
                stage=stage,
                contract=self._service.contract,
                function=inference.function,
                canary_account_id=settings.accounts.monitor,
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
                plans=[canary_plan(settings.api.canary_key), *settings.usage_plans],
            ),
            opts=self._child,
        )
        callers = Callers(
            f"{name}-callers",
            CallersArgs(
                common=self._common,
                execution_arn=api.execution_arn,
                operations=api.signed,
                callers=settings.api.callers,
                plans=settings.usage_plans,
                key_values=plans.key_values,
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
        # Alarms look at another endpoint only when the function calls it.
        watching_exports = watching.watch(
            self, name, common=self._common, watched=watched, settings=settings, after=[inference]
        )
        handed_out = {
            key.name: plans.key_values[key.name]
            for plan in settings.usage_plans
            for key in plan.keys
            if key.output
        }
        self.exports = {
            "api_url": api.url,
            "api_domain": api.dns,
            "api_id": api.api_id,
            "canary_api_key": plans.key_values[CANARY],
            "callers": callers.told,
            "api_keys": pulumi.Output.secret(handed_out) if handed_out else None,
            "probes": probing.exported(self._service),
            **watching_exports,
            "model_repository_url": model.repository_url if model else None,
            "endpoint_configuration_name": model.configuration_name if model else None,
        }
        self.register_outputs({"api_url": api.url})

    def _model(self) -> Model | None:
        """Of the stack's own, unless the service has no model or asks an endpoint that exists."""
        settings = self._settings
        if not self._watched.endpoints or settings.model.endpoint is not None:
            return None
        (endpoint,) = self._watched.endpoints
        return Model(
            f"{self._name}-model",
            ModelArgs(
                common=self._common,
                endpoint=endpoint,
                deletion_protection=settings.deletion_protection,
                settings=settings.model,
            ),
            opts=self._child,
        )

    def _table(self) -> Table | None:
        """Of the stack's own, or the one that exists, or none."""
        watched, settings = self._watched, self._settings
        if not watched.tables:
            return None
        (table,) = watched.tables
        if settings.reference_data.table is not None:
            arn = f"arn:aws:dynamodb:{watched.region}:{watched.account_id}:table/{table.name}"
            return Table(name=table.name, arn=arn)
        made = ReferenceData(
            f"{self._name}-reference-data",
            ReferenceDataArgs(
                table_name=table.name,
                key_arn=self._common.key_arn,
                deletion_protection=settings.deletion_protection,
                probes=self._service.definition.probes,
            ),
            opts=self._child,
        )
        return Table(name=made.table_name, arn=made.table_arn)

    def _inference(self, model: Model | None) -> Inference:
        (function,) = self._watched.functions
        endpoint = next((endpoint.name for endpoint in self._watched.endpoints), None)
        return Inference(
            f"{self._name}-inference",
            InferenceArgs(
                common=self._common,
                function_name=function.name,
                service=self._service,
                table=self._table(),
                endpoint=endpoint,
                endpoint_name=model.endpoint_name if model else endpoint,
                settings=self._settings.inference,
            ),
            opts=self._child,
        )


def canary_plan(key: Key) -> UsagePlan:
    """The canary's own plan: one probe a minute, with room for a person who tries it by hand."""
    return UsagePlan(name=CANARY, rate_per_s=2, burst=5, keys=(key,))
