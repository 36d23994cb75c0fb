"""The Lambda entry point. What can be made once is made when the environment starts."""

import os
import time
from collections.abc import Mapping
from typing import Any

from handlers import logs, tracing
from handlers.inference.wiring import build

logs.configure()
tracing.prepare()
_predictions = build(os.environ, time.monotonic)


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Answer an API Gateway REST proxy event; never raises."""
    return _predictions.answer(event, getattr(context, "aws_request_id", ""))
