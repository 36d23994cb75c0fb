"""One run: send every probe once, publish, log a line for each. Clients and clocks are passed in.

Whatever the API does is a result, and so is a secret that cannot be read; whatever keeps the canary from
publishing one is raised, so that the function fails and its attempts go missing. Both are seen by the alarm
on the attempts.
"""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from handlers import tracing
from handlers.canary.api_key import ApiKey, KeyUnreadableError
from handlers.canary.metrics import NAMESPACE, metric_data
from handlers.canary.outcome import Outcome, not_sent, worst
from handlers.canary.probe import send
from handlers.canary.probes import Probe
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
        probes: Sequence[Probe],
        clock: Clock,
        now: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._api_key = api_key
        self._credentials = credentials
        self._metrics = metrics
        self._probes = probes
        self._clock = clock
        self._now = now

    def run(self) -> dict[str, Any]:
        """All probes, published. Returns what it logs of the worst; raises only when it cannot publish."""
        started = self._now()
        with tracing.invocation("canary"):
            outcomes = self._probe()
            told = worst(list(outcomes.values()))
            tracing.annotate("outcome", told.reason or "ok")
            with tracing.step("publish"):
                data = metric_data(outcomes, self._settings.service, started)
                self._metrics.put_metric_data(Namespace=NAMESPACE, MetricData=data)
        results = {name: _result(name, outcome) for name, outcome in outcomes.items()}
        for result in results.values():
            log.info("probed", extra={"fields": result})
        return next(results[name] for name, outcome in outcomes.items() if outcome is told)

    @tracing.step("probe")
    def _probe(self) -> dict[str, Outcome]:
        try:
            api_key = self._api_key.value()
        except KeyUnreadableError as error:
            return {probe.name: not_sent(str(error)) for probe in self._probes}
        if len(self._probes) == 1:
            outcomes = [self._send(self._probes[0], api_key)]
        else:  # each has the whole time that the function has for them
            with ThreadPoolExecutor(len(self._probes)) as threads:
                outcomes = list(threads.map(lambda probe: self._send(probe, api_key), self._probes))
        if any(outcome.status == FORBIDDEN for outcome in outcomes):
            self._api_key.forget()
        return {probe.name: outcome for probe, outcome in zip(self._probes, outcomes, strict=True)}

    def _send(self, probe: Probe, api_key: str) -> Outcome:
        return send(self._settings, probe, api_key, self._credentials, self._clock)


def _result(name: str, outcome: Outcome) -> dict[str, Any]:
    return {
        "probe": name,
        "ok": outcome.reason is None,
        "reason": outcome.reason,
        "detail": outcome.detail,
        "status": outcome.status,
        "latency_ms": outcome.latency_ms,
    }
