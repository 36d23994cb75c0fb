"""A service probed from several regions: down is down from everywhere, a location alone is a warning."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pytest

from monitoring import monitor_alarms, monitor_dashboard
from monitoring.spec import CompositeAlarm, MetricAlarm, MetricStat
from rehearsal.cloudwatch.series import MetricSeries
from tests.monitoring.builders import MONITOR, watched
from tests.monitoring.world import OWN, Identity, Ints, Verdict, World

HOME, WEST, EAST = "eu-central-1", "eu-west-1", "us-east-1"
REGIONS = (HOME, WEST, EAST)
PROBED = watched().probed([WEST, EAST], ["orders"])
FROM = 120


def named(name: str, region: str) -> tuple[str, Identity]:
    dimensions = (("Location", region), *OWN[1].items())
    return f"{name} {region}", (OWN[0], name, dimensions)


@dataclass(kw_only=True)
class Places(World):
    """By location: minutes in which it reports, and those in which it gets the right answer."""

    reports: dict[str, Ints] = field(init=False)
    succeeds: dict[str, Ints] = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.reports = {region: np.ones(self.minutes, dtype=np.int64) for region in REGIONS}
        self.succeeds = {region: np.ones(self.minutes, dtype=np.int64) for region in REGIONS}

    def metrics_by_name(self) -> Mapping[str, tuple[Identity, MetricSeries]]:
        self.attempts = sum(self.reports.values(), np.zeros_like(self.requests)) > 0
        found = dict(super().metrics_by_name())
        right = {region: self.reports[region] * self.succeeds[region] for region in REGIONS}
        for name, counts in (("CanaryAttempts", self.reports), ("CanarySuccess", right)):
            found[name] = (
                found[name][0],
                self._every(1.0, sum(counts.values(), np.zeros_like(self.requests))),
            )
            for region in REGIONS:
                label, identity = named(name, region)
                found[label] = (identity, self._every(1.0, counts[region]))
        return found

    def judge(self, service: object = None) -> Verdict:  # noqa: ARG002  # always this one
        return super().judge(PROBED)


def sent(world: World) -> list[tuple[str, str]]:
    return [(page, level) for page, level, _ in world.judge().sent()]


def test_from_one_location_nothing_is_different() -> None:
    assert watched().probed([], ["orders"]) == watched()
    assert monitor_alarms(watched().probed([], ["orders"])) == monitor_alarms(watched())


def test_a_healthy_day_from_everywhere_pages_nobody() -> None:
    assert Places(minutes=300).judge().sent() == []


def test_down_from_everywhere_is_down() -> None:
    world = Places(minutes=240)
    for region in REGIONS:
        world.succeeds[region][FROM:180] = 0
    assert sent(world) == [("page-api-down", "critical")]
    assert world.judge().fired()["canary-success"] == FROM + 4


def test_down_is_down_for_those_that_report_though_one_is_silent() -> None:
    world = Places(minutes=240)
    world.reports[EAST][FROM - 30 :] = 0
    for region in (HOME, WEST):
        world.succeeds[region][FROM:180] = 0
    assert ("page-api-down", "critical") in sent(world)


@pytest.mark.parametrize("region", REGIONS)
def test_a_location_that_goes_silent_is_a_warning_and_no_outage(region: str) -> None:
    world = Places(minutes=300)
    world.reports[region][FROM:] = 0
    assert sent(world) == [("page-canary-location", "warn")]
    fired = world.judge().fired()
    assert fired[f"canary-{region}-silent"] == FROM + 4
    assert fired["page-canary-location"] == FROM + 4


@pytest.mark.parametrize("region", REGIONS)
def test_a_location_that_is_cut_off_is_a_warning_and_burns_no_budget(region: str) -> None:
    world = Places(minutes=1800)
    world.succeeds[region][FROM:] = 0
    assert sent(world) == [("page-canary-location", "warn")]
    fired = world.judge().fired()
    assert fired[f"canary-{region}-failing"] == FROM + 9
    assert f"canary-{region}-silent" not in fired
    assert not [key for key in fired if key.startswith("canary-burn")]


def test_when_all_are_silent_it_is_the_canary_that_is_down() -> None:
    world = Places(minutes=240)
    for region in REGIONS:
        world.reports[region][FROM:] = 0
    assert sent(world) == [("page-canary-down", "warn")]


def test_failures_seen_from_everywhere_burn_the_budget_though_one_location_is_silent() -> None:
    world = Places(minutes=600)
    world.reports[EAST][:] = 0
    for region in (HOME, WEST):
        world.succeeds[region][FROM:] = np.resize([0, 0, 0, 1], 600 - FROM)
    assert {"canary-burn-1h-long", "canary-burn-1h-short"} <= world.judge().fired().keys()


def test_each_alarm_reads_at_most_ten_metrics_with_as_many_locations_as_there_may_be() -> None:
    most = watched().probed(["eu-west-1", "eu-west-2", "us-east-1", "us-west-2"], [])
    alarms = [alarm for alarm in monitor_alarms(most) if isinstance(alarm, MetricAlarm)]
    read = {alarm.key: sum(isinstance(query, MetricStat) for query in alarm.queries) for alarm in alarms}
    assert max(read.values()) == 10
    assert {key for key, count in read.items() if count == 10} == {
        f"canary-burn-{window}-{length}" for window in ("1h", "6h", "1d") for length in ("long", "short")
    }


def test_the_page_of_a_location_waits_for_what_tells_more() -> None:
    (page,) = (alarm for alarm in monitor_alarms(PROBED) if alarm.key == "page-canary-location")
    assert isinstance(page, CompositeAlarm)
    children = [
        f'ALARM("shop-prod-monitor-canary-{r}-{what}")' for r in REGIONS for what in ("silent", "failing")
    ]
    assert page.rule == f'({" OR ".join(children)}) AND NOT ALARM("shop-prod-monitor-canary-success")'
    assert (page.level, page.suppressor) == ("warn", "shop-prod-monitor-canary-attempts")


def test_the_dashboard_has_a_line_for_each_location_and_probe_where_there_are_several() -> None:
    def titles(service: object) -> list[str]:
        widgets = monitor_dashboard(service, MONITOR)["widgets"]  # type: ignore[arg-type]
        return [w["properties"].get("title", "") for w in widgets]  # type: ignore[attr-defined]

    both = titles(watched().probed([WEST], ["orders", "health"]))
    assert {"Successes by probe", "Successes by location"} <= set(both)
    assert [t for t in both if not t.startswith("Successes by")] == titles(watched())


# What each of three locations sees for half an hour after a day: right answers, wrong ones, or it is silent.
SEEN: dict[str, list[tuple[str, str]]] = {
    "right right right": [],
    "right right wrong": [("page-canary-location", "warn")],
    "silent right right": [("page-canary-location", "warn")],
    "wrong right wrong": [("page-canary-location", "warn")],
    "right wrong silent": [("page-canary-location", "warn")],
    "silent silent right": [("page-canary-location", "warn")],
    "wrong wrong wrong": [("page-api-down", "critical")],
    "wrong silent wrong": [("page-api-down", "critical")],
    "silent silent wrong": [("page-api-down", "critical")],
    "wrong silent silent": [("page-api-down", "critical")],
    "silent silent silent": [("page-canary-down", "warn")],
}


@pytest.mark.parametrize(("seen", "pages"), SEEN.items())
def test_whatever_the_locations_see_is_told_once_by_its_own_page(
    seen: str, pages: list[tuple[str, str]]
) -> None:
    begins, ends = 800, 830
    world = Places(minutes=1000)
    for region, state in zip(REGIONS, seen.split(), strict=True):
        world.reports[region][begins:ends] = state != "silent"
        world.succeeds[region][begins:ends] = state == "right"
    assert sent(world) == pages
