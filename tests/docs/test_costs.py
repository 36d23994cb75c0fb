"""docs/costs.md: what the prices and the settings make of each size."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

import config
import monitoring
from docs import bill as lines
from docs import costs as page
from docs import prices as watching
from docs.bill import Pair
from docs.price_list import Costs, costs
from monitoring.stacks import stacks
from monitoring.watched import Watched
from rehearsal.price import dollars as dollars_of
from rehearsal.price import prices as cloudwatch
from settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PROBES = 43_200  # a minute each, 30 days


def settings(stack: str) -> Settings:
    return config.parse(config.read_stack(stack))


def dollars(pair: Pair, predictions: float) -> dict[str, dict[str, float]]:
    found = pair.bill(predictions)
    return {
        account: {item.what: round(item.dollars, 4) for item in items} for account, items in found.items()
    }


def both(stack: str, predictions: float) -> dict[str, float]:
    found = dollars(page.shipped(stack), predictions)
    return {**found["service"], **found["monitor"]}


def test_prods_bill_is_its_settings_times_the_prices() -> None:
    found = dollars(page.shipped("prod"), 10e6 - PROBES)  # the probes are requests, too: ten million in all
    alarms = stacks(Watched.of(settings("prod")))
    service = [entry.alarm for entry in alarms.service]
    monitor = [entry.alarm for entry in alarms.monitor]
    recorded = 2.592 + 0.01 * (10 - 0.0432 - 2.592) + 0.0432
    assert found["service"] == {
        "API requests": 35.0,
        "web ACL and its rules": 9.0,
        "requests inspected": 6.0,
        "function requests": 2.0,
        "function's time": round(10 * 0.04 * 1769 / 1024 * 7.7778, 4),
        "provisioned concurrency": round(4 * 1769 / 1024 * 2.592 * 3.3333, 4),
        "table reads": 0.625,
        "model, instance hours": 146.88,  # two, 720 hours
        "answers, GB out": 0.9,
        "logs, GB ingested": 7.5,
        "logs, GB kept": 1.35,  # 90 days
        "traces recorded": round(recorded * 5, 4),
        **{i.what: round(i.dollars, 4) for i in watching.told(service, dashboards=1)},
        **{i.what: round(i.dollars, 4) for i in watching.reported(service, plans=2)},
        "alarms of topics and evidence": 0.2,
        "KMS keys": 1.0,
    }
    assert found["monitor"] == {
        **{i.what: round(i.dollars, 4) for i in watching.told(monitor, dashboards=2)},
        **{i.what: round(i.dollars, 4) for i in watching.probed()},
        "alarms of topics and evidence": round(0.2 + dollars_of(monitoring.evidence_alarms("p", None)), 4),
        "canary, requests": 0.0086,
        "canary, time": 0.0432,
        "canary, schedule": 0.0432,
        "canary, traces": 0.216,
        "KMS keys": 1.0,
        "secrets": 0.4,
        "evidence, metrics read": 0.0057,
        "evidence, GB of logs scanned": 0.12,  # 4 GB, six times
        "evidence, objects written": 0.003,
        "evidence, collector's time": round(30 * 11.8 * 2 * 13.3334 / 1e6, 4),
    }


def test_dev_pays_for_what_it_uses() -> None:
    found = both("dev", 1e6 - PROBES)
    assert found["model, serverless"] == 0.6  # 15 ms of 2 GB
    assert found["function's time"] == round(0.04 * 13.3334 * settings("dev").inference.memory_mb / 1024, 4)
    assert found["traces recorded"] == 5.0  # every one
    assert not {"web ACL and its rules", "provisioned concurrency", "model, instance hours"} & found.keys()


def test_a_watch_stack_pays_for_watching_alone() -> None:
    pair = page.watched()
    found = dollars(pair, 0)
    served = {what for group in ("API", "function", "table", "model") for what in page.GROUPS[group]}
    assert not (served | {"logs, GB ingested", "traces recorded"}) & found["service"].keys()
    assert found["service"]["detailed API metrics"] == 0  # whoever deployed the API pays for them
    entries = stacks(Watched.of(pair.service)).service
    alarms = [entry.alarm for entry in entries]
    assert found["service"]["metric alarms"] + found["service"]["composite alarms"] == pytest.approx(
        dollars_of(alarms)
    )
    assert found["monitor"]["evidence, GB of logs scanned"] == 0
    assert found["monitor"]["canary, schedule"] == 0.0432


def test_without_evidence_nothing_is_paid_for_it() -> None:
    monitor = config.parse({**config.read_stack("prod-monitor"), "evidence": {"collect": False}})
    found = dollars(Pair(service=settings("prod"), monitor=monitor), 1e6)["monitor"]
    assert not [what for what in found if what.startswith("evidence,")]


@pytest.mark.parametrize(("millions", "expected"), [(0.1, 2), (300, 3), (600, 5), (10_000, 6)])
def test_the_endpoint_has_as_many_instances_as_its_scaling_wants(millions: float, expected: int) -> None:
    assert lines.instances(settings("prod"), millions * 1e6) == expected


def test_an_instance_without_a_price_is_named() -> None:
    raw = config.read_stack("prod")
    raw["model"] = {"instances": {"type": "ml.g5.xlarge"}}
    with pytest.raises(ValueError, match=r"ml\.g5\.xlarge has no price: set instance_hour"):
        lines.instances(config.parse(raw), 1e6)


def test_more_predictions_cost_more_together_and_less_each() -> None:
    pair = page.shipped("prod")
    found = [lines.total(pair.bill(millions * 1e6)) for millions in (1, 10, 100)]
    assert found == sorted(found)
    each = [together / millions for together, millions in zip(found, (1, 10, 100), strict=True)]
    assert each == sorted(each, reverse=True)


def test_runs_of_the_canary_cost_less_than_a_fiftieth_of_those_of_synthetics() -> None:
    theirs = PROBES * costs().prices["synthetics_run"].dollars
    assert theirs == pytest.approx(51.84)
    assert sum(item.dollars for item in lines.runs()) * 50 < theirs


@pytest.mark.parametrize(("millions", "expected"), [(1, 4.5), (10, 45.0), (100, 300.0)])
def test_application_signals_are_cheaper_from_a_hundred_million_on(millions: int, expected: float) -> None:
    assert lines.signals(millions * 1e6) == expected


def test_application_signals_by_spans_are_paid_by_the_gigabyte() -> None:
    assert lines.spans(1e6) == pytest.approx(10 * 0.35)  # ten spans of 1 KB each


def test_the_table_adds_up() -> None:
    rows = [line.split("|")[2:-1] for line in page.month()]
    amounts = [[float(cell.replace(",", "").replace("-", "0")) for cell in row] for row in rows[2:]]
    *parts, together, service, monitor, each = amounts
    assert len(parts) == len(page.GROUPS)
    for column, size in enumerate(page.SIZES):
        assert sum(part[column] for part in parts) == pytest.approx(together[column], abs=0.06)
        assert service[column] + monitor[column] == pytest.approx(together[column], abs=0.011)
        if size.predictions:
            assert each[column] == pytest.approx(1000 * together[column] / size.predictions, abs=0.001)


def test_every_line_of_a_bill_is_in_one_group_and_every_group_has_its_lines() -> None:
    billed = {item.what for size in page.SIZES for items in size.bill().values() for item in items}
    grouped = [what for group in page.GROUPS.values() for what in group]
    assert (set(grouped), len(grouped)) == (billed, len(billed))


def test_what_comes_on_top_is_the_prices_times_what_is_made() -> None:
    rows = [line.split("|")[1:3] for line in page.more()][2:]
    found = {what.partition(":")[0].strip(): float(dollars) for what, dollars in rows}
    runs = 0.00864 + 0.0432 + 0.0432 + 0.432  # requests, time, schedule, what publishes the metrics
    # Two alarms on a place, a page for all, and in each of six burn rates two metrics more.
    assert found["a first further location of the canary"] == round(
        runs + 1.4 + 2 * 0.9 + 4 * 0.1 + 0.5 + 6 * 0.2, 2
    )
    assert found["each one more"] == round(runs + 1.4 + 0.9 + 2 * 0.1 + 6 * 0.2, 2)
    assert found["a canary in a VPC by NAT gateway"] == 32.4
    assert found["the same by two interface endpoints in one zone"] == 14.4
    assert found["a channel (`slack`, `teams`, `pagerduty`), in both accounts"] == 0.8


def test_every_price_is_used_and_has_a_row_with_its_source_its_date_and_what_is_doubtful() -> None:
    source = "".join((ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("costs.py", "bill.py"))
    rows = list(page.prices())
    for name, price in costs().prices.items():
        assert f'"{name}"' in source
        begin = f"| {price.dollars:g} | {price.per} | <{price.page}> | {price.read}."
        (row,) = [row for row in rows if row.startswith(begin)]
        assert row.endswith(f"| {price.date} |")
        assert ("**Not confirmed: " in row) == bool(price.doubt)


@pytest.mark.parametrize(
    "broken", [{"read": ""}, {"date": "2026"}, {"date": "2026-13"}, {"page": "https://x.com"}]
)
def test_a_price_without_source_or_date_is_refused(broken: dict[str, str]) -> None:
    raw = costs().model_dump()
    raw["prices"]["key"] |= broken
    with pytest.raises(ValidationError):
        Costs.model_validate(raw)


def test_the_canarys_own_page_has_the_same_prices() -> None:
    text = (ROOT / "docs/canary.md").read_text(encoding="utf-8")
    each = {
        what: float(dollars)
        for what, dollars in re.findall(r"^\| ([^|]+) \| [\d.]+ \| ([\d.]+) \|", text, re.MULTILINE)
    }
    price = {name: found.dollars for name, found in costs().prices.items()}
    assert each == {
        "Lambda, 0.3 s at 256 MB on arm64, GB-seconds": pytest.approx(price["lambda_duration"] / 1e6),
        "Lambda requests": pytest.approx(price["lambda_request"] / 1e6),
        "EventBridge Scheduler calls": pytest.approx(price["scheduler_call"] / 1e6),
        "PutMetricData requests": pytest.approx(cloudwatch().put_metric_data / 1e3),
        "Secrets Manager secret": price["secret"],
        "CloudWatch Synthetics, canary runs": price["synthetics_run"],
    }


def test_the_check_fails_when_the_page_is_stale() -> None:
    program = (
        "import runpy, sys, pathlib; sys.argv = ['costs.py', '--check'];"
        "read = pathlib.Path.read_text;"
        "stale = lambda p, text: text.replace('| API |', '| API | 0 ') if p.name == 'costs.md' else text;"
        "pathlib.Path.read_text = lambda p, *a, **k: stale(p, read(p, *a, **k));"
        "runpy.run_path('docs/costs.py', run_name='__main__')"
    )
    done = subprocess.run(  # noqa: S603  # fixed words
        [sys.executable, "-c", program], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stderr == "docs/costs.md is stale; run `python docs/costs.py`\n"
