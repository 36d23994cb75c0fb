"""The alarms of the monitor account: what customers get, seen from outside.

The canary, the SLO's burn rates, the promised latency and the highest usage. Metrics of the service account
are read across accounts; everything else about that account is watched where it is.
"""

from dataclasses import dataclass, replace

from monitoring.alarms import burn, silence, thresholds
from monitoring.alarms.entry import Draft, Entry, Scope, finish, seen_from
from monitoring.catalogue import api, canary, promise, usage
from monitoring.kpi import Metric, Window, watched_last
from monitoring.notify import pages
from monitoring.notify.pages import EXTENSION_S, Page
from monitoring.targets import ApiTarget, CanaryTarget, of_watched
from monitoring.watched import Watched

NOTHING_SEEN = "outside-blind"
# Of 15 minutes: a customer now and then does not restore sight, or it would come and go all night.
UNSEEN = Window(period_s=60, evaluation_periods=15, datapoints_to_alarm=5)
API_DOWN, CANARY_DOWN, BLIND = "page-api-down", "page-canary-down", "page-blind"
HOURLY_WARN_WAIT_S = 600  # an hourly percentile takes minutes from warn to critical


def scope(watched: Watched) -> Scope:
    """Names and tuning of the monitor account's alarms."""
    return Scope(prefix=f"{watched.name}-monitor", runbook_url=watched.runbook_url, tuning=watched.tuning)


def canary_target(watched: Watched) -> CanaryTarget:
    """The service's canary."""
    return CanaryTarget(service=watched.name, slo=watched.slo)


def metric_alarms(watched: Watched) -> tuple[Entry, ...]:
    """All metric alarms, also those that tuning switches off."""
    target, shared = canary_target(watched), scope(watched)
    success, attempts, latency = canary.kpis(target)
    service = of_watched(watched)
    made = [
        silence.absence(success, severity="critical", scope=shared),
        silence.absence(attempts, severity="warn", scope=shared, also=(latency.metric,)),
    ]
    outside = [latency]
    if service.api:
        made.append(_nothing_seen(service.api, target, watched.account_id, shared))
        outside.append(seen_from(promise.latency(service.api), watched.account_id))
        for sli in slis(service.api, target, watched.account_id):
            for name in burn.windows():
                made += burn.pair(sli, name, watched.slo, shared)
    if service.usage and service.usage.limited:
        outside.append(seen_from(usage.highest(service.usage), watched.account_id))
    made += [entry for kpi in outside for entry in thresholds.alarms(kpi, watched.levels, shared)]
    return tuple(made)


def composites(watched: Watched, alarms: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """The pages over the alarms that are left."""
    shared = scope(watched)
    return pages.build(_pages(_Waits.of(shared)), alarms, shared)


def slis(api_target: ApiTarget, target: CanaryTarget, account_id: str) -> tuple[burn.Sli, burn.Sli]:
    """The SLI, and the canary's view of it for what the API's own metrics cannot see."""

    def outside(name: str) -> Metric:
        return replace(api.metric(api_target, name), account_id=account_id)

    return (
        burn.Sli(
            key="api",
            title="Failed requests",
            attempts=outside("Count"),
            metric=outside("5XXError"),
            counts="failures",
        ),
        burn.Sli(
            key="canary",
            title="Failed probes",
            attempts=canary.metric(target, "CanaryAttempts"),
            metric=canary.metric(target, "CanarySuccess"),
            counts="successes",
        ),
    )


def _nothing_seen(target: ApiTarget, probes: CanaryTarget, account_id: str, shared: Scope) -> Entry:
    """Neither probes nor customers: it owns the silence of neither, for either alone keeps it OK."""
    window, threshold = shared.window(NOTHING_SEEN, UNSEEN), shared.threshold(NOTHING_SEEN, 1)
    requests = replace(api.metric(target, "Count"), account_id=account_id)
    return finish(
        Draft(
            key=NOTHING_SEEN,
            component="slo",
            signal="traffic",
            severity="critical",
            anchor=NOTHING_SEEN,
            meaning="Neither the canary nor a customer is seen.",
            detail=f"Fewer than {threshold:g} probes or requests in {window}, seen from outside.",
            queries=watched_last(
                [
                    requests.stat("m", "Sum", window.period_s),
                    canary.metric(probes, "CanaryAttempts").stat("n", "Sum", window.period_s),
                ],
                "MAX([FILL(m, 0), FILL(n, 0)])",
                "Requests or probes",
            ),
            comparison="LessThanThreshold",
            window=window,
            missing_data="ignore",
            threshold=threshold,
            unit="Count",
            warm_up_min=window.minutes,
        ),
        shared,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Waits:
    """For how many seconds pages wait for what mutes them: it follows the windows, also as tuned."""

    canary: int
    blind: int
    api_down: int

    @classmethod
    def of(cls, shared: Scope) -> "_Waits":
        down = shared.window(canary.SUCCESS, canary.DOWN).fires_after_min
        missed = shared.window(canary.ATTEMPTS, canary.BLIND).fires_after_min
        unseen = shared.window(NOTHING_SEEN, UNSEEN).fires_after_min
        return cls(
            # A failing canary takes its attempts with it; a minute is for the two alarms' order within one.
            canary=60 * (max(missed - down, 0) + 1),
            # The canary is missed after three minutes, customers after five.
            blind=60 * (max(unseen - missed, 0) + 2),
            # A total outage burns the budget in a minute or two; "no success for 5 minutes" says it better.
            api_down=60 * (down + 2),
        )


def _pages(waits: _Waits) -> tuple[Page, ...]:
    return (
        Page(
            key=BLIND,
            anchor=BLIND,
            meaning="Nobody can tell whether customers are served: neither canary nor customers are seen.",
            level="critical",
            component="canary",
            when=((canary.ATTEMPTS, NOTHING_SEEN),),
        ),
        Page(
            key=CANARY_DOWN,
            anchor=CANARY_DOWN,
            meaning="The canary is down; customers still reach the API, but nobody checks it from outside.",
            level="warn",
            component="canary",
            when=((canary.ATTEMPTS,),),
            muted_by=BLIND,
            wait_s=waits.blind,
        ),
        Page(
            key=API_DOWN,
            anchor=API_DOWN,
            meaning="The API is down: no request from outside was answered rightly.",
            level="critical",
            component="canary",
            when=((canary.SUCCESS,),),
            unless=canary.ATTEMPTS,
            muted_by=canary.ATTEMPTS,
            wait_s=waits.canary,
            extension_s=waits.canary,
        ),
        *_burn_pages(waits.api_down),
        Page(
            key="page-promise-latency-critical",
            anchor="promise-latency",
            meaning="Customers wait longer than promised.",
            level="critical",
            component="slo",
            when=(("promise-latency-critical",), ("canary-latency-critical",)),
            muted_by=API_DOWN,
        ),
        Page(
            key="page-promise-latency-warn",
            anchor="promise-latency",
            meaning="Customers wait nearly longer than promised.",
            level="warn",
            component="slo",
            when=(("promise-latency-warn",), ("canary-latency-warn",)),
            muted_by="page-promise-latency-critical",
            wait_s=HOURLY_WARN_WAIT_S,
        ),
        Page(
            key="page-highest-usage-critical",
            anchor="page-usage",
            meaning="The fullest usage plan is about to run out; then that customer gets 429.",
            level="critical",
            component="usage",
            when=((f"{usage.HIGHEST}-critical",),),
        ),
        Page(
            key="page-highest-usage-warn",
            anchor="page-usage",
            meaning="The fullest usage plan fills up; when it is used up, that customer gets 429.",
            level="warn",
            component="usage",
            when=((f"{usage.HIGHEST}-warn",),),
            wait_s=pages.WARN_WAIT_S,
            muted_by="page-highest-usage-critical",
        ),
    )


def _burn_pages(api_down_wait_s: int) -> tuple[Page, ...]:
    """One a pair of windows. The faster one is included in the slower, and mutes it."""
    made: list[Page] = []
    faster: str | None = None
    for name, window in burn.windows().items():
        pairs = tuple((f"{sli}-burn-{name}-long", f"{sli}-burn-{name}-short") for sli in ("api", "canary"))
        page = Page(
            key=f"page-slo-burn-{name}",
            anchor=burn.ANCHOR,
            meaning="The error budget is being spent too fast; soon the promise is broken.",
            level=window.level,
            component="slo",
            when=pairs,
            includes=faster,
            muted_by=faster or API_DOWN,
            wait_s=pages.WAIT_S if faster else api_down_wait_s,
            # Its own short window keeps it in ALARM after the faster one has ended.
            extension_s=window.lasting_s + EXTENSION_S,
        )
        made.append(page)
        faster = page.key
    return tuple(made)
