"""The pages of the monitor account: the API is down or unseen, the promise is being broken."""

from collections.abc import Sequence
from dataclasses import dataclass

from monitoring.alarms import burn
from monitoring.alarms.monitor import NOTHING_SEEN, UNSEEN
from monitoring.alarms.rule import Scope
from monitoring.catalogue import canary, usage
from monitoring.notify.pages import EXTENSION_S, WAIT_S, WARN_WAIT_S, Page

API_DOWN, CANARY_DOWN, BLIND = "page-api-down", "page-canary-down", "page-blind"
HOURLY_WARN_WAIT_S = 600  # an hourly percentile takes minutes from warn to critical


@dataclass(frozen=True, kw_only=True, slots=True)
class _Waits:
    """For how many seconds pages wait for what mutes them: it follows the windows, also as tuned."""

    canary: int
    blind: int
    api_down: int

    @classmethod
    def of(cls, scope: Scope) -> "_Waits":
        down = scope.window(canary.SUCCESS, canary.DOWN).fires_after_min
        missed = scope.window(canary.ATTEMPTS, canary.BLIND).fires_after_min
        unseen = scope.window(NOTHING_SEEN, UNSEEN).fires_after_min
        return cls(
            # A failing canary takes its attempts with it; a minute is for the two alarms' order within one.
            canary=60 * (max(missed - down, 0) + 1),
            # The canary is missed after three minutes, customers after five.
            blind=60 * (max(unseen - missed, 0) + 2),
            # A total outage burns the budget in a minute or two; "no success for 5 minutes" says it better.
            api_down=60 * (down + 2),
        )


def composites(scope: Scope, locations: Sequence[str] = ()) -> tuple[Page, ...]:
    """The pages, muting ones first; how long they wait follows the windows as tuned."""
    waits = _Waits.of(scope)
    return (
        Page(
            key=BLIND,
            anchor=BLIND,
            meaning="Nobody can tell whether customers are served: neither canary nor customers are seen.",
            severity="critical",
            component="canary",
            when=((canary.ATTEMPTS, NOTHING_SEEN),),
        ),
        Page(
            key=CANARY_DOWN,
            anchor=CANARY_DOWN,
            meaning="The canary is down; customers still reach the API, but nobody checks it from outside.",
            severity="warn",
            component="canary",
            when=((canary.ATTEMPTS,),),
            muted_by=BLIND,
            wait_s=waits.blind,
        ),
        Page(
            key=canary.LOCATION,
            anchor=canary.LOCATION,
            meaning="From one of several locations the API is no longer seen, or no longer reached.",
            severity="warn",
            component="canary",
            when=tuple(
                (key,)
                for location in locations
                for key in (canary.silent(location), canary.failing(location))
            ),
            unless=canary.SUCCESS,
            muted_by=canary.ATTEMPTS,
        ),
        Page(
            key=API_DOWN,
            anchor=API_DOWN,
            meaning="The API is down: no request from outside was answered rightly.",
            severity="critical",
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
            severity="critical",
            component="slo",
            when=(("promise-latency-critical",), ("canary-latency-critical",)),
            muted_by=API_DOWN,
        ),
        Page(
            key="page-promise-latency-warn",
            anchor="promise-latency",
            meaning="Customers wait nearly longer than promised.",
            severity="warn",
            component="slo",
            when=(("promise-latency-warn",), ("canary-latency-warn",)),
            muted_by="page-promise-latency-critical",
            wait_s=HOURLY_WARN_WAIT_S,
        ),
        Page(
            key="page-highest-usage-critical",
            anchor="page-usage",
            meaning="The fullest usage plan is about to run out; then that customer gets 429.",
            severity="critical",
            component="usage",
            when=((f"{usage.HIGHEST}-critical",),),
        ),
        Page(
            key="page-highest-usage-warn",
            anchor="page-usage",
            meaning="The fullest usage plan fills up; when it is used up, that customer gets 429.",
            severity="warn",
            component="usage",
            when=((f"{usage.HIGHEST}-warn",),),
            wait_s=WARN_WAIT_S,
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
            severity=window.level,
            component="slo",
            when=pairs,
            includes=faster,
            muted_by=faster or API_DOWN,
            wait_s=WAIT_S if faster else api_down_wait_s,
            # Its own short window keeps it in ALARM after the faster one has ended.
            extension_s=window.lasting_s + EXTENSION_S,
        )
        made.append(page)
        faster = page.key
    return tuple(made)
