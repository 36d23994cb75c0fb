"""docs/costs.md: what the prices and the settings make of each size."""

import subprocess
import sys
from pathlib import Path

import pytest

import config
import monitoring
from docs import costs as page
from docs.price_list import costs
from docs.prices import bill
from monitoring.stacks import stacks
from monitoring.watched import Watched
from rehearsal.price import dollars as dollars_of
from settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PROBES = 43_200  # a minute each, 30 days


def settings(stack: str) -> Settings:
    return config.parse(config.read_stack(stack))


def dollars(stack: str, predictions: float) -> dict[str, float]:
    return {item.what: round(item.dollars, 4) for item in page.items(settings(stack), predictions)}


def test_prods_bill_is_its_settings_times_the_prices() -> None:
    found = dollars("prod", 10e6 - PROBES)  # the probes are requests, too: ten million in all
    both = stacks(Watched.of(settings("prod")))
    alarms = [entry.alarm for entry in (*both.service, *both.monitor)]
    watching = bill(alarms, plans=2, dashboards=3)
    assert found == {
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
        "traces recorded": round((2.592 + 0.01 * (10 - 2.592)) * 5, 4),
        **{item.what: round(item.dollars, 4) for item in watching},
        "alarms of topics and evidence": round(0.4 + dollars_of(monitoring.evidence_alarms("p", None)), 4),
        "canary, requests": 0.0086,
        "canary, time": 0.0432,
        "KMS keys": 2.0,
        "secrets": 0.4,
    }


def test_dev_pays_for_what_it_uses() -> None:
    found = dollars("dev", 1e6 - PROBES)
    assert found["model, serverless"] == 0.6  # 15 ms of 2 GB
    assert found["function's time"] == round(0.04 * 13.3334 * settings("dev").inference.memory_mb / 1024, 4)
    assert found["traces recorded"] == 5.0  # every one
    assert not {"web ACL and its rules", "provisioned concurrency", "model, instance hours"} & found.keys()


@pytest.mark.parametrize(("millions", "expected"), [(0.1, 2), (300, 3), (600, 5), (10_000, 6)])
def test_the_endpoint_has_as_many_instances_as_its_scaling_wants(millions: float, expected: int) -> None:
    assert page.instances(settings("prod"), millions * 1e6) == expected


def test_an_instance_without_a_price_is_named() -> None:
    raw = config.read_stack("prod")
    raw["model"] = {"instances": {"type": "ml.g5.xlarge"}}
    with pytest.raises(ValueError, match=r"ml\.g5\.xlarge has no price: set instance_hour"):
        page.instances(config.parse(raw), 1e6)


def test_more_predictions_cost_more_together_and_less_each() -> None:
    found = [page.total(page.items(settings("prod"), millions * 1e6)) for millions in (1, 10, 100)]
    assert found == sorted(found)
    each = [together / millions for together, millions in zip(found, (1, 10, 100), strict=True)]
    assert each == sorted(each, reverse=True)


def test_runs_of_the_canary_cost_less_than_a_fiftieth_of_those_of_synthetics() -> None:
    theirs = PROBES * costs().prices["synthetics_run"].dollars
    assert theirs == pytest.approx(51.84)
    assert page.total(tuple(page.canary())) * 50 < theirs


@pytest.mark.parametrize(("millions", "expected"), [(1, 4.5), (10, 45.0), (100, 300.0)])
def test_application_signals_are_cheaper_from_a_hundred_million_on(millions: int, expected: float) -> None:
    assert page.signals(millions * 1e6) == expected


def test_the_table_adds_up() -> None:
    rows = [line.split("|")[2:-1] for line in page.month()]
    amounts = [[float(cell.replace(",", "")) for cell in row] for row in rows[2:]]
    *parts, together, each = amounts
    for column, size in enumerate(page.SIZES):
        assert sum(part[column] for part in parts) == pytest.approx(together[column], abs=0.05)
        assert each[column] == pytest.approx(1000 * together[column] / size.predictions, abs=0.001)


def test_every_item_of_a_group_is_in_some_bill() -> None:
    billed = dollars("dev", 1e6).keys() | dollars("prod", 1e6).keys()
    assert {what for group in page.GROUPS.values() for what in group} <= billed


def test_every_price_is_used_and_has_a_row_with_its_source() -> None:
    source, rows = (ROOT / "docs/costs.py").read_text(encoding="utf-8"), "\n".join(page.prices())
    for name, price in costs().prices.items():
        assert f'"{name}"' in source
        assert f"| {price.dollars:g} | {price.per} | <{price.page}> | {price.read} |" in rows


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
