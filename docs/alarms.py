"""Writes docs/alarms.md, every KPI and every alarm of the shipped production stacks, or prints it for another
stack: `python docs/alarms.py [--check | --stack NAME]`.
"""

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import config  # noqa: E402  # the line above makes it importable
from docs import prices  # noqa: E402
from monitoring import catalogue  # noqa: E402
from monitoring.alarms import ownership  # noqa: E402
from monitoring.alarms.rule import Entry  # noqa: E402
from monitoring.alarms.thresholds import with_unit  # noqa: E402
from monitoring.catalogue import canary, promise, usage  # noqa: E402
from monitoring.kpi import Kpi  # noqa: E402
from monitoring.spec import CompositeAlarm, MetricAlarm  # noqa: E402
from monitoring.stacks import stacks  # noqa: E402
from monitoring.watched import Watched  # noqa: E402
from rehearsal.price import alarm_dollars  # noqa: E402
from rehearsal.price import prices as price_list  # noqa: E402

PAGE = ROOT / "docs" / "alarms.md"
STACK = "prod"
COMMAND = "python docs/alarms.py"
OPERATORS = {
    "GreaterThanOrEqualToThreshold": "at or above",
    "GreaterThanThreshold": "above",
    "LessThanThreshold": "below",
    "LessThanOrEqualToThreshold": "at or below",
    "LessThanLowerOrGreaterThanUpperThreshold": "outside the expected band",
    "LessThanLowerThreshold": "below the expected band",
    "GreaterThanUpperThreshold": "above the expected band",
}
NOBODY = "nobody: it may rest"
SPELLED = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def text(stack: str = STACK) -> str:
    """The page for a service stack and its monitor stack. Raises `ConfigError`."""
    return page(Watched.of(config.parse(config.read_stack(stack))), stack)


def page(watched: Watched, stack: str = STACK) -> str:
    """The whole page."""
    found = stacks(watched)
    both = (*found.service, *found.monitor)
    owners = _owners(both)
    command = COMMAND if stack == STACK else f"{COMMAND} --stack {stack}"
    checked = "CI fails when this page is stale. " if stack == STACK else ""
    parts = [
        f"# Alarms\n\nEvery KPI and alarm of `{watched.name}`, generated from the catalogue by `{command}`;\n"
        f"{checked}What to do when one fires: [runbook](runbook.md). How the\n"
        "burn-rate alarms work: [SLO](slo.md).\n",
        "## How to read it\n\n" + _legend(),
        f"## KPIs\n\n{_kpis(watched)}",
        f"## Alarms of the service account\n\n{_alarms(found.service, owners)}",
        f"## Alarms of the monitor account\n\n{_alarms(found.monitor, owners)}",
        f"## Price\n\n{_price(watched, both)}",
    ]
    return "\n".join(parts)


def span(seconds: int) -> str:
    """A length of time in its largest whole unit: `90 min`, `6 h`, `1 d`."""
    size, unit = next((size, unit) for size, unit in SPELLED if seconds % size == 0)
    return f"{seconds // size} {unit}"


def _legend() -> str:
    return (
        "- *level*: a metric alarm sends nothing itself; the page (composite) that contains it does.\n"
        "- *window*: how many of how many periods must breach. CloudWatch evaluates every minute, over\n"
        "  windows that slide along.\n"
        "- *missing data*: what the alarm does when its metric stops, and which alarm notices that.\n"
        "  Exactly one alarm per metric does.\n"
        "- *price*: US dollars a month.\n"
    )


def _kpis(watched: Watched) -> str:
    kpis = [*catalogue.kpis(watched), *canary.kpis(watched)]
    if watched.api:
        kpis.append(promise.latency(watched.api, watched.slo))
    if watched.limited_plans:
        kpis.append(usage.highest(watched))
    rows = [
        (
            f"`{kpi.key}`",
            kpi.meaning,
            _metric(kpi),
            span(kpi.window.period_s),
            f"{kpi.direction} {with_unit(kpi.limit, kpi.unit)}: {kpi.limit_source}",
            _minimum(kpi),
            f"`{kpi.silence_owner}`" if kpi.silence_owner else NOBODY,
        )
        for kpi in kpis
    ]
    return _table(
        (
            "KPI",
            "what it means to customers",
            "metric",
            "period",
            "limit",
            "minimum",
            "missing data owned by",
        ),
        rows,
    )


def _minimum(kpi: Kpi) -> str:
    if kpi.min_failures:
        return f"{kpi.min_failures} failures"
    return f"{kpi.min_samples} samples" if kpi.min_samples else ""


def _metric(kpi: Kpi) -> str:
    dimensions = ", ".join(f"{key}={value}" for key, value in kpi.metric.dimensions.items())
    what = f"{kpi.statistic} of {kpi.metric.namespace} `{kpi.metric.name}` ({dimensions}), {kpi.metric_unit}"
    if kpi.share_of:
        plus = "" if kpi.share_of.counts_failures else " plus these"
        return f"{what}, as a share of {kpi.share_of.statistic} of `{kpi.share_of.metric.name}`{plus}"
    return f"{what}, divided by {kpi.divisor:g}" if kpi.divisor != 1 else what


def _alarms(entries: Sequence[Entry], owners: Mapping[str, str]) -> str:
    metric_rows = [
        (
            f"`{entry.key}`",
            entry.rule.severity,
            _condition(entry.alarm, entry.rule.unit),
            _window(entry.alarm),
            f"{entry.alarm.missing_data}, {owners[entry.key]}",
            _dollars(alarm_dollars(entry.alarm)),
        )
        for entry in entries
        if isinstance(entry.alarm, MetricAlarm)
    ]
    names = {entry.alarm.name: entry.key for entry in entries}
    page_rows = [
        (
            f"`{entry.key}`",
            entry.alarm.level or "none",
            _named(entry.alarm.rule, names),
            f"`{names[entry.alarm.suppressor]}`" if entry.alarm.suppressor else "",
            f"{entry.alarm.wait_s} s, {entry.alarm.extension_s} s" if entry.alarm.suppressor else "",
            _dollars(alarm_dollars(entry.alarm)),
        )
        for entry in entries
        if isinstance(entry.alarm, CompositeAlarm)
    ]
    return "\n".join(
        (
            _table(("alarm", "level", "fires when", "window", "missing data", "price"), metric_rows),
            "Pages, the only ones that notify anybody:\n",
            _table(("page", "topic", "in ALARM when", "muted by", "waits, extends", "price"), page_rows),
        )
    )


def _condition(alarm: MetricAlarm, unit: str) -> str:
    watched = next(query for query in alarm.queries if query.return_data)
    what = OPERATORS[alarm.comparison]
    limit = "" if alarm.threshold is None else f" {with_unit(alarm.threshold, unit)}"
    return f"{watched.label} {what}{limit}"


def _window(alarm: MetricAlarm) -> str:
    return f"{alarm.datapoints_to_alarm} of {alarm.evaluation_periods} x {span(alarm.period_s)}"


def _owners(entries: Iterable[Entry]) -> Mapping[str, str]:
    """By alarm: what it owns, or who owns its metrics."""
    owned: dict[str, list[str]] = {}
    owners: dict[str, list[str]] = {}
    for metric, seen in ownership.watchers(entries).items():
        for key in seen.all:
            if key in seen.owners:
                owned.setdefault(key, []).append(metric.name)
            else:
                owners.setdefault(key, []).extend(seen.owners)
    said = {key: f"owned by {_listed(names) or NOBODY}" for key, names in owners.items()}
    return said | {key: f"owns {_listed(names)}" for key, names in owned.items()}


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in dict.fromkeys(names))


def _named(rule: str, names: Mapping[str, str]) -> str:
    for name in sorted(names, key=len, reverse=True):
        rule = rule.replace(f'ALARM("{name}")', f"`{names[name]}`")
    return rule


def _price(watched: Watched, entries: Sequence[Entry]) -> str:
    price = price_list()
    plans = len(watched.limited_plans)
    items = prices.bill([entry.alarm for entry in entries], plans=plans, dashboards=3)
    rows = [(item.what, f"{item.count:,.0f}", _dollars(item.dollars)) for item in items]
    total = _dollars(sum(item.dollars for item in items))
    assumed = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in price.assumptions)
    return (
        f"{_table(('what', 'count', 'dollars a month'), [*rows, ('**total**', '', f'**{total}**')])}\n"
        f"Prices of {price.date} ({price.source}), stated in `rehearsal/prices.yaml`, without free tier.\n"
        f"Assumed: {assumed}.\n"
        "Not included is what is measured anyway: Lambda, logs, traces, notifications.\n"
    )


def _dollars(amount: float) -> str:
    return f"{amount:.2f}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"| {' | '.join('---' for _ in head)} |"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write or check; 1 when the page is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--check", action="store_true", help="only compare; exit 1 when the page is stale")
    choice.add_argument("--stack", help="print the page for this service stack, and write nothing")
    given = parser.parse_args()
    if given.stack:
        try:
            sys.stdout.write(text(given.stack))
        except config.ConfigError as error:
            parser.exit(2, f"{error}\n")
        return 0
    if not given.check:
        PAGE.write_text(text())
        return 0
    if PAGE.read_text() == text():
        return 0
    sys.stderr.write(f"docs/alarms.md is stale; run `{COMMAND}`\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
