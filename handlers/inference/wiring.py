"""Joins the function's parts for an environment; the entry point does it once."""

from collections.abc import Mapping

from handlers.inference.aws.client import DYNAMODB, SAGEMAKER_RUNTIME, ServiceClient
from handlers.inference.aws.credentials import credential_source
from handlers.inference.model import Model
from handlers.inference.operations import Operations, packaged
from handlers.inference.pipeline import Pipeline
from handlers.inference.references import Cache, References
from handlers.inference.service import Predictions
from handlers.inference.settings import Settings
from handlers.transport import Clock


def build(environ: Mapping[str, str], clock: Clock, operations: Operations | None = None) -> Predictions:
    """The function's parts, joined; `operations` are those of the package unless others are given.

    Raises `SettingsError` when package or environment lack something.
    """
    operations = operations or packaged()
    settings = Settings.from_env(environ, reference=operations.use_reference, model=operations.use_model)
    credentials = credential_source(environ, clock)
    references = model = None
    if settings.table_name:
        cache = Cache(size=settings.cache_size, ttl_s=settings.cache_ttl_s, clock=clock)
        table = ServiceClient(DYNAMODB, environ, credentials, clock)
        references = References(table, settings.table_name, cache)
    if settings.endpoint_name:
        endpoint = ServiceClient(SAGEMAKER_RUNTIME, environ, credentials, clock)
        model = Model(endpoint, settings.endpoint_name)
    return Predictions(
        operations=operations,
        pipeline=Pipeline(references=references, model=model),
        budget_s=settings.time_budget_ms / 1000,
        clock=clock,
    )
