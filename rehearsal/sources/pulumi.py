"""`pulumi preview --json`, as one document or as a stream of events, and `pulumi stack export`.

A resource's inputs are read, and its outputs where an input is not known. Sources: the engine's
`PreviewDigest` and `apitype.DeploymentV3` (github.com/pulumi/pulumi, `sdk/go/common/display` and
`apitype`).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from rehearsal.sources import provider
from rehearsal.sources.found import Found, Resource, Unknown

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"  # the engine's word for a value that is not known yet
SECRET = "4dabf18193072939515e22adb298388d"  # noqa: S105  # the engine's mark of a secret, the same everywhere
GONE = (
    "delete",
    "delete-replaced",
    "read",
    "discard",
    "read-discard",
    "discard-replaced",
    "remove-pending-replace",
)
PROVIDER = "pulumi:providers:aws"
TYPES = ("aws:cloudwatch/", "aws-native:cloudwatch:")


def fits(document: Any) -> bool:
    """Whether it is a preview, one of its events, or an exported stack."""
    return isinstance(document, Mapping) and any(
        isinstance(document.get(key), kind)
        for key, kind in (
            ("steps", list),
            ("deployment", Mapping),
            ("sequence", int),
            ("resourcePreEvent", Mapping),
        )
    )


def read(document: Mapping[str, Any]) -> Found:
    """The alarms as they are after the preview, or in the stack."""
    found = Found(region=_text(_map(document.get("config")).get("aws:region")))
    for state in _states(document):
        kind = str(state.get("type"))
        name = str(state.get("urn", "")).rsplit("::", 1)[-1]
        inputs, outputs = _map(state.get("inputs")), _map(state.get("outputs"))
        known = _known(inputs, outputs)
        if kind == PROVIDER:
            found.region = found.region or _text(known.get("region"))
        elif kind.startswith(TYPES):
            arn = {"alarmArn": outputs["arn"]} if _text(outputs.get("arn")) else {}
            provider.file(found, kind.rsplit(":", 1)[-1], {**known, **arn}, name)
        else:
            found.resources.append(Resource(kind=kind, name=name, properties=known))
    return found


def _states(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for step in _maps(document.get("steps")):
        if step.get("op") not in GONE:
            yield _map(step.get("newState")) or _map(step.get("oldState"))
    for resource in _maps(_map(document.get("deployment")).get("resources")):
        if not resource.get("delete"):
            yield resource
    metadata = _map(_map(document.get("resourcePreEvent")).get("metadata"))
    if metadata.get("op") not in GONE:
        yield _map(metadata.get("new"))


def _known(value: Any, output: Any) -> Any:
    """`value` without marks of secrets; what is not known comes from `output`, or stays unknown."""
    if value == UNKNOWN:
        return Unknown("${known after deployment}") if output in (None, UNKNOWN) else _known(output, None)
    if isinstance(value, Mapping) and SECRET in value:
        return _known(value.get("plaintext", value.get("value", UNKNOWN)), None)
    if isinstance(value, Mapping):
        outputs = _map(output)
        return {k: _known(v, outputs.get(k)) for k, v in value.items() if not str(k).startswith("__")}
    if isinstance(value, list):
        return [_known(item, None) for item in value]
    return value


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value != UNKNOWN else None


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _maps(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []
