"""Odd months: the figures of the JSON are those known beforehand, exactly."""

from datetime import timedelta
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from tests.reports.sla.odd import (
    ALL,
    BEGINS,
    DAY,
    ENDS,
    MINUTE,
    NAME,
    at,
    calms,
    change,
    down,
    told,
    unprobed,
    utc,
)


@pytest.mark.parametrize(
    ("zone", "month", "following", "days"),
    [
        ("UTC", (2028, 2, 1), (2028, 3, 1), {"2028-02-29": 1440}),
        ("Europe/Berlin", (2026, 10, 1), (2026, 11, 1), {"2026-10-25": 1500}),
        ("America/New_York", (2027, 3, 1), (2027, 4, 1), {"2027-03-14": 1380}),
        ("America/Santiago", (2026, 9, 1), (2026, 10, 1), {"2026-09-06": 1380}),
        ("Africa/Cairo", (2026, 10, 1), (2026, 11, 1), {"2026-10-29": 1500}),
        ("Australia/Lord_Howe", (2026, 10, 1), (2026, 11, 1), {"2026-10-04": 1410}),
        ("Pacific/Apia", (2020, 9, 1), (2020, 10, 1), {"2020-09-27": 1380}),
        ("Pacific/Apia", (2011, 12, 1), (2012, 1, 1), {"2011-12-29": 1440, "2011-12-31": 1440}),
    ],
)
def test_a_month_of_any_clock_has_its_own_minutes_and_no_others(
    zone: str, month: tuple[int, ...], following: tuple[int, ...], days: dict[str, int], tmp_path: Path
) -> None:
    begins, ends = utc(zone, *month), utc(zone, *following)
    minutes = calms(begins.replace(hour=0, minute=0) - DAY, ends.replace(hour=0, minute=0) + DAY)
    change(minutes, begins - 10 * MINUTE, 15, down)
    change(minutes, ends - 7 * MINUTE, 16, down)
    text = f"{month[0]}-{month[1]:02d}"
    found = told(tmp_path, {"minutes": minutes.values()}, "--month", text, "--timezone", zone)
    length = (ends - begins) // MINUTE
    assert (found["span"]["minutes"], found["span"]["expected_minutes"]) == (length, length)
    assert (found["probes"]["total"], found["requests"]["total"]) == (length, 4 * length)
    assert (found["probes"]["failed"], found["requests"]["failed"]) == (12, 48)
    assert found["requests"]["measured_pct"] == float(100 * (1 - Fraction(12, length)))
    assert found["requests"]["budget_used_pct"] == float(100 * Fraction(12, length) / Fraction("0.0005"))
    assert [(one["begins"], one["minutes"]) for one in found["incidents"]] == [
        (begins.isoformat(), 5),
        ((ends - 7 * MINUTE).isoformat(), 7),
    ]
    by_day = {day["day"]: day for day in found["days"]}
    assert {day: by_day[day]["minutes"] for day in days} == days
    assert {day: by_day[day]["attempts"] for day in days} == days
    assert ("2011-12-30" in by_day, sum(day["attempts"] for day in found["days"])) == (False, length)
    # What lies beyond the period is no part of it: the last outage ends with the period.
    assert (found["probes"]["down_lower_minutes"], found["probes"]["down_upper_minutes"]) == (10, 6 + 8)


def test_an_outage_beside_gaps_lasted_at_most_from_the_last_good_probe_to_the_next(tmp_path: Path) -> None:
    minutes = calms(BEGINS, ENDS)
    change(minutes, at(10, 23, 50), 20, unprobed)  # over midnight, then down until 00:20, then unseen
    change(minutes, at(11, 0, 10), 10, down)
    change(minutes, at(11, 0, 20), 15, unprobed)
    change(minutes, at(20, 8), 2, down)  # down, a minute of failing requests, down: two outages, one incident
    change(minutes, at(20, 8, 2), 1, {"failed": 4, "in_time": 0, "answered": 0, "answered_in_time": 0})
    change(minutes, at(20, 8, 3), 2, down)
    change(minutes, at(25, 8), 1, down)  # down, unprobed while requests are well, down: one outage at most
    change(minutes, at(25, 8, 1), 5, unprobed)
    change(minutes, at(25, 8, 6), 1, down)
    probes = told(tmp_path, {"minutes": minutes.values()}, "--month", "2028-02")["probes"]
    assert (probes["total"], probes["failed"], probes["gap_minutes"]) == (ALL - 40, 16, 40)
    assert probes["down_minutes"] == 16
    assert probes["down_lower_minutes"] == 9 + 1 + 1 + 0 + 0
    assert probes["down_upper_minutes"] == (20 + 10 + 15 + 1) + 3 + 3 + (7 + 1)
    assert probes["lower_pct"] == float(100 * Fraction(ALL - 56, ALL))
    assert probes["upper_pct"] == float(100 * Fraction(ALL - 16, ALL))


def test_only_what_was_announced_before_is_left_out_however_windows_lie(tmp_path: Path) -> None:
    minutes = calms(BEGINS, ENDS)
    change(minutes, at(3, 1, 30), 30, down)  # inside announced work, which begins before and ends after
    change(minutes, at(7, 2), 30, down)  # announced at the moment it began: too late
    change(minutes, at(12, 3), 60, down)  # twenty minutes of it after two windows that overlap
    windows = [
        (BEGINS - DAY, at(3, 1), at(3, 3)),
        (at(7, 2), at(7, 2), at(7, 4)),
        (at(9, 9), at(12, 3), at(12, 3, 30)),
        (at(10, 9), at(12, 3, 20), at(12, 3, 40)),
        (at(28, 0), at(29, 23, 30), ENDS + timedelta(hours=2)),
    ]
    work = [
        {"service": NAME, "announced_at": told, "begins_at": since, "ends_at": until, "notice": "n"}
        for told, since, until in windows
    ]
    found = told(tmp_path, {"minutes": minutes.values(), "maintenance": work}, "--month", "2028-02")
    out = 120 + 40 + 30
    assert (found["span"]["maintenance_minutes"], found["span"]["expected_minutes"]) == (out, ALL - out)
    assert (found["probes"]["total"], found["probes"]["failed"]) == (ALL - out, 50)
    assert (found["requests"]["total"], found["requests"]["failed"]) == (4 * (ALL - out), 200)
    assert [(one["counted_out"], one["minutes"]) for one in found["maintenance"]] == [
        (True, 120),
        (False, 120),
        (True, 30),
        (True, 20),
        (True, 30),
    ]
    assert [one["minutes"] for one in found["incidents"]] == [30, 20]
    # The probe before the second outage lies in the work before it, which is not counted.
    assert found["probes"]["down_upper_minutes"] == 31 + 21
    assert found["probes"]["down_lower_minutes"] == 29 + 19


def test_probes_by_the_dozen_none_at_all_and_floods_without_an_answer(tmp_path: Path) -> None:
    minutes = calms(BEGINS, ENDS)
    change(minutes, at(2, 5), 60, {"attempts": 12, "successes": 11, "failures": 1, "probes_in_time": 11})
    change(minutes, at(2, 9), 3, {"attempts": 12, "successes": 0, "failures": 12, "probes_in_time": 0})
    change(minutes, at(4, 0), 1440, {"attempts": 0, "successes": "", "failures": "", "probes_in_time": ""})
    flood = {"requests": 5000, "refused": 5000, "timed": 5000, "in_time": 5000}
    change(minutes, at(6, 0), 600, {**flood, "answered": 0, "answered_in_time": 0})
    served = dict.fromkeys(("requests", "refused", "failed", "timed", "in_time"), "")
    change(minutes, at(8, 0), 480, {**served, "answered": 0, "answered_in_time": 0})
    found = told(tmp_path, {"minutes": minutes.values()}, "--month", "2028-02")
    total, failed = ALL - 1440 + 63 * 11, 60 + 36
    assert (found["probes"]["total"], found["probes"]["failed"]) == (total, failed)
    assert found["probes"]["measured_pct"] == float(100 * Fraction(total - failed, total))
    assert (found["probes"]["down_minutes"], found["probes"]["gap_minutes"]) == (3, 1440)
    assert (found["requests"]["total"], found["requests"]["refused"]) == (
        4 * (ALL - 1080) + 3_000_000,
        3_000_000,
    )
    assert (found["requests"]["failed"], found["span"]["dark_minutes"]) == (0, 0)
    assert found["latency"]["answered"] == 4 * (ALL - 1080)
    assert [one["seen_by"] for one in found["incidents"]] == [["canary"]]


def test_the_limit_itself_is_kept_and_half_a_month_without_a_log_is_bounded(tmp_path: Path) -> None:
    minutes = calms(BEGINS, ENDS)
    for row in minutes.values():
        row.update(requests=10, timed=10, in_time=9, answered=10, answered_in_time=9)
    found = told(tmp_path / "a", {"minutes": minutes.values()}, "--month", "2028-02")["latency"]
    assert (found["verdict"], found["share_pct"], found["lower_pct"]) == ("kept", 90, 90)
    minutes[at(9, 9)].update(in_time=8, answered_in_time=8)
    found = told(tmp_path / "b", {"minutes": minutes.values()}, "--month", "2028-02")["latency"]
    assert (found["verdict"], found["share_pct"]) == ("broken", float(100 * Fraction(9 * ALL - 1, 10 * ALL)))
    change(minutes, BEGINS, 14 * 1440, {"answered": "", "answered_in_time": "", "refused": 1, "in_time": 9})
    found = told(tmp_path / "c", {"minutes": minutes.values()}, "--month", "2028-02")["latency"]
    old, new = 14 * 1440, 15 * 1440
    assert (found["source"], found["answered"]) == ("access log and stage metrics", 10 * new)
    assert found["lower_pct"] == float(100 * Fraction(8 * old + 9 * new, 9 * old + 10 * new))
    assert found["upper_pct"] == float(100 * Fraction(9 * old + 9 * new, 9 * old + 10 * new))


def test_customers_of_one_day_quotas_and_shares_of_intervals_are_exact(tmp_path: Path) -> None:
    once = {"service": NAME, "hour": at(29, 23), "customer": "brief", "requests": 7, "refused": 1}
    once |= {"throttled": 2, "failed": 1, "answered": 3, "answered_in_time": 2}
    used = [
        {"service": NAME, "counted_on": at(day, 0), "plan": "p", "customer": "brief", "used": 0}
        | {"period_used": 29 if day >= 5 else 0, "quota": 100, "quota_period": "MONTH"}
        for day in range(1, 30)
    ]
    thirds = [
        {"service": NAME, "begins_at": at(2, 0) + 5 * MINUTE * number, "provider": "lambda"}
        | {"requests": 8, "errors": errors}
        for number, errors in enumerate([8, 8, 8, 8, 1, 0])
    ]
    tables = {
        "minutes": calms(BEGINS, ENDS).values(),
        "customers": [once],
        "usage": used,
        "intervals": thirds,
    }
    found = told(tmp_path, tables, "--month", "2028-02")
    (customer,), (usage,), (aws,) = found["customers"], found["usage"], found["aws"]["services"]
    assert (customer["availability_pct"], customer["in_time_pct"]) == (
        float(Fraction(600, 7)),
        float(Fraction(200, 3)),
    )
    assert (usage["highest_pct"], usage["highest_on"]) == (29, "2028-02-05")
    assert aws["uptime_at_least_pct"] == float(100 * (1 - Fraction(33, 8) / (29 * 288)))
    assert found["aws"]["ceiling_pct"] == float(100 * Fraction("0.9995") ** 3 * Fraction("0.9999"))


def test_a_month_that_is_not_over_spends_of_the_whole_one(tmp_path: Path) -> None:
    minutes = calms(BEGINS, at(20, 0))
    for since, until in pairwise((at(2, 3, 10), at(2, 3, 13), at(9, 3))):
        change(minutes, since, 3 if until < at(3, 0) else 1, down)
    found = told(tmp_path, {"minutes": minutes.values()}, "--month", "2028-02")
    assert found["span"]["to_come_minutes"] == 10 * 1440
    spent = 100 * Fraction(4, ALL) / Fraction("0.0005")
    assert [(one["at"], one["requests_pct"]) for one in found["burn"]] == [
        (at(2, 4).isoformat(), float(spent))
    ]
    assert (found["forecast"]["state"], found["forecast"]["used_pct"]) == ("lasts", float(spent))


def test_work_announced_for_the_middle_of_an_outage_is_neither_seen_nor_unseen(tmp_path: Path) -> None:
    minutes = calms(BEGINS, ENDS)
    change(minutes, at(5, 1), 240, down)
    change(minutes, at(5, 4, 30), 7, unprobed)
    served = dict.fromkeys(("requests", "failed", "timed"), "")
    change(minutes, at(5, 4, 30), 7, served)
    work = {
        "service": NAME,
        "announced_at": BEGINS,
        "begins_at": at(5, 2),
        "ends_at": at(5, 3),
        "notice": "n",
    }
    signals = [
        {"service": NAME, "noted_at": noted, "alarm": alarm, "kind": "state", "new_state": "ALARM"}
        for noted, alarm in [
            (at(5, 0, 59), "before"),
            (at(5, 1), "at once"),
            (at(5, 5, 59) + timedelta(seconds=59), "late"),
            (at(5, 6), "later"),
        ]
    ]
    tables = {"minutes": minutes.values(), "maintenance": [work], "transitions": signals}
    found = told(tmp_path, tables, "--month", "2028-02")
    (incident,) = found["incidents"]
    assert (incident["minutes"], incident["down_minutes"], incident["unseen_minutes"]) == (240, 173, 7)
    assert [one["name"] for one in incident["alarms"]] == ["at once", "late"]
    assert (incident["detected_by"], incident["detected_after_s"]) == ("at once", 0)
    # Until the work, from it to the minutes that nobody saw, and after them.
    assert found["probes"]["down_lower_minutes"] == 59 + 89 + 22
    assert found["probes"]["down_upper_minutes"] == 241 - 60


def test_percentiles_are_ranks_of_the_local_days_requests(tmp_path: Path) -> None:
    counts = {at(9, 22): {5: 1, 300: 9}, at(9, 23): {10: 50, 20: 40, 30: 9, 999: 1}, at(10, 5): {200: 100}}
    spread = [
        {"service": NAME, "hour": hour, "source": "answered", "ms": ms, "requests": requests}
        for hour, of_hour in counts.items()
        for ms, requests in of_hour.items()
    ]
    tables = {"minutes": calms(BEGINS - DAY, ENDS).values(), "latencies": spread}
    found = told(tmp_path, tables, "--month", "2028-02", "--timezone", "Europe/Berlin")
    by_day = {day["day"]: day["answered_ms"] for day in found["days"] if day["answered_ms"]}
    local: dict[str, list[int]] = {"2028-02-09": [], "2028-02-10": []}
    for hour, of_hour in counts.items():
        day = "2028-02-09" if hour < at(9, 23) else "2028-02-10"
        local[day] += [ms for ms, requests in of_hour.items() for _ in range(requests)]

    def ranked(values: list[int]) -> dict[str, int]:
        ordered = sorted(values)
        ranks = {f"p{share}": ordered[-(-share * len(ordered) // 100) - 1] for share in (50, 90, 99)}
        return {"requests": len(ordered), **ranks}

    assert by_day == {day: ranked(values) for day, values in local.items()}
    assert found["latency"]["answered_ms"] == ranked([ms for values in local.values() for ms in values])
