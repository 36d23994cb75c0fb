"""Maintenance, percentiles, forecast, who noticed, and a promise that changes: days with known answers."""

import random
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from reports.sla.evidence.keep import keep
from reports.sla.evidence.verify import verify
from reports.sla.figures.measure import measure, services
from reports.sla.period import Period
from reports.sla.period import month as period_of
from reports.sla.result import Percentiles
from tests.reports.sla.months import KEPT_AT, MINUTE, SERVICE, Month, report, write_csv

FOUR_DAYS = Period(first=date(2026, 10, 1), last=date(2026, 10, 4))


def days(count: int = 4, requests: int = 10) -> Month:
    return Month(datetime(2026, 10, 1), datetime(2026, 10, 1) + timedelta(days=count), requests)


@pytest.mark.parametrize(("announced", "counted_out"), [("01:59", True), ("02:00", False), ("02:01", False)])
def test_maintenance_is_left_out_only_if_it_was_announced_before_it_began(
    announced: str, counted_out: bool, tmp_path: Path
) -> None:
    made = days()
    made.add(
        "maintenance",
        announced_at=made.at(3, announced),
        begins_at=made.at(3, "02:00"),
        ends_at=made.at(3, "02:30"),
        notice="x",
    )
    made.outage(made.at(3, "02:10"), 30)
    found = made.report(tmp_path, FOUR_DAYS)
    assert [work.counted_out for work in found.maintenance] == [counted_out]
    assert found.span.maintenance_minutes == (30 if counted_out else 0)
    assert found.span.expected_minutes == 4 * 1440 - found.span.maintenance_minutes
    assert found.probes.total == found.span.expected_minutes
    assert found.probes.down_minutes == (10 if counted_out else 30)
    assert found.requests.failed == 10 * found.probes.down_minutes
    assert found.incidents[0].begins == made.at(3, "02:30" if counted_out else "02:10")
    assert sum(day.maintenance_minutes for day in found.days) == found.span.maintenance_minutes
    assert (found.burn[-1].requests_pct or 0) == pytest.approx(found.requests.budget_used_pct)


def test_maintenance_announced_months_before_and_overlapping_counts_once(tmp_path: Path) -> None:
    made = days()
    made.begins = datetime(2026, 10, 1)
    early = datetime(2026, 8, 1, 12)
    for begins, ends in (("10:00", "10:40"), ("10:20", "11:00")):
        made.add(
            "maintenance",
            announced_at=early,
            begins_at=made.at(2, begins),
            ends_at=made.at(2, ends),
            notice="x",
        )
    found = made.report(tmp_path, FOUR_DAYS)
    assert (found.span.maintenance_minutes, found.probes.total) == (60, 4 * 1440 - 60)
    assert found.span.unwatched_minutes == 0


def test_percentiles_of_days_and_of_the_period_are_those_of_the_requests_themselves(tmp_path: Path) -> None:
    chance, made = random.Random(7), days()  # noqa: S311  # repeatable, not secret
    of_day: dict[str, list[int]] = {}
    for number in range(1, 5):
        for hour in range(0, 24, 6):
            counts: dict[int, int] = {}
            for _ in range(chance.randint(1, 60)):
                ms = int(chance.expovariate(1 / 90 / number))
                counts[ms] = counts.get(ms, 0) + 1
            for ms, requests in counts.items():
                made.add(
                    "latencies",
                    hour=made.at(number, f"{hour:02d}:00"),
                    source="answered",
                    ms=ms,
                    requests=requests,
                )
                of_day.setdefault(f"2026-10-{number:02d}", []).extend([ms] * requests)
    found = made.report(tmp_path, FOUR_DAYS)

    def nearest_rank(values: list[int]) -> Percentiles:
        ordered, count = sorted(values), len(values)
        p50, p90, p99 = (ordered[-(-share * count // 100) - 1] for share in (50, 90, 99))
        return Percentiles(requests=count, p50=p50, p90=p90, p99=p99)

    assert {day.day: day.answered_ms for day in found.days} == {
        day: nearest_rank(values) for day, values in of_day.items()
    }
    assert found.latency.answered_ms == nearest_rank([ms for values in of_day.values() for ms in values])
    assert found.latency.stage_ms is None


def test_a_percentile_is_the_smallest_value_that_so_many_did_not_exceed(tmp_path: Path) -> None:
    made = days(1)
    for ms, requests in ((1, 50), (2, 40), (3, 9), (4, 1)):
        made.add("latencies", hour=made.begins, source="stage", ms=ms, requests=requests)
    found = made.report(tmp_path, Period(first=made.begins.date(), last=made.begins.date()))
    assert found.latency.stage_ms == Percentiles(requests=100, p50=1, p90=2, p99=3)


def test_who_noticed_is_the_first_signal_from_the_beginning_to_an_hour_after_the_end(tmp_path: Path) -> None:
    made = days()
    first, second = made.at(2, "06:00"), made.at(2, "06:30")
    made.outage(first, 10)
    made.outage(second, 5)
    made.outage(made.at(3, "06:00"), 5)
    made.alarm(first - MINUTE, "before")
    made.alarm(first + 12 * MINUTE, "late", "warn")
    made.alarm(second, "at once")
    made.alarm(second + 64 * MINUTE, "within the hour")
    made.alarm(second + 65 * MINUTE, "too late")
    made.add(
        "transitions", noted_at=second + MINUTE, alarm="back", kind="state", old_state="ALARM", new_state="OK"
    )
    one, two, three = made.report(tmp_path, FOUR_DAYS).incidents
    assert (one.detected_by, one.detected_after_s, [page.target for page in one.pages]) == (
        "late",
        720,
        ["warn"],
    )
    assert (two.detected_by, two.detected_after_s) == ("at once", 0)
    assert [alarm.name for alarm in two.alarms] == ["at once", "within the hour"]
    assert (three.detected_by, three.detected_after_s, three.alarms) == (None, None, ())


def test_the_reasons_of_an_incident_are_counted_in_minutes(tmp_path: Path) -> None:
    made = days(requests=0)
    made.outage(made.at(2, "06:00"), 4, reason="timeout")
    made.outage(made.at(2, "06:04"), 3, reason="status")
    made.outage(made.at(2, "06:07"), 2, reason="timeout")
    (incident,) = made.report(tmp_path, FOUR_DAYS).incidents
    assert (incident.reasons, incident.minutes) == ({"timeout": 6, "status": 3}, 9)


@pytest.mark.parametrize(
    ("failed", "state", "at"),
    [
        (0, "lasts", None),
        (1, "lasts", None),  # 4 of 31 days burnt a 223rd
        (60, "gone", datetime(2026, 10, 3, 21)),  # the 56th of them, at 20:45, is one too many
    ],
)
def test_the_forecast_of_a_month_that_is_not_over(
    failed: int, state: str, at: datetime | None, tmp_path: Path
) -> None:
    made = days()
    for number in range(failed):
        made.change(made.at(1, "00:00") + timedelta(hours=1.25 * number), 1, failed=4)
    forecast = made.report(tmp_path, period_of("2026-10")).forecast
    assert (forecast.state, forecast.at) == (state, at)
    # 1,440 minutes x 10 requests x 31 days x 0.05 % = 223.2 may fail in the month
    assert forecast.used_pct == pytest.approx(100 * 4 * failed / 223.2)


def test_the_forecast_names_the_day_on_which_the_budget_is_gone_at_todays_burn(tmp_path: Path) -> None:
    made = days()
    for hour in range(18):
        made.change(made.at(4, f"{hour:02d}:00"), 1, failed=1)
    forecast = made.report(tmp_path, period_of("2026-10")).forecast
    left = (223.2 - 18) / 18  # days
    assert forecast.state == "goes"
    assert forecast.at is not None
    assert abs(forecast.at - (datetime(2026, 10, 5) + timedelta(days=left))) < timedelta(seconds=2)
    assert forecast.burn_rate == pytest.approx(18 / 14_400 / 0.0005)


def test_the_last_promise_of_the_period_judges_and_the_change_is_told(tmp_path: Path) -> None:
    root = tmp_path / "evidence"
    for number, promised in ((0, 99.95), (2, 99.0)):
        source = tmp_path / str(number)
        source.mkdir()
        made = Month(datetime(2026, 10, 1 + number), datetime(2026, 10, 3 + number))
        made.outage(made.begins, 10)
        write_csv(source / "minutes.csv", list(made.minutes.values()))
        write_csv(source / "promises.csv", [{"service": SERVICE, "availability_pct": promised}])
        keep(source, root, kept_at=KEPT_AT)
    found = report(root, FOUR_DAYS)
    assert (found.promise.availability_pct, found.availability_verdict) == (99.0, "kept")
    assert any("The promise changed on 2026-10-03" in note for note in found.notes)
    assert (
        report(root, Period(first=date(2026, 10, 1), last=date(2026, 10, 2))).availability_verdict == "broken"
    )


def test_a_service_that_came_later_is_not_expected_before(tmp_path: Path) -> None:
    made = days()
    other = [{**row, "service": "late"} for at, row in made.minutes.items() if at >= datetime(2026, 10, 3)]
    source, root = tmp_path / "tables", tmp_path / "evidence"
    source.mkdir()
    for number, rows in enumerate(
        ([*made.minutes.values()][:2880], [*list(made.minutes.values())[2880:], *other])
    ):
        write_csv(source / "minutes.csv", rows)
        keep(source, root, kept_at=KEPT_AT)
        assert (number, len(list((root / "chain").iterdir()))) in ((0, 2), (1, 4))
    found = verify(root)
    late, _ = measure(root, found, FOUR_DAYS, services(found.links, FOUR_DAYS))
    assert (late.service, late.span.unwatched_minutes, late.span.missing_minutes) == ("late", 2880, 0)
    assert len(late.days) == 2
