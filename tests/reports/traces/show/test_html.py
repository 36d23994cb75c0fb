"""The page and the fragment: self-contained, escaped, well formed, reachable by keyboard."""

import re
from collections import Counter
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from typing import Any

import pytest

from reports.traces import compare, html_fragment, html_page, report
from reports.traces.result import TraceReport
from reports.traces.show.words import milliseconds, percent
from tests.reports.traces.make import Shape, documents, segment, trace_id

VOID = {"meta", "link", "br", "img", "rect", "input"}


class Page(HTMLParser):
    """Collects elements and checks that each one is closed by its own end tag."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip() and "style" not in self.open:
            self.words.append(data.strip())

    def attributes(self, name: str) -> list[str]:
        return [value for _, attrs in self.elements if (value := attrs.get(name)) is not None]


@cache
def whole() -> TraceReport:
    shape = Shape(cold_share=0.1, fault_share=0.05, lookups=4, model_skew_ms=-3)
    made = list(documents(shape, 40, 1))
    made.append(segment("model", 0, 1, span_id="m", parent="gone", trace=trace_id(900)))
    comparison = compare(documents(Shape(), 40, 2), documents(shape, 40, 3))
    return replace(report(made, region="eu-west-1"), comparison=comparison)


@pytest.mark.parametrize("made", [[], list(documents(Shape(), 3, 1))], ids=["empty", "small"])
def test_every_report_makes_a_well_formed_page_and_fragment(made: list[dict[str, Any]]) -> None:
    Page(html_page(report(made)))
    Page(html_fragment(report(made)))


def test_the_page_of_a_report_with_everything_is_well_formed_and_has_every_section() -> None:
    page = Page(html_page(whole()))
    links = [href[1:] for href in page.attributes("href") if href.startswith("#")]
    ids = page.attributes("id")
    assert set(links) <= set(ids)
    assert Counter(ids).most_common(1)[0][1] == 1
    for word in ("What changed", "Advice", "Service map", "Waterfalls", "Cold starts", "Slowest traces"):
        assert word in page.words


def test_nothing_is_loaded_from_anywhere_and_nothing_runs() -> None:
    for text in (html_page(whole()), html_fragment(whole())):
        page = Page(text)
        assert {tag for tag, _ in page.elements} & {"script", "link", "img", "iframe", "object"} == set()
        assert page.attributes("src") == []
        assert not re.search(r"@import|url\((?!#)", text)
        hosts = {href.split("/")[2] for href in page.attributes("href") if "://" in href}
        assert hosts <= {"eu-west-1.console.aws.amazon.com"}


def test_whatever_a_trace_holds_is_shown_as_text() -> None:
    evil = '<script>alert("x")</script>'
    made = segment(
        evil, 0, 10, span_id="a", trace=trace_id(1), origin=evil, annotations={evil: evil},
        subs=[segment(f"## {evil}", 1, 2, span_id="b", fault=True)],
    )  # fmt: skip
    for text in (html_page(report([made])), html_fragment(report([made]))):
        assert "<script" not in text
        assert "&lt;script&gt;" in text
        Page(text)


def test_the_fragment_styles_only_itself() -> None:
    text = html_fragment(whole())
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert style is not None
    plain = re.sub(r"@media[^{]*\{", "", style.group(1))
    selectors = [part.strip() for part in re.findall(r"([^{}]+)\{", plain)]
    assert selectors
    assert all(one.strip().startswith(".traces") for part in selectors for one in part.split(","))
    page = Page(text)
    assert page.elements[0] == ("section", {"class": "traces"})
    assert all(name.startswith("traces-") for name in page.attributes("id"))
    assert {tag for tag, _ in page.elements} & {"h1", "h2", "html", "body"} == set()


def test_the_fragment_draws_the_map_and_the_p50_p90_and_slowest_request() -> None:
    found = report(documents(Shape(), 50, 1))
    page = Page(html_fragment(found))
    headings = " ".join(page.words)
    assert "Service map" in page.words
    for fall in found.waterfalls:
        assert f"{fall.titles[0]}: {milliseconds(fall.total_ms)} ms" in headings
    rows = sum(len(fall.rows) for fall in found.waterfalls)
    assert sum(tag == "summary" for tag, _ in page.elements) == rows + 1


def test_wide_content_can_be_scrolled_by_keyboard_and_has_a_name() -> None:
    for text in (html_page(whole()), html_fragment(whole())):
        regions = [attrs for _, attrs in Page(text).elements if "scroll" in (attrs.get("class") or "")]
        assert regions
        assert all(attrs.get("tabindex") == "0" and attrs.get("aria-label") for attrs in regions)


def test_the_map_has_a_title_for_those_who_cannot_see_it_and_a_table_with_the_same_figures() -> None:
    page = Page(html_fragment(report(documents(Shape(), 5, 1))))
    maps = [attrs for tag, attrs in page.elements if tag == "svg"]
    assert len(maps) == 2
    titles = set(page.attributes("id"))
    assert all(attrs["role"] == "img" and attrs["aria-labelledby"] in titles for attrs in maps)
    assert "The map as a table" in page.words


def test_bars_lie_within_their_track() -> None:
    late = segment("## late", 90, 250, span_id="b")
    early = segment("## early", -30, 20, span_id="c")
    made = segment("api", 0, 100, span_id="a", trace=trace_id(1), subs=[late, early])
    text = html_fragment(report([made]))
    bars = re.findall(r'<i(?: class="on")? style="left:([\d.-]+)%;width:([\d.-]+)%">', text)
    assert len(bars) >= 3
    for left, width in bars:
        assert float(left) >= 0
        assert float(width) >= 0
        assert float(left) + float(width) <= 100.01


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0.00"), (0.123, "0.12"), (-0.5, "-0.50"), (12.34, "12.3"), (99.96, "100.0"), (1234.5, "1,234")],
)
def test_durations_are_written_with_three_digits_or_so(value: float, text: str) -> None:
    assert milliseconds(value) == text


@pytest.mark.parametrize(
    ("share", "text"), [(0, "0 %"), (0.0004, "< 0.1 %"), (0.0123, "1.2 %"), (0.42, "42 %"), (1, "100 %")]
)
def test_shares_are_written_as_percentages(share: float, text: str) -> None:
    assert percent(share) == text


def test_one_is_one_and_none_is_said() -> None:
    one = " ".join(Page(html_page(report(list(documents(Shape(), 1, 1))))).words)
    assert "6 segments in 1 trace, 1 measured" in one
    assert "None: every trace is whole." in one
    none = " ".join(Page(html_page(report([]))).words)
    assert "0 segments in 0 traces, 0 measured" in none
    assert "There is no trace." in none
    assert none.count("None.") == 4  # hops, waterfalls, cold starts, slowest
