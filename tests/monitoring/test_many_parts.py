"""More parts than CloudWatch takes in one rule or on one dashboard: APIs of hundreds of functions."""

import json
from dataclasses import replace

import jsonschema
import pytest

from monitoring import MonitoringError, monitor_dashboard, service_dashboard
from monitoring.alarms import limits
from monitoring.alarms.rule import Entry, Scope
from monitoring.notify.maintenance import rules
from monitoring.notify.pages import Page, build
from monitoring.spec import CompositeAlarm
from monitoring.stacks import stacks
from monitoring.watched import Watched, WatchedEndpoint, WatchedFunction, WatchedPlan
from settings.alarms import AlarmsTuning
from settings.maintenance import Maintenance
from tests.monitoring.builders import MONITOR, MONTHLY, watched
from tests.monitoring.test_dashboards import SCHEMA, expression, metric_widgets, titled
from tests.monitoring.test_limits import ALARM

ROUTES = 300  # resources of a REST API, routes of an HTTP API: "Amazon API Gateway quotas"


def api_of(functions: int, **changes: object) -> Watched:
    """A watched API of so many functions, whose names are as long as Lambda allows."""
    several = tuple(
        WatchedFunction(
            name=f"ShopStack-Function{n:03}".ljust(64, "X"),
            key=f"shopstack-function{n:03}".ljust(64, "x"),
            steady=n == 0,
            timeout_ms=3000,
            rate_limit_per_s=50,
        )
        for n in range(functions)
    )
    none = {"function": None, "table": None, "endpoint": None, "usage_plans": ()}
    return watched(**{**none, "functions": several, **changes})


BIG = api_of(150)


def below(alarm: CompositeAlarm, entries: tuple[Entry, ...]) -> list[str]:
    """The names of the metric alarms of a composite, also through others."""
    composites = {e.alarm.name: e.alarm for e in entries if isinstance(e.alarm, CompositeAlarm)}
    return [
        name
        for child in limits.children(alarm.rule)
        for name in (below(composites[child], entries) if child in composites else [child])
    ]


@pytest.mark.parametrize("functions", [60, 150])
@pytest.mark.parametrize(
    ("page", "level"), [("page-function-errors", "critical"), ("page-errors-warn", "warn")]
)
def test_every_alarm_of_many_functions_is_once_below_the_page_of_its_level(
    functions: int, page: str, level: str
) -> None:
    service = api_of(functions)
    entries = stacks(service).service
    (found,) = (e.alarm for e in entries if isinstance(e.alarm, CompositeAlarm) and e.key == page)
    assert [name for name in below(found, entries) if "-function-" in name] == [
        f"shop-prod-function-{function.key}-{signal}-{level}"
        for function in service.functions
        for signal in ("errors", "throttles")
    ]


def test_parts_of_a_page_notify_nobody_and_are_neither_tuned_nor_muted_nor_looked_at() -> None:
    work = Maintenance(name="work", reason="r", schedule="cron(0 2 * * *)", duration="PT1H")
    entries = stacks(BIG).service
    parts = [e.alarm for e in entries if isinstance(e.alarm, CompositeAlarm) and e.is_part]
    assert [part.key for part in parts if part.key.startswith("page-function-errors")] == [
        f"page-function-errors-part-{n}" for n in (1, 2, 3, 4)
    ]
    assert {(part.level, part.suppressor) for part in parts} == {(None, None)}
    assert "Part 2 of 4 of shop-prod-page-function-errors, which notifies." in parts[1].description
    (rule,) = rules([work], BIG.name, entries)
    shown = json.dumps(service_dashboard(BIG))
    for part in parts:
        assert part.name not in rule.targets
        assert part.name not in shown
    off = AlarmsTuning.model_validate({"each": {"page-function-errors-part-1": {"enabled": False}}})
    with pytest.raises(MonitoringError, match="page-function-errors-part-1: there is no such alarm"):
        stacks(api_of(50, tuning=off))


@pytest.mark.parametrize(
    ("own", "included", "parts"),
    [(99, False, 0), (100, False, 1), (101, False, 2), (98, True, 0), (99, True, 1)],
)
def test_a_rule_is_split_from_the_first_alarm_that_is_too_many(own: int, included: bool, parts: int) -> None:
    page = Page(key="all", component="api", severity="warn", anchor="a", meaning="M.", when=())
    entries = [
        Entry(alarm=replace(ALARM, key=f"k{n}", name=f"n{n}"), rule=replace(page, key=f"k{n}"))
        for n in range(102)
    ]
    pages = [
        replace(page, key="first", when=(("k0",),)),
        replace(
            page,
            when=tuple((f"k{n}",) for n in range(own)),
            includes="first" if included else None,
            unless="k101",
        ),
    ]
    made = build(pages, entries, Scope(prefix="s", runbook_url=None))
    assert sum(entry.is_part for entry in made) == parts
    limits.check([entry.alarm for entry in (*entries, *made)])
    whole = made[-1].alarm
    assert isinstance(whole, CompositeAlarm)
    assert set(below(whole, made)) == {f"n{n}" for n in (*range(own), 101)}
    assert whole.rule.endswith(') AND NOT ALARM("n101")')


def test_dashboards_of_many_parts_are_such_as_cloudwatch_takes() -> None:
    plans = tuple(WatchedPlan(name=f"p{n}", quota=MONTHLY.quota) for n in range(60))
    jsonschema.validate(json.loads(json.dumps(service_dashboard(api_of(20, usage_plans=plans)))), SCHEMA)
    service_dashboard(api_of(ROUTES))  # which refuses what CloudWatch would
    monitor_dashboard(api_of(ROUTES), MONITOR)


def test_of_many_functions_those_that_stand_out_are_shown_a_graph_a_figure() -> None:
    body = service_dashboard(BIG)
    titles = [properties["title"] for properties in metric_widgets(body) if "Function" in properties["title"]]
    figures = {"invocations": "SUM", "errors": "SUM", "throttles": "SUM", "duration p95": "MAX"}
    assert titles == [f"Function {figure}: the 10 highest of 150" for figure in figures]
    for title, by in zip(titles, figures.values(), strict=True):
        shown = titled(body, title)
        *metrics, top = shown["metrics"]
        assert expression(shown) == f"SORT(METRICS(), {by}, DESC, 10)"
        assert not {"color", "visible"} & top[0].keys()
        assert [row[3] for row in metrics] == [row[-1]["label"] for row in metrics]
        assert [row[3] for row in metrics] == [function.name for function in BIG.functions]
        assert {row[-1]["visible"] for row in metrics} == {False}
    assert titled(service_dashboard(api_of(7)), "Function errors")["legend"]  # all of them
    few = [properties["title"] for properties in metric_widgets(service_dashboard(api_of(6)))]
    assert sum(title.startswith("Function errors of ShopStack-") for title in few) == 6
    assert titled(body, titles[1])["yAxis"]["left"]["label"] == "count"
    assert titled(body, titles[3])["yAxis"]["left"]["label"] == "ms"
    assert "[The functions' logs]" in json.dumps(body)
    assert "log-group/" not in json.dumps(body)


def test_endpoints_of_unlike_instances_have_graphs_of_their_own() -> None:
    def endpoints(cores: int, count: int) -> list[WatchedEndpoint]:
        return [
            WatchedEndpoint(name=f"e{cores}-{n}", key=f"e{cores}-{n}", variant="v", cores=cores)
            for n in range(count)
        ]

    body = service_dashboard(api_of(0, endpoints=(*endpoints(2, 8), *endpoints(4, 7), *endpoints(8, 1))))
    divided = [
        expression(properties) for properties in metric_widgets(body) if properties["title"] == "Model CPU"
    ]
    assert divided == ["SORT(METRICS() / 2, MAX, DESC, 10)", "SORT(METRICS() / 4, MAX, DESC, 10)"]
    assert titled(body, "Model CPU of e8-0")["annotations"]
    assert expression(titled(body, "Model latency p90: the 10 highest of 16")) == (
        "SORT(METRICS() / 1000, MAX, DESC, 10)"
    )
