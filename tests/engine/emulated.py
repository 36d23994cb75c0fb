"""Makes what the engine asks for in the emulator, through the local run's deployer.

For a test that goes on to use what was made. Only what such a test changes is updated; anything else is
refused, so that nothing is believed to have happened.
"""

import json
from collections.abc import Mapping
from typing import Any

import pulumi

from local.deployer.accounts import Emulator, Provider, provider
from local.deployer.registry import lookup
from local.deployer.request import Request
from local.deployer.resources.archives import zip_bytes
from local.deployer.resources.openapi import overwrite
from local.deployer.wire import plain
from tests.engine.cloud import Cloud, Refused, Thing
from tests.engine.engine import ROOT
from tests.engine.provider import DEFAULTS, SIGNATURE


class Emulated:
    """A `Make` of the stand-in."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._providers: dict[str, Provider] = {}

    def close(self) -> None:
        """Close every client."""
        for item in self._providers.values():
            item.close()

    def __call__(self, thing: Thing, _cloud: Cloud) -> None:
        request = self._request(thing)
        if thing.id:
            self._update(thing, request)
            return
        created = lookup(thing.type, request.inputs).create(request)
        thing.id = created.id
        thing.outputs = {"region": thing.region, **thing.inputs, **created.outputs, "tagsAll": request.tags}

    def _update(self, thing: Thing, request: Request) -> None:
        given, fresh = thing.inputs, dict[str, str]()
        if thing.kind == "RestApi":
            client, body = request.client("apigateway"), json.loads(given["body"])
            overwrite(client, thing.id, body, thing.outputs["executionArn"])
        elif thing.kind == "Stage":
            turn = {"op": "replace", "path": "/deploymentId", "value": given["deployment"]}
            at = {"restApiId": given["restApi"], "stageName": given["stageName"]}
            request.client("apigateway").update_stage(**at, patchOperations=[turn])
        elif thing.kind == "Function":
            code = zip_bytes(request.inputs["code"], request.root)
            client = request.client("lambda")
            made = client.update_function_code(FunctionName=thing.id, ZipFile=code, Publish=True)
            fresh = {"version": made["Version"], "qualifiedArn": f"{thing.outputs['arn']}:{made['Version']}"}
        elif thing.kind == "Alias":
            at = {"FunctionName": given["functionName"], "FunctionVersion": given["functionVersion"]}
            request.client("lambda").update_alias(Name=given["name"], **at)
        else:
            raise Refused(f"the emulator's deployer does not update {thing.kind} {thing.name}")
        thing.outputs = thing.outputs | given | fresh

    def _request(self, thing: Thing) -> Request:
        inputs: dict[str, Any] = plain(thing.inputs)
        unsaid = {DEFAULTS, *inputs[DEFAULTS]}  # names that are the deployer's to give
        if thing.account not in self._providers:
            given = {"region": thing.region, "allowedAccountIds": json.dumps([thing.account])}
            self._providers[thing.account] = provider(given, emulator=self._emulator)
        return Request(
            type=thing.type,
            name=thing.name,
            inputs={name: _archive(value) for name, value in inputs.items() if name not in unsaid},
            provider=self._providers[thing.account],
            root=ROOT,
            endpoint=self._emulator.url,
        )


def _archive(value: Any) -> Any:
    """On the wire an archive is where it lies and its hash."""
    return pulumi.FileArchive(value["path"]) if isinstance(value, Mapping) and SIGNATURE in value else value
