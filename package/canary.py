"""A canary: requests as customers send them, once a minute, from the account that it is deployed in."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NotRequired, TypedDict

import pulumi

from components.monitor import canary
from components.shared.common import Common, sdk_layer
from components.shared.encryption import Encryption, EncryptionArgs
from monitoring.names import canary_name
from monitoring.watched import Watched
from package.inputs import ServiceInput, watched
from package.wrong import WrongInputError, judged, known, model_of
from settings import Settings
from settings.canary import Canary as CanarySettings
from settings.existing import Address
from settings.forms import AccountId, Retention, Section
from settings.probes import exported, file
from settings.service.errors import ServiceError

DEFAULTS: Mapping[str, int] = {
    "timeoutMs": CanarySettings.model_fields["timeout_ms"].default,
    "logRetentionDays": Settings.model_fields["log_retention_days"].default,
}


class Where(Section):
    """Where it runs, and what is kept of it."""

    account_id: AccountId
    log_retention_days: Retention = 30


class CanaryArgs(TypedDict):
    """What is called, how, and from where."""

    service: ServiceInput
    """The service that is probed; its `name` is the metrics' dimension `Service`."""
    account_id: pulumi.Input[str]
    """The account that the canary runs in: best another one than the service's."""
    api_url: pulumi.Input[str]
    """Where customers call, with the stage and without a path."""
    probes: pulumi.Input[str]
    """The text of a probe file: what is sent, how it is authorized, what must come back."""
    api_id: NotRequired[pulumi.Input[str]]
    """The API's id, where a probe signs with IAM."""
    api_key: NotRequired[pulumi.Input[str]]
    """The API key, where a probe has `api_key: true`."""
    secrets: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]
    """The values of the secrets that probes name."""
    timeout_ms: NotRequired[int]
    """How long a probe may take from its first step to its last answer."""
    log_retention_days: NotRequired[int]
    """How long its log is kept."""


class Canary(pulumi.ComponentResource):
    """Function, schedule, key and secrets of a canary."""

    function_name: pulumi.Output[str]
    """The function's name, and its role's."""

    def __init__(self, name: str, args: CanaryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-watch:index:Canary", name, None, opts)
        given: dict[str, Any] = {**args}
        kept = {key: given.pop(key, None) for key in ("api_url", "api_id", "api_key")}  # used as they are

        def make(found: dict[str, Any]) -> pulumi.Output[str]:
            service, probes = watched(found["service"]), read(found["probes"])
            check(probes, {**kept, **found})
            chosen = {key: found[key] for key in ("timeout_ms", "secrets") if key in found}
            args = canary.CanaryArgs(
                common=self._common(name, service, found),
                watched=service,
                api_id=kept["api_id"] or "",
                api_url=judged("apiUrl", Address, kept["api_url"]),
                api_key=kept["api_key"],
                probes=probes,
                settings=model_of(CanarySettings, chosen, ""),
            )
            return canary.Canary(name, args, pulumi.ResourceOptions(parent=self)).function.function_name

        self.function_name = pulumi.Output.unsecret(known(self, "probes", given, make))
        self.register_outputs({"function_name": self.function_name})

    def _common(self, name: str, service: Watched, found: dict[str, Any]) -> Common:
        child, prefix = pulumi.ResourceOptions(parent=self), canary_name(service.name)
        given = {key: found[key] for key in Where.model_fields if key in found}
        where = model_of(Where, given, "")
        key = Encryption(
            f"{name}-encryption",
            EncryptionArgs(alias=prefix, account_id=where.account_id, region=service.region),
            child,
        )
        return Common(
            base=service.name,
            account_id=where.account_id,
            region=service.region,
            log_retention_days=where.log_retention_days,
            key_arn=key.key_arn,
            layer_arn=sdk_layer(f"{name}-sdk", f"{prefix}-xray-sdk", child).arn,
        )


def read(probes: str) -> str:
    """Probes as the canary's package takes them. Raises `WrongInputError` with all that is wrong."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "probes"
        path.write_text(probes)
        try:
            return file.read(path, alone=True).exported()
        except ServiceError as error:
            raise WrongInputError({"probes": str(error)}) from None


def check(probes: str, given: Mapping[str, Any]) -> None:
    """Raises `WrongInputError` where probes need what was not given."""
    problems = {
        f"secrets.{name}": f"probe {probe!r} could not be sent without it. Give it."
        for name, probe in exported.secret_names(probes).items()
        if name not in given.get("secrets", {})
    }
    if exported.needs_api_key(probes) and given["api_key"] is None:
        problems["apiKey"] = "a probe sends the API key and none is given. Give it."
    if exported.signed_calls(probes) and given["api_id"] is None:
        problems["apiId"] = "a probe signs with IAM, and of which API is not said. Give it."
    if problems:
        raise WrongInputError(problems)
