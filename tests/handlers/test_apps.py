"""The entry points as Lambda runs them: a new process, its environment, events in, answers out."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bench.stand_ins.daemon import PARENT, ROOT, SAMPLED, UNSAMPLED, Daemon, flatten, shape
from bench.stand_ins.loopback import Loopback, closed_port, reply
from bench.stand_ins.wine import EVENT, FOUND, PREDICTED
from handlers.canary.heartbeats import TIMEOUT_S as HEARTBEAT_S
from handlers.canary.probe import CLEANUP_S
from tests.handlers.canary.test_outcome import GOOD
from tests.handlers.canary.test_settings import ENVIRON, SOMETIMES
from tests.handlers.forwarder.records import ARN, alarm, record
from tests.handlers.inference.test_service import refused

REPOSITORY = Path(__file__).parents[2]
RUN = """
import importlib, json, sys
handler = importlib.import_module(sys.argv[1]).handler
context = type("Context", (), {"aws_request_id": "lambda-1"})
results = [handler(event, context) for event in json.loads(sys.argv[2])]
print(json.dumps({"results": results, "modules": sorted(sys.modules)}))
"""
AWS = {
    "AWS_REGION": "eu-west-1",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "AKIA1",
    "AWS_SECRET_ACCESS_KEY": "s3cret",
}
INFERENCE = {
    **AWS,
    "TABLE_NAME": "lots",
    "ENDPOINT_NAME": "wine-model",
    "TIME_BUDGET_MS": "5000",
    "CACHE_TTL_S": "60",
    "CACHE_SIZE": "10",
}
CANARY = {**ENVIRON, "API_KEY_SECRET_ARN": SOMETIMES["API_KEY_SECRET_ARN"]}
BESIDES_THE_PROBE_S = 25  # of the function's timeout
CBOR = {"smithy-protocol": "rpc-v2-cbor", "content-type": "application/cbor"}
PUBLISHED = reply(200, b"\xa0", headers=CBOR)  # an empty map


@dataclass(frozen=True, kw_only=True)
class Process:
    results: list[Any]
    modules: set[str]
    logs: list[dict[str, Any]]


def run(app: str, environ: Mapping[str, str], events: Sequence[Any] = (EVENT,)) -> Process:
    command = [sys.executable, "-c", RUN, f"handlers.{app}.app", json.dumps(events)]
    clean = {"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(  # noqa: S603  # our own words
        command, env={**clean, **environ}, capture_output=True, text=True, check=True, timeout=60
    )
    printed = json.loads(done.stdout)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    return Process(results=printed["results"], modules=set(printed["modules"]), logs=lines)


def roots(modules: set[str]) -> set[str]:
    return {module.partition(".")[0] for module in modules}


def test_the_inference_function_starts_and_answers_without_any_sdk() -> None:
    with Loopback([FOUND]) as tables, Loopback([PREDICTED]) as models, Daemon() as daemon:
        urls = {"AWS_ENDPOINT_URL_DYNAMODB": tables.url, "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": models.url}
        done = run("inference", {**INFERENCE, **urls, **daemon.environment(UNSAMPLED)}, [EVENT, EVENT])
        assert daemon.received() == []
    assert [result["statusCode"] for result in done.results] == [200, 200]
    assert roots(done.modules).isdisjoint(
        {"boto3", "botocore", "urllib3", "aws_xray_sdk", "wrapt", "asyncio"}
    )
    assert [line["message"] for line in done.logs] == ["answered", "answered"]
    assert {request.headers["x-amzn-sagemaker-custom-attributes"] for request in models.requests} == {
        UNSAMPLED
    }


def test_a_sampled_prediction_is_one_tree_that_the_model_continues() -> None:
    answers = [refused(503, "ServiceUnavailable"), PREDICTED]
    with Loopback([FOUND]) as tables, Loopback(answers) as models, Daemon() as daemon:
        urls = {"AWS_ENDPOINT_URL_DYNAMODB": tables.url, "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": models.url}
        done = run("inference", {**INFERENCE, **urls, **daemon.environment()}, [EVENT])
        (document,) = daemon.received()
    assert done.results[0]["statusCode"] == 200
    calls = ["runtime.sagemaker", "runtime.sagemaker"]
    steps = ["## parse", ("## lookup", ["dynamodb"]), ("## predict", calls)]
    assert shape(document) == ("## handle", steps)
    assert (document["trace_id"], document["parent_id"]) == (ROOT, PARENT)
    parts = list(flatten(document))
    annotations = {key: value for part in parts for key, value in part.get("annotations", {}).items()}
    assert annotations == {
        "cold_start": True,
        "plan": "key-1",
        "reference_id": "lot-001",
        "cached": False,
        "model_version": "7",
        "outcome": "ok",
    }
    table, *endpoint = (part for part in parts if part.get("namespace") == "aws")
    assert (table["aws"]["operation"], table["aws"]["table_name"]) == ("GetItem", "lots")
    assert tables.requests[0].headers["x-amzn-trace-id"] == f"Root={ROOT};Parent={table['id']};Sampled=1"
    assert [part["http"]["response"]["status"] for part in endpoint] == [503, 200]
    assert [request.headers["x-amzn-sagemaker-custom-attributes"] for request in models.requests] == [
        f"Root={ROOT};Parent={part['id']};Sampled=1" for part in endpoint
    ]
    assert "hush-hush" not in json.dumps(document)  # the API key's value, next to its id in the event


def test_without_a_daemon_the_answers_are_the_same() -> None:
    with Loopback([FOUND]) as tables, Loopback([PREDICTED]) as models:
        urls = {"AWS_ENDPOINT_URL_DYNAMODB": tables.url, "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": models.url}
        away = {"LAMBDA_TASK_ROOT": "/var/task", "AWS_XRAY_DAEMON_ADDRESS": f"127.0.0.1:{closed_port()}"}
        traced = run("inference", {**INFERENCE, **urls, **away, "_X_AMZN_TRACE_ID": SAMPLED})
        untraced = run("inference", {**INFERENCE, **urls})
    assert traced.results == untraced.results
    assert [line["message"] for line in traced.logs] == ["answered"]


def test_a_missing_setting_keeps_the_function_from_starting() -> None:
    with pytest.raises(subprocess.CalledProcessError) as raised:
        run("inference", {**INFERENCE, "TABLE_NAME": ""})
    assert "SettingsError: TABLE_NAME is not set, so the function cannot start" in raised.value.stderr


def test_the_canary_and_the_api_are_one_trace() -> None:
    secret = reply(200, {"SecretString": "the-key"})
    with (
        Loopback([reply(200, GOOD)]) as api,
        Loopback([secret]) as secrets,
        Loopback([PUBLISHED]) as metrics,
        Daemon() as daemon,
    ):
        urls = {"AWS_ENDPOINT_URL_SECRETS_MANAGER": secrets.url, "AWS_ENDPOINT_URL_CLOUDWATCH": metrics.url}
        probe = {**CANARY, **AWS, **urls, "API_URL": f"{api.url}/live"}
        done = run("canary", {**probe, **daemon.environment()}, [{}, {}])
        first, second = daemon.received()
    assert [result["ok"] for result in done.results] == [True, True]
    assert [(line["level"], line["message"], line["ok"]) for line in done.logs] == [
        ("INFO", "probed", True)
    ] * 2
    publish = ("## publish", ["monitoring"])
    assert shape(first) == ("## canary", [("## probe", ["secretsmanager", "127.0.0.1"]), publish])
    assert shape(second) == ("## canary", [("## probe", ["127.0.0.1"]), publish])
    hops = [part for tree in (first, second) for part in flatten(tree) if part.get("namespace") == "remote"]
    sent = [request.headers["x-amzn-trace-id"] for request in api.requests]
    assert sent == [f"Root={ROOT};Parent={hop['id']};Sampled=1" for hop in hops]
    assert [hop["http"]["response"]["status"] for hop in hops] == [200, 200]
    assert first["annotations"] == {"cold_start": True, "outcome": "ok"}
    assert "the-key" not in json.dumps([first, second, done.logs])


def test_the_usage_reporter_waits_for_a_management_api_that_throttles_and_traces_its_calls() -> None:
    throttled = reply(
        429, {"message": "Too Many Requests"}, headers={"x-amzn-ErrorType": "TooManyRequestsException"}
    )
    plan = {"id": "p1", "name": "svc-gold", "apiStages": [{"apiId": "api123", "stage": "live"}]}
    answers = [
        throttled,
        reply(200, {"item": [plan]}),
        reply(200, {"item": [{"id": "k1", "name": "svc-gold-acme"}]}),
        reply(200, {"values": {"k1": [[7, 3]]}}),
    ]
    with Loopback(answers) as gateway, Loopback([PUBLISHED]) as metrics, Daemon() as daemon:
        urls = {"AWS_ENDPOINT_URL_API_GATEWAY": gateway.url, "AWS_ENDPOINT_URL_CLOUDWATCH": metrics.url}
        environ = {**AWS, **urls, "SERVICE": "svc", "REST_API_ID": "api123", **daemon.environment()}
        done = run("usage_reporter", environ, [{"time": "2026-11-25T00:05:00Z"}])
        (document,) = daemon.received()
    assert done.results == [{"day": "2026-11-24", "plans": 1, "keys": 1, "metrics": 2}]
    assert shape(document) == (
        "## usage_reporter",
        [("## read", ["apigateway"] * 3), ("## publish", ["monitoring"])],
    )
    assert [request.path.partition("?")[0] for request in gateway.requests] == [
        "/usageplans",
        "/usageplans",
        "/usageplans/p1/keys",
        "/usageplans/p1/usage",
    ]


def test_reading_the_key_and_publishing_take_no_longer_than_the_canarys_function_has_besides_the_probe() -> (
    None
):
    shown = (
        "from handlers.canary.app import CLIENTS as c; print(c.connect_timeout, c.read_timeout, c.retries)"
    )
    done = subprocess.run(  # noqa: S603  # our own words
        [sys.executable, "-c", shown],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY), **AWS, **CANARY},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    connect_s, read_s, retries = done.stdout.split(maxsplit=2)
    attempts = int(re.search(r"'total_max_attempts': (\d+)", retries)[1])  # type: ignore[index]  # or it fails
    assert attempts > 1
    waits = 4 * attempts * (int(connect_s) + int(read_s))  # two secrets, two publications
    assert waits + CLEANUP_S + HEARTBEAT_S < BESIDES_THE_PROBE_S


def test_a_run_that_fails_is_raised_with_one_line_for_people() -> None:
    with pytest.raises(subprocess.CalledProcessError) as raised:
        run("usage_reporter", {**AWS, "SERVICE": "svc", "REST_API_ID": "api123"}, [{}])
    assert "ValueError: the event has no ISO 8601 `time`" in raised.value.stderr


def test_the_forwarder_tells_a_channel_and_its_trace_and_logs_hold_only_the_host() -> None:
    told = reply(200, b"ok")
    with Loopback([told]) as slack, Daemon() as daemon:
        address = {"SecretString": json.dumps({"url": f"{slack.url}/services/T0ken"})}
        with Loopback([reply(200, address)]) as secrets:
            urls = {"AWS_ENDPOINT_URL_SECRETS_MANAGER": secrets.url}
            environ = {"CHANNEL": "slack", "ADDRESS_SECRET_ARN": "arn:secret", **AWS, **urls}
            event = {"Records": [record(alarm()), record(alarm("OK"))]}
            done = run("forwarder", {**environ, **daemon.environment()}, [event])
            (document,) = daemon.received()
    assert [request.path for request in slack.requests] == ["/services/T0ken"] * 2
    assert done.results == [{"forwarded": [ARN, ARN]}]
    assert shape(document) == ("## forwarder", ["secretsmanager", "127.0.0.1", "127.0.0.1"])
    assert "T0ken" not in json.dumps([document, done.logs])
