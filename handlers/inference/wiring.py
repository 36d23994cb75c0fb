"""Joins the function's parts for an environment; the entry point does it once."""

from collections.abc import Mapping

from handlers.inference.aws import DYNAMODB, SAGEMAKER_RUNTIME, ServiceClient
from handlers.inference.credentials import credential_source
from handlers.inference.model import Model
from handlers.inference.references import Cache, References
from handlers.inference.service import Predictions
from handlers.inference.settings import Settings
from handlers.transport import Clock


def build(environ: Mapping[str, str], clock: Clock) -> Predictions:
    """The function's parts, joined. Raises `SettingsError` when the environment lacks something."""
    settings = Settings.from_env(environ)
    credentials = credential_source(environ, clock)
    table = ServiceClient(DYNAMODB, environ, credentials, clock)
    endpoint = ServiceClient(SAGEMAKER_RUNTIME, environ, credentials, clock)
    cache = Cache(size=settings.cache_size, ttl_s=settings.cache_ttl_s, clock=clock)
    return Predictions(
        references=References(table, settings.table_name, cache),
        model=Model(endpoint, settings.endpoint_name),
        budget_s=settings.time_budget_ms / 1000,
        clock=clock,
    )
