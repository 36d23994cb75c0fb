"""The Lambda entry point. Clients are made when the environment starts."""

import os
import time
from datetime import UTC, datetime
from typing import Any

from botocore.config import Config
from botocore.session import get_session

from handlers import logs, tracing
from handlers.canary.canary import Canary
from handlers.canary.probes import packaged
from handlers.canary.secrets import Secrets
from handlers.canary.settings import Settings

# Of the 25 s that the function has besides the probes: reading two secrets and publishing twice, with one
# retry each, 2 s of clean-up, 2 s of heartbeats. A publication that is sent twice because its answer got lost
# counts twice; a lost one is worse.
CLIENTS = Config(connect_timeout=1, read_timeout=1, retries={"mode": "standard", "total_max_attempts": 2})


def build() -> Canary:
    """The canary of this environment. Raises `SettingsError` when it lacks something."""
    settings = Settings.from_env(os.environ)
    session = get_session()
    secrets = session.create_client("secretsmanager", config=CLIENTS)
    metrics = session.create_client("cloudwatch", region_name=settings.metrics_region, config=CLIENTS)
    return Canary(
        settings=settings,
        secrets=Secrets(secrets, settings.api_key_secret_arn, settings.secrets_arn),
        credentials=session.get_credentials,
        metrics=metrics,
        probes=packaged(),
        clock=time.monotonic,
        now=lambda: datetime.now(UTC),
    )


logs.configure()
tracing.prepare("botocore")
_canary = build()


def handler(_event: Any, _context: Any) -> dict[str, Any]:
    """Send every probe once, whatever the schedule sent."""
    return _canary.run()
