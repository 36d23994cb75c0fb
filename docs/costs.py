"""Writes the tables of docs/costs.md: `python docs/costs.py`, or `--check` to only compare.

All that is paid for is a line of `docs/bill.py`; what is left out stands on the page.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import config  # noqa: E402  # the line above makes it importable
from docs import bill, marked  # noqa: E402
from docs.bill import MILLION, PROBES, Pair  # noqa: E402
from docs.price_list import costs  # noqa: E402
from docs.prices import Item, probed  # noqa: E402
from rehearsal.price import prices as cloudwatch  # noqa: E402
from settings import Settings  # noqa: E402

PAGE = ROOT / "docs" / "costs.md"
HOURS = bill.MONTH_S / 3600
# An API like the one of `prod`, deployed by others.
WATCH = {
    "name": "orders",
    "env": "prod",
    "existing": {
        "api": {"id": "a1b2c3d4e5", "name": "Orders", "stage": "prod"},
        "functions": [{"name": "orders", "timeout_ms": 3000}],
        "tables": [{"name": "orders"}],
        "endpoints": [{"name": "orders", "instance_type": bill.INSTANCE}],
        "usage_plans": [
            {"name": name, "quota": {"limit": 1000, "period": "MONTH"}} for name in ("partners", "trial")
        ],
    },
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """A column: a pair of stacks and its predictions a month, None where they are others' to pay."""

    head: str
    stack: str
    predictions: float | None

    def pair(self) -> Pair:
        """Of the stack files, or of the API that others deployed."""
        return watched() if self.predictions is None else shipped(self.stack)

    def bill(self) -> Mapping[bill.Account, tuple[Item, ...]]:
        """A month's."""
        return self.pair().bill(self.predictions or 0)


@cache
def shipped(stack: str) -> Pair:
    """A service stack with its monitor stack, as they are shipped."""
    read = [config.parse(config.read_stack(each)) for each in (stack, f"{stack}-monitor")]
    return Pair(service=read[0], monitor=read[1])


@cache
def watched() -> Pair:
    """A watch stack with its monitor stack."""
    monitor = config.read_stack("prod-monitor")
    place = {key: monitor[key] for key in ("region", "accounts")}
    return Pair(
        service=config.parse_as(Settings, config.PROJECT, {"role": "watch", **place, **WATCH}),
        monitor=config.parse({**monitor, "name": WATCH["name"]}),
    )


SIZES = (
    Size(head="`dev`, 0.1 M", stack="dev", predictions=0.1 * MILLION),
    *(
        Size(head=f"`prod`, {millions} M", stack="prod", predictions=millions * MILLION)
        for millions in (1, 10, 100)
    ),
    Size(head="`watch`", stack="prod", predictions=None),
)
GROUPS: Mapping[str, tuple[str, ...]] = {
    "API": ("API requests", "web ACL and its rules", "requests inspected", "answers, GB out"),
    "function": ("function requests", "function's time", "provisioned concurrency"),
    "table": ("table reads",),
    "model": ("model, instance hours", "model, serverless"),
    "logs and traces": ("logs, GB ingested", "logs, GB kept", "traces recorded", "canary, traces"),
    "alarms": ("metric alarms", "composite alarms", "alarms of topics and evidence"),
    "dashboards": ("dashboards",),
    "metrics": (
        "custom metrics of the canary",
        "PutMetricData requests of the canary",
        "custom metrics of the usage reporter",
        "custom metric of what was answered",
        "detailed API metrics",
    ),
    "canary's runs": ("canary, requests", "canary, time", "canary, schedule"),
    "evidence": (
        "evidence, metrics read",
        "evidence, GB of logs scanned",
        "evidence, objects written",
        "evidence, collector's time",
    ),
    "keys and secrets": ("KMS keys", "secrets"),
}
ACCOUNTS: tuple[bill.Account, ...] = ("service", "monitor")


def month() -> Iterator[str]:
    """A column a size, a row a group, and what 1,000 predictions cost."""
    bills = [size.bill() for size in SIZES]
    yield f"| dollars a month | {' | '.join(size.head for size in SIZES)} |"
    yield f"| --- |{' ---: |' * len(SIZES)}"
    for name, group in GROUPS.items():
        yield _row(name, [_sum(found, group=group) for found in bills])
    yield _row("**together**", [bill.total(found) for found in bills])
    for account in ACCOUNTS:
        yield _row(f"in the {account} account", [_sum(found, accounts=(account,)) for found in bills])
    each = [
        f"{1000 * bill.total(found) / size.predictions:.4f}" if size.predictions else "-"
        for found, size in zip(bills, SIZES, strict=True)
    ]
    yield f"| **for 1,000 predictions** | {' | '.join(each)} |"


def _sum(
    found: Mapping[bill.Account, tuple[Item, ...]],
    *,
    group: Sequence[str] | None = None,
    accounts: Sequence[bill.Account] = ACCOUNTS,
) -> float:
    items = [item for account in accounts for item in found[account]]
    return sum(item.dollars for item in items if group is None or item.what in group)


def _row(name: str, amounts: list[float]) -> str:
    return f"| {name} | {' | '.join(f'{amount:,.2f}' for amount in amounts)} |"


def more() -> Iterator[str]:
    """What comes on top where it is set."""
    price, custom = costs().prices, cloudwatch().custom_metric
    key, secret = price["key"].dollars, price["secret"].dollars
    runs = sum(item.dollars for item in bill.runs()) + PROBES / 1000 * cloudwatch().put_metric_data
    alone, two, three = (bill.watched_from(shipped("prod").service, number) for number in range(3))
    there = runs + key + secret + 3 * custom
    rows = {
        "a first further location of the canary: runs, key, secret, alarms, metrics of both": there
        + 3 * custom
        + two
        - alone,
        "each one more: runs, key, secret, alarms, metrics": there + three - two,
        "each probe, where there are several: four metrics": 4 * custom,
        "a channel (`slack`, `teams`, `pagerduty`), in both accounts: secrets": 2 * secret,
        "the first channel, in both accounts: the alarm on what it did not take": 2
        * cloudwatch().alarm_metric,
        "a caller with a secret and key of its own": key + secret,
        "a canary in a VPC by NAT gateway": HOURS * price["nat_hour"].dollars,
        "the same by two interface endpoints in one zone": 2 * HOURS * price["endpoint_hour"].dollars,
        "headers of an OTLP endpoint, in both accounts: secrets": 2 * secret,
        "a KPI of your own, two alarms on one metric": 2 * cloudwatch().alarm_metric,
        "a maintenance window, a budget": 0,
    }
    yield "| on top | dollars a month |"
    yield "| --- | ---: |"
    for what, dollars in rows.items():
        yield _row(what, [dollars])


def beside() -> Iterator[str]:
    """Ours beside AWS's own."""
    runs = sum(item.dollars for item in bill.runs())
    ours = runs + sum(item.dollars for item in probed())
    theirs = PROBES * costs().prices["synthetics_run"].dollars
    yield "| dollars a month | here | CloudWatch's own | the same by GB of spans |"
    yield "| --- | ---: | ---: | ---: |"
    yield f"| runs of a probe a minute | {runs:.2f} | Synthetics {theirs:.2f} | |"
    yield f"| the same with its metrics | {ours:.2f} | Lambda's time, logs and S3 come on top | |"
    for size in SIZES[1:]:
        if size.predictions is None:
            continue
        traces = bill.traces(size.pair().service, size.predictions)
        recorded = traces / MILLION * costs().prices["trace"].dollars
        theirs, by_span = bill.signals(size.predictions), bill.spans(size.predictions)
        what = f"traces of {size.predictions / MILLION:g} M predictions"
        yield f"| {what} | {recorded:.2f} | Application Signals {theirs:.2f} | {by_span:.2f} |"


def prices() -> Iterator[str]:
    """Each price with its source."""
    yield "| dollars | for | AWS's page | read in | of |"
    yield "| ---: | --- | --- | --- | --- |"
    for price in costs().prices.values():
        doubt = f" **Not confirmed: {price.doubt}.**" if price.doubt else ""
        row = (f"{price.dollars:g}", price.per, f"<{price.page}>", f"{price.read}.{doubt}", price.date)
        yield f"| {' | '.join(row)} |"


def assumed() -> Iterator[str]:
    """What was assumed."""
    said = costs().assumed.model_dump()
    yield ", ".join(f"`{name}` {value:g}" for name, value in said.items()) + "."


SECTIONS = (month, more, beside, prices, assumed)

if __name__ == "__main__":
    sys.exit(marked.main(PAGE, SECTIONS))
