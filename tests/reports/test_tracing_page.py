"""The page on tracing says what the code does and what the prices make."""

import re
from pathlib import Path
from typing import Any

import pytest

from config import read_stack
from reports.traces import defaults
from reports.traces.arguments import parser
from reports.traces.measure import advice, comparison, patterns, trees

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/tracing.md").read_text(encoding="utf-8")
RECORDED, FREE = 5.00, 0.1  # dollars a million traces, and millions free each month
MONTH_S = 30 * 24 * 3600


def prods_rule() -> tuple[float, float]:
    rule = prods_rules()["default"]
    return float(rule["rate"]), float(rule["reservoir"])


def prods_rules() -> dict[str, dict[str, Any]]:
    config = read_stack("prod")
    return {rule["name"]: rule for rule in config["tracing"]["rules"]}


def test_the_table_of_rules_is_prods() -> None:
    table = PAGE.split("| rule in prod |")[1].split("\n\n")[0]
    rows = re.findall(
        r"^\| `([a-z-]+)` \| `(.+?)` `(.+?)` \| (\d+) a second \| (\d+) % \|", table, re.MULTILINE
    )
    assert rows == [
        (
            name,
            rule.get("http_method", "*"),
            rule.get("url_path", "*"),
            str(rule["reservoir"]),
            f"{rule['rate'] * 100:g}",
        )
        for name, rule in prods_rules().items()
    ]


@pytest.mark.parametrize("millions", [1, 10, 100, 1000])
def test_the_costs_are_those_of_prods_rule(millions: int) -> None:
    rate, reservoir = prods_rule()
    a_second = millions * 1e6 / MONTH_S
    traces = (min(a_second, reservoir) + rate * max(a_second - reservoir, 0)) * MONTH_S / 1e6
    dollars = (traces - FREE) * RECORDED
    cells = (f"{millions:,} million", f"{a_second:.1f}", f"{traces:.2f} million", f"{dollars:.2f}")
    assert f"| {' | '.join(cells)} | {dollars / millions:.2f} |" in PAGE


def test_the_costs_in_the_text_follow_too() -> None:
    rate, reservoir = prods_rule()
    assert f"never more than {reservoir * MONTH_S / 1e6 * RECORDED:.2f} dollars" in PAGE
    assert f"without it, 1 % costs {rate * RECORDED:.2f} dollars" in PAGE
    assert f"up to some {(reservoir / rate + 1) * reservoir * MONTH_S / 1e6 // 50 * 50:.0f} million" in PAGE
    strays = prods_rules()["errors"]
    assert float(strays["reservoir"]) == reservoir
    assert f"and {float(strays['rate']) * RECORDED:.2f} dollars a million beyond it" in PAGE
    assert f"at most {MONTH_S // 60:,} traces a month" in PAGE


def test_every_option_that_the_page_names_exists() -> None:
    ours = re.sub(r"^pulumi .*$", "", PAGE, flags=re.MULTILINE)
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]+", ours))
    assert {"--expect-no-regression", "--deployed-at"} <= options
    assert options <= set(re.findall(r"--[a-z][a-z0-9-]+", parser().format_help()))


def test_every_step_and_annotation_that_the_page_names_is_recorded() -> None:
    sources = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("handlers", "model")
        for path in (ROOT / folder).rglob("*.py")
    )
    steps = set(re.findall(r"`## ([a-z]+)`", PAGE))
    assert {"handle", "predict"} <= steps
    for step in steps:
        assert re.search(rf'(?:step|invocation)\("(?:## )?{step}"', sources), step
    table = PAGE.split("| annotation |")[1].split("\n\n")[0]
    keys = re.findall(r"^\| `([a-z_]+)` \|", table, re.MULTILINE)
    assert len(keys) == 7
    for key in keys:
        assert re.search(rf'annotate\("{key}"|annotations(?:\[|.*\{{)"{key}"', sources), key


def test_defects_and_thresholds_are_those_of_the_code() -> None:
    for defect in (trees.ORPHANS, trees.OPEN, trees.ROOTS, trees.CIRCLE, trees.UNFINISHED, trees.HEADLESS):
        assert f"| {defect} |" in PAGE
    assert f"at most {defaults.FALSE_POSITIVE_RATE:.0%}".replace("%", " %") in PAGE
    assert f"fewer than {comparison.MIN_TRACES} warm requests" in PAGE
    assert f"A change below {defaults.MIN_CHANGE_MS:g} ms" in PAGE
    assert f"the hop that holds {advice.BOTTLENECK_SHARE:.0%}".replace("%", " %") in PAGE
    assert f"cold starts above {advice.COLD_SHARE:.0%}".replace("%", " %") in PAGE
    assert patterns.LOOP_LENGTH == 3
    assert "three times or more in\na loop" in PAGE
