"""An OpenAPI 3 document with API Gateway's extensions, built call by call through the management API.

The emulator does not import documents. What AWS's importer reads is read here: paths, parameters, models,
security, `x-amazon-apigateway-*`. An extension that is not understood is an error, not a warning.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.deployer.errors import Unsupported
from local.deployer.resources.schemas import model_name, model_schema

X = "x-amazon-apigateway-"
DOCUMENT_EXTENSIONS = {
    f"{X}{name}"
    for name in (
        "request-validators",
        "request-validator",
        "gateway-responses",
        "api-key-source",
        "binary-media-types",
        "policy",
        "endpoint-configuration",
    )
}
OPERATION_EXTENSIONS = {f"{X}{name}" for name in ("integration", "request-validator", "auth")}
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", f"{X}any-method"}
INTEGRATION_KEYS = {
    "uri", "credentials", "requestParameters", "requestTemplates", "passthroughBehavior", "cacheNamespace",
    "cacheKeyParameters", "contentHandling", "timeoutInMillis", "connectionType", "connectionId",
}  # fmt: skip
AUTHORIZER_KEYS = {"authorizerUri", "authorizerResultTtlInSeconds", "identitySource", "providerARNs"}
RESPONSE_KEYS = {"responseParameters", "responseTemplates", "contentHandling"}
LOCATIONS = {"path": "path", "query": "querystring", "header": "header"}


def overwrite(client: Any, api: str, body: Mapping[str, Any], execution_arn: str) -> None:
    """Make the REST API `api` what the document says, as `PutRestApi` does with `mode=overwrite`.

    What the document does not describe is gone afterwards: a resource policy set apart from the body too.
    In the document's policy `execute-api:/` becomes `execution_arn`, as it does in AWS.
    Raises `Unsupported` for an extension, a security scheme or a reference that is not understood.
    """
    _known(body, DOCUMENT_EXTENSIONS, "the document")
    _clear(client, api)
    policy = json.dumps(body[f"{X}policy"]) if f"{X}policy" in body else ""
    _set_policy(client, api, policy.replace('"execute-api:/', f'"{execution_arn}/'))
    schemas = body.get("components", {}).get("schemas", {})
    for name, schema in schemas.items():
        if not name.isalnum():
            raise Unsupported(f"schema name {name!r}: API Gateway allows letters and digits only")
        client.create_model(
            restApiId=api, name=name, contentType="application/json", schema=model_schema(schema, schemas)
        )
    validators = {
        name: client.create_request_validator(
            restApiId=api,
            name=name,
            validateRequestBody=spec.get("validateRequestBody", False),
            validateRequestParameters=spec.get("validateRequestParameters", False),
        )["id"]
        for name, spec in body.get(f"{X}request-validators", {}).items()
    }
    for kind, spec in body.get(f"{X}gateway-responses", {}).items():
        options = {key: spec[key] for key in ("responseParameters", "responseTemplates") if key in spec}
        if "statusCode" in spec:
            options["statusCode"] = str(spec["statusCode"])
        client.put_gateway_response(restApiId=api, responseType=kind, **options)
    authorizers = _authorizers(client, api, body)
    importer = _Importer(client=client, api=api, body=body, validators=validators, authorizers=authorizers)
    roots = client.get_resources(restApiId=api)["items"]
    resources = {item["path"]: item["id"] for item in roots}
    for path, item in body.get("paths", {}).items():
        importer.add_path(path, item, resources)


def _clear(client: Any, api: str) -> None:
    """Leave nothing but the root resource."""
    at = {"restApiId": api}
    found = client.get_resources(**at, limit=500, embed=["methods"])["items"]
    # Deepest first: the emulator keeps what is below a resource that is deleted, AWS does not.
    for resource in sorted(found, key=lambda item: item["path"].count("/"), reverse=True):
        if resource["path"] != "/":
            client.delete_resource(**at, resourceId=resource["id"])
            continue
        for method in resource.get("resourceMethods", {}):
            client.delete_method(**at, resourceId=resource["id"], httpMethod=method)
    for validator in client.get_request_validators(**at, limit=500)["items"]:
        client.delete_request_validator(**at, requestValidatorId=validator["id"])
    for authorizer in client.get_authorizers(**at, limit=500)["items"]:
        client.delete_authorizer(**at, authorizerId=authorizer["id"])
    for model in client.get_models(**at, limit=500)["items"]:
        client.delete_model(**at, modelName=model["name"])
    for response in client.get_gateway_responses(**at, limit=500)["items"]:
        if not response.get("defaultResponse"):
            client.delete_gateway_response(**at, responseType=response["responseType"])


def _authorizers(client: Any, api: str, body: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """What a method with a scheme of the document gets, for each scheme that an authorizer checks."""
    found = {}
    for name, scheme in body.get("components", {}).get("securitySchemes", {}).items():
        spec = scheme.get(f"{X}authorizer")
        if spec is None:
            continue
        unknown = set(spec) - AUTHORIZER_KEYS - {"type"}
        if unknown:
            raise Unsupported(f"authorizer {name!r} has {sorted(unknown)}; add them to {__name__}")
        source = (
            {} if spec["type"] == "request" else {"identitySource": f"method.request.header.{scheme['name']}"}
        )
        made = client.create_authorizer(
            restApiId=api,
            name=name,
            type=spec["type"].upper(),
            **source,
            **{key: spec[key] for key in AUTHORIZER_KEYS if key in spec},
        )
        kind = "COGNITO_USER_POOLS" if spec["type"] == "cognito_user_pools" else "CUSTOM"
        found[name] = {"authorizationType": kind, "authorizerId": made["id"]}
    return found


def _set_policy(client: Any, api: str, policy: str) -> None:
    patch = {"op": "replace", "path": "/policy", "value": policy}
    client.update_rest_api(restApiId=api, patchOperations=[patch])


def _known(mapping: Mapping[str, Any], extensions: set[str], where: str) -> None:
    unknown = {key for key in mapping if key.startswith("x-amazon-")} - extensions
    if unknown:
        raise Unsupported(
            f"{where} has extensions {sorted(unknown)} that are not understood; add them to {__name__}"
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Importer:
    client: Any
    api: str
    body: Mapping[str, Any]
    validators: Mapping[str, str]
    authorizers: Mapping[str, Mapping[str, str]]

    def add_path(self, path: str, item: Mapping[str, Any], resources: dict[str, str]) -> None:
        """Create the resources along `path` that are missing, then its methods."""
        _known(item, {f"{X}any-method"}, path)
        parent, current = resources["/"], ""
        for part in filter(None, path.split("/")):
            current = f"{current}/{part}"
            if current not in resources:
                made = self.client.create_resource(restApiId=self.api, parentId=parent, pathPart=part)
                resources[current] = made["id"]
            parent = resources[current]
        for verb, operation in item.items():
            if verb in METHODS:
                shared = item.get("parameters", [])
                method = "ANY" if verb.startswith(X) else verb.upper()
                self._add_method(f"{method} {path}", parent, method, operation, shared)

    def _add_method(
        self, where: str, resource: str, method: str, operation: Mapping[str, Any], shared: list[Any]
    ) -> None:
        _known(operation, OPERATION_EXTENSIONS, where)
        target = {"restApiId": self.api, "resourceId": resource, "httpMethod": method}
        options: dict[str, Any] = {
            **self._security(operation),
            "requestParameters": {
                f"method.request.{LOCATIONS[p['in']]}.{p['name']}": bool(p.get("required", False))
                for p in [*shared, *operation.get("parameters", [])]
            },
            "requestModels": self._models(operation.get("requestBody", {}), where),
        }
        if "operationId" in operation:
            options["operationName"] = operation["operationId"]
        validator = operation.get(f"{X}request-validator", self.body.get(f"{X}request-validator"))
        if validator is not None:
            if validator not in self.validators:
                raise Unsupported(f"{where} names the request validator {validator!r}, which is not defined")
            options["requestValidatorId"] = self.validators[validator]
        self.client.put_method(**target, **options)
        for status, response in operation.get("responses", {}).items():
            if status.isdigit():
                self.client.put_method_response(
                    **target, statusCode=status, responseModels=self._models(response, f"{where} {status}")
                )
        if f"{X}integration" not in operation:
            raise Unsupported(f"{where} has no {X}integration; nothing would answer its requests")
        self._add_integration(where, target, operation[f"{X}integration"])

    def _security(self, operation: Mapping[str, Any]) -> dict[str, Any]:
        schemes = self.body.get("components", {}).get("securitySchemes", {})
        found: dict[str, Any] = {"authorizationType": "NONE", "apiKeyRequired": False}
        if operation.get(f"{X}auth", {}).get("type") == "AWS_IAM":
            found["authorizationType"] = "AWS_IAM"
        for requirement in operation.get("security", self.body.get("security", [])):
            for name, scopes in requirement.items():
                scheme = schemes[name]
                if scheme.get(f"{X}authtype") == "awsSigv4":
                    found["authorizationType"] = "AWS_IAM"
                elif name in self.authorizers:
                    found |= self.authorizers[name]
                    found["authorizationScopes"] = scopes
                elif scheme.get("type") == "apiKey" and scheme.get("name", "").lower() == "x-api-key":
                    found["apiKeyRequired"] = True
                else:
                    raise Unsupported(f"security scheme {name!r} is not understood; add it to {__name__}")
        return found

    def _models(self, holder: Mapping[str, Any], where: str) -> dict[str, str]:
        models = {}
        for media, content in holder.get("content", {}).items():
            schema = content.get("schema")
            if schema is None:
                continue
            if "$ref" not in schema:
                raise Unsupported(f"{where}: put the {media} schema into components and refer to it")
            models[media] = model_name(schema["$ref"])
        return models

    def _add_integration(self, where: str, target: Mapping[str, str], spec: Mapping[str, Any]) -> None:
        unknown = set(spec) - INTEGRATION_KEYS - {"type", "httpMethod", "responses"}
        if unknown:
            raise Unsupported(f"{where}: integration keys {sorted(unknown)}; add them to {__name__}")
        options = {key: spec[key] for key in INTEGRATION_KEYS if key in spec}
        if "passthroughBehavior" in options:
            options["passthroughBehavior"] = options["passthroughBehavior"].upper()
        if "httpMethod" in spec:
            options["integrationHttpMethod"] = spec["httpMethod"]
        self.client.put_integration(**target, type=spec["type"].upper(), **options)
        for pattern, response in spec.get("responses", {}).items():
            selection = {} if pattern == "default" else {"selectionPattern": pattern}
            self.client.put_integration_response(
                **target,
                statusCode=str(response["statusCode"]),
                **selection,
                **{key: response[key] for key in RESPONSE_KEYS if key in response},
            )
