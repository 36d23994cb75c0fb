"""Writes the tables of docs/costs.md: `python docs/costs.py`, or `--check` to only compare.

All that is paid for is an item of a bill, at the prices of `docs/costs.yaml` and, for CloudWatch's alarms and
metrics, of `rehearsal/prices.yaml`; what is left out stands on the page.
"""

import math
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import config  # noqa: E402  # the line above makes it importable
import monitoring  # noqa: E402
from docs import marked  # noqa: E402
from docs.price_list import costs  # noqa: E402
from docs.prices import Item, bill  # noqa: E402
from monitoring.notify import drill  # noqa: E402
from monitoring.spec import Alarm, Level  # noqa: E402
from monitoring.stacks import stacks  # noqa: E402
from monitoring.watched import Watched  # noqa: E402
from rehearsal.price import dollars  # noqa: E402
from rehearsal.price import prices as cloudwatch  # noqa: E402
from settings import Settings  # noqa: E402

PAGE = ROOT / "docs" / "costs.md"
MONTH_S, MILLION, DASHBOARDS = 30 * 86_400, 1e6, 3
PROBES = MONTH_S // 60
KEYS, SECRETS = 2, 1  # one key a stack; the canary's API key
INSTANCE = "ml.c6i.large"  # the type that has a price


@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """A pair of stacks and its predictions a month."""

    stack: str
    predictions: float


SIZES = (
    Size(stack="dev", predictions=0.1 * MILLION),
    *(Size(stack="prod", predictions=millions * MILLION) for millions in (1, 10, 100)),
)


def items(settings: Settings, predictions: float) -> tuple[Item, ...]:
    """The month's bill of a pair. The canary's probes are predictions like others, and come on top."""
    requests = predictions + PROBES
    return (*_serving(settings, requests), *_recorded(settings, requests), *_outside(settings))


def total(found: tuple[Item, ...]) -> float:
    """Dollars a month."""
    return sum(item.dollars for item in found)


def instances(settings: Settings, requests: float) -> int:
    """Of the endpoint: as many as the scaling wants on average, between its bounds.

    Raises ValueError for a type that has no price.
    """
    wanted = settings.model.instances
    if wanted is None:
        return 0
    if wanted.type != INSTANCE:
        raise ValueError(
            f"{wanted.type} has no price: set instance_hour in docs/costs.yaml, and INSTANCE here"
        )
    needed = math.ceil(requests / (MONTH_S / 60) / wanted.invocations_per_minute)
    return min(max(needed, wanted.min), wanted.max)


def traces(settings: Settings, requests: float) -> float:
    """How many are recorded, by the first rule, of evenly spread requests."""
    rule, a_second = settings.tracing.rules[0], requests / MONTH_S
    first = min(a_second, rule.reservoir)
    return (first + rule.rate * (a_second - first)) * MONTH_S


def _item(what: str, count: float, price: str, each: float = 1) -> Item:
    return Item(what=what, count=count, dollars=count * each * costs().prices[price].dollars)


def _serving(settings: Settings, requests: float) -> Iterator[Item]:
    assumed, inference = costs().assumed, settings.inference
    millions = requests / MILLION
    yield _item("API requests", millions, "api_request")
    if settings.api.waf is not None:
        fixed = costs().prices["waf_acl"].dollars + assumed.waf_rules * costs().prices["waf_rule"].dollars
        yield Item(what="web ACL and its rules", count=1, dollars=fixed)
        yield _item("requests inspected", millions, "waf_request")
    gigabytes = inference.memory_mb / 1024
    kept = inference.provisioned_concurrency
    yield _item("function requests", millions, "lambda_request")
    run = millions * assumed.function_ms / 1000 * gigabytes
    yield _item("function's time", run, "lambda_provisioned_duration" if kept else "lambda_duration")
    if kept:
        yield _item("provisioned concurrency", kept * gigabytes * MONTH_S / MILLION, "lambda_provisioned")
    if settings.chosen.uses_reference:
        yield _item("table reads", millions * assumed.reads * 0.5, "table_read")
    if settings.model.instances is not None:
        hours = instances(settings, requests) * MONTH_S / 3600
        yield _item("model, instance hours", hours, "instance_hour")
    elif settings.model.serverless is not None:
        gb = settings.model.serverless.memory_mb / 2048
        yield _item("model, serverless", millions * assumed.model_ms / 1000, "serverless_second", gb)
    yield _item("answers, GB out", requests * assumed.answer_kb / MILLION, "transfer")


def _recorded(settings: Settings, requests: float) -> Iterator[Item]:
    written = requests * costs().assumed.log_kb / MILLION
    yield _item("logs, GB ingested", written, "log_gigabyte")
    yield _item("logs, GB kept", written * settings.log_retention_days / 30, "log_gigabyte_month")
    yield _item("traces recorded", traces(settings, requests) / MILLION, "trace")


def _outside(settings: Settings) -> Iterator[Item]:
    """The monitoring of both accounts, its canary, keys and secrets."""
    watched = Watched.of(settings)
    found = stacks(watched)
    alarms = [entry.alarm for entry in (*found.service, *found.monitor)]
    yield from bill(alarms, plans=len(watched.limited_plans), dashboards=DASHBOARDS)
    once = once_a_pair(watched.name)
    yield Item(what="alarms of topics and evidence", count=len(once), dollars=dollars(once))
    yield from canary()
    yield _item("KMS keys", KEYS, "key")
    yield _item("secrets", SECRETS, "secret")


def once_a_pair(base: str) -> tuple[Alarm, ...]:
    """Alarms of no service: a drill of each topic in both accounts, and the collector's."""
    levels: tuple[Level, ...] = ("warn", "critical")
    drills = [drill.alarm(base, level) for level in levels for _ in ("service", "monitor")]
    return (*drills, *monitoring.evidence_alarms(base, None))


def canary() -> Iterator[Item]:
    """What runs of the canary cost, a probe a minute; its metrics are part of the monitoring."""
    assumed = costs().assumed
    run = PROBES * assumed.canary_ms / 1000 * assumed.canary_mb / 1024 / MILLION
    yield _item("canary, requests", PROBES / MILLION, "lambda_request")
    yield _item("canary, time", run, "lambda_duration")


def signals(predictions: float) -> float:
    """Dollars a month for Application Signals, without its SLOs."""
    millions, first = predictions * costs().assumed.signals / MILLION, 100.0
    price = costs().prices
    below = min(millions, first)
    return below * price["signal"].dollars + (millions - below) * price["further_signal"].dollars


GROUPS: Mapping[str, tuple[str, ...]] = {
    "API": ("API requests", "web ACL and its rules", "requests inspected", "answers, GB out"),
    "function": ("function requests", "function's time", "provisioned concurrency"),
    "table": ("table reads",),
    "model": ("model, instance hours", "model, serverless"),
    "logs and traces": ("logs, GB ingested", "logs, GB kept", "traces recorded"),
}
REST = "monitoring, canary, keys"


def month() -> Iterator[str]:
    """A column a size, a row a group, and what 1,000 predictions cost."""
    bills = [items(config.parse(config.read_stack(size.stack)), size.predictions) for size in SIZES]
    heads = [f"`{size.stack}`, {size.predictions / MILLION:g} M" for size in SIZES]
    yield f"| dollars a month | {' | '.join(heads)} |"
    yield f"| --- |{' ---: |' * len(SIZES)}"
    grouped = {what for group in GROUPS.values() for what in group}
    for name, group in GROUPS.items():
        yield _row(name, [sum(item.dollars for item in found if item.what in group) for found in bills])
    rest = [sum(item.dollars for item in found if item.what not in grouped) for found in bills]
    yield _row(REST, rest)
    yield _row("**together**", [total(found) for found in bills])
    each = [1000 * total(found) / size.predictions for found, size in zip(bills, SIZES, strict=True)]
    yield f"| **for 1,000 predictions** | {' | '.join(f'{one:.4f}' for one in each)} |"


def _row(name: str, amounts: list[float]) -> str:
    return f"| {name} | {' | '.join(f'{amount:,.2f}' for amount in amounts)} |"


def beside() -> Iterator[str]:
    """Ours beside AWS's own."""
    price, runs = cloudwatch(), total(tuple(canary()))
    ours = (
        runs + price.assumptions.canary_metrics * price.custom_metric + PROBES / 1000 * price.put_metric_data
    )
    theirs = PROBES * costs().prices["synthetics_run"].dollars
    yield "| dollars a month | here | CloudWatch's own |"
    yield "| --- | ---: | ---: |"
    yield f"| runs of a probe a minute | {runs:.2f} | Synthetics {theirs:.2f} |"
    yield f"| the same with its metrics | {ours:.2f} | Lambda's time, logs and S3 come on top |"
    for size in SIZES[1:]:
        settings = config.parse(config.read_stack(size.stack))
        recorded = traces(settings, size.predictions) / MILLION * costs().prices["trace"].dollars
        theirs = signals(size.predictions)
        what = f"traces of {size.predictions / MILLION:g} M predictions"
        yield f"| {what} | {recorded:.2f} | Application Signals {theirs:.2f} |"


def prices() -> Iterator[str]:
    """Each price with its source."""
    yield "| dollars | for | AWS's page | read in |"
    yield "| ---: | --- | --- | --- |"
    for price in costs().prices.values():
        yield f"| {price.dollars:g} | {price.per} | <{price.page}> | {price.read} |"


def assumed() -> Iterator[str]:
    """What was assumed."""
    said = costs().assumed.model_dump()
    yield ", ".join(f"`{name}` {value:g}" for name, value in said.items()) + "."


SECTIONS = (month, beside, prices, assumed)

if __name__ == "__main__":
    sys.exit(marked.main(PAGE, SECTIONS))
