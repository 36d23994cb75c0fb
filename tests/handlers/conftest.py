"""A fresh execution environment for tests of tracing."""

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bench.stand_ins.daemon import Daemon, sdk_modules
from handlers import tracing


@pytest.fixture
def lambda_(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """A new execution environment: nothing loaded, nothing set. Patches its environment."""
    for name in sdk_modules():
        monkeypatch.delitem(sys.modules, name)
    for name in (
        "_X_AMZN_TRACE_ID",
        "AWS_XRAY_SDK_ENABLED",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "LAMBDA_TASK_ROOT",
    ):
        monkeypatch.delenv(name, raising=False)
    importlib.reload(tracing)
    yield monkeypatch
    for name in sdk_modules():
        monkeypatch.delitem(sys.modules, name)
    importlib.reload(tracing)


@pytest.fixture(params=["xray", "otlp"])
def daemon(request: pytest.FixtureRequest, lambda_: pytest.MonkeyPatch) -> Iterator[Daemon]:
    """A daemon, and an invocation that is sampled and recorded: by the X-Ray SDK, and as spans."""
    with sampled(lambda_, request.param) as running:
        yield running


@pytest.fixture
def xray(lambda_: pytest.MonkeyPatch) -> Iterator[Daemon]:
    """The same, by the X-Ray SDK alone."""
    with sampled(lambda_, "xray") as running:
        yield running


@pytest.fixture
def otlp(lambda_: pytest.MonkeyPatch) -> Iterator[Daemon]:
    """The same, as spans alone."""
    with sampled(lambda_, "otlp") as running:
        yield running


@contextmanager
def sampled(environment: pytest.MonkeyPatch, backend: str) -> Iterator[Daemon]:
    """A daemon for an invocation that is sampled."""
    environment.setenv("TRACING_BACKEND", backend)
    with Daemon() as running:
        for name, value in running.environment().items():
            environment.setenv(name, value)
        yield running
