"""Whether callers are asked for what the contract promises, and for enough.

API Gateway checks one thing of a caller (a signature, or a token under one authorizer) and an API key.
Sources: "Control and manage access to REST APIs", "x-amazon-apigateway-authtype".
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import product
from typing import Any

from settings.service.contract import Contract, Operation
from settings.service.errors import did_you_mean
from settings.service.security import SCHEMES, SIGNATURE, TOKEN, kind, lets_in, schemes
from settings.service.source import Place

Report = Callable[[Place, str], None]
SCOPED = ("oauth2", "openIdConnect")


def scheme_problems(document: Mapping[str, Any], report: Report) -> None:
    """Schemes that API Gateway cannot ask for."""
    for name, scheme in document.get("components", {}).get("securitySchemes", {}).items():
        place = ("components", "securitySchemes", name)
        for key in scheme:
            if key.startswith("x-amazon-"):
                report(
                    (*place, key),
                    "which authorizer checks it differs from stack to stack, and the program writes this"
                    f" extension from the stack's setting `api.authorizers.{name}`. Remove it here, set it"
                    " there.",
                )
        if name in SCHEMES and kind(scheme) != kind(SCHEMES[name]):
            report(
                place,
                f"this is the name of what calls bring where nothing is said ({kind(SCHEMES[name])}), and it"
                " is something else: they could be taken for each other. Rename it.",
            )
        if not kind(scheme):
            report(
                place,
                "API Gateway asks for a SigV4 signature (type apiKey, in the header `Authorization`), an"
                " API key (in the header `x-api-key`) or a token (type http with scheme bearer, oauth2,"
                " openIdConnect, or apiKey in another header); this would not be asked for. Make it one of"
                " them.",
            )


def security_problems(contract: Contract, place: Place, operation: Mapping[str, Any], report: Report) -> None:
    """What an operation's `security`, or the document's where it has none, does not keep or leaves open."""
    holder, at = (operation, place) if "security" in operation else (contract.document, ())
    if "security" not in holder:
        return
    at, stated = (*at, "security"), holder["security"]
    if not isinstance(stated, list) or not all(
        isinstance(entry, Mapping) and all(isinstance(scopes, list) for scopes in entry.values())
        for entry in stated
    ):
        report(
            at,
            "a list belongs here, of mappings from a scheme to its scopes; API Gateway refuses it. Write it"
            " so.",
        )
        return
    known = schemes(contract.document)
    named = {name: scopes for entry in stated for name, scopes in entry.items()}
    for name in named.keys() - known.keys():
        near = did_you_mean(name, known)
        report(at, f"there is no security scheme {name!r}, so nobody would be asked for it. {near}")
    if not named or {} in stated:
        report(
            at,
            f"whoever finds the address could call `{operation.get('operationId')}`, without limit and"
            " unknown. Name a scheme, or remove `security`: a signature and an API key are asked for then.",
        )
    checked = [name for name in named if name in known and kind(known[name]) in (SIGNATURE, TOKEN)]
    if len(checked) > 1:
        report(
            at,
            f"{' and '.join(checked)}: API Gateway checks one of them a method, so the contract would promise"
            " something else. Name one, with or without the API key.",
        )
    for name, scopes in named.items():
        if scopes and name in known and known[name].get("type") not in SCOPED:
            report(at, f"{name} has scopes, which are of {' and '.join(SCOPED)} alone. Remove them.")


def overlaps(contract: Contract, report: Report) -> None:
    """Operations that want a signature and are let in with those that want an API key alone."""
    keyed = [one for one in contract.operations.values() if not one.security.authorizes]
    signed = [one for one in contract.operations.values() if one.security.signature]
    for operation, other in covered(signed, keyed):
        report(
            operation.place,
            f"`{operation.id}` wants a signature, and the API's policy lets everybody call `{other.id}`: its"
            f" {other.resource} covers calls of {operation.resource}, so every account could sign one. Rename"
            " a path, or have both signed.",
        )


def covered(
    decided: Iterable[Operation], everybody: Iterable[Operation]
) -> Iterator[tuple[Operation, Operation]]:
    """Operations that somebody decides about, and those whose allowance to everybody covers them."""
    for operation, other in product(decided, everybody):
        if lets_in((other.method, other.path), (operation.method, operation.path)):
            yield operation, other
