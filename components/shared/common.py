"""What all parts of one stack share: where it is, its key, its SDK layer, where it sends its traces."""

from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.shared.encryption import Encryption, EncryptionArgs
from components.shared.packages import ARCHITECTURE, RUNTIME, SDK, Layer, build_layer
from components.shared.traces import Traces, traces
from settings import Settings

CANNOT_PROVE = (
    "it cannot prove that customers of other accounts reach the API, and an outage of this account, of its"
    " quotas or of its CloudWatch silences canary and alarms together with the API"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Common:
    """`base` names the service; `key_arn` encrypts whatever is kept, `layer_arn` has the SDK."""

    base: str
    account_id: str
    region: str
    log_retention_days: int
    key_arn: pulumi.Input[str]
    layer_arn: pulumi.Input[str]
    traces: Traces = field(default_factory=Traces)


def common(
    name: str,
    settings: Settings,
    prefix: str,
    opts: pulumi.ResourceOptions,
    *,
    protect: bool = False,
    region: str | None = None,
) -> Common:
    """Makes the key, protected or not, and the layer; `prefix` begins their physical names.

    `region` is another one than the stack's, which the provider in `opts` is then of.
    """
    budgets = settings.budget is not None and region is None  # topics are in the stack's own region
    region = region or settings.region
    encryption = Encryption(
        f"{name}-encryption",
        EncryptionArgs(
            alias=prefix,
            account_id=settings.account_id,
            region=region,
            budgets=budgets,
            deletion_protection=protect,
        ),
        opts=opts,
    )
    return Common(
        base=settings.base,
        account_id=settings.account_id,
        region=region,
        log_retention_days=settings.log_retention_days,
        key_arn=encryption.key_arn,
        layer_arn=sdk_layer(f"{name}-sdk", f"{prefix}-xray-sdk", opts).arn,
        traces=traces(f"{name}-traces", settings.tracing, prefix, encryption.key_arn, opts),
    )


def account_provider(
    name: str, settings: Settings, region: str, opts: pulumi.ResourceOptions | None = None
) -> aws.Provider:
    """A provider for one region of the stack's account, which may touch no other account."""
    return aws.Provider(
        name,
        region=region,
        allowed_account_ids=[settings.account_id],
        default_tags={"tags": {"service": settings.base, "managed-by": "pulumi"}},
        opts=opts,
    )


def warn_of_one_account(name: str) -> None:
    """Says it to whoever previews or updates the stack."""
    pulumi.log.warn(
        f"{name} is watched from its own account: {CANNOT_PROVE}. Where there is a second account, set"
        " accounts.monitor to it in both stacks."
    )


def sdk_layer(name: str, layer_name: str, opts: pulumi.ResourceOptions) -> aws.lambda_.LayerVersion:
    """The X-Ray SDK."""
    return lambda_layer(
        name, layer_name, "aws-xray-sdk and regex, pinned in handlers/requirements.txt", SDK, opts
    )


def lambda_layer(
    name: str, layer_name: str, description: str, layer: Layer, opts: pulumi.ResourceOptions
) -> aws.lambda_.LayerVersion:
    """A layer for the runtime of the functions; a change of what is pinned publishes a new one."""
    return aws.lambda_.LayerVersion(
        name,
        layer_name=layer_name,
        description=description,
        code=pulumi.FileArchive(str(build_layer(layer))),
        compatible_runtimes=[RUNTIME],
        compatible_architectures=[ARCHITECTURE],
        opts=opts,
    )
