"""One run: probe once, publish, log one line. Clients and clocks are passed in.

Whatever the API does is a result, and so is a secret that cannot be read; whatever keeps the canary from
publishing one is raised, so that the function fails and its attempts go missing. Both are seen by the alarm
on the attempts.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from handlers import tracing
from handlers.canary.api_key import ApiKey, KeyUnreadableError
from handlers.canary.metrics import NAMESPACE, metric_data
from handlers.canary.outcome import Outcome, not_sent
from handlers.canary.probe import probe
from handlers.canary.settings import Settings
from handlers.transport import Clock

FORBIDDEN = 403

log = logging.getLogger(__name__)


class Canary:
    """Runs probes. `metrics` is a CloudWatch client; `now` is the wall clock, in UTC."""

    def __init__(
        self,
        *,
        settings: Settings,
        api_key: ApiKey,
        credentials: Callable[[], Any],
        metrics: Any,
        clock: Clock,
        now: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._api_key = api_key
        self._credentials = credentials
        self._metrics = metrics
        self._clock = clock
        self._now = now

    def run(self) -> dict[str, Any]:
        """One probe, published. Returns what it logs; raises only when it cannot publish."""
        started = self._now()
        with tracing.invocation("canary"):
            outcome = self._probe()
            tracing.annotate("reference_id", self._settings.probe.id)
            tracing.annotate("outcome", outcome.reason or "ok")
            with tracing.step("publish"):
                data = metric_data(outcome, self._settings.service, started)
                self._metrics.put_metric_data(Namespace=NAMESPACE, MetricData=data)
        result = {
            "ok": outcome.reason is None,
            "reason": outcome.reason,
            "detail": outcome.detail,
            "status": outcome.status,
            "latency_ms": outcome.latency_ms,
        }
        log.info("probed", extra={"fields": result})
        return result

    @tracing.step("probe")
    def _probe(self) -> Outcome:
        try:
            api_key = self._api_key.value()
        except KeyUnreadableError as error:
            return not_sent(str(error))
        outcome = probe(self._settings, api_key, self._credentials, self._clock)
        if outcome.status == FORBIDDEN:
            self._api_key.forget()
        return outcome
