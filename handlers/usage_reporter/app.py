"""The Lambda entry point. Clients are made when the environment starts.

Anything that goes wrong is raised: Lambda repeats the run, and keeps the event in the dead-letter queue
when that does not help.
"""

import os
from collections.abc import Mapping
from typing import Any

from botocore.config import Config
from botocore.session import get_session

from handlers import logs, tracing
from handlers.usage_reporter.report import report
from handlers.usage_reporter.settings import Settings

# The management API allows few calls a second in an account; there is time to wait for it.
CLIENTS = Config(connect_timeout=3, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 8})

logs.configure()
tracing.prepare("botocore")
_settings = Settings.from_env(os.environ)
_session = get_session()
_gateway = _session.create_client("apigateway", config=CLIENTS)
_metrics = _session.create_client("cloudwatch", config=CLIENTS)


def handler(event: Mapping[str, Any], _context: Any) -> dict[str, Any]:
    """Report the UTC day before `event["time"]`. Raises whatever goes wrong."""
    with tracing.invocation("usage_reporter"):
        return report(event, _settings, _gateway, _metrics)
