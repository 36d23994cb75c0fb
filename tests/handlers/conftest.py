"""A fresh execution environment for tests of tracing."""

import importlib
import sys
from collections.abc import Iterator

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


@pytest.fixture
def daemon(lambda_: pytest.MonkeyPatch) -> Iterator[Daemon]:
    """A daemon, and an invocation that is sampled."""
    with Daemon() as running:
        for name, value in running.environment().items():
            lambda_.setenv(name, value)
        yield running
