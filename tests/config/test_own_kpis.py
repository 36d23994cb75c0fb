"""Own KPIs that cannot be are refused before anything is deployed: key, consequence and fix, all at once."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import config
from monitoring.stacks import stacks
from monitoring.watched import Watched

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "own-kpis.md").read_text()
IMPOSSIBLE = yaml.safe_load(Path(__file__).with_name("impossible_kpis.yaml").read_text())
BASE: dict[str, Any] = {
    "role": "service",
    "env": "dev",
    "region": "eu-central-1",
    "accounts": {"service": "111111111111", "monitor": "222222222222"},
    "notifications": {},
}
KPI: dict[str, Any] = {
    "title": "Orders failed",
    "meaning": "Customers' orders are lost.",
    "namespace": "Shop",
    "metric": "Failed",
    "statistic": "Sum",
    "unit": "Count",
    "limit": 100,
}
ORDERS = {"metric": "Orders"}
REPLACED = "and one would replace the other. Call it"
NO_KEY = (
    "the key begins its alarms' names, so it is lower-case words and digits joined by single hyphens, a"
    " letter first, and 64 characters at most. Rename it."
)


def lines(kpis: dict[str, Any], **others: Any) -> list[str]:
    """What is wrong, without the first line and the project's name."""
    with pytest.raises(config.ConfigError) as refused:
        config.parse(BASE | others | {"kpis": kpis})
    return [line.removeprefix("  - inference-watch:kpis.") for line in str(refused.value).splitlines()[1:]]


@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_an_impossible_kpi_is_refused_with_key_consequence_and_fix(case: str) -> None:
    given, said = IMPOSSIBLE[case]["given"], IMPOSSIBLE[case]["said"]
    assert lines({"orders-failed": KPI | given}) == [f"orders-failed{said}"]


def test_more_dimensions_than_a_metric_can_have_are_refused() -> None:
    thirty = {f"d{n}": "x" for n in range(30)}
    assert len(config.parse(BASE | {"kpis": {"orders": KPI | {"dimensions": thirty}}}).kpis) == 1
    assert lines({"orders": KPI | {"dimensions": thirty | {"one": "more"}}}) == [
        "orders.dimensions: 31, and no metric has more than 30: the alarm would be refused. Give those that"
        " the metric is published with."
    ]


@pytest.mark.parametrize(
    ("changes", "at", "outcome"),
    [
        ({"limit": 130, "share_of": ORDERS}, "104 %", "never go off"),
        ({"limit": 90, "share_of": ORDERS, "direction": "below"}, "112.5 %", "never be OK"),
        ({"limit": 85, "direction": "below"}, "106.25 %", "never be OK"),
    ],
)
def test_a_level_beyond_what_the_limit_allows_is_refused(
    changes: dict[str, Any], at: str, outcome: str
) -> None:
    first, *_ = lines({"orders-failed": KPI | {"unit": "Percent"} | changes})
    limit = changes["limit"]
    assert first == (
        f"orders-failed.limit: warn is at {at} for a limit of {limit} %, and the value is 0 % to 100 %: the"
        f" alarm would {outcome}. Change the limit, or set alarms.each.orders-failed-warn.threshold."
    )


def test_a_level_that_is_tuned_to_what_is_possible_is_taken_as_it_is() -> None:
    kpi = KPI | {"limit": 90, "direction": "below", "unit": "Percent"}
    each = {"orders-warn": {"threshold": 95}}
    settings = config.parse(BASE | {"kpis": {"orders": kpi}, "alarms": {"each": each}})
    entries = {entry.key: entry for entry in stacks(Watched.of(settings)).service}
    assert getattr(entries["orders-warn"].alarm, "threshold", None) == 95


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("api-5xx", f"alarm `api-5xx-warn` is there already, {REPLACED} `own-api-5xx`."),
        ("api", f"alarm `api-silent` is there already, {REPLACED} `own-api`."),
        ("canary-latency", f"alarm `canary-latency-warn` is there already, {REPLACED} `own-canary-latency`."),
        ("page-own", f"pages' keys begin with `page-`, {REPLACED} `own-page-own`."),
        ("Orders", NO_KEY),
        ("a--b", NO_KEY),
        ("x" * 65, NO_KEY),
    ],
)
def test_a_key_that_is_taken_or_no_name_is_refused(key: str, said: str) -> None:
    assert lines({key: KPI}) == [f"{key}: {said}"]


def test_a_sparse_kpi_may_have_the_key_that_only_its_silence_would_share() -> None:
    assert config.parse(BASE | {"kpis": {"api": KPI | {"missing_data": "sparse"}}}).kpis["api"].limit == 100


def test_every_impossible_kpi_is_told_at_once() -> None:
    found = lines(
        {
            "one": KPI | {"statistic": "Median", "divisor": -1},
            "two": KPI | {"period_s": 30},
            "good": KPI,
            "api-4xx": KPI,
        }
    )
    assert [line.split(":")[0] for line in found] == [
        "one.statistic",
        "one.divisor",
        "two.period_s",
        "api-4xx",
    ]


def test_more_kpis_than_a_page_can_speak_for_are_refused() -> None:
    most = {f"kpi-{n}": KPI | {"metric": f"m{n}"} for n in range(75)}
    assert len(config.parse(BASE | {"kpis": most}).kpis) == 75
    with pytest.raises(config.ConfigError, match="kpis: 76 are described and one page speaks for 75 at most"):
        config.parse(BASE | {"kpis": most | {"more": KPI}})


def test_what_cloudwatch_refuses_of_an_own_kpi_s_alarm_is_told_of_the_kpi() -> None:
    (warn, critical) = lines({"orders": KPI | {"meaning": "x" * 1000}}, runbook_url="https://example.com/")
    assert warn.startswith("orders: orders-warn: its description has 1")
    assert critical.startswith("orders: orders-critical: its description has 1")


def test_a_type_that_is_wrong_names_the_key_below_the_kpi() -> None:
    found = lines({"orders": KPI | {"limit": "many", "limt": 3, "dimensions": {"Queue": 7}}})
    assert [line.split(": ")[0] for line in found] == [
        "orders.dimensions.Queue",
        "orders.limit",
        "orders.limt",
    ]
    assert "Did you mean `limit`?" in found[2]


def test_the_page_s_kpis_are_taken_as_they_stand_there() -> None:
    text, _ = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    kpis = yaml.safe_load(text)["config"]["inference-watch:kpis"]
    watched = Watched.of(config.parse(BASE | {"kpis": kpis}))
    assert list(watched.own_kpis) == ["orders-waiting", "cache-hits", "corrections"]
    keys = {entry.key for entry in stacks(watched).service}
    assert {f"{key}-critical" for key in kpis} < keys
    assert ("corrections-silent" in keys, "cache-hits-silent" in keys) == (False, True)


def test_a_team_gets_the_tables_of_its_own_stack_with_its_own_kpis(tmp_path: Path) -> None:
    settings = BASE | {"kpis": {"orders-failed": KPI}}
    stack = {f"inference-watch:{key}": value for key, value in settings.items()}
    (tmp_path / "Pulumi.mine.yaml").write_text(yaml.safe_dump({"config": stack}))

    def printed(name: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603  # fixed words
            [sys.executable, "docs/alarms.py", "--stack", name],
            cwd=ROOT,
            env={"INFERENCE_WATCH_STACKS": str(tmp_path), "PATH": ""},
            check=False,
            capture_output=True,
            text=True,
        )

    done = printed("mine")
    assert done.returncode == 0, done.stderr
    assert "generated from the catalogue by `python docs/alarms.py --stack mine`" in done.stdout
    assert "| `orders-failed` | Customers' orders are lost. | Sum of Shop `Failed` (), Count |" in done.stdout
    assert "| `orders-failed-silent` | warn |" in done.stdout
    assert "| `page-own-critical` | critical | `orders-failed-critical` |" in done.stdout
    missing = printed("other")
    assert (missing.returncode, missing.stdout) == (2, "")
    assert "Traceback" not in missing.stderr
