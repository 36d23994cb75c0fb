"""A first file of probes: the one route that can be called with the least said about it."""

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from discovery.found import DEFAULT, Api, Authorizer, Route
from settings.existing import slug
from settings.probes.authorization import Authorization

# A probe must do no harm: what reads comes first, and what is in a path has to be filled in. A greedy
# `{proxy+}` stands for what is below its path and not for the path itself.
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
WORDS: Mapping[str, Any] = {
    "AWS_IAM": {"iam": True},
    "JWT": {"bearer": "token"},
    "COGNITO_USER_POOLS": {"bearer": "token"},
    "CUSTOM": {"bearer": "token"},
}


def chosen(routes: Sequence[Route]) -> Route | None:
    """The route to probe: a reading one without parameters if there is one, else the nearest to that."""
    callable_ = [route for route in routes if _verb(route) in METHODS]
    return min(callable_, key=_trouble, default=None)


def _trouble(route: Route) -> tuple[bool, int, int, int, str]:
    answered = route.target.kind == "nothing"  # by the gateway itself, which proves little
    to_say = route.path.count("{") + (route.authorization != "NONE") + route.api_key
    return answered, METHODS.index(_verb(route)), to_say, len(route.path), route.path


def _verb(route: Route) -> str:
    return "GET" if route.method == "ANY" else route.method


def file(api: Api, route: Route | None, monitor: str) -> str:
    """The file's text; what is left to fill in, or to set in the stack `monitor`, stands in its comments."""
    method = _verb(route) if route else "GET"
    path = "/" if route is None or route.path == DEFAULT else route.path.replace("+}", "}")
    parts: dict[str, Any] = {"name": _name(method, path), "method": method, "path": path}
    request: dict[str, Any] = {}
    if names := [part[1:-1] for part in path.split("/") if part.startswith("{")]:
        request["path"] = dict.fromkeys(names, "1")
    if method in ("POST", "PUT", "PATCH"):
        request["body"] = {}
    if request:
        parts["request"] = request
    parts["expect"] = {"status": 200}
    authorizer = api.authorizers.get(route.authorizer) if route else None
    authorization = _authorization(route, authorizer) if route else {}
    document = {
        "description": f"What the canary asks of {api.name or api.id}, once a minute.",
        "authorization": authorization or "none",
        "probes": [parts],
    }
    said = _said(authorization, authorizer, request, method, monitor)
    return "".join(f"# {line}\n" for line in said) + yaml.safe_dump(document, sort_keys=False, width=100)


def _authorization(route: Route, authorizer: Authorizer | None) -> dict[str, Any]:
    """How the probe proves who sends it: as the route's authorizer reads it."""
    found = dict(WORDS.get(route.authorization, {}))
    header = authorizer.headers[0] if authorizer and authorizer.headers else "Authorization"
    if route.api_key:
        found["api_key"] = "api-key"
    if header.lower() == "x-api-key" and route.api_key:
        del found["bearer"]  # one header for both
    elif header.lower() != "authorization":
        found = {"header": {"name": header, "secret": found.pop("bearer")}, **found}
    return found


def _said(
    authorization: Mapping[str, Any],
    authorizer: Authorizer | None,
    request: Mapping[str, Any],
    method: str,
    monitor: str,
) -> list[str]:
    said = ["What must come back is up to you: a schema, values at JSON pointers, a longest time."]
    if "path" in request or "body" in request:
        said.append("Fill in what is sent; it has to succeed each time.")
    if method not in ("GET", "HEAD"):
        said.append(
            f"{method} may change something, once a minute and for ever: clean up in a step, or ask another."
        )
    if authorizer and [source.lower() for source in authorizer.headers] != ["authorization"]:
        reads = ", ".join(authorizer.reads) or "something that it does not name"
        said.append(f"The authorizer reads {reads}: send what it wants.")
    said.extend(
        f"Set it: pulumi config set -s {monitor} --secret --path canary.secrets.{secret}"
        for secret in Authorization.model_validate(authorization).secrets
    )
    if authorization.get("iam"):
        said.append("The API has to let the canary's role of the monitor account call it (docs/watch.md).")
    return said


def _name(method: str, path: str) -> str:
    return slug(f"{method}-{path}")[:32].strip("-")
