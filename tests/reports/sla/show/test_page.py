"""The pages: what is on them, that nothing comes from elsewhere, and that the JSON is as its schema says."""

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pytest

from reports.sla.period import Period
from reports.sla.result import ServiceReport
from reports.sla.show.charts import burn_chart, latency_chart, strip
from reports.sla.show.fleet import schema
from reports.sla.show.html import service_html
from reports.sla.show.markdown import service_markdown
from reports.sla.show.write import write
from reports.sla.words import DASH, duration, number, share, spent
from reports.words import counted
from tests.reports.sla.months import SERVICE, Month, report

HOSTILE = "<script>alert(1)</script> | x"


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> ServiceReport:
    made = Month(datetime(2026, 10, 1), datetime(2026, 10, 5))
    made.outage(made.at(2, "12:00"), 30)
    made.outage(made.at(3, "12:00"), 1, reason="status")
    made.unprobed(made.at(4, "12:00"), 10)
    made.alarm(made.at(2, "12:05"), HOSTILE, "critical")
    for day in range(1, 5):
        for ms, requests in ((80, 60), (150, 35), (700, 5)):
            made.add("latencies", hour=made.at(day, "01:00"), source="answered", ms=ms, requests=requests)
    made.add(
        "customers",
        hour=made.at(1, "00:00"),
        customer=HOSTILE,
        requests=100,
        refused=1,
        throttled=2,
        failed=3,
        answered=94,
        answered_in_time=47,
    )
    for day, used in ((1, 899), (2, 900), (3, 1000)):
        made.add(
            "usage",
            counted_on=made.at(day, "00:00"),
            plan="gold",
            customer=HOSTILE,
            used=used,
            period_used=used,
            quota=1000,
            quota_period="DAY",
        )
    made.add("usage", counted_on=made.at(1, "00:00"), plan="open", customer="k", used=5, period_used=5)
    for announced, notice in ((made.at(1, "09:00"), HOSTILE), (made.at(4, "03:00"), "late")):
        made.add(
            "maintenance",
            announced_at=announced,
            begins_at=made.at(4, "03:00"),
            ends_at=made.at(4, "03:00") + timedelta(minutes=20),
            notice=notice,
        )
    root = made.keep(tmp_path_factory.mktemp("kept"))
    return report(root, Period(first=made.begins.date(), last=made.ends.date() - timedelta(days=1)))


class Outside(HTMLParser):
    """Collects what a page would fetch or run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "link", "img", "iframe", "object", "embed"):
            self.found.append(tag)
        self.found += [
            f"{name}={value}"
            for name, value in attributes
            if name in ("src", "style") and "url(" in (value or "src")
        ]

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_usage_customers_and_maintenance_are_the_known_ones(found: ServiceReport) -> None:
    gold, open_plan = found.usage
    assert (gold.used, gold.quota, gold.highest_pct, str(gold.highest_on)) == (2799, 1000, 100, "2026-10-03")
    assert (gold.near_days, gold.full_days) == (1, 1)
    assert (open_plan.quota, open_plan.highest_pct, open_plan.highest_on) == (None, None, None)
    (customer,) = found.customers
    assert (customer.requests, customer.failed, customer.throttled, customer.refused) == (100, 3, 2, 1)
    assert (customer.availability_pct, customer.in_time_pct) == (97, 50)
    first, late = found.maintenance
    assert (first.counted_out, late.counted_out, first.minutes) == (True, False, 20)
    assert found.span.maintenance_minutes == 20
    assert found.span.expected_minutes == 4 * 1440 - 20
    assert found.probes.total == 4 * 1440 - 20 - 10


def test_the_page_fetches_nothing_and_runs_nothing(found: ServiceReport) -> None:
    page = service_html(found)
    outside = Outside()
    outside.feed(page)
    assert outside.found == []
    assert not re.search(r"https?://|url\(|@import", page)
    assert "<script" not in page
    assert HOSTILE in "".join(outside.text)


def test_the_page_says_what_the_figures_say(found: ServiceReport) -> None:
    outside = Outside()
    outside.feed(service_html(found))
    text = " ".join(" ".join(outside.text).split())
    for words in (
        "Broken",
        found.availability_because,
        found.latency.because,
        found.forecast.words,
        share(found.requests.measured_pct),
        share(found.probes.lower_pct),
        spent(found.requests.budget_used_pct),
        "30 min canary and requests",
        "300 of 300 requests failed; probes: timeout 30",
        "out: announced beforehand",
        "in: not announced beforehand",
        found.proof.head,
    ):
        assert words in text, words


def test_markdown_of_other_peoples_words_stays_in_its_cell(found: ServiceReport) -> None:
    page = service_markdown(found)
    tables = [line for line in page.splitlines() if line.startswith("|")]
    widths = [len(re.findall(r"(?<!\\)\|", line)) for line in tables]
    for before, line, width in zip(tables, tables[1:], widths[1:], strict=False):
        if set(line) <= set("| -"):
            assert width == len(re.findall(r"(?<!\\)\|", before))
    assert HOSTILE not in page
    assert r"\<script\>alert(1)\</script\> \| x" in page


def test_the_json_is_as_its_schema_says_and_every_field_has_words_or_a_plain_name(
    found: ServiceReport, tmp_path: Path
) -> None:
    write([found], tmp_path)
    validator = jsonschema.Draft202012Validator(schema())
    for path in (tmp_path / "index.json", tmp_path / "services" / f"{SERVICE}.json"):
        validator.validate(json.loads(path.read_text()))
    with pytest.raises(jsonschema.ValidationError):
        validator.validate({**json.loads((tmp_path / "index.json").read_text()), "verdict": "fine"})
    assert set(schema()["$defs"]) >= {"ServiceReport", "FleetReport", "Probes", "Latency", "Incident"}


def numbers(points: str) -> Iterator[tuple[float, float]]:
    for pair in points.split():
        x, y = pair.split(",")
        yield float(x), float(y)


def test_the_burn_chart_rises_in_steps_to_what_was_spent(found: ServiceReport) -> None:
    chart = burn_chart(found)
    lines = {line.kind: list(numbers(line.points)) for line in chart.lines}
    assert set(lines) == {"requests", "probes", "even"}
    for kind in ("requests", "probes"):
        xs, ys = zip(*lines[kind], strict=True)
        assert list(xs) == sorted(xs)
        assert list(ys) == sorted(ys, reverse=True)
        assert (xs[0], xs[-1]) == (chart.left, chart.right)
        assert all(chart.top <= y <= chart.bottom for y in ys)
    used = found.burn[-1].requests_pct or 0
    highest = max(used, found.burn[-1].probes_pct or 0)
    expected = chart.bottom - (chart.bottom - chart.top) * used / (1.1 * highest)
    assert lines["requests"][-1][1] == pytest.approx(expected, abs=0.11)
    assert len(chart.bands) == 2


def test_the_latency_chart_has_a_point_a_day_and_the_limit(found: ServiceReport) -> None:
    chart = latency_chart(found)
    assert chart is not None
    assert [line.kind for line in chart.lines] == ["p50", "p90", "p99"]
    assert [len(line.points.split()) for line in chart.lines] == [4, 4, 4]
    assert [line.dots for line in chart.lines] == [(), (), ()]
    p50, p90, p99 = (next(numbers(line.points))[1] for line in chart.lines)
    assert p50 > p90 > chart.rule[0] > p99


def test_the_latency_of_the_only_day_is_three_dots_for_a_line_of_one_point_is_not_seen(
    tmp_path: Path,
) -> None:
    made = Month(datetime(2026, 10, 1), datetime(2026, 10, 2))
    for ms, requests in ((80, 60), (150, 35), (700, 5)):
        made.add("latencies", hour=made.at(1, "01:00"), source="answered", ms=ms, requests=requests)
    found = made.report(tmp_path, Period(first=made.begins.date(), last=made.begins.date()))
    chart = latency_chart(found)
    assert chart is not None
    dots = [dot for line in chart.lines for dot in line.dots]
    assert [line.points for line in chart.lines] == [f"{x},{y}" for x, y in dots]
    page = service_html(found)
    assert re.findall(r'<circle class="(p\d+)" cx="([\d.]+)" cy="([\d.]+)"', page) == [
        (line.kind, *line.points.split(",")) for line in chart.lines
    ]
    assert "2026-10-01, days of UTC" in page


def test_what_scrolls_is_reached_by_keyboard_and_named(found: ServiceReport) -> None:
    scrolling = re.findall(r'<div class="scroll"[^>]*>', service_html(found))
    assert len(scrolling) == 9
    assert all(re.search(r'tabindex="0" role="region" aria-label="\w', tag) for tag in scrolling)


def test_each_day_is_a_cell_that_says_how_it_was(found: ServiceReport) -> None:
    assert [kind for kind, _ in strip(found)] == ["good", "bad", "bad", "gap"]
    assert strip(found)[1][1] == "2026-10-02: 30 min down, 300 of 14,400 failed"


@pytest.mark.parametrize(
    ("pct", "words"),
    [
        (99.94999, "99.9499 %"),
        (99.95, "99.95 %"),
        (100.0, "100 %"),
        (99.99999, "99.9999 %"),
        (0.0, "0 %"),
        (None, DASH),
    ],
)
def test_a_share_is_cut_and_never_rounded_up(pct: float | None, words: str) -> None:
    assert share(pct) == words


def test_spent_budget_is_never_rounded_down() -> None:
    assert [spent(pct) for pct in (99.91, 100.0, 100.0001, 0.0, None)] == [
        "100.0 %", "100.0 %", "100.1 %", "0.0 %", DASH,
    ]  # fmt: skip


def test_durations_and_numbers_as_people_read_them() -> None:
    assert [duration(minutes) for minutes in (0, 59.6, 60, 97, 1440, 1501)] == [
        "0 min", "1 h", "1 h", "1 h 37 min", "1 d", "1 d 1 h",
    ]  # fmt: skip
    assert [number(value) for value in (0, 1234567, 2.25)] == ["0", "1,234,567", "2.2"]
    assert [counted(count, "probe") for count in (0, 1, 1234)] == ["0 probes", "1 probe", "1,234 probes"]


@pytest.mark.parametrize(("change", "kind"), [({"failed": 8}, "bad"), ({"failed": 7}, "some"), ({}, "good")])
def test_a_day_is_bad_if_either_side_spent_more_than_its_share(
    change: dict[str, int], kind: str, tmp_path: Path
) -> None:
    made = Month(datetime(2026, 10, 1), datetime(2026, 10, 2))  # 14,400 requests: 7.2 may fail
    made.change(made.at(1, "08:00"), 1, **change)
    one = made.report(tmp_path, Period(first=made.begins.date(), last=made.begins.date()))
    assert [cell for cell, _ in strip(one)] == [kind]


def test_a_day_of_which_nothing_is_known_says_so_and_spends_nothing(tmp_path: Path) -> None:
    made = Month(datetime(2026, 10, 1), datetime(2026, 10, 2), requests=0)
    made.unprobed(made.begins, 1440)
    one = made.report(tmp_path, Period(first=made.begins.date(), last=made.begins.date()))
    assert one.forecast.words == "Nothing was counted, so nobody knows what was spent of the budget."
    assert (one.forecast.state, latency_chart(one)) == ("over", None)
    assert [line.kind for line in burn_chart(one).lines] == ["even"]
