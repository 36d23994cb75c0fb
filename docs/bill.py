"""What a pair of stacks costs a month: each line of the bill, by account.

Prices are those of `docs/costs.yaml` and `rehearsal/prices.yaml`; what is left out stands in docs/costs.md.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import monitoring
from docs.price_list import costs
from docs.prices import Item, probed, reported, told
from monitoring.notify import drill
from monitoring.spec import Alarm, Level
from monitoring.stacks import stacks
from monitoring.watched import Watched
from rehearsal.price import dollars
from settings import Settings

Account = Literal["service", "monitor"]
DAYS = 30
MONTH_S, MILLION = DAYS * 86_400, 1e6
PROBES = MONTH_S // 60
DASHBOARDS: Mapping[Account, int] = {"service": 1, "monitor": 2}
INSTANCE = "ml.c6i.large"  # the type that has a price


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """A service or watch stack and its monitor stack."""

    service: Settings
    monitor: Settings

    def bill(self, predictions: float) -> Mapping[Account, tuple[Item, ...]]:
        """A month's, of so many predictions. The canary's probes come on top, and are paid like others."""
        requests = predictions + PROBES
        own = self.service.role == "service"
        served = (*_serving(self.service, requests), *_recorded(self.service, predictions)) if own else ()
        return {
            "service": (*served, *_watching(self.service, "service")),
            "monitor": (
                *_watching(self.service, "monitor"),
                *canary(),
                *(_evidence(requests if own else 0) if self.monitor.evidence.collect else ()),
            ),
        }


def total(found: Mapping[Account, tuple[Item, ...]]) -> float:
    """Dollars a month."""
    return sum(item.dollars for items in found.values() for item in items)


def instances(settings: Settings, requests: float) -> int:
    """Of the endpoint: as many as the scaling wants on average, between its bounds.

    Raises ValueError for a type that has no price.
    """
    wanted = settings.model.instances
    if wanted is None:
        return 0
    if wanted.type != INSTANCE:
        raise ValueError(
            f"{wanted.type} has no price: set instance_hour in docs/costs.yaml, and INSTANCE in docs/bill.py"
        )
    needed = math.ceil(requests / (MONTH_S / 60) / wanted.invocations_per_minute)
    return min(max(needed, wanted.min), wanted.max)


def traces(settings: Settings, predictions: float) -> float:
    """How many are recorded, by the first rule, of evenly spread requests, and all of the canary's."""
    rule, a_second = settings.tracing.rules[0], predictions / MONTH_S
    first = min(a_second, rule.reservoir)
    return (first + rule.rate * (a_second - first)) * MONTH_S + PROBES


def priced(what: str, count: float, price: str, each: float = 1) -> Item:
    """A line of so many of what has a price."""
    return Item(what=what, count=count, dollars=count * each * costs().prices[price].dollars)


def _serving(settings: Settings, requests: float) -> Iterator[Item]:
    assumed, inference = costs().assumed, settings.inference
    millions = requests / MILLION
    yield priced("API requests", millions, "api_request")
    if settings.api.waf is not None:
        fixed = costs().prices["waf_acl"].dollars + assumed.waf_rules * costs().prices["waf_rule"].dollars
        yield Item(what="web ACL and its rules", count=1, dollars=fixed)
        yield priced("requests inspected", millions, "waf_request")
    gigabytes = inference.memory_mb / 1024
    kept = inference.provisioned_concurrency
    yield priced("function requests", millions, "lambda_request")
    run = millions * assumed.function_ms / 1000 * gigabytes
    yield priced("function's time", run, "lambda_provisioned_duration" if kept else "lambda_duration")
    if kept:
        yield priced("provisioned concurrency", kept * gigabytes * MONTH_S / MILLION, "lambda_provisioned")
    if settings.chosen.uses_reference:
        yield priced("table reads", millions * assumed.reads * 0.5, "table_read")
    if settings.model.instances is not None:
        hours = instances(settings, requests) * MONTH_S / 3600
        yield priced("model, instance hours", hours, "instance_hour")
    elif settings.model.serverless is not None:
        gb = settings.model.serverless.memory_mb / 2048
        yield priced("model, serverless", millions * assumed.model_ms / 1000, "serverless_second", gb)
    yield priced("answers, GB out", requests * assumed.answer_kb / MILLION, "transfer")


def _recorded(settings: Settings, predictions: float) -> Iterator[Item]:
    written = (predictions + PROBES) * costs().assumed.log_kb / MILLION
    yield priced("logs, GB ingested", written, "log_gigabyte")
    yield priced("logs, GB kept", written * settings.log_retention_days / 30, "log_gigabyte_month")
    yield priced("traces recorded", traces(settings, predictions) / MILLION, "trace")


def _watching(settings: Settings, account: Account) -> Iterator[Item]:
    """The alarms, dashboards and metrics of one account, its key and topics."""
    watched = Watched.of(settings)
    found = stacks(watched)
    alarms = [entry.alarm for entry in getattr(found, account)]
    yield from told(alarms, dashboards=DASHBOARDS[account])
    if account == "service":
        yield from reported(alarms, plans=len(watched.limited_plans), detailed=settings.role == "service")
    once = once_an_account(watched.name, account)
    yield Item(what="alarms of topics and evidence", count=len(once), dollars=dollars(once))
    yield priced("KMS keys", 1, "key")


def once_an_account(base: str, account: Account) -> tuple[Alarm, ...]:
    """Alarms of no service: a drill of each topic, and the collector's."""
    levels: tuple[Level, ...] = ("warn", "critical")
    drills = [drill.alarm(base, level) for level in levels]
    return (*drills, *(monitoring.evidence_alarms(base, None) if account == "monitor" else ()))


def watched_from(settings: Settings, further: int) -> float:
    """What the monitor account's alarms cost when its canary has so many further locations."""
    places = [f"us-east-{number}" for number in range(1, further + 1)]
    return dollars(entry.alarm for entry in stacks(Watched.of(settings).probed(places, ("main",))).monitor)


def canary() -> Iterator[Item]:
    """A probe a minute, with an API key and nothing else that is secret."""
    yield from runs()
    yield from probed()
    yield priced("canary, traces", PROBES / MILLION, "trace")
    yield priced("secrets", 1, "secret")


def runs() -> Iterator[Item]:
    """What the canary's runs cost by themselves."""
    assumed = costs().assumed
    time = PROBES * assumed.canary_ms / 1000 * assumed.canary_mb / 1024 / MILLION
    yield priced("canary, requests", PROBES / MILLION, "lambda_request")
    yield priced("canary, time", time, "lambda_duration")
    yield priced("canary, schedule", PROBES / MILLION, "scheduler_call")


def _evidence(requests: float) -> Iterator[Item]:
    """A day's collection for one service, 30 times; what is kept is cents after years."""
    assumed = costs().assumed
    scanned = requests * assumed.access_log_kb / MILLION * assumed.evidence_queries
    run = DAYS * assumed.evidence_s * assumed.evidence_mb / 1024 / MILLION
    yield priced("evidence, metrics read", DAYS * assumed.evidence_metrics / 1000, "metric_read")
    yield priced("evidence, GB of logs scanned", scanned, "log_scanned")
    yield priced("evidence, objects written", DAYS * assumed.evidence_objects / 1000, "put")
    yield priced("evidence, collector's time", run, "lambda_duration")


def signals(predictions: float) -> float:
    """Dollars a month for Application Signals by signals, without its SLOs."""
    millions, first = predictions * costs().assumed.signals / MILLION, 100.0
    price = costs().prices
    below = min(millions, first)
    return below * price["signal"].dollars + (millions - below) * price["further_signal"].dollars


def spans(predictions: float) -> float:
    """Dollars a month for Application Signals by spans, where Transaction Search keeps them all."""
    assumed = costs().assumed
    gigabytes = predictions * assumed.spans * assumed.span_kb / MILLION
    return gigabytes * costs().prices["span_gigabyte"].dollars
