"""The report of a local run: everything in it, nothing from outside, nothing unescaped."""

import itertools
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from local.report import html as report
from local.report.checks import summarise
from local.report.html import (
    SECTIONS,
    kind,
    number,
    render,
)
from local.report.words import described, verdict
from local.run.findings import Findings
from local.run.watching import Alarm
from tests.local.made import START, faulty, findings, probe, sample

VOID = {"meta", "link", "br", "hr", "img", "input", "col"}
NOT_KEPT = "The SLO was not kept: 30 % of the answers were right, the p90 was 50 ms. "
DOWN = faulty("model-down", "model_failure", 502, "status")


class Page(HTMLParser):
    """Elements as (tag, attributes), text by section, and whether every element was closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text: dict[str, str] = {}
        self._section = "header"
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.elements.append((tag, given))
        if tag == "section" and "id" in given:
            self._section = given["id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text[self._section] = f"{self.text.get(self._section, '')} {' '.join(data.split())}"

    def of(self, section: str) -> str:
        """The section's text, white space collapsed."""
        return " ".join(self.text[section].split())


def page(found: Findings) -> Page:
    return Page(render(summarise(found), found))


CASES = {
    "good": findings(),
    "down": DOWN,
    "silent": replace(faulty("canary-stopped", "", 200, None), probes=()),
    "empty": findings(samples=(), probes=(), usage={}, alarms=(), dashboards=(), segments=(), resources=()),
    "unanswered": findings(samples=(sample(status=0, code="timeout", latency_ms=30_000.0),)),
}


@pytest.mark.parametrize("name", CASES)
def test_every_report_is_whole_and_asks_nothing_of_anybody(name: str) -> None:
    html = render(summarise(CASES[name]), CASES[name])
    found = Page(html)
    assert found.open == []
    tags = {tag for tag, _ in found.elements}
    assert tags & {"script", "iframe", "object", "embed", "form", "audio", "video", "base"} == set()
    for tag, attributes in found.elements:
        assert [each for each in attributes if each.startswith("on")] == []
        if tag in {"link", "img", "source", "image", "use"}:
            assert attributes.get("href", "data:,").startswith(("data:", "#")), attributes
            assert attributes.get("src", "data:,").startswith("data:"), attributes
    assert re.findall(r"url\((?!#)|@import", html) == []


@pytest.mark.parametrize("name", CASES)
def test_every_section_is_there_titled_and_reachable(name: str) -> None:
    found = page(CASES[name])
    ids = [attributes["id"] for _, attributes in found.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = {a["href"] for tag, a in found.elements if tag == "a" and a.get("href", "").startswith("#")}
    assert links >= {f"#{section}" for section in SECTIONS}
    assert {link[1:] for link in links} <= set(ids)
    for section, title in SECTIONS.items():
        assert found.of(section).startswith(title)


def test_a_good_run_says_so_first_with_its_numbers_and_checks() -> None:
    header = page(findings()).of("header")
    summary = summarise(findings())
    assert "Everything held." in header
    assert "Availability 100 % promised 99.95 %" in header
    assert f"Latency, p90 {summary.p90_ms:.0f} ms promised below 200 ms" in header
    assert "Requests 1,000 0 failed" in header
    assert "Canary 1 of 1 scheduled probes succeeded" in header
    assert all(f"{check.name} {check.detail}" in header for check in summary.checks)


def test_a_faults_expectation_and_what_was_seen_lead_the_report() -> None:
    found = page(DOWN)
    header = found.of("header")
    assert NOT_KEPT + "The fault model-down shows as it should." in header
    assert "Expected The model server is stopped: every request is answered 502 model_failure" in header
    assert "Seen 700 requests, all 502 model_failure; canary: 1 failed (status)." in header
    assert "502 model_failure the model failed 700 70 %" in found.of("answers")
    assert "failed status" in found.of("canary")
    classes = [a.get("class", "") for _, a in found.elements]
    assert classes.count("fault") == 4  # in the latency chart and the canary's, wide and narrow


def test_without_a_fault_nothing_is_said_of_one() -> None:
    html = render(summarise(findings()), findings())
    assert '<dl class="fault-words">' not in html
    assert '<rect class="fault"' not in html


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (findings(), "Everything held."),
        (findings(probes=()), "1 of 5 things did not hold."),
        (DOWN, NOT_KEPT + "The fault model-down shows as it should."),
        (
            replace(DOWN, usage={}),
            NOT_KEPT + "The fault model-down shows as it should. Other things did not hold.",
        ),
        (replace(DOWN, probes=()), NOT_KEPT + "The fault model-down does not show as it should."),
    ],
)
def test_the_verdict_is_one_sentence_and_true(found: Findings, words: str) -> None:
    assert verdict(summarise(found)) == words


def test_what_came_from_outside_is_escaped_wherever_it_shows() -> None:
    evil = "<script>alert('&')</script>"
    resource = replace(findings().resources[0], name=evil)
    alarm = Alarm(name=evil, account=resource.account, kind="composite", state="ALARM", description=evil)
    found = findings(
        samples=(sample(code=evil, status=500),),
        probes=(probe(60, evil),),
        alarms=(alarm,),
        usage={evil: findings().usage["partners"]},
        resources=(resource,),
        watched={**findings().watched, "name": evil},
    )
    html = render(summarise(found), found)
    assert "<script" not in html
    whole = Page(html)
    assert whole.open == []
    for section in ("answers", "canary", "usage", "alarms", "resources"):
        assert evil in whole.of(section)


def test_each_chart_is_drawn_for_wide_and_for_narrow_pages() -> None:
    found = page(findings())
    divs = [a["class"] for tag, a in found.elements if tag == "div" and a.get("class") in {"wide", "narrow"}]
    assert divs == ["wide", "narrow"] * 3
    charts = [
        (int(a["width"]), a["aria-label"])
        for tag, a in found.elements
        if a.get("role") == "img" and "width" in a
    ]
    drawn = [(width, label) for width, label in charts if label in LABELS]
    assert drawn == [(width, label) for label in LABELS for width in (report.WIDE, report.NARROW)]


LABELS = [
    "Latency of each request over time",
    "Distribution of latencies",
    "Probes of the canary over time",
]


def test_alarms_that_need_a_look_come_first_and_only_composites_are_shown_at_once() -> None:
    account = findings().resources[0].account
    alarms = tuple(
        Alarm(name=f"{state}-{kind}".lower(), account=account, kind=kind, state=state, description="")
        for state in ("OK", "INSUFFICIENT_DATA", "ALARM")
        for kind in ("metric", "composite")
    )
    text = page(findings(alarms=alarms)).of("alarms")
    pages, everything = text.split("All 6 alarms of both accounts")
    assert re.findall(r"\S+-composite", pages) == [
        "alarm-composite",
        "insufficient_data-composite",
        "ok-composite",
    ]
    assert "-metric" not in pages
    assert len(re.findall(r"\S+-(?:metric|composite)", everything)) == 6


def test_what_an_alarm_says_is_shown_with_its_addresses_behind_words_and_its_steps_apart() -> None:
    console = "https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=x#dashboards/dashboard/a"
    said = (
        f"It is slow. Nothing mutes it. Dashboard: {console} First look: traces. What to do: wait: a little."
    )
    account = findings().resources[0].account
    ill, well = (
        Alarm(name=state, account=account, kind="composite", state=state, description=said)
        for state in ("ALARM", "OK")
    )
    html = render(summarise(findings()), findings(alarms=(ill, well)))
    assert console not in Page(html).of("alarms")
    assert html.count(f'<small>It is slow. Nothing mutes it. <a href="{console}">Dashboard</a></small>') == 4
    steps = "<small>First look: traces.</small><small>What to do: wait: a little.</small></details>"
    assert html.count(f"<details open><summary>First steps</summary>{steps}") == 2  # also among all alarms
    assert html.count(f"<details><summary>First steps</summary>{steps}") == 2


@pytest.mark.parametrize("text", ["", "An alarm.", "Runbook: first", "Says: Dashboard"])
def test_a_description_that_is_not_ours_is_all_that_an_alarm_says(text: str) -> None:
    assert described(text) == (text, (), ())


def test_an_address_that_is_none_is_no_link() -> None:
    assert described("So. Runbook: javascript:x") == ("So.", (), ("Runbook: javascript:x",))


def test_usage_is_marked_where_the_alarms_levels_are() -> None:
    usage = findings().usage["partners"]
    for percent, css in ((79.9, "meter "), (80.0, "meter high"), (90.0, "meter full"), (250.0, "meter full")):
        found = page(findings(usage={"partners": usage.model_copy(update={"percent": percent})}))
        assert css in [a.get("class") for _, a in found.elements]
        bar = next(a["style"] for tag, a in found.elements if tag == "i" and "style" in a)
        assert bar == f"width: {min(percent, 100)}%"


def test_a_plan_without_a_quota_has_no_bar() -> None:
    free = findings().usage["partners"].model_copy(update={"limit": None, "period": None, "percent": None})
    assert "no quota" in page(findings(usage={"free": free})).of("usage")


def test_resources_are_listed_by_account_and_type() -> None:
    text = page(findings()).of("resources")
    assert "3 in the service account 111111111111" in text
    assert "1 in the monitor account 222222222222" in text
    assert "iam Role 2" in text


def test_an_empty_run_says_what_is_missing_instead_of_showing_nothing() -> None:
    found = page(CASES["empty"])
    for section, words in (
        ("latency", "No request was answered"),
        ("answers", "No request was sent."),
        ("canary", "No probe arrived."),
        ("usage", "Nothing was published."),
        ("dashboards", "No dashboard is deployed."),
        ("traces", "No request of this run was sampled."),
    ):
        assert words in found.of(section)


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(None, 1, "-"), (1234567.0, 0, "1,234,567"), (99.9500, 2, "99.95"), (100.0, 2, "100"), (0, 1, "0")],
)
def test_numbers_are_for_people(value: Any, digits: int, text: str) -> None:
    assert number(value, digits) == text


def test_a_resource_type_is_named_as_people_say_it() -> None:
    assert kind("aws:lambda/function:Function") == "lambda Function"
    assert kind("pulumi:providers:aws") == "providers aws"


def test_times_are_utc() -> None:
    assert report.clock(START) == "14:03:20"


def luminance(colour: str) -> float:
    """WCAG's relative luminance of `#rrggbb`."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "paper"),
    [
        ("ink", "paper"),
        ("soft", "paper"),
        ("soft", "raise"),
        ("good", "good-wash"),
        ("bad", "bad-wash"),
        ("bad", "paper"),
        ("warn", "paper"),
        ("blue", "paper"),
    ],
)
def test_text_has_a_contrast_of_four_and_a_half(ink: str, paper: str, scheme: int) -> None:
    style = (report.TEMPLATES / "style.css").read_text()
    both = [re.findall(rf"--{name}: (#[0-9a-f]{{6}});", style)[scheme] for name in (ink, paper)]
    high, low = sorted(map(luminance, both), reverse=True)
    assert (high + 0.05) / (low + 0.05) >= 4.5


@pytest.mark.parametrize("found", [findings(), DOWN])
def test_no_heading_skips_a_level_and_the_page_has_one_main_part(found: Findings) -> None:
    html = render(summarise(found), found)
    levels = [int(level) for level in re.findall(r"<h([1-6])[ >]", html)]
    assert levels[0] == 1
    assert [(a, b) for a, b in itertools.pairwise(levels) if b > a + 1] == []
    assert html.count("<main") == 1


def test_on_paper_colours_stay_and_no_chart_is_split() -> None:
    printed = (report.TEMPLATES / "style.css").read_text().split("@media print")[1]
    assert "print-color-adjust: exact" in printed
    kept = next(line for line in printed.splitlines() if "break-inside: avoid" in line)
    assert {"figure", "svg", "tr", ".waterfall"} <= set(re.split(r"[ ,{]+", kept))
