"""The Lambda entry point. What can be made once is made when the environment starts."""

import os
import time
from collections.abc import Mapping
from typing import Any

from handlers import logs, tracing
from handlers.inference.aws import DYNAMODB, SAGEMAKER_RUNTIME, ServiceClient, credential_source
from handlers.inference.model import Model
from handlers.inference.references import Cache, References
from handlers.inference.service import Predictions
from handlers.inference.settings import Settings
from handlers.transport import Clock


def build(environ: Mapping[str, str], clock: Clock) -> Predictions:
    """The function's parts, joined. Raises `SettingsError` when the environment lacks something."""
    settings = Settings.from_env(environ)
    credentials = credential_source(environ)
    table = ServiceClient(DYNAMODB, environ, credentials, clock)
    endpoint = ServiceClient(SAGEMAKER_RUNTIME, environ, credentials, clock)
    cache = Cache(size=settings.cache_size, ttl_s=settings.cache_ttl_s, clock=clock)
    return Predictions(
        references=References(table, settings.table_name, cache),
        model=Model(endpoint, settings.endpoint_name),
        budget_s=settings.time_budget_ms / 1000,
        clock=clock,
    )


logs.configure()
tracing.prepare()
_predictions = build(os.environ, time.monotonic)


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Answer an API Gateway REST proxy event; never raises."""
    return _predictions.answer(event, context.aws_request_id)
