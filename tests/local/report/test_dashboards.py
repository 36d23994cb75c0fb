"""Dashboards drawn from raw datapoints: the right values, in the right account, readable."""

import re
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from local.report.dashboard_data import (
    POINTS,
    Samples,
    Shown,
    Span,
    duration,
    series,
)
from local.report.dashboard_drawing import alarm_list, compact, graph, markdown
from local.report.dashboards import UnsupportedWidgetError, render
from monitoring import monitor_dashboard, overview_dashboard, service_dashboard
from monitoring.spec import MetricStat
from tests.monitoring.builders import MONITOR, SERVICE, watched

NOW = datetime(2025, 11, 24, 12, tzinfo=UTC)
T0 = NOW.timestamp() - 120
API = {"ApiName": "shop-prod", "Stage": "live"}


def sample(metric: str, at: float, value: float, account: str = SERVICE, **changes: Any) -> dict[str, Any]:
    point = {"namespace": "AWS/ApiGateway", "metric": metric, "dimensions": API, "timestamp": T0 + at}
    return {**point, "value": value, "account": account, **changes}


def request_samples(failed: int = 0) -> list[dict[str, Any]]:
    found = []
    for second in range(1, 120):
        found += [
            sample("Count", second, 1),
            sample("5XXError", second, 1 if second <= failed else 0),
            sample("Latency", second, 10.0 * (second % 10 + 1)),
        ]
    return found


def stat(statistic: str, metric: str = "Latency", period_s: int = 60) -> MetricStat:
    return MetricStat(
        id="m",
        namespace="AWS/ApiGateway",
        metric=metric,
        dimensions=API,
        statistic=statistic,
        period_s=period_s,
    )


SPAN = Span(start=T0, end=NOW.timestamp())


@pytest.mark.parametrize(
    ("statistic", "value"),
    [("SampleCount", 59), ("Minimum", 10), ("Maximum", 100), ("p50", 60), ("p90", 100)],
)
def test_a_point_is_the_statistic_over_the_period_up_to_it(statistic: str, value: float) -> None:
    found = Samples(request_samples(), NOW, home=SERVICE).stat(stat(statistic), SPAN, 60)
    assert found[-1] == value


def test_a_value_counts_as_often_as_it_came_and_a_statistic_set_as_its_average() -> None:
    points = [
        sample("Latency", 100, 10, count=3),
        sample("Latency", 101, 0, statistics={"SampleCount": 2, "Sum": 100, "Minimum": 1, "Maximum": 99}),
    ]
    samples = Samples(points, NOW, home=SERVICE)
    found = [
        float(samples.stat(stat(name), SPAN, 60)[-1]) for name in ("SampleCount", "Sum", "Average", "p50")
    ]
    assert found == [5, 130, 26, 10]


def test_the_period_slides_and_excludes_its_oldest_edge() -> None:
    points = [sample("Count", second, 1) for second in (10, 20, 30)]
    found = Samples(points, NOW, home=SERVICE).stat(stat("Sum", "Count"), SPAN, 20)
    at = {int(moment - T0): value for moment, value in zip(SPAN.moments, found, strict=True)}
    assert [at[second] for second in (10, 20, 30, 39, 40, 49)] == [1, 2, 2, 2, 1, 1]
    assert np.isnan(at[9])
    assert np.isnan(at[50])


def test_metrics_are_found_only_in_the_account_that_a_widget_names() -> None:
    samples = Samples([sample("Count", 100, 1, MONITOR)], NOW, home=SERVICE)
    assert np.isnan(samples.stat(stat("Sum", "Count"), SPAN, 60)).all()
    at_home = Samples([sample("Count", 100, 1, MONITOR)], NOW, home=MONITOR)
    assert at_home.stat(stat("Sum", "Count"), SPAN, 60)[-1] == 1


def test_the_time_axis_begins_with_the_first_sample_but_shows_no_more_than_the_dashboards_range() -> None:
    samples = Samples([sample("Count", 0, 1)], NOW, home=SERVICE)
    assert samples.span("-PT3H").start == T0 - 1
    assert samples.span("-PT1M").start == NOW.timestamp() - 60
    assert Samples([], NOW, home=None).span("-PT3H").start == NOW.timestamp() - 30


def test_a_sample_dated_ahead_is_drawn_now() -> None:
    samples = Samples([sample("Count", 9000, 7)], NOW, home=SERVICE)
    found = samples.stat(stat("Sum", "Count"), SPAN, 60)
    assert found[-1] == 7
    assert np.isnan(found[:-1]).all()


def test_a_running_sum_counts_each_sample_once() -> None:
    row = ["AWS/ApiGateway", "Count", "ApiName", "shop-prod", "Stage", "live"]
    properties = {
        "metrics": [
            [*row, {"id": "n", "stat": "Sum", "period": 3600, "visible": False}],
            [{"id": "e", "expression": "RUNNING_SUM(FILL(n, 0))", "label": "all"}],
        ]
    }
    (line,) = series(properties, Samples(request_samples(), NOW, home=SERVICE), SPAN)
    assert line.latest == 119


def widget_of(html: str, title: str) -> str:
    (found,) = re.findall(rf'<div class="cw-widget[^>]*><h4>{re.escape(title)}</h4>.*?</div>', html)
    assert isinstance(found, str)
    return found


def test_the_dashboards_of_both_accounts_are_drawn_with_the_numbers_of_the_run() -> None:
    bodies = {SERVICE: service_dashboard(watched()), MONITOR: monitor_dashboard(watched(), MONITOR)}
    for home, body in bodies.items():
        html = render(body, request_samples(failed=3), {}, NOW, home=home)
        assert "<b>97.48 " in widget_of(html, "Availability, promised 99.95 %")  # 3 of 119 failed
        assert "<b>119 " in widget_of(html, "API requests in 5 minutes")
        assert html.count('class="cw-widget') == len(body["widgets"])  # type: ignore[arg-type]  # a list


def test_widgets_of_a_line_are_one_row_that_paper_does_not_cut_and_a_heading_stays_with_the_next() -> None:
    text = {"type": "text", "x": 0, "width": 24, "height": 1, "properties": {"markdown": "## API"}}
    note = {**text, "y": 1, "width": 6, "height": 6}
    body = {
        "widgets": [
            {**note, "y": 8, "x": 12, "height": 3},
            {**text, "y": 0},
            {**note, "type": "alarm", "properties": {"alarms": [], "title": "Pages"}},
            {**note, "x": 6, "y": 2, "height": 6},
            {**text, "y": 11},
        ]
    }
    html = render(body, [], {}, NOW, home=SERVICE)
    rows = re.findall(r'<div class="(cw-row[^"]*)">(.*?)(?=<div class="cw-row|$)', html)
    places = [re.findall(r"grid-column:(\d+)/span \d+;grid-row:(\d+/span \d+)", row) for _, row in rows]
    assert [kind for kind, _ in rows] == ["cw-row cw-heading", "cw-row", *["cw-row cw-heading"] * 2]
    assert places == [
        [("1", "1/span 1")],
        [("1", "1/span 6"), ("7", "2/span 6")],
        [("13", "1/span 3")],
        [("1", "1/span 1")],
    ]
    printed = " ".join(html.split("@media print")[1].split())
    assert printed.startswith("{ .cw-row { break-inside: avoid; } .cw-heading { break-after: avoid; } }")


def test_the_error_budget_is_what_the_failures_left_of_it() -> None:
    html = render(service_dashboard(watched()), request_samples(failed=0), {}, NOW, home=SERVICE)
    assert "<b>100 " in widget_of(html, "Error budget left")
    spent = render(service_dashboard(watched()), request_samples(failed=1), {}, NOW, home=SERVICE)
    assert "<b>-1,581 " in widget_of(spent, "Error budget left")  # 100 - 100 * (1 / 119) / 0.0005


@pytest.mark.parametrize(("failed", "days"), [(0, "30"), (119, "0")])
def test_the_forecast_says_in_how_many_days_the_budget_is_gone(failed: int, days: str) -> None:
    html = render(service_dashboard(watched()), request_samples(failed=failed), {}, NOW, home=SERVICE)
    assert f"<b>{days} " in widget_of(html, "Budget gone in, at today&#x27;s burn")


def test_without_samples_every_graph_says_so() -> None:
    html = render(service_dashboard(watched()), [], {}, NOW, home=SERVICE)
    assert html.count(">no data</text>") == html.count('cw-graph"')


def test_alarm_states_are_shown_in_words_what_needs_a_look_first() -> None:
    states = {"shop-prod-page-silence": "ALARM", "shop-prod-page-traffic": "OK"}
    html = widget_of(render(service_dashboard(watched()), [], states, NOW, home=SERVICE), "Pages")
    items = re.findall(r'<li class="(\w+)"[^>]*>([\w-]+) <small>([\w ]+)</small>', html)
    assert items[0] == ("ALARM", "silence", "in alarm")
    assert items[-1] == ("OK", "traffic", "ok")
    assert items[1][0] == "INSUFFICIENT_DATA"


def test_an_alarms_whole_name_stays_in_its_title() -> None:
    html = alarm_list([("shop-a-x", "OK"), ("shop-a-y", "OK")])
    assert '<li class="OK" title="shop-a-x">x <small>' in html
    assert ">only <small>" in alarm_list([("only", "OK")])


def test_names_and_labels_cannot_break_out_of_the_page() -> None:
    body = service_dashboard(watched(runbook_url="https://x/<script>"))
    assert "<script>" not in render(body, [], {"<script>": "OK"}, NOW, home=SERVICE)
    assert "<b>" not in markdown("<b> is no markdown")


def test_what_cannot_be_drawn_is_refused_by_name() -> None:
    widget = {"type": "metric", "x": 0, "y": 0, "width": 6, "height": 6}
    body = {"widgets": [{**widget, "properties": {"title": "A pie", "view": "pie", "metrics": []}}]}
    with pytest.raises(UnsupportedWidgetError, match=r"'A pie': type 'metric' with view 'pie' is not drawn"):
        render(body, [], {}, NOW)


def test_markdown_has_headings_lists_links_and_paragraphs() -> None:
    text = "### Look\n- [Runbook](https://x/y)\n- plain\n\nA promise\nof two lines."
    assert markdown(text) == (
        '<h4 class="level-3">Look</h4><ul><li><a href="https://x/y">Runbook</a></li><li>plain</li></ul>'
        "<p>A promise of two lines.</p>"
    )


def test_a_link_may_hold_parentheses() -> None:
    address = "https://x/#xray:traces/query?~(query~(expression~fault))"
    expected = f'<ul><li><a href="{address}">Failed</a>, <a href="c">b</a></li></ul>'
    assert markdown(f"- [Failed]({address}), [b](c)") == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        (0.0, "0"),
        (0.0512, "0.0512"),
        (99.95, "99.95"),
        (1500, "1,500"),
        (-4942.02, "-4,942"),
        (12_000, "12k"),
        (2e6, "2M"),
    ],
)
def test_values_are_short_enough_for_an_axis(value: float | None, text: str) -> None:
    assert compact(value) == text


def test_durations_are_read() -> None:
    assert [duration(text).total_seconds() for text in ("PT90M", "PT3H", "P30D")] == [5400, 10_800, 2_592_000]


def test_a_line_is_broken_where_there_is_nothing() -> None:
    points = [sample("Latency", second, 50) for second in (5, 6, 100)]
    html = render(service_dashboard(watched()), points, {}, NOW, home=SERVICE)
    path = re.findall(r'<path class="line"[^>]* d="([^"]+)"', widget_of(html, "Latency"))[0]
    assert path.count("M") == 1  # five minutes reach over the gap
    short = Samples(points, NOW, home=SERVICE).stat(stat("Average"), SPAN, 10)
    assert np.isnan(short).sum() == POINTS - 11 - 10


def labels(*limits: float) -> list[tuple[float, float]]:
    """The y of each limit's line and of its label's foot, from top to bottom."""
    drawn = [{"value": value, "label": f"{value:g}", "color": "#000"} for value in limits]
    axis = {"left": {"min": 0, "label": "ms"}}
    properties = {"title": "t", "yAxis": axis, "annotations": {"horizontal": drawn}}
    svg = graph([], SPAN, properties, width=200, height=160)
    lines = sorted(float(y) for y in re.findall(r'class="limit"[^>]* d="M\d+ ([\d.]+)H', svg))
    feet = re.findall(r'y="([\d.]+)" text-anchor="end" style', svg)
    return list(zip(lines, map(float, feet), strict=True))


@pytest.mark.parametrize("limits", [(100,), (100, 0), (100, 5), (100, 52, 50), (100, 50, 46, 3), (100, 100)])
def test_no_line_and_no_other_label_goes_through_a_label_of_a_limit(limits: tuple[float, ...]) -> None:
    found = labels(*limits)
    floor = 160 - 20
    assert len(found) == len(limits)
    for at, (_, foot) in enumerate(found):
        assert 8 <= foot <= floor
        assert not [line for line, _ in found if foot - 8 < line < foot], found
        assert not [other for _, other in found[:at] if other > foot - 8], found


def test_without_limits_and_with_a_crowd_of_them_a_graph_is_drawn_all_the_same() -> None:
    assert labels() == []
    assert len(labels(1, 2, 3, 4, 1000)) == 5


def test_a_point_alone_is_a_dot_and_neighbours_are_a_line() -> None:
    shown = [Shown(label="x", color="#000", values=np.array([np.nan, 1, np.nan, 2, 3]))]
    svg = graph(shown, SPAN, {"title": "t"}, width=200, height=160)
    found = dict(re.findall(r'<path class="(line[^"]*)" stroke="[^"]*" d="([^"]+)"', svg))
    lengths = {css: (path.count("M"), path.count("L")) for css, path in found.items()}
    assert lengths == {"line": (1, 1), "line point": (1, 0)}


def test_a_number_widget_shows_each_value_it_has_beside_the_other() -> None:
    body = overview_dashboard([watched()], MONITOR)
    html = render(body, request_samples(failed=12), {}, NOW, home=MONITOR)
    values = re.findall(r"<b>([^ ]*) <small>([^<]*)</small></b>", html)
    assert values[:2] == [("89.92", "30 days (%)"), ("-20.1k", "left (%)")]


def test_a_widget_of_open_pages_shows_those_in_alarm_and_says_where_there_are_none() -> None:
    body = overview_dashboard([watched()], MONITOR)
    states = {"shop-prod-page-api-errors": "ALARM", "shop-prod-monitor-page-api-down": "OK"}
    html = render(body, [], states, NOW, home=MONITOR)
    assert re.findall(r'<li class="(\w+)" title="([\w-]+)">([\w-]+) ', html) == [
        ("ALARM", "shop-prod-page-api-errors", "page-api-errors")  # without what every page of it begins with
    ]
    assert "<p>none</p>" in render(body, [], {}, NOW, home=MONITOR)


def test_of_many_metrics_the_highest_are_lines_with_their_own_labels() -> None:
    rows = [
        ["N", "M", "F", name, {"id": f"m{n}", "label": name, "stat": "Sum", "period": 60, "visible": False}]
        for n, name in enumerate(("low", "high", "none"))
    ]
    rows.append([{"expression": "SORT(METRICS(), SUM, DESC, 2)", "id": "top"}])
    samples = Samples(
        [
            {
                "namespace": "N",
                "metric": "M",
                "dimensions": {"F": f},
                "timestamp": NOW.timestamp(),
                "value": v,
            }
            for f, v in (("low", 1), ("high", 5))
        ],
        NOW,
        home=None,
    )
    shown = series({"metrics": rows}, samples, samples.span("-PT3H"))
    assert [(line.label, line.latest) for line in shown] == [("high", 5), ("low", 1)]
    assert len({line.color for line in shown}) == 2
