"""The stack of an API that others deployed: watches it, and makes no API, table, function or model.

Nothing of what is watched is looked up or changed; its names and limits are configured.
"""

from typing import Any

import pulumi

from components.account.observability import Link, LinkArgs
from components.service import watching
from components.service.tracing import Tracing, TracingArgs
from components.service.usage_reporter import UsageReporter, UsageReporterArgs
from components.shared.common import common, warn_of_one_account
from monitoring.watched import Watched
from settings import Settings
from settings.places import STACKS
from settings.probes import file as probes
from settings.tracing import Tracing as TracingSettings


class Existing(pulumi.ComponentResource):
    """The watch stack. `exports` are those of a service stack that the monitor stack reads.

    Of what the API does not have nothing is made: an HTTP API has no usage plans and no traces.
    """

    exports: dict[str, Any]

    def __init__(self, name: str, settings: Settings, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-watch:existing:Existing", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        existing, watched = settings.existing, Watched.of(settings)
        shared = common(name, settings, watched.name, child)
        if settings.one_account:
            warn_of_one_account(watched.name)
        if existing.usage_plans and existing.api:
            UsageReporter(
                f"{name}-usage-reporter",
                UsageReporterArgs(common=shared, api_id=existing.api.id),
                opts=child,
            )
        if watched.entry:  # whose requests are sampled is for those to say who deployed it
            Tracing(
                f"{name}-tracing",
                TracingArgs(watched=watched, settings=TracingSettings(rules=())),
                opts=child,
            )
        if settings.observability.sink_arn:
            Link(f"{name}-observability", LinkArgs(settings=settings.observability), opts=child)
        watching_exports = watching.watch(self, name, common=shared, watched=watched, settings=settings)
        self.exports = {
            "api_url": existing.address(settings.region),
            "api_id": existing.api.id if existing.api else "",
            "canary_api_key": None,  # a key of theirs is the monitor stack's secret
            "probes": probes.read(STACKS / settings.probes).exported(),
            **watching_exports,
        }
        self.register_outputs({"api_url": self.exports["api_url"]})
