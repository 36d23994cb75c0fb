import json
import time

import pytest
from botocore.session import get_session

from bench.stand_ins.loopback import Loopback, reply
from handlers.inference.aws.client import (
    DYNAMODB,
    SAGEMAKER_RUNTIME,
    Deadline,
    Service,
    ServiceClient,
    ServiceError,
    endpoint,
    error_code,
)
from handlers.inference.aws.signature import Credentials
from handlers.transport import Response

FIXED = Credentials(access_key="AKIA1", secret_key="s3cret", token=None)
SESSION = get_session()
REGIONS = sorted(SESSION.get_available_regions("dynamodb"))  # of the commercial partition


@pytest.mark.parametrize(
    ("service", "name"), [(DYNAMODB, "dynamodb"), (SAGEMAKER_RUNTIME, "sagemaker-runtime")]
)
def test_endpoints_are_botocores_in_every_region_of_the_commercial_partition(
    service: Service, name: str
) -> None:
    expected = {}
    for region in REGIONS:
        client = SESSION.create_client(
            name,
            region_name=region,
            aws_access_key_id="AKIA1",
            aws_secret_access_key="s3cret",
        )
        expected[region] = client.meta.endpoint_url
    assert len(REGIONS) > 30
    assert {region: endpoint(service, {"AWS_REGION": region}) for region in REGIONS} == expected


def test_a_service_finds_its_own_override_before_the_common_one() -> None:
    common = {"AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
    own = {**common, "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": "http://127.0.0.1:2"}
    assert endpoint(SAGEMAKER_RUNTIME, own) == "http://127.0.0.1:2"
    assert endpoint(DYNAMODB, own) == "http://127.0.0.1:1"


CODES = {
    "a header with a URL": (
        Response(status=424, headers={"x-amzn-errortype": "ModelError:http://x/"}, body=b""),
        "ModelError",
    ),
    "a body with a namespace": (
        Response(
            status=400, headers={}, body=b'{"__type": "com.amazonaws.dynamodb.v20120810#ThrottlingException"}'
        ),
        "ThrottlingException",
    ),
    "a plain body": (
        Response(status=400, headers={}, body=b'{"__type": "ValidationException"}'),
        "ValidationException",
    ),
    "another body": (Response(status=500, headers={}, body=b'{"error": "x"}'), ""),
    "a list": (Response(status=500, headers={}, body=b"[]"), ""),
    "no JSON": (Response(status=502, headers={}, body=b"<html>"), ""),
    "no UTF-8": (Response(status=502, headers={}, body=b"\xff\xfe\xff"), ""),
    "endless JSON": (Response(status=424, headers={}, body=b"[" * 200_000), ""),
    "a name that is none": (Response(status=400, headers={}, body=b'{"__type": "hush hush"}'), ""),
    "a name that never ends": (Response(status=400, headers={"x-amzn-errortype": "x" * 81}, body=b""), ""),
    "a long name": (Response(status=400, headers={"x-amzn-errortype": "x" * 80}, body=b""), "x" * 80),
    "a number": (Response(status=400, headers={}, body=b'{"__type": 0}'), ""),
}


@pytest.mark.parametrize(("response", "code"), CODES.values(), ids=CODES.keys())
def test_an_errors_name_is_found_wherever_aws_puts_it(response: Response, code: str) -> None:
    assert error_code(response) == code


def call(client: ServiceClient, **options: str) -> Response:
    deadline = Deadline(connect_by=time.monotonic() + 1, answer_by=time.monotonic() + 1)
    return client.call("Do", "/path", {"Content-Type": "text/x"}, b"{}", deadline=deadline, **options)


@pytest.mark.parametrize("options", [{}, {"trace_in": "X-Custom"}])
def test_a_call_is_signed_and_takes_the_trace_along(
    options: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-a-b;Parent=c;Sampled=0")
    with Loopback([reply(200, {"ok": True})]) as server:
        environ = {"AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": server.url}
        client = ServiceClient(DYNAMODB, environ, lambda _by: FIXED, time.monotonic)
        assert json.loads(call(client, **options).body) == {"ok": True}
    headers = server.requests[0].headers
    assert headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIA1/")
    assert "/eu-west-1/dynamodb/aws4_request, " in headers["authorization"]
    assert headers[options.get("trace_in", "X-Amzn-Trace-Id").lower()] == "Root=1-a-b;Parent=c;Sampled=0"


def test_without_a_trace_no_header_is_sent_and_a_refusal_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("_X_AMZN_TRACE_ID", raising=False)
    with Loopback([reply(301, {"__type": "x#Moved"})]) as server:
        environ = {"AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": server.url}
        client = ServiceClient(DYNAMODB, environ, lambda _by: FIXED, time.monotonic)
        with pytest.raises(ServiceError, match=r"^HTTP 301 Moved$") as raised:
            call(client)
    assert (raised.value.status, raised.value.code) == (301, "Moved")
    assert "x-amzn-trace-id" not in server.requests[0].headers
