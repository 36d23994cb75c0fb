"""SageMaker's runtime: `InvokeEndpoint` goes to the real model server that the local run attached.

Errors and metrics are SageMaker's: a model's 4XX or 5XX becomes `ModelError` (424), a container that does
not answer `ServiceUnavailable` (503); latencies are in microseconds. One model server stands behind every
variant of an endpoint.
"""

import asyncio
import json
import re
import time
from dataclasses import dataclass

from ministack.core.responses import get_account_id
from ministack.services.cloudwatch import record_metric

from local.fillins.aws_api import (
    Answer,
    Handler,
    ServiceError,
    arn,
    denied,
    failed,
    json_service,
    register,
)
from local.fillins.control import operation
from local.fillins.faults import Fault
from local.fillins.services import sagemaker, utilization
from local.fillins.services.mistakes import Mistakes
from local.fillins.services.model_proxy import ModelUnreachableError, post

NAMESPACE = "AWS/SageMaker"
_INVOCATION = re.compile(r"/endpoints/([^/]+)/invocations")
_CUSTOM = "x-amzn-sagemaker-custom-attributes"
_model_urls: dict[str, str] = {}  # by endpoint; "" is for those without their own
SLOW = Fault("model-slow", delay_ms=1000)  # the model answers so much later
WRONG = Fault("model-wrong")  # the model answers with what it predicted for other requests
_mistakes = Mistakes()


@operation("attach_model")
def attach_model(url: str, pid: int | None = None, endpoint: str = "") -> None:
    """Send invocations of `endpoint`, or of all others, to the model server at `url`.

    The process `pid` and its children are measured.
    """
    _model_urls[endpoint] = url
    if pid is not None:
        utilization.watch(pid)


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelAnswer:
    """What the model server said (status 0: nothing), and how long it took."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float


def handler() -> Handler:
    """Control plane and runtime in one: both sign for the scope `sagemaker`."""
    control_plane = json_service("sagemaker", sagemaker.OPERATIONS, sagemaker.resource)

    async def handle(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]]
    ) -> Answer:
        invocation = _INVOCATION.fullmatch(path)
        if invocation is None:
            return await control_plane(method, path, headers, body, query)
        return await invoke(invocation[1], headers, body)

    return handle


async def invoke(name: str, headers: dict[str, str], body: bytes) -> Answer:
    """One invocation of endpoint `name`, with IAM, faults, error mapping and metrics."""
    started = time.perf_counter()
    refusal = denied(
        headers, "sagemaker", "sagemaker:InvokeEndpoint", arn("sagemaker", f"endpoint/{name.lower()}")
    )
    if refusal is not None:
        return refusal
    endpoint = sagemaker.endpoints.get(name)
    if endpoint is None:
        return failed(
            ServiceError("ValidationError", f"Endpoint {name} of account {get_account_id()} not found.")
        )
    variant = (
        headers.get("x-amzn-sagemaker-target-variant") or endpoint["ProductionVariants"][0]["VariantName"]
    )
    answer = await _ask_model(name, headers, body)
    _record(name, variant, answer, time.perf_counter() - started)
    return _as_sagemaker(name, variant, answer)


async def _ask_model(endpoint: str, headers: dict[str, str], body: bytes) -> ModelAnswer:
    started = time.perf_counter()
    if SLOW.params:
        await asyncio.sleep(SLOW.params["delay_ms"] / 1000)
    passed = {"content-type": headers.get("content-type", "application/json")}
    passed |= {name: headers[name] for name in ("accept", _CUSTOM) if name in headers}
    try:
        status, answered, payload = await asyncio.to_thread(_post, endpoint, passed, body)
    except (ModelUnreachableError, TimeoutError):
        status, answered, payload = 0, {}, b""
    if status == 200:  # noqa: PLR2004 # HTTP OK
        payload = _mistakes.answer(payload, wrong=WRONG.active)
    return ModelAnswer(status=status, headers=answered, body=payload, seconds=time.perf_counter() - started)


def _post(endpoint: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
    url = _model_urls.get(endpoint) or _model_urls.get("")
    if url is None:
        raise ModelUnreachableError("no container")
    return post(f"{url}/invocations", headers, body)


def _record(name: str, variant: str, answer: ModelAnswer, total_s: float) -> None:
    dimensions = {"EndpointName": name, "VariantName": variant}
    client_error = 400 <= answer.status < 500  # noqa: PLR2004 # HTTP status class
    server_error = answer.status >= 500 or answer.status == 0  # noqa: PLR2004 # HTTP status class
    record_metric(NAMESPACE, "Invocations", 1, "None", dimensions)
    record_metric(NAMESPACE, "Invocation4XXErrors", int(client_error), "None", dimensions)
    record_metric(NAMESPACE, "Invocation5XXErrors", int(server_error), "None", dimensions)
    record_metric(NAMESPACE, "ModelLatency", round(answer.seconds * 1e6), "Microseconds", dimensions)
    overhead_s = max(0.0, total_s - answer.seconds)
    record_metric(NAMESPACE, "OverheadLatency", round(overhead_s * 1e6), "Microseconds", dimensions)


def _as_sagemaker(name: str, variant: str, answer: ModelAnswer) -> Answer:
    if answer.status == 200:  # noqa: PLR2004 # HTTP OK
        headers = {
            "Content-Type": answer.headers.get("content-type", "application/octet-stream"),
            "x-Amzn-Invoked-Production-Variant": variant,
        }
        if _CUSTOM in answer.headers:
            headers["X-Amzn-SageMaker-Custom-Attributes"] = answer.headers[_CUSTOM]
        return 200, headers, answer.body
    if answer.status == 0:
        return failed(ServiceError("ServiceUnavailable", f"Endpoint {name} has no healthy container.", 503))
    text = answer.body.decode("utf-8", "replace")
    side = "server" if answer.status >= 500 else "client"  # noqa: PLR2004 # HTTP status class
    body = {
        "ErrorCode": f"{side.upper()}_ERROR_FROM_MODEL",
        "LogStreamArn": arn("logs", f"log-group:/aws/sagemaker/Endpoints/{name}"),
        "Message": f'Received {side} error ({answer.status}) from primary with message "{text}".',
        "OriginalMessage": text,
        "OriginalStatusCode": answer.status,
    }
    return (
        424,
        {"Content-Type": "application/json", "x-amzn-ErrorType": "ModelError"},
        json.dumps(body).encode(),
    )


def install() -> None:
    """Answer the scope `sagemaker`."""
    register("sagemaker", handler())
