"""Calls the API every minute from another account, as a customer would.

The API key goes from the service stack's secret output into Secrets Manager and is read there by the
function; it is in no environment variable, log or output.
"""

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.shared import iam
from components.shared.common import Common
from components.shared.function import PythonFunction, PythonFunctionArgs
from components.shared.schedule import Schedule, ScheduleArgs
from monitoring.watched import NAMESPACE, Watched, canary_name
from settings import STAGE
from settings.canary import Canary as CanarySettings
from settings.probes import exported


@dataclass(frozen=True, kw_only=True, slots=True)
class CanaryArgs:
    """`probes` are what the service stack exports of them; see `settings.probes.exported`."""

    common: Common
    watched: Watched
    api_id: pulumi.Input[str]
    api_url: pulumi.Input[str]
    api_key: pulumi.Input[str]
    probes: pulumi.Output[str]
    settings: CanarySettings


class Canary(pulumi.ComponentResource):
    """Function, schedule and the secret with its API key."""

    function: PythonFunction

    def __init__(self, name: str, args: CanaryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-watch:canary:Canary", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        watched, function_name = args.watched, canary_name(args.watched.name)
        secret = aws.secretsmanager.Secret(
            f"{name}-api-key",
            name=f"{function_name}-api-key",
            description="The canary's API key.",
            kms_key_id=args.common.key_arn,
            # The value comes back from the service stack, and a name in recovery could not be made again.
            recovery_window_in_days=0,
            opts=child,
        )
        version = aws.secretsmanager.SecretVersion(
            f"{name}-api-key-value",
            secret_id=secret.id,
            secret_string=args.api_key,  # pulumi-aws marks it secret
            opts=child,
        )
        arn = f"arn:aws:execute-api:{watched.region}:{watched.account_id}"
        invoke = pulumi.Output.all(args.api_id, args.probes).apply(
            lambda known: resources(f"{arn}:{known[0]}/{STAGE}", known[1])
        )
        self.function = PythonFunction(
            name,
            PythonFunctionArgs(
                common=args.common,
                function_name=function_name,
                package="canary",
                description="Probes the API as a customer would.",
                files=args.probes.apply(exported.files),
                timeout_s=args.settings.timeout_ms // 1000 + 10,  # and time to read the key and publish
                environment={
                    "SERVICE": watched.name,
                    "API_URL": args.api_url,
                    "API_REGION": watched.region,
                    "API_KEY_SECRET_ARN": secret.arn,
                    "TIMEOUT_MS": str(args.settings.timeout_ms),
                },
                statements=[
                    iam.allow("execute-api:Invoke", invoke),
                    iam.allow("secretsmanager:GetSecretValue", secret.arn),
                    iam.allow("kms:Decrypt", args.common.key_arn),
                    iam.put_metric_data(NAMESPACE),
                ],
            ),
            opts=child,
        )
        aws.lambda_.FunctionEventInvokeConfig(
            f"{name}-no-retries",
            function_name=self.function.function_name,
            qualifier=self.function.alias_name,
            maximum_retry_attempts=0,  # a retried probe would hide the failure that it is there to show
            maximum_event_age_in_seconds=60,
            opts=child,
        )
        Schedule(
            f"{name}-schedule",
            ScheduleArgs(
                schedule_name=function_name,
                expression="rate(1 minute)",
                alias_arn=self.function.alias_arn,
                account_id=args.common.account_id,
                retries=0,
                max_age_s=60,
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[version]),
        )
        self.register_outputs({})


def resources(stage_arn: str, probes: str) -> str | list[str]:
    """What the probes call: method and path of each, as IAM names them."""
    calls = {f"{stage_arn}/{p['method']}{p['target'].partition('?')[0]}": None for p in json.loads(probes)}
    return next(iter(calls)) if len(calls) == 1 else list(calls)
