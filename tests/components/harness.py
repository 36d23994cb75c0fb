"""Runs the real `__main__.py` under Pulumi mocks and records what it would make."""

import asyncio
import json
import logging
import runpy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pulumi
import yaml
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.proto.resource_pb2 import RegisterResourceRequest

import config
from components.shared.identity import READ
from monitoring.notify import drill

ACCOUNTS = {"service": "111111111111", "monitor": "222222222222"}
IMAGE = "111111111111.dkr.ecr.eu-central-1.amazonaws.com/inference-dev-model@sha256:" + "0123456789abcdef" * 4
SECRET = "1b47061264138c4ac30d75fd1eb44270"
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET_OUTPUTS = frozenset({"canary_api_key", "subscriptions"})
BOOTSTRAP = "inference-watch-bootstrap"


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """A resource as the engine would see it; `account` is the one its provider may touch."""

    type: str
    name: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    provider: str
    account: str | None
    options: RegisterResourceRequest = field(repr=False)


class RecordingMonitor(MockMonitor):
    """Hands the recorder the whole request: mocks see inputs alone, not a resource's options."""

    def __init__(self, recorder: "Recorder") -> None:
        super().__init__(recorder)
        self._recorder = recorder

    def RegisterResource(self, request: RegisterResourceRequest) -> Any:  # noqa: N802  # gRPC's name
        """Register as the mocks do."""
        self._recorder.requests[request.type, request.name] = request
        return super().RegisterResource(request)  # type: ignore[no-untyped-call]  # Pulumi has no types here


@dataclass
class Recorder(pulumi.runtime.Mocks):
    """Answers like AWS would: physical ids and ARNs of the right account."""

    stack_outputs: Mapping[str, Any] = field(default_factory=dict)
    by_stack: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    own_outputs: Mapping[str, Any] = field(default_factory=dict)
    made: list[Made] = field(default_factory=list)
    providers: dict[str, str] = field(default_factory=dict)
    references: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    requests: dict[tuple[str, str], RegisterResourceRequest] = field(default_factory=dict)

    def call(self, args: pulumi.runtime.MockCallArgs) -> Any:
        if args.token == READ:
            return {"outputs": dict(self.own_outputs)}
        raise AssertionError(f"unexpected invoke {args.token}")

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        inputs = dict(args.inputs)
        if args.typ == "pulumi:pulumi:StackReference":
            self.references.append(args.name)
            theirs = self.by_stack.get(args.name, self.stack_outputs)
            return args.name, {
                **inputs,
                "outputs": dict(theirs),
                "secretOutputNames": sorted(SECRET_OUTPUTS & set(theirs)),
            }
        if args.typ == "pulumi:providers:aws":
            (account,) = json.loads(inputs["allowedAccountIds"])
            self.providers[args.name] = account
        account = self._account(args.provider)
        outputs = {**inputs, **self._attributes(args, account)}
        made = Made(
            type=args.typ,
            name=args.name,
            inputs=inputs,
            outputs=outputs,
            provider=args.provider or "",
            account=account,
            options=self.requests[args.typ, args.name],
        )
        self.made.append(made)
        return f"{args.name}-id", outputs

    def _account(self, provider: str | None) -> str | None:
        name = provider.split("::")[-2] if provider else None
        return self.providers.get(name) if name else None

    def _attributes(self, args: pulumi.runtime.MockResourceArgs, account: str | None) -> dict[str, Any]:
        kind = args.typ.split("/")[-1].split(":")[-1].lower()
        physical = unwrap(args.inputs.get("name")) or f"{args.name}-auto"
        attributes: dict[str, Any] = {
            "name": physical,
            "arn": f"arn:aws:{kind}:eu-central-1:{account}:{physical}",
        }
        match args.typ:
            case "aws:apigateway/apiKey:ApiKey":
                attributes["value"] = api_key(physical)
            case "aws:apigateway/usagePlanKey:UsagePlanKey":
                attributes["value"] = api_key(unwrap(args.inputs["keyId"]))
            case "aws:apigateway/restApi:RestApi":
                attributes["executionArn"] = f"arn:aws:execute-api:eu-central-1:{account}:api123"
            case "aws:apigateway/stage:Stage":
                attributes["invokeUrl"] = "https://api123.execute-api.eu-central-1.amazonaws.com/live"
            case "aws:apigateway/domainName:DomainName":
                attributes["regionalDomainName"] = "d-abc.execute-api.eu-central-1.amazonaws.com"
                attributes["regionalZoneId"] = "Z1UJRXOUMOOFQ8"
            case "aws:lambda/function:Function":
                attributes["version"] = "1"
            case "aws:lambda/alias:Alias":
                attributes["invokeArn"] = f"arn:aws:apigateway:invoke:{physical}"
            case "aws:kms/key:Key":
                attributes["keyId"] = "key-1"
            case "aws:oam/sink:Sink":
                attributes["arn"] = f"arn:aws:oam:eu-central-1:{account}:sink/0b1c"
        return attributes


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """What one stack would make, and what it exports (secrets unwrapped, named in `secret_outputs`).

    `references` are the stacks it read, `warnings` what it said to the person at the terminal, `protected`
    the resources that the engine would not delete, `waits_for` what is made before each; components included.
    """

    made: tuple[Made, ...]
    outputs: Mapping[str, Any]
    secret_outputs: frozenset[str]
    references: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    protected: frozenset[str] = frozenset()
    waits_for: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def of(self, kind: str) -> dict[str, Made]:
        """AWS resources of one type by name; `kind` is the class name, as in `Function`."""
        return {m.name: m for m in self.made if m.type.startswith("aws:") and m.type.endswith(f":{kind}")}

    def metric_alarms(self) -> dict[str, Made]:
        """Those of the catalogue: without the drills, which are the topics'."""
        return {
            name: made
            for name, made in self.of("MetricAlarm").items()
            if not made.inputs["name"].endswith(drill.SUFFIX)
        }

    def one(self, kind: str) -> Made:
        """The only resource of this type."""
        (made,) = self.of(kind).values()
        return made


def api_key(name: str) -> str:
    """The value of the API key of this name: each key has its own."""
    return f"value-of-{name}"


def unwrap(value: Any) -> Any:
    """The plain value inside Pulumi's secret envelopes, at any depth."""
    if isinstance(value, Mapping):
        if value.get(SIGNATURE) == SECRET:
            return unwrap(value["value"])
        return {key: unwrap(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [unwrap(inner) for inner in value]
    return value


class WarningLog(logging.Logger):
    """Keeps what the program warns of."""

    def __init__(self, warnings: list[str]) -> None:
        super().__init__("program", logging.WARNING)
        self._warnings = warnings

    def handle(self, record: logging.LogRecord) -> None:
        if record.levelno == logging.WARNING:
            self._warnings.append(record.getMessage())


def run_program(
    program: Callable[[], Any],
    recorder: Recorder,
    stack: str = "dev",
    settings: Mapping[str, Any] | None = None,
    *,
    project: str = config.PROJECT,
    preview: bool = False,
) -> dict[str, pulumi.Output[Any]]:
    """Run any program under fresh mocks; returns the root stack's outputs."""
    asyncio.set_event_loop(asyncio.new_event_loop())
    # set_mocks would keep the last run's root stack and its outputs.
    pulumi.runtime.settings.set_root_resource(cast("pulumi.Resource", None))
    pulumi.runtime.set_mocks(
        recorder,
        project=project,
        stack=stack,
        organization="acme",
        preview=preview,
        logger=WarningLog(recorder.warnings),
        monitor=RecordingMonitor(recorder),
    )
    texts = {
        f"{project}:{key}": value if isinstance(value, str) else json.dumps(value)
        for key, value in (settings or {}).items()
    }
    pulumi.runtime.set_all_config(texts, [f"{project}:canary"])
    outputs: dict[str, Any] = {}
    secrets: set[str] = set()

    async def settle() -> None:
        root = pulumi.runtime.get_root_resource()
        assert isinstance(root, pulumi.runtime.stack.Stack)
        for name, value in root.outputs.items():
            output = pulumi.Output.from_input(value)
            outputs[name] = await output.future(with_unknowns=preview)
            if await output.is_secret():
                secrets.add(name)

    def run() -> Any:
        program()
        return pulumi.Output.from_input(settle())

    pulumi.runtime.test(run)()  # type: ignore[no-untyped-call]  # Pulumi's decorator has no types
    outputs["__secrets__"] = secrets
    return outputs


def run_stack(
    stack: str,
    changes: Mapping[str, Any] | None = None,
    stack_outputs: Mapping[str, Any] | None = None,
    *,
    name: str | None = None,
    preview: bool = False,
    by_stack: Mapping[str, Mapping[str, Any]] | None = None,
) -> Run:
    """Run `__main__.py` for a shipped stack with some settings changed, as a stack called `name`.

    `stack_outputs` are what every other stack exports, but for those in `by_stack`, by full name.
    """
    settings = config.read_stack(stack)
    if settings["role"] == "service":
        settings["model"] = {**settings["model"], "image": IMAGE}
    settings = {**settings, **(changes or {})}
    recorder = Recorder(stack_outputs=stack_outputs or {}, by_stack=by_stack or {})
    return _run(config.ROOT, name or stack, settings, recorder, config.PROJECT, preview=preview)


def run_bootstrap(
    role: str,
    changes: Mapping[str, Any] | None = None,
    stack_outputs: Mapping[str, Any] | None = None,
    *,
    name: str | None = None,
    preview: bool = False,
) -> Run:
    """Run `bootstrap/__main__.py` for an account of this role."""
    settings = {"role": role, "region": "eu-central-1", "accounts": ACCOUNTS, **(changes or {})}
    folder = config.ROOT / "bootstrap"
    recorder = Recorder(stack_outputs=stack_outputs or {})
    return _run(folder, name or role, settings, recorder, BOOTSTRAP, preview=preview)


def _run(
    folder: Path,
    stack: str,
    settings: Mapping[str, Any],
    recorder: Recorder,
    project: str,
    *,
    preview: bool,
) -> Run:
    outputs = run_program(
        lambda: runpy.run_path(str(folder / "__main__.py")),
        recorder,
        stack,
        settings,
        project=project,
        preview=preview,
    )
    secrets = outputs.pop("__secrets__")
    return Run(
        made=tuple(recorder.made),
        outputs=outputs,
        secret_outputs=frozenset(secrets),
        references=tuple(recorder.references),
        warnings=tuple(recorder.warnings),
        protected=frozenset(name for (_, name), asked in recorder.requests.items() if asked.protect),
        waits_for={
            name: frozenset(urn.split("::")[-1] for urn in asked.dependencies)
            for (_, name), asked in recorder.requests.items()
        },
    )


def policy_documents(run: Run) -> dict[str, Mapping[str, Any]]:
    """Every inline role policy by resource name."""
    return {name: json.loads(unwrap(made.inputs["policy"])) for name, made in run.of("RolePolicy").items()}


def yaml_of(path: str) -> Any:
    """A YAML file of the repository."""
    return yaml.safe_load((config.ROOT / path).read_text())
