"""One run: send every probe once, publish, log a line for each. Clients and clocks are passed in.

Whatever the API does is a result, and so is a secret that cannot be read, or a slip in the canary's own code;
whatever keeps the canary from publishing one is raised, so that the function fails and its attempts go
missing. All three are seen by the alarm on the attempts.
"""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from handlers import tracing
from handlers.canary import heartbeats
from handlers.canary.metrics import NAMESPACE, heartbeat_data, metric_data
from handlers.canary.outcome import Outcome, broken, worst
from handlers.canary.probe import send
from handlers.canary.probes import Probe
from handlers.canary.request import Sender
from handlers.canary.secrets import Secrets
from handlers.canary.settings import Settings
from handlers.canary.tokens import Tokens
from handlers.transport import Clock

REFUSED = (401, 403)

log = logging.getLogger(__name__)


class Canary:
    """Runs probes. `metrics` is a CloudWatch client; `now` is the wall clock, in UTC."""

    def __init__(
        self,
        *,
        settings: Settings,
        secrets: Secrets,
        credentials: Callable[[], Any],
        metrics: Any,
        probes: Sequence[Probe],
        clock: Clock,
        now: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._secrets = secrets
        self._sender = Sender(
            settings=settings,
            secrets=secrets,
            tokens=Tokens(clock, lambda: now().timestamp()),
            credentials=credentials,
        )
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
                settings = self._settings
                self._publish(metric_data(outcomes, settings.service, started, settings.location))
        results = {name: _result(name, outcome) for name, outcome in outcomes.items()}
        for result in results.values():
            log.info("probed", extra={"fields": result})
        self._call_heartbeats(outcomes, started)
        return next(results[name] for name, outcome in outcomes.items() if outcome is told)

    @tracing.step("probe")
    def _probe(self) -> dict[str, Outcome]:
        self._secrets.refresh()
        if len(self._probes) == 1:
            outcomes = [self._send(self._probes[0])]
        else:  # each has the whole time that the function has for them
            with ThreadPoolExecutor(len(self._probes)) as threads:
                outcomes = list(threads.map(self._send, self._probes))
        if any(_refused(outcome) for outcome in outcomes):
            self._sender.forget()
        return {probe.name: outcome for probe, outcome in zip(self._probes, outcomes, strict=True)}

    def _send(self, probe: Probe) -> Outcome:
        try:
            return send(self._sender, probe, self._clock)
        except Exception as error:  # noqa: BLE001  # a slip of ours must not cost the other probes their minute
            return broken(error)

    def _publish(self, data: list[dict[str, Any]]) -> None:
        self._metrics.put_metric_data(Namespace=NAMESPACE, MetricData=data)

    def _call_heartbeats(self, outcomes: dict[str, Outcome], started: datetime) -> None:
        """Of the probes that succeeded, now that their results are where alarms see them."""
        wanted = {
            probe.name: probe.heartbeat
            for probe in self._probes
            if probe.heartbeat is not None and outcomes[probe.name].reason is None
        }
        failures = heartbeats.failures(self._secrets, wanted, self._clock)
        for name, problem in failures.items():
            log.warning("heartbeat not sent", extra={"fields": {"probe": name, "detail": problem}})
        if failures:
            self._publish(heartbeat_data(len(failures), self._settings.service, started))


def _refused(outcome: Outcome) -> bool:
    """Whether a secret or a token may have been replaced."""
    return outcome.reason == "secret" or (outcome.reason == "status" and outcome.status in REFUSED)


def _result(name: str, outcome: Outcome) -> dict[str, Any]:
    return {
        "probe": name,
        "ok": outcome.reason is None,
        "reason": outcome.reason,
        "detail": outcome.detail,
        "status": outcome.status,
        "latency_ms": outcome.latency_ms,
        **({"step": outcome.step} if outcome.step else {}),
    }
