"""The Lambda entry point. Clients are made when the environment starts."""

import os
import time
from collections.abc import Mapping
from typing import Any

from botocore.config import Config
from botocore.session import get_session

from handlers import logs, tracing
from handlers.forwarder.forward import Forwarder
from handlers.forwarder.settings import Settings

CLIENTS = Config(connect_timeout=2, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 2})

logs.configure()
tracing.prepare("botocore")
_forwarder = Forwarder(
    settings=Settings.from_env(os.environ),
    secrets=get_session().create_client("secretsmanager", config=CLIENTS),
    clock=time.monotonic,
    sleep=time.sleep,
)


def handler(event: Mapping[str, Any], _context: Any) -> dict[str, Any]:
    """Forward what SNS delivers. Raises `ForwardError`."""
    with tracing.invocation("forwarder"):
        return _forwarder.run(event)
