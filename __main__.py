"""Settings -> provider -> one stack component -> exports."""

import pulumi
import pulumi_aws as aws

import config
import settings as tree
from components.api import ApiSettings
from components.endpoint import InstancesArgs
from components.identity import kept
from components.inference import InferenceSettings
from components.model import DataCaptureArgs, ModelSettings, ServerlessArgs
from components.monitor import Monitor, MonitorArgs
from components.notifications import SubscriptionArgs, Subscriptions
from components.observability import LinkArgs
from components.service import ProbeArgs, Service, ServiceArgs
from components.stack_outputs import StackOutputs, service_stack
from components.tracing import SamplingRuleArgs
from components.usage_plans import QuotaArgs, UsagePlanArgs
from settings.notifications import Notifications


def subscriptions(section: Notifications) -> Subscriptions:
    """The subscribers of each level."""
    return {
        "warn": [SubscriptionArgs(**s.model_dump()) for s in section.warn],
        "critical": [SubscriptionArgs(**s.model_dump()) for s in section.critical],
    }


def model_settings(model: tree.Model) -> ModelSettings:
    """The endpoint's settings."""
    return ModelSettings(
        image=model.image,
        instances=InstancesArgs(**model.instances.model_dump(exclude={"gpus"})) if model.instances else None,
        serverless=ServerlessArgs(**model.serverless.model_dump()) if model.serverless else None,
        data_capture=DataCaptureArgs(**model.data_capture.model_dump()) if model.data_capture else None,
    )


def usage_plan(plan: tree.UsagePlan) -> UsagePlanArgs:
    """One usage plan."""
    quota = QuotaArgs(**plan.quota.model_dump()) if plan.quota else None
    return UsagePlanArgs(**plan.model_dump(exclude={"quota"}), quota=quota)


def service(settings: tree.Settings) -> ServiceArgs:
    """The service stack's arguments."""
    inference, api = settings.inference, settings.api
    return ServiceArgs(
        watched=settings.watched(),
        monitor_account_id=settings.accounts.monitor,
        log_retention_days=settings.log_retention_days,
        deletion_protection=settings.deletion_protection,
        probe=ProbeArgs(**settings.probe.model_dump()),
        model=model_settings(settings.model),
        inference=InferenceSettings(**inference.model_dump(), timeout_s=inference.timeout_s),
        api=ApiSettings(
            **api.model_dump(exclude={"waf"}),
            waf_requests_per_5_min=api.waf.requests_per_5_min if api.waf else None,
        ),
        usage_plans=[usage_plan(plan) for plan in settings.usage_plans],
        sampling_rules=[SamplingRuleArgs(**rule.model_dump()) for rule in settings.tracing.rules],
        link=LinkArgs(**settings.observability.model_dump()) if settings.observability.sink_arn else None,
        subscriptions=subscriptions(settings.notifications),
    )


def monitor(settings: tree.Settings) -> MonitorArgs:
    """The monitor stack's arguments; what it knows of the service comes from the StackReference."""
    return MonitorArgs(
        base=settings.base,
        account_id=settings.accounts.monitor,
        service_account_id=settings.accounts.service,
        region=settings.region,
        stage=tree.STAGE,
        api_path=tree.API_PATH,
        service=StackOutputs(settings.service_stack or service_stack()),
        log_retention_days=settings.log_retention_days,
        **settings.canary.model_dump(),
        subscriptions=subscriptions(settings.notifications),
    )


settings = config.load()
account = getattr(settings.accounts, settings.role)
pulumi.export("identity", kept(name=settings.base, region=settings.region, account=account))
provider = aws.Provider(
    "account",
    region=settings.region,
    allowed_account_ids=[account],
    default_tags={"tags": {"service": settings.base, "managed-by": "pulumi"}},
)
options = pulumi.ResourceOptions(providers=[provider])
if settings.role == "service":
    stack: Service | Monitor = Service(settings.base, service(settings), options)
else:
    stack = Monitor(settings.base, monitor(settings), options)
for name, value in stack.exports.items():
    pulumi.export(name, value)
