"""A first file of probes: the one route that can be called with the least said about it."""

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from discovery.found import Api, Route
from settings.existing import slug

# A probe must do no harm: what reads comes first, and what is in a path has to be filled in.
METHODS = ("GET", "ANY", "HEAD", "POST", "PUT", "PATCH", "DELETE")
PROXY = "{proxy+}"
WORDS: Mapping[str, Any] = {
    "AWS_IAM": {"iam": True},
    "JWT": {"bearer": "token"},
    "COGNITO_USER_POOLS": {"bearer": "token"},
    "CUSTOM": {"bearer": "token"},
}


def chosen(routes: Sequence[Route]) -> Route | None:
    """The route to probe: a reading one without parameters if there is one, else the nearest to that."""
    callable_ = [route for route in routes if route.method in METHODS and route.target.kind != "nothing"]
    return min(callable_, key=_trouble, default=None)


def _trouble(route: Route) -> tuple[int, int, int, str]:
    variables = route.path.count("{") - route.path.count(PROXY)
    return METHODS.index(route.method), variables, len(route.path), route.path


def file(api: Api, route: Route | None) -> str:
    """The file's text; what a person has to fill in stands in its comments."""
    if route is None:
        route = Route(method="GET", path="/", target=api.routes[0].target) if api.routes else None
    method = "GET" if route is None or route.method == "ANY" else route.method
    path = "/" if route is None else route.path.replace(f"/{PROXY}", "") or "/"
    fixed = path.replace("+}", "}")
    parts: dict[str, Any] = {"name": _name(method, path), "method": method, "path": fixed}
    request: dict[str, Any] = {}
    if names := [part[1:-1] for part in fixed.split("/") if part.startswith("{")]:
        request["path"] = dict.fromkeys(names, "1")
    if method in ("POST", "PUT", "PATCH"):
        request["body"] = {}
    if request:
        parts["request"] = request
    parts["expect"] = {"status": 200}
    authorization = dict(WORDS.get(route.authorization, {})) if route else {}
    if route and route.api_key:
        authorization["api_key"] = "api-key"
    document = {
        "description": f"What the canary asks of {api.name or api.id}, once a minute.",
        "authorization": authorization or "none",
        "probes": [parts],
    }
    return _head(authorization, request, method) + yaml.safe_dump(document, sort_keys=False, width=100)


def _head(authorization: Mapping[str, Any], request: Mapping[str, Any], method: str) -> str:
    said = ["What must come back is up to you: a schema, values at JSON pointers, a longest time."]
    if "path" in request or "body" in request:
        said.append("Fill in what is sent; it has to succeed each time.")
    if method not in ("GET", "HEAD"):
        said.append(
            f"{method} may change something, once a minute and for ever: clean up in a step, or ask another."
        )
    if secrets := [name for name in authorization.values() if isinstance(name, str)]:
        said.append(
            f"Set in the monitor stack: pulumi config set --secret --path 'canary.secrets.{secrets[0]}'"
        )
    if authorization.get("iam"):
        said.append("The API has to let the canary's role of the monitor account call it (docs/watch.md).")
    return "".join(f"# {line}\n" for line in said)


def _name(method: str, path: str) -> str:
    return slug(f"{method}-{path}")[:32].strip("-")
