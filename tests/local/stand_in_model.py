"""A WSGI application with the model's wire format, for tests that need a model server but no model."""

import json
from collections.abc import Callable, Iterable
from typing import Any

StartResponse = Callable[[str, list[tuple[str, str]]], Any]


def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """`/invocations` echoes what it received; an instance with `status` answers with that status."""
    if environ["PATH_INFO"] == "/ping":
        start_response("200 OK", [("Content-Type", "application/json")])
        return [b"{}"]
    body = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    status = body["instances"][0].get("status", 200)
    answer = {
        "model_version": "stand-in",
        "predictions": [{"label": "barolo", "probability": 0.98}],
        "custom_attributes": environ.get("HTTP_X_AMZN_SAGEMAKER_CUSTOM_ATTRIBUTES"),
        "content_type": environ.get("CONTENT_TYPE"),
    }
    start_response(f"{status} Status", [("Content-Type", "application/json")])
    return [json.dumps(answer).encode()]
