"""What the shipped stacks register, without the CLI: the program runs under Pulumi's mocks."""

import asyncio
import json
import logging
import runpy
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pulumi

import config
from policy.resource import Resource

MONITOR = "-monitor"
BOOTSTRAP = "inference-watch-bootstrap"
READ_OUTPUTS = "pulumi:pulumi:readStackOutputs"
_ENVELOPE = "4dabf18193072939515e22adb298388d"  # the key by which Pulumi marks a secret
IMAGE = f"111111111111.dkr.ecr.eu-central-1.amazonaws.com/model@sha256:{'0123456789abcdef' * 4}"
# What AWS knows of a resource once it is there: believable, so that documents made of it can be judged.
COMPUTED = {
    "executionArn": "arn:aws:execute-api:eu-central-1:111111111111:api",
    "invokeUrl": "https://api.execute-api.eu-central-1.amazonaws.com/live",
    "invokeArn": "arn:aws:apigateway:invoke",
    "keyId": "key",
    "value": "known-when-deployed",
    "version": "1",
}
_SILENT = logging.Logger("program", logging.ERROR)  # what it warns of is for who deploys it


class Registered(pulumi.runtime.Mocks):
    """Keeps each resource; `outputs` is what every StackReference answers with."""

    def __init__(self, stack: str, outputs: Mapping[str, Any]) -> None:
        self.resources: list[Resource] = []
        self._stack, self._outputs = stack, outputs

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        """The inputs and what AWS would add."""
        if args.typ == "pulumi:pulumi:StackReference":
            return args.name, {**args.inputs, "outputs": dict(self._outputs)}
        inputs = opened(args.inputs)
        self.resources.append(Resource(type=args.typ, name=args.name, stack=self._stack, props=inputs))
        name = inputs.get("name") or args.name
        kind = args.typ.rpartition(":")[2].lower()
        arn = f"arn:aws:{kind}:eu-central-1:111111111111:{name}"
        identity = inputs.get("bucket") if kind == "bucket" else f"{args.name}-id"  # a bucket's is its name
        return identity, {**COMPUTED, "name": name, "arn": arn, **inputs}

    def call(self, args: pulumi.runtime.MockCallArgs) -> Any:
        """Nothing is deployed yet."""
        if args.token != READ_OUTPUTS:
            raise LookupError(f"the program asks {args.token}, which has no answer here")
        return {"outputs": {}}


def pair(
    stack: str, changes: Mapping[str, Any] | None = None, *, folder: Path | None = config.ROOT
) -> list[Resource]:
    """What a service stack registers and, where it has a monitor stack, that one; `changes` are settings.

    `folder` has the stack files; None is where `INFERENCE_WATCH_STACKS` says.
    """
    resources, outputs = _stack(stack, {**config.read_stack(stack, folder), **(changes or {})}, {})
    monitor = f"{stack}{MONITOR}"
    if monitor in config.stack_files.stacks(folder or config.STACKS):
        resources += _stack(monitor, config.read_stack(monitor, folder), outputs)[0]
    return resources


def bootstrap() -> list[Resource]:
    """What `bootstrap/` registers in both accounts, with all that it may."""
    folder = config.ROOT / "bootstrap"
    sink = {"sink_arn": "arn:aws:oam:eu-central-1:222222222222:sink/1"}
    github = {"repository": "acme/watch"}
    key = {"state_key_arn": "arn:aws:kms:eu-central-1:222222222222:key/1"}
    all_of_it = (
        ("monitor", {"delivery": {"state": True, **github}}),
        ("service", {"delivery": {**key, **github}, "observability": sink}),
    )
    found: list[Resource] = []
    for role, changes in all_of_it:
        own = config.stack_files.read(folder / f"Pulumi.{role}.yaml", BOOTSTRAP)
        settings = {key.removeprefix(f"{BOOTSTRAP}:"): value for key, value in own.items()} | changes
        found += _run(folder / "__main__.py", BOOTSTRAP, role, settings, {})[0]
    return found


def _stack(
    stack: str, settings: Mapping[str, Any], outputs: Mapping[str, Any]
) -> tuple[list[Resource], Mapping[str, Any]]:
    if settings.get("role") == "service":
        # With the endpoint, then.
        settings = {**settings, "model": {"image": IMAGE, **settings.get("model", {})}}
    return _run(config.ROOT / "__main__.py", config.PROJECT, stack, settings, outputs)


def _run(
    program: Path, project: str, stack: str, settings: Mapping[str, Any], outputs: Mapping[str, Any]
) -> tuple[list[Resource], Mapping[str, Any]]:
    asyncio.set_event_loop(asyncio.new_event_loop())
    # set_mocks would keep the last run's root stack and its outputs.
    pulumi.runtime.settings.set_root_resource(cast("pulumi.Resource", None))
    mocks = Registered(stack, outputs)
    pulumi.runtime.set_mocks(
        mocks, project=project, stack=stack, organization="organization", preview=False, logger=_SILENT
    )
    pulumi.runtime.set_all_config(
        {f"{project}:{key}": v if isinstance(v, str) else json.dumps(v) for key, v in settings.items()}
    )
    exported: dict[str, Any] = {}

    async def settle() -> None:
        root = pulumi.runtime.get_root_resource()
        for name, value in getattr(root, "outputs", {}).items():
            exported[name] = await pulumi.Output.from_input(value).future()

    def run() -> Any:
        runpy.run_path(str(program))
        return settle()

    pulumi.runtime.test(run)()  # type: ignore[no-untyped-call]  # Pulumi's decorator has no types
    return mocks.resources, exported


def opened(value: Any) -> Any:
    """The value without Pulumi's envelopes of secrets, at any depth."""
    if isinstance(value, Mapping):
        if _ENVELOPE in value:
            return opened(value.get("value"))
        return {key: opened(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [opened(inner) for inner in value]
    return value
