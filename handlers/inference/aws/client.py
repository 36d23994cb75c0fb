"""A client for one AWS service: signed POST requests over one connection, each call within a deadline.

boto3 and botocore take most of a usual function's cold start, and their time-outs are fixed when a
client is made. This client does what two operations need. It never retries.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass

from handlers import tracing
from handlers.environment import text
from handlers.inference.aws.credentials import CredentialSource
from handlers.inference.aws.signature import TRACE_HEADER, Scope, sign
from handlers.transport import Clock, Connection, Response

OK = range(200, 300)
MAX_CODE = 80  # characters; AWS's longest names of errors have some 50


class ServiceError(Exception):
    """The service refused; `code` is AWS's name of the error, empty where it gave none that looks like one.

    `requests` is how often the request went out.
    """

    def __init__(self, status: int, code: str, requests: int = 1) -> None:
        super().__init__(f"HTTP {status} {code}".rstrip())
        self.status = status
        self.code = code
        self.requests = requests


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """Names of an AWS service: in host names, in signatures, and in `AWS_ENDPOINT_URL_<...>`."""

    endpoint_prefix: str
    signing_name: str
    variable: str


DYNAMODB = Service(endpoint_prefix="dynamodb", signing_name="dynamodb", variable="DYNAMODB")
SAGEMAKER_RUNTIME = Service(
    endpoint_prefix="runtime.sagemaker", signing_name="sagemaker", variable="SAGEMAKER_RUNTIME"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Deadline:
    """When a call's connection must stand and its answer be complete, on the client's clock.

    `again_at` is when a kept connection that is still silent is no longer trusted, if ever.
    """

    connect_by: float
    answer_by: float
    again_at: float | None = None


class ServiceClient:
    """Calls one service in the region of the environment."""

    def __init__(
        self, service: Service, environ: Mapping[str, str], credentials: CredentialSource, clock: Clock
    ) -> None:
        self._service = service
        self._region = text(environ, "AWS_REGION")
        self._credentials = credentials
        self._scope = Scope(region=self._region, service=service.signing_name)
        self._connection = Connection(endpoint(service, environ), clock)

    def call(
        self,
        operation: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        deadline: Deadline,
        trace_in: str = TRACE_HEADER,
        **details: str,
    ) -> Response:
        """POST to `path`; the trace header travels in the header `trace_in`.

        `details` are recorded in the trace. Raises `ServiceError` for any status but 2xx, and
        `TransportError` when there is no answer.
        """
        with tracing.aws_call(self._service.endpoint_prefix, operation, self._region, **details) as call:
            trace = tracing.current_header()
            signed = sign(
                host=self._connection.host,
                path=self._connection.prefix + path,
                headers=headers if trace is None else {**headers, trace_in: trace},
                body=body,
                credentials=self._credentials(deadline.answer_by),
                scope=self._scope,
                epoch_s=time.time(),
            )
            response = self._connection.request(
                "POST",
                path,
                signed,
                body,
                connect_by=deadline.connect_by,
                answer_by=deadline.answer_by,
                again_at=deadline.again_at,
            )
            call.answered(response.status, response.headers.get("x-amzn-requestid"))
            if response.status not in OK:
                raise ServiceError(response.status, error_code(response), response.requests)
            return response

    def hang_up(self) -> None:
        """Let the next call connect anew."""
        self._connection.close()


def endpoint(service: Service, environ: Mapping[str, str]) -> str:
    """What `AWS_ENDPOINT_URL_<SERVICE>` or `AWS_ENDPOINT_URL` says, else the region's standard endpoint.

    Deliberately not all that boto3 knows: no other partition (settings refuse their regions), no FIPS,
    dual-stack or account-based endpoint, no file.
    """
    override = environ.get(f"AWS_ENDPOINT_URL_{service.variable}") or environ.get("AWS_ENDPOINT_URL")
    if override:
        return override
    return f"https://{service.endpoint_prefix}.{environ['AWS_REGION']}.amazonaws.com"


def error_code(response: Response) -> str:
    """AWS's name of an error: from the header, or from the JSON body; both may carry a namespace or a URL.

    It is logged, so what does not look like a name is left out.
    """
    name = response.headers.get("x-amzn-errortype")
    if not name:
        try:
            document = json.loads(response.body)
        except (ValueError, RecursionError):
            return ""
        name = document.get("__type") if isinstance(document, dict) else None
    code = str(name).partition(":")[0].rpartition("#")[2].strip()
    return code if name and code.isascii() and code.isalnum() and len(code) <= MAX_CODE else ""
