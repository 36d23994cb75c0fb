"""The stand-in for pulumi-aws: a gRPC `ResourceProvider` on loopback that the real engine is attached to.

It behaves as pulumi-terraform-bridge does where the engine can tell: outputs are unknown in a preview,
secrets are the engine's business, physical names are given in `Check` and kept, and a replacement of a
thing whose name the program gave deletes it first (`nameRequiresDeleteBeforeReplace` in its schema.go).
"""

import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from importlib import metadata
from typing import Any

import grpc
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc
from pulumi.runtime.rpc import UNKNOWN

from tests.engine.classes import shape, unknown_inputs
from tests.engine.cloud import Cloud, Method, Refused, Thing
from tests.engine.kinds import lookup
from tests.engine.refusals import check as refused_by_aws
from tests.engine.values import believable, recomputed

SIGNATURE = "4dabf18193072939515e22adb298388d"  # of what is more than JSON: here, an archive
DEFAULTS = "__defaults"  # where the bridge keeps which inputs it named itself
VERSION = metadata.version("pulumi_aws")
Properties = dict[str, Any]
Make = Callable[[Thing, Cloud], None]


@contextmanager
def serve(cloud: Cloud, make: Make = believable) -> Iterator[int]:
    """A provider for these accounts, whose things `make` makes; yields its port."""
    server = grpc.server(ThreadPoolExecutor(16, "stand-in"))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(StandIn(cloud, make), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield port
    finally:
        server.stop(grace=None).wait()


class StandIn(provider_pb2_grpc.ResourceProviderServicer):
    """Serves every provider resource of a test, each by a connection of its own; its account and region are
    those that it was configured with.
    """

    def __init__(self, cloud: Cloud, make: Make) -> None:
        self.cloud, self.make = cloud, make
        self._homes: dict[str, tuple[str, str]] = {}

    def Handshake(self, _request: Any, context: Any) -> None:  # noqa: N802
        context.abort(grpc.StatusCode.UNIMPLEMENTED, "what the engine then says to Configure is enough")

    def Attach(self, _request: Any, _context: Any) -> empty_pb2.Empty:  # noqa: N802
        return empty_pb2.Empty()

    def Cancel(self, _request: Any, _context: Any) -> empty_pb2.Empty:  # noqa: N802
        return empty_pb2.Empty()

    def GetPluginInfo(self, _request: Any, _context: Any) -> plugin_pb2.PluginInfo:  # noqa: N802
        return plugin_pb2.PluginInfo(version=VERSION)

    def GetSchema(self, _request: Any, _context: Any) -> provider_pb2.GetSchemaResponse:  # noqa: N802
        """Of the provider alone, for programs in YAML that make one; components make the rest."""
        texts = {"type": "array", "items": {"type": "string"}}
        inputs = {"region": {"type": "string"}, "allowedAccountIds": texts}
        said = {"name": "aws", "version": VERSION, "provider": {"inputProperties": inputs}}
        return provider_pb2.GetSchemaResponse(schema=json.dumps(said))

    def CheckConfig(self, request: Any, _context: Any) -> provider_pb2.CheckResponse:  # noqa: N802
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, _context: Any) -> provider_pb2.DiffResponse:  # noqa: N802
        changed = _changed(_plain(request.old_inputs or request.olds), _plain(request.news))
        return _difference(changed, [])

    def Configure(self, request: Any, context: Any) -> provider_pb2.ConfigureResponse:  # noqa: N802
        given = _plain(request.args)
        (account,) = _structure(given["allowedAccountIds"])
        self._homes[context.peer()] = account, given["region"]
        return provider_pb2.ConfigureResponse(supportsPreview=True, acceptSecrets=False)

    def Invoke(self, request: Any, context: Any) -> provider_pb2.InvokeResponse:  # noqa: N802
        context.abort(grpc.StatusCode.UNIMPLEMENTED, f"the stand-in answers no lookups: {request.tok}")
        raise AssertionError

    def Check(self, request: Any, context: Any) -> provider_pb2.CheckResponse:  # noqa: N802
        token, name = _type_and_name(request.urn)
        news, olds = _plain(request.news), _plain(request.olds)
        try:
            named, problems = lookup(token).named, unknown_inputs(token, news)
        except LookupError as error:
            context.abort(grpc.StatusCode.UNIMPLEMENTED, str(error))
        failures = [
            provider_pb2.CheckFailure(property=path, reason=f"{token} has no input {path}")
            for path in problems
        ]
        defaults = []
        if named and named not in news:
            kept = olds.get(named) if named in olds.get(DEFAULTS, ()) else None
            news[named] = kept or f"{name}-{request.randomSeed.hex()[:7]}"
            defaults.append(named)
        return provider_pb2.CheckResponse(inputs=_struct({**news, DEFAULTS: defaults}), failures=failures)

    def Diff(self, request: Any, _context: Any) -> provider_pb2.DiffResponse:  # noqa: N802
        token, _ = _type_and_name(request.urn)
        kind, news = lookup(token), _plain(request.news)
        changed = _changed(_plain(request.old_inputs), news)
        replaces = [name for name in changed if kind.forces(name)]
        given = kind.named is not None and kind.named not in news.get(DEFAULTS, ())
        return _difference(changed, replaces, delete_first=bool(replaces) and given)

    def Create(self, request: Any, context: Any) -> provider_pb2.CreateResponse:  # noqa: N802
        thing = self._thing(request, context)
        if request.preview:
            unknown = dict.fromkeys(shape(thing.type).outputs - {"id"}, UNKNOWN)
            return provider_pb2.CreateResponse(id="", properties=_struct(thing.inputs | unknown))
        with self._call("Create", thing, context):
            self.make(thing, self.cloud)
            self.cloud.put(thing)
        return provider_pb2.CreateResponse(id=thing.id, properties=_struct(thing.outputs))

    def Read(self, request: Any, context: Any) -> provider_pb2.ReadResponse:  # noqa: N802
        thing = self._existing(request, context)
        if thing is None:
            return provider_pb2.ReadResponse()
        inputs, outputs = _struct(thing.inputs), _struct(thing.outputs)
        return provider_pb2.ReadResponse(id=thing.id, inputs=inputs, properties=outputs)

    def Update(self, request: Any, context: Any) -> provider_pb2.UpdateResponse:  # noqa: N802
        token, _ = _type_and_name(request.urn)
        news, olds = _plain(request.news), _plain(request.olds)
        changed = set(_changed(_plain(request.old_inputs), news))
        fresh = recomputed(token, changed, news)
        kept = {name: olds[name] for name in shape(token).outputs - fresh if name in olds}
        if request.preview:
            return provider_pb2.UpdateResponse(
                properties=_struct(news | kept | dict.fromkeys(fresh, UNKNOWN))
            )
        thing = self._existing(request, context)
        if thing is None:
            context.abort(grpc.StatusCode.NOT_FOUND, f"NotFound: {request.id} does not exist")
            raise AssertionError
        with self._call("Update", replace(thing, inputs=news), context):
            thing.inputs = news
            self.make(thing, self.cloud)
            thing.outputs |= kept
            if thing.kind == "RestApi" and "body" in changed:
                self.cloud.overwrite(thing)
        return provider_pb2.UpdateResponse(properties=_struct(thing.outputs))

    def Delete(self, request: Any, context: Any) -> empty_pb2.Empty:  # noqa: N802
        thing = self._existing(request, context)
        if thing is not None:
            with self._call("Delete", thing, context):
                self.cloud.remove(thing)
        return empty_pb2.Empty()

    def _thing(self, request: Any, context: Any) -> Thing:
        token, name = _type_and_name(request.urn)
        account, region = self._homes[context.peer()]
        inputs = _plain(request.properties)
        return Thing(account=account, region=region, type=token, name=name, id="", inputs=inputs)

    def _existing(self, request: Any, context: Any) -> Thing | None:
        token, _ = _type_and_name(request.urn)
        account, region = self._homes[context.peer()]
        return self.cloud.at(account, region, token, request.id)

    @contextmanager
    def _call(self, method: Method, thing: Thing, context: Any) -> Iterator[None]:
        """One call at a time, logged; what is refused ends as the provider's error."""
        with self.cloud.lock:
            try:
                self.cloud.refuse(method, thing)
                refused_by_aws(method, thing, self.cloud)
                yield
            except Refused as error:
                self.cloud.log(method, thing, str(error))
                context.abort(grpc.StatusCode.UNKNOWN, f"{method} {thing.kind} {thing.name}: {error}")
            self.cloud.log(method, thing)


def _type_and_name(urn: str) -> tuple[str, str]:
    """The type token without its parents', and the logical name."""
    _, _, kinds, name = urn.split("::", 3)
    return kinds.rsplit("$", 1)[-1], name


def _plain(message: struct_pb2.Struct) -> Properties:
    properties: Properties = json_format.MessageToDict(message)
    return properties


def _struct(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    message = struct_pb2.Struct()
    message.update(dict(properties))
    return message


def _structure(value: Any) -> Any:
    """A provider's own inputs hold structures as JSON text."""
    return json.loads(value) if isinstance(value, str) else value


def _changed(olds: Properties, news: Properties) -> list[str]:
    """The inputs that differ. What is not known yet differs."""
    names = sorted((olds.keys() | news.keys()) - {DEFAULTS})
    return [name for name in names if not _same(olds.get(name), news.get(name))]


def _same(old: Any, new: Any) -> bool:
    """Equal, or the same bytes of an archive, or the same JSON document."""
    if isinstance(old, Mapping) and isinstance(new, Mapping) and SIGNATURE in new:
        return bool(old.get("hash") == new["hash"])
    if old == new:
        return not _unknown(new)
    if not (isinstance(old, str) and isinstance(new, str) and new[:1] in ("{", "[")):
        return False
    parse: Callable[[str], Any] = json.loads
    try:
        return bool(parse(old) == parse(new))
    except ValueError:
        return False


def _unknown(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_unknown(item) for item in value.values())
    return any(map(_unknown, value)) if isinstance(value, list) else value == UNKNOWN


def _difference(
    changed: list[str], replaces: list[str], *, delete_first: bool = False
) -> provider_pb2.DiffResponse:
    some = provider_pb2.DiffResponse.DIFF_SOME if changed else provider_pb2.DiffResponse.DIFF_NONE
    return provider_pb2.DiffResponse(
        changes=some, diffs=changed, replaces=replaces, deleteBeforeReplace=delete_first
    )
