from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from botocore.exceptions import ClientError
from botocore.serialize import create_serializer
from hypothesis import given
from hypothesis import strategies as st

from handlers.environment import SettingsError
from handlers.usage_reporter.metrics import MAX_METRICS, metric_data, percent_of_quota, requests
from handlers.usage_reporter.periods import Quota
from handlers.usage_reporter.report import report
from handlers.usage_reporter.settings import ENVIRONMENT, Settings
from handlers.usage_reporter.usage import KeyUsage, PlanUsage
from tests.handlers.usage_reporter.gateway import API, SESSION, CloudWatch, Gateway, Key, Plan, answer, client

SETTINGS = Settings(service="inference-dev", rest_api_id=API)
EVENT = {"time": "2026-11-25T00:05:00Z"}  # Wednesday: reports Tuesday 24 November
DAY = "2026-11-24"

Point = tuple[str, tuple[str, ...], float, str]


def points(cloudwatch: CloudWatch) -> list[Point]:
    """Metric, the dimensions' values, value and unit of everything published."""
    names = {"UsageRequests": ("Service", "Plan", "Key"), "UsagePercentOfQuota": ("Service", "Plan")}
    found = []
    for datum in cloudwatch.data():
        assert datum["Timestamp"] == datetime(2026, 11, 24, 23, 59, tzinfo=UTC)
        dimensions = datum["Dimensions"]
        metric = datum["MetricName"]
        assert [d["Name"] for d in dimensions] == list(names[metric])[: len(dimensions)]
        found.append((metric, tuple(d["Value"] for d in dimensions), datum["Value"], datum["Unit"]))
    return found


def published(plans: Sequence[Plan], **gateway: Any) -> list[Point]:
    cloudwatch = CloudWatch()
    report(EVENT, SETTINGS, Gateway(plans=plans, **gateway).client(), cloudwatch.client())
    assert all(call["Namespace"] == "InferenceWatch" for call in cloudwatch.calls)
    return points(cloudwatch)


def quota(period: str, limit: int = 1000, offset: int = 0) -> dict[str, Any]:
    return {"limit": limit, "period": period, "offset": offset}


def test_the_values_of_a_key_that_is_rotated_are_one_customers() -> None:
    keys = [
        Key(id="k1", name="inference-dev-acme", used={DAY: 250}),
        Key(id="k2", name="inference-dev-acme.2", used={DAY: 600}),
        Key(id="k3", name="inference-dev-globex", used={DAY: 100}),
    ]
    assert published([Plan(id="p1", name="inference-dev-gold", quota=quota("DAY"), keys=keys)]) == [
        ("UsageRequests", ("inference-dev", "gold", "acme"), 850, "Count"),
        ("UsageRequests", ("inference-dev", "gold", "globex"), 100, "Count"),
        ("UsageRequests", ("inference-dev", "gold"), 950, "Count"),
        # Each value has a quota of its own: 600 of 1,000 are used of the one that is refused first.
        ("UsagePercentOfQuota", ("inference-dev", "gold"), 60, "Percent"),
        ("UsagePercentOfQuota", ("inference-dev",), 60, "Percent"),
    ]


def test_keys_that_others_named_are_not_taken_for_values_of_one() -> None:
    keys = [Key(id="k1", name="acme", used={DAY: 1}), Key(id="k2", name="acme.2", used={DAY: 2})]
    assert published([Plan(id="p1", name="inference-dev-gold", keys=keys)])[:2] == [
        ("UsageRequests", ("inference-dev", "gold", "acme"), 1, "Count"),
        ("UsageRequests", ("inference-dev", "gold", "acme.2"), 2, "Count"),
    ]


def test_a_plan_publishes_each_keys_requests_their_sum_and_its_busiest_keys_percentage() -> None:
    keys = [
        Key(id="k1", name="inference-dev-acme", used={DAY: 250, "2026-11-23": 999}),
        Key(id="k2", name="inference-dev-umbrella", used={DAY: 100}),
        Key(id="k3", name="inference-dev-idle"),
    ]
    assert published([Plan(id="p1", name="inference-dev-gold", quota=quota("DAY"), keys=keys)]) == [
        ("UsageRequests", ("inference-dev", "gold", "acme"), 250, "Count"),
        ("UsageRequests", ("inference-dev", "gold", "umbrella"), 100, "Count"),
        ("UsageRequests", ("inference-dev", "gold", "idle"), 0, "Count"),
        ("UsageRequests", ("inference-dev", "gold"), 350, "Count"),
        ("UsagePercentOfQuota", ("inference-dev", "gold"), 25.0, "Percent"),
        ("UsagePercentOfQuota", ("inference-dev",), 25.0, "Percent"),
    ]


USED = {"2026-10-31": 5000, "2026-11-01": 10, "2026-11-14": 200, "2026-11-21": 30, "2026-11-22": 100, DAY: 60}
PERIODS = [("DAY", 0, 6.0), ("WEEK", 0, 16.0), ("WEEK", 6, 19.0), ("MONTH", 0, 40.0), ("MONTH", 14, 19.0)]


@pytest.mark.parametrize(("period", "offset", "percent"), PERIODS)
def test_a_quota_is_used_by_everything_since_its_period_began(
    period: str, offset: int, percent: float
) -> None:
    plan = Plan(
        id="p1", name="gold", quota=quota(period, offset=offset), keys=[Key(id="k1", name="a", used=USED)]
    )
    found = published([plan])
    assert ("UsagePercentOfQuota", ("inference-dev", "gold"), percent, "Percent") in found
    assert (
        "UsageRequests",
        ("inference-dev", "gold"),
        60,
        "Count",
    ) in found  # of the day, whatever the period


def test_a_plan_without_a_quota_publishes_no_percentage() -> None:
    assert published([Plan(id="p1", name="open", keys=[Key(id="k1", name="a", used={DAY: 7})])]) == [
        ("UsageRequests", ("inference-dev", "open", "a"), 7, "Count"),
        ("UsageRequests", ("inference-dev", "open"), 7, "Count"),
    ]


def test_a_plan_without_keys_publishes_nothing() -> None:
    assert published([Plan(id="p1", name="empty", quota=quota("DAY"))]) == []


def test_plans_of_other_apis_are_not_reported() -> None:
    key = Key(id="k1", name="a")
    plans = [
        Plan(id="p1", name="theirs", keys=[key], apis=["other"]),
        Plan(id="p2", name="unused", keys=[key], apis=[]),
        Plan(id="p3", name="shared", keys=[key], apis=["other", API]),
    ]
    assert {values[1] for _, values, _, _ in published(plans)} == {"shared"}


def test_the_services_percentage_is_its_highest_plans() -> None:
    plans = [
        Plan(id="p1", name="a", quota=quota("DAY", 10), keys=[Key(id="k1", name="x", used={DAY: 9})]),
        Plan(id="p2", name="b", quota=quota("DAY", 10), keys=[Key(id="k2", name="x", used={DAY: 11})]),
        Plan(id="p3", name="c", quota=quota("DAY", 10), keys=[Key(id="k3", name="x", used={DAY: 3})]),
        Plan(id="p4", name="d", keys=[Key(id="k4", name="x", used={DAY: 999})]),
    ]
    assert published(plans)[-1] == ("UsagePercentOfQuota", ("inference-dev",), 110.0, "Percent")


def test_plans_come_in_the_order_of_their_ids() -> None:
    plans = [Plan(id=f"p{n}", name=name, keys=[Key(id="k1", name="x")]) for n, name in ((2, "a"), (1, "b"))]
    assert [values[1] for _, values, _, _ in published(plans) if len(values) == 2] == ["b", "a"]


def test_a_keys_days_on_two_pages_are_added_up() -> None:
    pages = iter([{"values": {"k1": [[2, 8]]}, "position": "1"}, {"values": {"k1": [[3, 5]]}}])
    plan = {"id": "p1", "name": "gold", "apiStages": [{"apiId": API, "stage": "live"}]}
    items = {"usageplans": [plan], "keys": [{"id": "k1", "name": "a"}]}

    def answered(request: Any, **_: object) -> Any:
        what = urlsplit(request.url).path.rpartition("/")[2]
        return answer(200, next(pages) if what == "usage" else {"item": items[what]})

    cloudwatch = CloudWatch()
    report(EVENT, SETTINGS, client("apigateway", answered), cloudwatch.client())
    assert [datum["Value"] for datum in cloudwatch.data()] == [5, 5]


def test_keys_and_plans_of_one_name_stay_apart() -> None:
    keys = [
        Key(id="k1", name="same", used={DAY: 1}),
        Key(id="k2", name="same", used={DAY: 2}),
        Key(id="k3", name=""),
    ]
    plans = [Plan(id="p1", name="twin", keys=keys), Plan(id="p2", name="twin", keys=keys[:1])]
    assert [values for _, values, _, _ in published(plans)] == [
        ("inference-dev", "twin (p1)", "same (k1)"),
        ("inference-dev", "twin (p1)", "same (k2)"),
        ("inference-dev", "twin (p1)", "k3"),
        ("inference-dev", "twin (p1)"),
        ("inference-dev", "twin (p2)", "same"),
        ("inference-dev", "twin (p2)"),
    ]


NAMES = {
    "K\u00fcche \U0001f377": "K?che ?",
    ": colon first": "colon first",
    "tab\there\r\n": "tab?here??",
    "\u00a0": "?",
    " : ": "k1",
    "x" * 1025: "x" * 900,
}


@pytest.mark.parametrize(("name", "value"), NAMES.items())
def test_a_name_that_cloudwatch_refuses_does_not_keep_the_others_from_being_published(
    name: str, value: str
) -> None:
    plans = [Plan(id="k1", name=name, keys=[Key(id="k1", name=name)])]
    assert published(plans)[0][1] == ("inference-dev", value, value)


def test_names_that_become_alike_stay_apart() -> None:
    keys = [Key(id="k1", name="caf\u00e9"), Key(id="k2", name="caf\u00e8")]
    values = [values[2:] for _, values, _, _ in published([Plan(id="p1", name="p", keys=keys)])]
    assert values[:2] == [("caf? (k1)",), ("caf? (k2)",)]


@pytest.mark.parametrize("by_value", [False, True])
def test_every_page_is_read_whichever_way_usage_names_its_keys(*, by_value: bool) -> None:
    plans = [
        Plan(
            id=f"p{p}",
            name=f"plan-{p}",
            quota=quota("MONTH"),
            keys=[Key(id=f"k{p}{k}", name=f"key-{k}", used={DAY: 10 * p + k}) for k in range(5)],
        )
        for p in range(5)
    ]
    found = {
        values: value for metric, values, value, _ in published(plans, by_value=by_value) if len(values) == 3
    }
    assert found == {
        ("inference-dev", f"plan-{p}", f"key-{k}"): 10 * p + k for p in range(5) for k in range(5)
    }


def test_running_twice_publishes_the_same_datapoints() -> None:
    keys = [Key(id="k1", name="a", used=USED), Key(id="k2", name="b", used={DAY: 3})]
    gateway = Gateway(plans=[Plan(id="p1", name="gold", quota=quota("WEEK"), keys=keys)])
    first, second = CloudWatch(), CloudWatch()
    results = [
        report({"time": time}, SETTINGS, gateway.client(), cloudwatch.client())
        for time, cloudwatch in (("2026-11-25T00:05:00Z", first), ("2026-11-25T17:40:00Z", second))
    ]
    assert first.calls == second.calls
    assert results == [{"day": DAY, "plans": 1, "keys": 2, "metrics": 5}] * 2


def test_no_keys_value_is_published() -> None:
    cloudwatch = CloudWatch()
    gateway = Gateway(
        plans=[Plan(id="p1", name="gold", keys=[Key(id="k1", name="", used={DAY: 1})])], by_value=True
    )
    report(EVENT, SETTINGS, gateway.client(), cloudwatch.client())
    assert "value-of-k1" not in str(cloudwatch.calls)
    assert cloudwatch.data()[0]["Value"] == 1


def test_more_than_a_thousand_metrics_go_out_in_requests_that_cloudwatch_takes() -> None:
    keys = [Key(id=f"k{n:04}", name=f"key-{n}", used={DAY: n}) for n in range(2500)]
    cloudwatch = CloudWatch()
    gateway = Gateway(plans=[Plan(id="p1", name="gold", keys=keys)], page=500)
    report(EVENT, SETTINGS, gateway.client(), cloudwatch.client())
    assert [len(call["MetricData"]) for call in cloudwatch.calls] == [1000, 1000, 501]
    assert [datum["Value"] for datum in cloudwatch.data()[:-1]] == list(range(2500))


def test_names_of_the_greatest_length_still_fit_the_megabyte() -> None:
    keys = [Key(id=f"k{n:04}", name="ü" * 500 + f"{n:04}", used={}) for n in range(600)]
    cloudwatch = CloudWatch()
    gateway = Gateway(plans=[Plan(id="p1", name="gold", keys=keys)], page=500)
    report(EVENT, SETTINGS, gateway.client(), cloudwatch.client())
    assert len(cloudwatch.data()) == 601
    assert len(cloudwatch.sizes) > 1
    assert max(cloudwatch.sizes) <= 1_000_000


def test_no_part_is_too_large_for_cloudwatch_in_the_protocol_that_escapes_names() -> None:
    operation = SESSION.get_service_model("cloudwatch").operation_model("PutMetricData")
    plan = PlanUsage(
        name="gold",
        quota=None,
        keys=tuple(KeyUsage(ids=("k",), name="%" * 279, day=1, period=1) for _ in range(2000)),
    )
    for part in requests(metric_data([plan], "inference-dev", date(2026, 11, 24))):
        form = create_serializer("query").serialize_to_request(
            {"Namespace": "InferenceWatch", "MetricData": part}, operation
        )
        assert len(urlencode(form["body"])) <= 1_000_000


DATA = st.lists(
    st.integers(0, 3000).map(lambda size: {"Dimensions": [{"Name": "Key", "Value": "x" * size}]}), max_size=30
)


@given(data=DATA, repeat=st.integers(1, 100))
def test_parts_hold_everything_in_order_and_never_more_than_allowed(
    data: list[dict[str, Any]], repeat: int
) -> None:
    data = data * repeat
    parts = list(requests(data))
    assert [datum for part in parts for datum in part] == data
    assert all(0 < len(part) <= MAX_METRICS for part in parts)
    sizes = [sum(len(datum["Dimensions"][0]["Value"]) for datum in part) for part in parts]
    assert all(size <= 300_000 for size in sizes)
    assert len(parts) <= 1 + len(data) // MAX_METRICS + sum(sizes) // 100_000


def test_a_quota_that_allows_nothing_is_always_used_up() -> None:
    assert percent_of_quota(0, Quota(limit=0, period="DAY")) == 100.0
    assert percent_of_quota(1, Quota(limit=3, period="DAY")) == pytest.approx(33.3333, abs=1e-4)


def test_a_failure_is_raised_so_that_the_run_is_repeated() -> None:
    denied = client(
        "apigateway",
        lambda **_: answer(403, {"message": "no"}, {"x-amzn-ErrorType": "AccessDeniedException"}),
    )
    cloudwatch = CloudWatch()
    with pytest.raises(ClientError, match="AccessDenied"):
        report(EVENT, SETTINGS, denied, cloudwatch.client())
    assert cloudwatch.calls == []


def test_settings_are_read_from_exactly_the_declared_variables() -> None:
    environ = {"SERVICE": "inference-dev", "REST_API_ID": API}
    assert set(environ) == set(ENVIRONMENT)
    assert Settings.from_env(environ) == SETTINGS
    for name in ENVIRONMENT:
        with pytest.raises(SettingsError, match=f"^{name} is not set"):
            Settings.from_env({key: value for key, value in environ.items() if key != name})
