"""What a caller of an operation has to bring, as the contract's `security` says it.

A signature (SigV4, checked by IAM) and an API key unless it says otherwise. Any other security scheme is a
token that an authorizer of the stack's settings checks, whose name is the scheme's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

AUTHORIZATION, API_KEY_HEADER = "authorization", "x-api-key"
SIGNATURE, API_KEY, TOKEN = "signature", "api key", "token"
# What a contract that says nothing of security gets.
SCHEMES: Mapping[str, Mapping[str, Any]] = {
    "sigv4": {"type": "apiKey", "in": "header", "name": "Authorization"},
    "api_key": {"type": "apiKey", "in": "header", "name": "x-api-key"},
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Security:
    """Names of security schemes, "" where it is not asked for; `scopes` are of the token."""

    signature: str = ""
    token: str = ""
    scopes: tuple[str, ...] = ()
    api_key: str = ""

    @property
    def authorizes(self) -> bool:
        """Whether the caller is known by more than an API key, which is a password that customers share."""
        return bool(self.signature or self.token)


def kind(scheme: Mapping[str, Any]) -> str:
    """What a security scheme asks for; "" where API Gateway cannot ask for it."""
    where = (scheme.get("type"), scheme.get("in"), str(scheme.get("name")).lower())
    match where:
        case ("apiKey", "header", "authorization"):
            return SIGNATURE
        case ("apiKey", "header", "x-api-key"):
            return API_KEY
        case ("apiKey", "header", _) | ("oauth2" | "openIdConnect", _, _):
            return TOKEN
        case ("http", _, _) if str(scheme.get("scheme")).lower() == "bearer":
            return TOKEN
    return ""


def schemes(document: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """The contract's schemes, with those of a signature and an API key where it has none of its own."""
    own: Mapping[str, Mapping[str, Any]] = document.get("components", {}).get("securitySchemes") or {}
    kinds = {kind(scheme) for scheme in own.values()}
    return {**own, **{name: scheme for name, scheme in SCHEMES.items() if kind(scheme) not in kinds}}


def required(document: Mapping[str, Any], operation: Mapping[str, Any]) -> dict[str, list[str]]:
    """The schemes that an operation asks for, all of them together, each with its scopes.

    OpenAPI writes "both" as one object and API Gateway as a list of one object a scheme; both are read so.
    """
    stated = operation.get("security", document.get("security"))
    if stated is not None:
        return {name: list(scopes) for entry in stated for name, scopes in entry.items()}
    return {name: [] for name, scheme in schemes(document).items() if kind(scheme) in (SIGNATURE, API_KEY)}


def security(document: Mapping[str, Any], operation: Mapping[str, Any]) -> Security:
    """The same by what each asks for."""
    named, known = required(document, operation), schemes(document)
    by_kind = {kind(known[name]): name for name in named if name in known}
    token = by_kind.get(TOKEN, "")
    return Security(
        signature=by_kind.get(SIGNATURE, ""),
        token=token,
        scopes=tuple(named.get(token, ())),
        api_key=by_kind.get(API_KEY, ""),
    )


def token_header(scheme: Mapping[str, Any]) -> str:
    """The header that a token comes in."""
    return str(scheme["name"]) if scheme["type"] == "apiKey" else "Authorization"


def lets_in(allowed: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether a policy that allows one operation (method and path) allows calls of another one, too.

    In a policy `*` stands for what varies in a path and goes over slashes. API Gateway sends a call to the
    path whose segments are written out the furthest.
    """
    ours, theirs = (tuple(path.strip("/").split("/")) for _, path in (allowed, other))
    if allowed[0] != other[0] or allowed == other or not _meet(theirs, ours):
        return False
    if len(ours) != len(theirs) or any(_greedy(segment) for segment in (*ours, *theirs)):
        return True
    first = next(pair for pair in zip(ours, theirs, strict=True) if _varies(pair[0]) != _varies(pair[1]))
    return _varies(first[0])


def _meet(path: tuple[str, ...], policy: tuple[str, ...]) -> bool:
    """Whether a path's calls and a policy's resource have one in common."""
    if not path or not policy:
        return not path and not policy
    ours, theirs = path[0], policy[0]
    if ours != theirs and not _varies(ours) and not _varies(theirs):
        return False
    return (
        _meet(path[1:], policy[1:])
        or (_varies(theirs) and _meet(path[1:], policy))
        or (_greedy(ours) and _meet(path, policy[1:]))
    )


def _varies(segment: str) -> bool:
    return segment.startswith("{")


def _greedy(segment: str) -> bool:
    return segment.endswith("+}")
