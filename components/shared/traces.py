"""Where the functions of a stack send what they record of a request."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi

from components.shared import iam
from components.shared.secret import keep
from settings.tracing import Tracing


@dataclass(frozen=True, kw_only=True, slots=True)
class Traces:
    """What each function is told, and may do for it besides sending to X-Ray."""

    environment: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    statements: Sequence[iam.Statement] = ()


def traces(
    name: str, settings: Tracing, prefix: str, key_arn: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> Traces:
    """The settings' way, with a secret where an endpoint takes headers; `prefix` begins its name."""
    if settings.backend == "xray":
        return Traces()
    environment: dict[str, pulumi.Input[str]] = {"TRACING_BACKEND": settings.backend}
    if settings.otlp is None:
        return Traces(environment=environment)
    environment["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = settings.otlp.endpoint
    if not settings.otlp.headers:
        return Traces(environment=environment)
    secret, _ = keep(
        f"{name}-headers",
        pulumi.Output.secret(json.dumps(dict(settings.otlp.headers), sort_keys=True)),
        called=f"{prefix}-otlp-headers",
        description="What spans are sent with.",
        key_arn=key_arn,
        opts=opts,
    )
    return Traces(
        environment={**environment, "OTLP_HEADERS_SECRET_ARN": secret.arn},
        statements=[
            iam.allow("secretsmanager:GetSecretValue", secret.arn),
            iam.allow("kms:Decrypt", key_arn),
        ],
    )
