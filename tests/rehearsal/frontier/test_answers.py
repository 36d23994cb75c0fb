"""The answer in sentences, the gate, the map, and that README says what is so."""

import math
import re
from dataclasses import replace

import pytest

from config import ROOT
from rehearsal.frontier import chart
from rehearsal.frontier.answers import Answer, after, answers, minutes, percent, sentences
from rehearsal.frontier.command import too_large
from rehearsal.frontier.grid import MILLION, Grid, Heard, Incident, Point, Size, grid_for
from rehearsal.frontier.sweep import sweep
from rehearsal.incident import durations
from rehearsal.sources.stack import AlarmSet
from settings.slo import Slo
from tests.rehearsal.frontier.builders import alarm_set, failing, failures

TOLD = re.compile(
    r"([\d.]+) % of requests (?:failing|answered in ([\d.]+) ms)(?: for ([\d dhmin]+))? at ([\d,]+) a"
)


def made(share: float, length: int, told: float | None, spent: float) -> Point:
    return Point(
        incident=Incident(size=failing(share), minutes=length, requests=1000),
        heard=Heard(warn=None, critical=told, told=told, ok=0.0),
        spent=spent,
        spent_until_told=None if told is None else spent / 2,
    )


def test_the_sentences_name_the_largest_unheard_the_slowest_and_the_smallest_heard() -> None:
    api = alarm_set(failures("api", 5, of=3))
    grid = Grid(sizes=[failing(0.02), failing(0.1), failing(1)], durations=[5, 60], traffic=[100])
    (answer,) = answers(sweep(api, grid))
    assert sentences(answer, 30) == [
        "The largest incident that nobody hears of: 2 % of requests failing for 1 h at 100 a minute, 5.56 % "
        "of the 30 days' error budget.",
        "The slowest page: 10 % of requests failing at 100 a minute, heard after 5 min 30 s with 2.31 % of "
        "the 30 days' error budget spent.",
        "The smallest incident that always pages: 10 % of requests failing for 5 min at 100 a minute, 2.31 % "
        "of the 30 days' error budget, heard after 5 min 30 s.",
    ]


def test_a_page_that_is_a_warning_is_called_one() -> None:
    ticket = alarm_set(failures("api", 5, level="warn"))
    grid = Grid(sizes=[failing(1)], durations=[5], traffic=[100])
    (answer,) = answers(sweep(ticket, grid))
    assert sentences(answer, 30)[1].startswith("The slowest page, a warning: 100 % of requests failing")


def test_where_there_is_none_the_sentence_says_so() -> None:
    nothing = Answer(kind="failing", unseen=None, slowest=None, smallest=None)
    assert sentences(nothing, 30) == [
        "Of failing requests, there is no incident that nobody hears of.",
        "Of failing requests, no incident pages.",
        "Of failing requests, no incident is large enough to be heard.",
    ]


@pytest.mark.parametrize(("limit", "missed"), [(None, 0), (0.2, 0), (0.19, 1)])
def test_the_gate_is_on_what_nobody_hears_of(limit: float | None, missed: int) -> None:
    unseen = made(0.001, 4320, None, 0.1 + 0.1 + 1e-15)
    answer = Answer(kind="failing", unseen=unseen, slowest=None, smallest=made(1, 60, 3, 9.0))
    assert len(too_large([answer], limit)) == missed


def test_the_gate_is_closed_where_nothing_could_be_heard() -> None:
    assert too_large([], None) == []
    assert too_large([], 1.0) == [
        "no alarm's metrics show a failing request or a slow answer: nobody would hear of any"
    ]


@pytest.mark.parametrize(
    ("count", "text"), [(0.5, "30s"), (7, "7m"), (64.5, "1h4m30s"), (1440, "1d"), (0, "0m")]
)
def test_times_are_short(count: float, text: str) -> None:
    assert minutes(count) == text


def test_never_and_large_shares_are_words_and_whole_numbers() -> None:
    assert after(None) == "never heard"
    assert after(64.5) == "heard after 1 h 4 min 30 s"
    assert [percent(share) for share in (0.00012345, 0.2, 9.99, 200)] == [
        "0.0123 %",
        "20 %",
        "999 %",
        "20,000 %",
    ]


def test_the_readme_s_sentences_are_those_of_prod(prod: AlarmSet) -> None:
    """Of the grid only what the sentences name is evaluated; `make rehearse` does the whole."""
    said = (
        (ROOT / "README.md").read_text().split("<!-- answer:begin -->\n")[1].split("<!-- answer:end -->")[0]
    )
    named = TOLD.findall(said)
    assert len(named) == 6
    sizes = {
        Size(
            kind="slow" if latency else "failing",
            share_ppm=round(float(share) * MILLION / 100),
            latency_ms=float(latency or 0),
        )
        for share, latency, _, _ in named
    }
    lengths = {durations.minutes(length.replace("min", "m").replace(" ", "")) for _, _, length, _ in named}
    whole = grid_for(prod.slo)
    part = replace(
        whole,
        sizes=[size for size in whole.sizes if size in sizes],
        durations=sorted(lengths - {0}),
        traffic=sorted({int(rate.replace(",", "")) for *_, rate in named}),
    )
    assert len(part.sizes) == len(sizes)
    found = [sentence for answer in answers(sweep(prod, part)) for sentence in sentences(answer, 30)]
    assert said.splitlines() == [f"- {sentence}" for sentence in found]


def test_the_page_of_the_frontier_says_the_same_as_the_readme() -> None:
    pages = [(ROOT / name).read_text() for name in ("README.md", "docs/frontier.md")]
    first, second = (page.split("answer:begin -->")[1].split("<!-- answer:end")[0] for page in pages)
    assert first == second


def test_a_cell_is_the_worst_over_all_traffic() -> None:
    size = failing(0.1)
    points = [
        replace(made(0.1, 5, told, 1.0), incident=Incident(size=size, minutes=5, requests=requests))
        for requests, told in ((10, 3.0), (100, None), (1000, 5.0))
    ]
    assert [p.incident.requests for p in chart.worst_by_traffic(points)] == [100]
    assert [p.incident.requests for p in chart.worst_by_traffic([points[0], points[2]])] == [1000]


def test_the_map_has_a_cell_for_each_incident_and_its_lines_where_the_budget_is_spent() -> None:
    grid = Grid(sizes=[failing(0.001), failing(0.01), failing(1)], durations=[1, 60, 4320], traffic=[100])
    (found,) = chart.maps(sweep(alarm_set(failures("api", 5)), grid))
    assert found.title == "Requests failing"
    assert len(found.cells) == 9
    assert [text for _, text in found.columns] == ["1m", "1h", "3d"]
    assert [text for _, text in found.rows] == ["0.1 %", "1 %", "100 %"]
    assert [cell.style for cell in found.cells if "100 %" in cell.title] == ["page0"] * 3
    unheard = [cell for cell in found.cells if cell.title.startswith("1 % of requests failing for 3d")]
    assert [(cell.style, cell.text) for cell in unheard] == [("unseen3", "200 %")]
    lines = {line.label: line for line in found.lines}
    assert list(lines) == ["2 %", "5 %", "10 %", "100 %", "1 x", "3 x", "6 x", "14.4 x"]
    # 21.6 minutes of a total outage are all of the budget, and so are 2,160 of 1 %.
    whole = lines["100 %"]
    slope = (whole.y2 - whole.y1) / (whole.x2 - whole.x1)
    by_minutes = dict(zip((1, 60, 4320), (x for x, _ in found.columns), strict=True))
    by_share = dict(zip((0.001, 0.01, 1), (y for y, _ in found.rows), strict=True))
    a_factor_x = (by_minutes[4320] - by_minutes[1]) / math.log(4320)
    a_factor_y = (by_share[1] - by_share[0.001]) / math.log(1000)
    assert slope == pytest.approx(-a_factor_y / a_factor_x)
    at_a_day_and_a_half = by_minutes[1] + a_factor_x * math.log(2160)
    assert whole.y1 + slope * (at_a_day_and_a_half - whole.x1) == pytest.approx(by_share[0.01])


def test_a_grid_follows_the_promise() -> None:
    grid = grid_for(Slo(availability_pct=99.9, latency_p90_ms=400, window_days=7))
    assert {size.latency_ms for size in grid.sizes} == {0.0, 440.0, 2000.0}
    assert failing(1).budget_per_minute(Slo(availability_pct=99.9, window_days=7)) == pytest.approx(1 / 10.08)
