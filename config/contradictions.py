"""Settings that are right one by one and wrong together, with the arithmetic.

Every line begins with the dotted key to change. What one setting may be stands with it in `settings`.
"""

import math
from collections.abc import Iterator

from config.access import access_contradictions, service_access_contradictions
from config.canary import canary_contradictions
from config.maintenance import maintenance_contradictions
from monitoring.kpi import COMPONENTS
from monitoring.trace_groups import GROUPS
from settings import ROLES, SERVED, Settings
from settings.tracing import Tracing
from settings.usage_plans import CANARY, UsagePlan

WAF_WINDOW_S = 300
HTTP_ERRORS = 400  # statuses from here on
X_RAY_NAME_CHARS = 32  # of sampling rules and groups: CreateSamplingRule and CreateGroup, X-Ray API reference


def contradictions(settings: Settings) -> Iterator[str]:
    """One line each: key, consequence, fix."""
    yield from _roles(settings)
    yield from _accounts(settings)
    yield from _subscriptions(settings)
    yield from _watches(settings)
    yield from _rules(settings)
    yield from canary_contradictions(settings)
    if settings.role in SERVED:
        yield from maintenance_contradictions(settings)
        yield from _levels(settings)
        yield from _traces(settings)
    if settings.role == "service":
        yield from access_contradictions(settings)
        for number, plan in enumerate(settings.usage_plans):
            yield from _plan(settings, f"usage_plans[{number}]", plan)
        yield from _times(settings)
        yield from _names(settings)


def pipeline_contradictions(settings: Settings) -> Iterator[str]:
    """What does not go with the service that was chosen, which is right by itself. Raises `ServiceError`."""
    chosen, model, table = settings.chosen, settings.model, settings.reference_data.table
    yield from service_access_contradictions(settings)
    if table is not None and not chosen.uses_reference:
        yield (
            f"reference_data.table: {chosen.shown} uses no reference data, so nothing is read"
            f" from {table}. Remove"
            " it, or set `reference: true` in the service."
        )
    if (model.image or model.endpoint) and not chosen.uses_model:
        yield (
            f"model: {chosen.shown} asks no model, so none is deployed or asked. Remove it, or"
            f" set `model: true` in"
            " the service."
        )
    for number, probe in enumerate(chosen.definition.probes):
        looks_up = chosen.pipelines[probe.operation].reference and probe.expect.status < HTTP_ERRORS
        if looks_up and table is None and not probe.reference:
            yield (
                f"service: the table that the stack makes is empty, and probe {probe.name!r} of"
                f" {chosen.shown} looks"
                f" an item up: it would always fail. Give it in probes[{number}].reference of service.yaml."
            )


def _roles(settings: Settings) -> Iterator[str]:
    for section, roles in ROLES.items():
        elsewhere = settings.role not in roles
        if elsewhere and getattr(settings, section) != Settings.model_fields[section].default:
            yield (
                f"{section}: `{section}` has no effect in a {settings.role} stack; set it in the"
                f" {' or '.join(roles)} stack."
            )
    try:
        settings.observability.check_region(settings.region)
    except ValueError as error:
        yield f"observability.sink_arn: {error}."


def _accounts(settings: Settings) -> Iterator[str]:
    if settings.one_account and settings.role == "service":
        yield (
            "accounts.monitor: it is the service's own account, so an outage of that account would silence"
            " the canary with the API. Name a second account."
        )


def _watches(settings: Settings) -> Iterator[str]:
    for number, stack in enumerate(settings.watches):
        if stack in settings.watches[:number]:
            yield f"watches[{number}]: {stack} is there twice; it is watched once. Remove one."


def _subscriptions(settings: Settings) -> Iterator[str]:
    for level in ("warn", "critical"):
        subscribers = getattr(settings.notifications, level)
        for number, subscriber in enumerate(subscribers):
            if subscriber in subscribers[:number]:
                yield (
                    f"notifications.{level}[{number}]: the same subscriber as"
                    f" notifications.{level}[{subscribers.index(subscriber)}]; SNS keeps one of them and the"
                    " other's deployment fails or flaps. Remove one."
                )


def _plan(settings: Settings, key: str, plan: UsagePlan) -> Iterator[str]:
    api = settings.api
    if plan.rate_per_s > api.rate_per_s:
        yield (
            f"{key}.rate_per_s: one key may send {plan.rate_per_s:g} requests a second and the whole stage"
            f" passes {api.rate_per_s:g}, so its customer gets 429 below what was promised. Lower it to"
            f" {api.rate_per_s:g}, or raise api.rate_per_s to {plan.rate_per_s:g}."
        )
    if plan.burst > api.burst:
        yield (
            f"{key}.burst: one key may send {plan.burst} requests at once and the whole stage passes"
            f" {api.burst}, so its customer gets 429 below what was promised. Lower it to {api.burst}, or"
            f" raise api.burst to {plan.burst}."
        )
    if api.waf and plan.rate_per_s * WAF_WINDOW_S > api.waf.requests_per_5_min:
        yield (
            f"api.waf.requests_per_5_min: one key of plan {plan.name!r} may send {plan.rate_per_s:g} requests"
            f" a second x {WAF_WINDOW_S} s = {plan.rate_per_s * WAF_WINDOW_S:g} in 5 minutes, and the web ACL"
            f" blocks an address above {api.waf.requests_per_5_min}: a customer who keeps to the plan gets"
            f" 403. Raise it to {plan.rate_per_s * WAF_WINDOW_S:g} or more, or lower {key}.rate_per_s."
        )
    if plan.quota and not plan.keys:
        yield (
            f"{key}.keys: a plan with a quota and no key never reports usage, and the alarm on its silence"
            " would page. Name a key, or remove the plan."
        )


def _times(settings: Settings) -> Iterator[str]:
    p90_ms, budget_ms = settings.slo.latency_p90_ms, settings.inference.time_budget_ms
    rate, concurrency = settings.api.rate_per_s, settings.inference.reserved_concurrency
    if budget_ms < p90_ms:
        yield (
            f"inference.time_budget_ms: {budget_ms} ms are below the promised p90 of {p90_ms:g} ms"
            " (slo.latency_p90_ms), so requests that keep the promise are given up with 504. Raise it to"
            f" {p90_ms:g} or more, or promise less."
        )
    if concurrency is not None and rate * p90_ms / 1000 > concurrency:
        fits = concurrency * 1000 / p90_ms
        yield (
            f"inference.reserved_concurrency: the stage passes {rate:g} requests a second x {p90_ms / 1000:g}"
            f" s each (slo.latency_p90_ms) = {rate * p90_ms / 1000:g} at once, and the function runs"
            f" {concurrency}: the rest is throttled. Raise it to {math.ceil(rate * p90_ms / 1000)}, or lower"
            f" api.rate_per_s to {concurrency} / {p90_ms / 1000:g} s = {fits:g}."
        )


def _levels(settings: Settings) -> Iterator[str]:
    levels, tuning = settings.levels, settings.alarms
    for prefix in ("", "usage_"):
        warn, critical = getattr(levels, f"{prefix}warn_pct"), getattr(levels, f"{prefix}critical_pct")
        if warn >= critical:
            yield _too_late(f"levels.{prefix}warn_pct", warn, critical)
    for component in COMPONENTS:
        own, prefix = tuning.of_component(component), "usage_" if component == "usage" else ""
        warn = own.warn_pct or getattr(levels, f"{prefix}warn_pct")
        critical = own.critical_pct or getattr(levels, f"{prefix}critical_pct")
        if (own.warn_pct or own.critical_pct) and warn >= critical:
            place = f"components.{component}" if component in tuning.components else "all"
            yield _too_late(
                f"alarms.{place}.{'warn_pct' if own.warn_pct else 'critical_pct'}", warn, critical
            )
            if place == "all":
                return


def _too_late(key: str, warn: float, critical: float) -> str:
    return (
        f"{key}: warn at {warn:g} % and critical at {critical:g} % of a limit: the warning would never come"
        " before the page. Make warn the lower one."
    )


def _names(settings: Settings) -> Iterator[str]:
    plans, keys = {CANARY}, {CANARY: CANARY}
    for number, plan in enumerate(settings.usage_plans):
        key = f"usage_plans[{number}]"
        if plan.name == CANARY:
            yield f"{key}.name: usage plan {CANARY!r} is reserved: the canary brings its own; rename yours."
        elif plan.name in plans:
            yield f"{key}.name: two usage plans share a name; names key the resources, so rename one."
        plans.add(plan.name)
        for place, name in enumerate(each.name for each in plan.keys):
            if name in keys:
                yield (
                    f"{key}.keys[{place}]: API key {name!r} is in the usage plans {keys[name]!r} and"
                    f" {plan.name!r}; API Gateway takes a key into one plan of a stage, so rename one."
                )
            keys[name] = plan.name


def _rules(settings: Settings) -> Iterator[str]:
    """Sampling rules where no request enters."""
    if settings.role != "service" and settings.tracing.rules != Tracing().rules:
        yield (
            "tracing.rules: they have no effect in this stack: requests are sampled where they enter, at an"
            " API of a service stack. Set them there."
        )


def _traces(settings: Settings) -> Iterator[str]:
    """Names of sampling rules, which a service stack makes, and of groups, where requests are traced."""
    own, api = settings.role == "service", settings.existing.api
    rules = settings.tracing.rules if own else ()
    groups = GROUPS if own or (api and api.traced) else ()
    for what, name in (
        *((f"tracing.rules[{i}].name", rule.name) for i, rule in enumerate(rules)),
        *(("name", group) for group in groups),
    ):
        full = f"{settings.base}-{name}"
        if len(full) > X_RAY_NAME_CHARS:
            yield (
                f"{what}: X-Ray refuses the name {full!r}, which has {len(full)} characters;"
                f" {X_RAY_NAME_CHARS} are allowed. Shorten it or `name` by {len(full) - X_RAY_NAME_CHARS}."
            )
