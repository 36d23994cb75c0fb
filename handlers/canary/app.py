"""The Lambda entry point. Clients are made when the environment starts."""

import os
import time
from datetime import UTC, datetime
from typing import Any

from botocore.config import Config
from botocore.session import get_session

from handlers import logs, tracing
from handlers.canary.api_key import ApiKey
from handlers.canary.canary import Canary
from handlers.canary.probes import packaged
from handlers.canary.settings import Settings

# Reading the key and publishing, with one retry each, must fit the 10 s that the function has besides the
# probe. A publication that is sent twice because its answer got lost counts twice; a lost one is worse.
CLIENTS = Config(connect_timeout=1, read_timeout=1, retries={"mode": "standard", "total_max_attempts": 2})


def build() -> Canary:
    """The canary of this environment. Raises `SettingsError` when it lacks something."""
    settings = Settings.from_env(os.environ)
    session = get_session()
    secrets = session.create_client("secretsmanager", config=CLIENTS)
    return Canary(
        settings=settings,
        api_key=ApiKey(secrets, settings.api_key_secret_arn),
        credentials=session.get_credentials,
        metrics=session.create_client("cloudwatch", config=CLIENTS),
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
