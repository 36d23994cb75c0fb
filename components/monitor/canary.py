"""Calls the API every minute from another account, as a customer would, from one region or from several.

Secrets go into Secrets Manager, in each region that the canary runs in, and are read there by the function:
the API key out of the service stack's secret output, others out of this stack's configuration. They are in no
environment variable, log or output.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pulumi
import pulumi_aws as aws

from components.monitor.locations import Location
from components.monitor.secrets import API_KEY, NAMED, kept
from components.shared import iam
from components.shared.common import Common
from components.shared.function import PythonFunction, PythonFunctionArgs
from components.shared.schedule import Schedule, ScheduleArgs
from monitoring.names import NAMESPACE, canary_name
from monitoring.watched import Watched
from settings import STAGE
from settings.canary import Canary as CanarySettings
from settings.probes import exported

VARIABLES = {API_KEY: "API_KEY_SECRET_ARN", NAMED: "SECRETS_ARN"}
SET = "pulumi config set --secret --path"
BESIDES_S = 25  # of the function's timeout, for what it does besides the probes; see `handlers.canary.app`


@dataclass(frozen=True, kw_only=True, slots=True)
class CanaryArgs:
    """`probes` are what the service stack exports of them; see `settings.probes.exported`.

    `api_id` and `api_key`, the service's own, are None where nothing needs them. `locations` are further
    regions.
    """

    common: Common
    watched: Watched
    api_id: pulumi.Input[str] | None
    api_url: pulumi.Input[str]
    api_key: pulumi.Input[str] | None
    probes: str
    settings: CanarySettings
    locations: Mapping[str, Location] = field(default_factory=dict)


class Canary(pulumi.ComponentResource):
    """Function, schedule and secrets in each region; the role is one. Raises `pulumi.RunError`."""

    function: PythonFunction

    def __init__(self, name: str, args: CanaryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-watch:canary:Canary", name, None, opts)
        self._args, self._name = args, canary_name(args.watched.name)
        self._named = named_secrets(args)
        home = pulumi.ResourceOptions(parent=self)
        self.function = self._run(name, args.common, home, self._name)
        for region, location in args.locations.items():
            there = CanaryLocation(
                f"{name}-{region}", pulumi.ResourceOptions(parent=self, providers=[location.provider])
            )
            own = pulumi.ResourceOptions(parent=there)
            self._run(f"{name}-{region}", location.common, own, f"{self._name}-{region}", self.function.role)
        self.register_outputs({})

    def _run(
        self,
        name: str,
        common: Common,
        opts: pulumi.ResourceOptions,
        schedule_name: str,
        role: aws.iam.Role | None = None,
    ) -> PythonFunction:
        """All that stands in one region; the first makes the role and the others get it."""
        args = self._args
        secrets = kept(name, self._secrets(), self._name, common.key_arn, opts)
        arns = {VARIABLES[what]: secret.arn for what, (secret, _) in secrets.items()}
        statements: list[iam.Statement] = [] if role else self._calls()
        if arns:
            statements.append(iam.allow("secretsmanager:GetSecretValue", _one_or_all([*arns.values()])))
            statements.append(iam.allow("kms:Decrypt", common.key_arn))
        function = PythonFunction(
            name,
            PythonFunctionArgs(
                common=common,
                function_name=self._name,
                package="canary",
                description="Probes the API as a customer would.",
                files=exported.files(args.probes),
                timeout_s=args.settings.timeout_ms // 1000 + BESIDES_S,
                environment={**self._environment(common), **arns},
                statements=[*statements, *([] if role else [iam.put_metric_data(NAMESPACE)])],
                vpc=args.settings.vpc,
                role=role,
            ),
            opts=opts,
        )
        aws.lambda_.FunctionEventInvokeConfig(
            f"{name}-no-retries",
            function_name=function.function_name,
            qualifier=function.alias_name,
            maximum_retry_attempts=0,  # a retried probe would hide the failure that it is there to show
            maximum_event_age_in_seconds=60,
            opts=opts,
        )
        Schedule(
            f"{name}-schedule",
            ScheduleArgs(
                schedule_name=schedule_name,
                expression="rate(1 minute)",
                alias_arn=function.alias_arn,
                account_id=common.account_id,
                retries=0,
                max_age_s=60,
            ),
            opts=pulumi.ResourceOptions(
                parent=opts.parent, depends_on=[version for _, version in secrets.values()]
            ),
        )
        return function

    def _secrets(self) -> dict[str, pulumi.Input[str]]:
        """What has to be kept, by its name."""
        found: dict[str, pulumi.Input[str]] = {}
        if self._args.api_key is not None:
            found[API_KEY] = self._args.api_key
        if self._named:
            found[NAMED] = pulumi.Output.secret(json.dumps(self._named, sort_keys=True))
        return found

    def _environment(self, common: Common) -> dict[str, pulumi.Input[str]]:
        args, vpc = self._args, self._args.settings.vpc
        found: dict[str, pulumi.Input[str]] = {
            "SERVICE": args.watched.name,
            "API_URL": args.api_url,
            "API_REGION": args.watched.region,
            "TIMEOUT_MS": str(args.settings.timeout_ms),
        }
        if args.locations:  # an alarm reads the metrics of one region
            found |= {"LOCATION": common.region, "METRICS_REGION": args.common.region}
        if vpc and vpc.endpoint and args.api_id is not None:
            host = vpc.endpoint
            found["API_URL"] = pulumi.Output.from_input(args.api_url).apply(lambda url: through(url, host))
            found["PRIVATE_API_ID"] = args.api_id
        return found

    def _calls(self) -> list[iam.Statement]:
        """Calling what the probes sign for, where any does."""
        watched = self._args.watched
        stage = watched.api.stage if watched.api else STAGE
        arn = f"arn:aws:execute-api:{watched.region}:{watched.account_id}"
        signed = exported.signed_calls(self._args.probes)
        if not signed or self._args.api_id is None:
            return []
        invoke = pulumi.Output.from_input(self._args.api_id).apply(
            lambda api_id: _one_or_all([f"{arn}:{api_id}/{stage}/{call}" for call in signed])
        )
        return [iam.allow("execute-api:Invoke", invoke)]


class CanaryLocation(pulumi.ComponentResource):
    """The canary in one further region."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions) -> None:
        super().__init__("inference-watch:canary:CanaryLocation", name, None, opts)
        self.register_outputs({})


def needs_api_id(probes: str, settings: CanarySettings) -> bool:
    """Whether calls are signed for one API, or go through an endpoint that serves many."""
    return bool(exported.signed_calls(probes) or (settings.vpc and settings.vpc.endpoint))


def named_secrets(args: CanaryArgs) -> dict[str, str]:
    """The secrets that the probes name. Raises `pulumi.RunError` where one is missing or cannot be used."""
    project, given = pulumi.get_project(), args.settings.secrets
    wanted = exported.secret_names(args.probes)
    problems = [
        f"  - {project}:canary.secrets.{name}: it is not set, and probe {probe!r} of {args.watched.name}"
        f" could not be sent without it. Set it: {SET} '{project}:canary.secrets.{name}'"
        for name, probe in wanted.items()
        if name not in given
    ]
    problems += [
        f"  - {project}:canary.secrets.{name}: it is no https address, so the heartbeat of probe {probe!r} of"
        f" {args.watched.name} would never be sent. Set the whole address: {SET}"
        f" '{project}:canary.secrets.{name}'"
        for name, probe in exported.heartbeats(args.probes).items()
        if name in given and not exported.callable_address(given[name])
    ]
    if problems:
        said = "Secrets of a canary are missing or wrong; nothing of it was deployed."
        raise pulumi.RunError("\n".join([said, *problems]))
    return {name: given[name] for name in wanted}


def through(url: str, endpoint: str) -> str:
    """A private API's address through a VPC endpoint's DNS name, which serves many APIs."""
    return f"https://{endpoint}{urlsplit(url).path}"


def _one_or_all(values: Sequence[pulumi.Input[str]]) -> pulumi.Input[str] | Sequence[pulumi.Input[str]]:
    return values[0] if len(values) == 1 else values
