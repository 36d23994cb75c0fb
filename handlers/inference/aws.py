"""A client for one AWS service: signed POST requests over one connection, each call within a deadline.

boto3 and botocore take most of a usual function's cold start, and their time-outs are fixed when a
client is made. This client does what two operations need. It goes where boto3 would: the service's
endpoint of the region, or what `AWS_ENDPOINT_URL_<SERVICE>` or `AWS_ENDPOINT_URL` says. It never retries.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from handlers import tracing
from handlers.environment import text
from handlers.inference.signature import TRACE_HEADER, Credentials, Scope, sign
from handlers.transport import Clock, Connection, Response

# Region prefix -> DNS suffix, after botocore's partitions; all others are `amazonaws.com`.
SUFFIXES: Mapping[str, str] = {
    "cn-": "amazonaws.com.cn",
    "eusc-": "amazonaws.eu",
    "us-iso-": "c2s.ic.gov",
    "us-isob-": "sc2s.sgov.gov",
    "eu-isoe-": "cloud.adc-e.uk",
    "us-isof-": "csp.hci.ic.gov",
}
OK = range(200, 300)

CredentialSource = Callable[[], Credentials]


class ServiceError(Exception):
    """The service refused; `code` is AWS's name of the error, empty where it gave none."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"HTTP {status} {code}".rstrip())
        self.status = status
        self.code = code


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
    """When a call's connection must stand and its answer be complete, on the client's clock."""

    connect_by: float
    answer_by: float


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
                credentials=self._credentials(),
                scope=self._scope,
                epoch_s=time.time(),
            )
            response = self._connection.post(
                path, signed, body, connect_by=deadline.connect_by, answer_by=deadline.answer_by
            )
            call.answered(response.status, response.headers.get("x-amzn-requestid"))
            if response.status not in OK:
                raise ServiceError(response.status, error_code(response))
            return response


def endpoint(service: Service, environ: Mapping[str, str]) -> str:
    """The URL of `service` for this environment, chosen as boto3 chooses it."""
    override = environ.get(f"AWS_ENDPOINT_URL_{service.variable}") or environ.get("AWS_ENDPOINT_URL")
    if override:
        return override
    region = environ["AWS_REGION"]
    suffix = next((s for prefix, s in SUFFIXES.items() if region.startswith(prefix)), "amazonaws.com")
    return f"https://{service.endpoint_prefix}.{region}.{suffix}"


def credential_source(environ: Mapping[str, str]) -> CredentialSource:
    """Where credentials come from: Lambda's variables, which hold for an environment's whole life.

    A function restored by SnapStart has none and gets credentials that expire from a local server. That,
    like any other source, is botocore's to find and renew; its import then costs no customer's time.
    """
    if "AWS_ACCESS_KEY_ID" in environ:
        fixed = Credentials(
            access_key=environ["AWS_ACCESS_KEY_ID"],
            secret_key=environ["AWS_SECRET_ACCESS_KEY"],
            token=environ.get("AWS_SESSION_TOKEN") or None,
        )
        return lambda: fixed
    from botocore.session import get_session  # noqa: PLC0415  # see above

    session = get_session()

    def current() -> Credentials:
        found = session.get_credentials()
        frozen = found.get_frozen_credentials() if found is not None else None
        if frozen is None or frozen.access_key is None or frozen.secret_key is None:
            raise RuntimeError("no AWS credentials found; the function's role is missing")
        return Credentials(access_key=frozen.access_key, secret_key=frozen.secret_key, token=frozen.token)

    return current


def error_code(response: Response) -> str:
    """AWS's name of an error: from the header, or from the JSON body; both may carry a namespace or a URL."""
    name = response.headers.get("x-amzn-errortype", "")
    if not name:
        try:
            document = json.loads(response.body)
        except ValueError:
            return ""
        name = document.get("__type", "") if isinstance(document, dict) else ""
    return str(name).partition(":")[0].rpartition("#")[2]
