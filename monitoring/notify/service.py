"""The pages of the service account: four signals, capacity, usage, silence, unusual traffic, the
account's quotas, the team's own KPIs."""

from collections.abc import Callable, Sequence

from monitoring.alarms.rule import MetricRule
from monitoring.catalogue import own
from monitoring.notify.pages import WARN_WAIT_S, Page
from monitoring.spec import Level
from settings.kpis import Signal

SERVING = ("api", "function", "table", "endpoint")  # the parts that serve requests
Keys = tuple[tuple[str, ...], ...]
Limits = Callable[..., Keys]  # (signal, level, *components) -> groups of one key, as a page's `when`


def composites(rules: Sequence[MetricRule]) -> tuple[Page, ...]:
    """The pages over these metric alarms, muting ones first."""

    def on_limits(signal: Signal, level: Level, *components: str) -> Keys:
        among = components or SERVING
        return tuple(
            (rule.key,)
            for rule in rules
            if rule.kpi and (rule.signal, rule.severity) == (signal, level) and rule.component in among
        )

    def capacity(level: Level) -> Keys:
        return (*on_limits("traffic", level), *on_limits("saturation", level, "function", "endpoint"))

    def on_silence(*components: str) -> Keys:
        return tuple((rule.key,) for rule in rules if rule.owns_silence and rule.component in components)

    unusual = tuple((rule.key,) for rule in rules if rule.kpi is None and not rule.owns_silence)
    return (
        *_chain("errors", "Customers get errors", on_limits),
        *_chain("latency", "Customers wait too long", on_limits),
        Page(
            key="page-capacity-critical",
            anchor="page-capacity",
            meaning="Capacity is nearly used up; customers are about to be refused or to wait.",
            severity="critical",
            component="api",
            when=capacity("critical"),
        ),
        Page(
            key="page-capacity-warn",
            anchor="page-capacity",
            meaning="Capacity is being used up; there is still time to add some.",
            severity="warn",
            component="api",
            when=capacity("warn"),
            muted_by="page-capacity-critical",
            wait_s=WARN_WAIT_S,
        ),
        Page(
            key="page-usage-critical",
            anchor="page-usage",
            meaning="A customer is about to use up a quota; beyond it every request gets 429.",
            severity="critical",
            component="usage",
            when=on_limits("saturation", "critical", "usage"),
        ),
        Page(
            key="page-usage-warn",
            anchor="page-usage",
            meaning="A customer nears a quota, or nobody knows because usage is no longer reported.",
            severity="warn",
            component="usage",
            when=(*on_limits("saturation", "warn", "usage"), *on_silence("usage")),
            muted_by="page-usage-critical",
            wait_s=WARN_WAIT_S,
        ),
        Page(
            key="page-quota-critical",
            anchor="page-quota",
            meaning="A quota of the AWS account is about to be used up; what needs more of it is refused.",
            severity="critical",
            component="quota",
            when=(*on_limits("saturation", "critical", "quota"), *on_limits("traffic", "critical", "quota")),
        ),
        Page(
            key="page-quota-warn",
            anchor="page-quota",
            meaning="A quota of the AWS account fills up; raising it takes AWS days.",
            severity="warn",
            component="quota",
            when=(*on_limits("saturation", "warn", "quota"), *on_limits("traffic", "warn", "quota")),
            muted_by="page-quota-critical",
            wait_s=WARN_WAIT_S,
        ),
        Page(
            key="page-silence",
            anchor="page-silence",
            meaning="A part no longer reports: requests do not reach it, or nobody would see it fail.",
            severity="warn",
            component="api",
            when=on_silence(*SERVING, "slo", "quota", own.COMPONENT),
            muted_by="page-api-errors",
        ),
        Page(
            key="page-traffic",
            anchor="page-traffic",
            meaning="Traffic is unusual: customers may not reach the API, or a client runs wild.",
            severity="warn",
            component="api",
            when=unusual,
            muted_by="page-silence",
        ),
        *_own(rules),
    )


def _own(rules: Sequence[MetricRule]) -> tuple[Page, Page]:
    """Those of the team's own KPIs. Nobody here knows what they follow from, so nothing else mutes them."""

    def of(level: Level) -> Keys:
        return tuple(
            (r.key,) for r in rules if r.kpi and r.component == own.COMPONENT and r.severity == level
        )

    return (
        Page(
            key="page-own-critical",
            anchor="page-own",
            meaning="A KPI of the team's own is about to break its limit, or has broken it.",
            severity="critical",
            component="own",
            when=of("critical"),
        ),
        Page(
            key="page-own-warn",
            anchor="page-own",
            meaning="A KPI of the team's own nears its limit.",
            severity="warn",
            component="own",
            when=of("warn"),
            muted_by="page-own-critical",
            wait_s=WARN_WAIT_S,
        ),
    )


def _chain(signal: Signal, symptom: str, on_limits: Limits) -> tuple[Page, ...]:
    """From the dependencies to the customer; a warn of any part is muted by whatever is critical."""
    dependency, own, whole = (f"page-{part}-{signal}" for part in ("dependency", "function", "api"))
    return (
        Page(
            key=dependency,
            anchor=f"page-{signal}",
            meaning=f"{symptom} because of the table or the model.",
            severity="critical",
            component="endpoint",
            when=on_limits(signal, "critical", "table", "endpoint"),
        ),
        Page(
            key=own,
            anchor=f"page-{signal}",
            meaning=f"{symptom} because of the function.",
            severity="critical",
            component="function",
            when=on_limits(signal, "critical", "function"),
            includes=dependency,
            muted_by=dependency,
        ),
        Page(
            key=whole,
            anchor=f"page-{signal}",
            meaning=f"{symptom}.",
            severity="critical",
            component="api",
            when=on_limits(signal, "critical", "api"),
            includes=own,
            muted_by=own,
        ),
        Page(
            key=f"page-{signal}-warn",
            anchor=f"page-{signal}",
            meaning=f"{symptom} soon, if it goes on like this.",
            severity="warn",
            component="api",
            when=on_limits(signal, "warn"),
            muted_by=whole,
            wait_s=WARN_WAIT_S,
        ),
    )
