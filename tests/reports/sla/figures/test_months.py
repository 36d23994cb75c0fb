"""Known months: the report's figures are the known ones, exactly."""

from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from reports.sla.evidence.keep import keep
from reports.sla.period import Period
from reports.sla.period import month as period_of
from reports.sla.result import Percentiles
from tests.reports.sla.months import KEPT_AT, MINUTE, Month, month, report, write_csv

OCTOBER = 44_640  # minutes


def test_a_clean_month_is_kept(tmp_path: Path) -> None:
    found = month(2026, 10).report(tmp_path, period_of("2026-10"))
    assert found.verdict == "kept"
    assert (found.requests.verdict, found.requests.total, found.requests.failed) == ("kept", 10 * OCTOBER, 0)
    assert (found.probes.verdict, found.probes.total, found.probes.failed) == ("kept", OCTOBER, 0)
    assert (found.requests.measured_pct, found.requests.lower_pct, found.requests.upper_pct) == (
        100,
        100,
        100,
    )
    assert (found.probes.gap_minutes, found.probes.down_minutes, found.incidents) == (0, 0, ())
    assert (found.probes.proves_kept_up_to, found.probes.proves_broken_from) == (13, 33)
    assert (found.requests.budget_used_pct, found.burn, found.forecast.state) == (0, (), "over")
    assert (found.latency.verdict, found.latency.share_pct) == ("kept", 100)
    assert (found.span.minutes, found.span.expected_minutes, found.span.missing_minutes) == (
        OCTOBER,
        OCTOBER,
        0,
    )
    assert len(found.days) == 31


def test_one_long_outage_is_one_incident_and_breaks_the_promise(tmp_path: Path) -> None:
    made = month(2026, 10)
    began = made.at(13, "23:10")
    made.outage(began, 97)
    made.alarm(began + timedelta(minutes=5, seconds=20), "page-api-down", "inference-prod-critical")
    made.alarm(began + timedelta(minutes=9), "page-slo-burn-1h")
    found = made.report(tmp_path, period_of("2026-10"))
    assert (found.verdict, found.availability_verdict) == ("broken", "broken")
    assert found.requests.failed == 970
    assert found.requests.measured_pct == float(100 * Fraction(446_400 - 970, 446_400))
    assert found.requests.budget_used_pct == float(100 * Fraction(970, 446_400) / Fraction(5, 10_000))
    assert (found.probes.failed, found.probes.down_minutes) == (97, 97)
    assert (found.probes.down_lower_minutes, found.probes.down_upper_minutes) == (96, 98)
    (incident,) = found.incidents
    assert (incident.begins, incident.ends, incident.minutes) == (began, began + MINUTE * 97, 97)
    assert (incident.down_minutes, incident.failing_minutes, incident.unseen_minutes) == (97, 97, 0)
    assert incident.seen_by == ("canary", "requests")
    assert (incident.reasons, incident.requests, incident.failed) == ({"timeout": 97}, 970, 970)
    assert (incident.detected_by, incident.detected_after_s) == ("page-api-down", 320)
    assert [alarm.name for alarm in incident.alarms] == ["page-api-down", "page-slo-burn-1h"]
    assert [(page.name, page.target) for page in incident.pages] == [
        ("page-api-down", "inference-prod-critical")
    ]
    days = {day.day: day for day in found.days}
    assert [days[day].down_minutes for day in ("2026-10-13", "2026-10-14")] == [50, 47]
    assert [point.at for point in found.burn] == [made.at(14, "00:00"), made.at(14, "01:00")]
    assert found.forecast.state == "gone"
    assert found.forecast.at == made.at(14, "00:00")


def test_an_outage_within_the_budget_keeps_the_promise_though_the_canary_alone_could_not_tell(
    tmp_path: Path,
) -> None:
    made = month(2026, 10)
    made.outage(made.at(5, "04:00"), 20)
    found = made.report(tmp_path, period_of("2026-10"))
    assert (found.verdict, found.requests.verdict, found.probes.verdict) == ("kept", "kept", "not provable")
    assert found.probes.budget_used_pct == float(100 * Fraction(20, OCTOBER) / Fraction(5, 10_000))


def test_an_outage_too_short_for_the_interval_and_too_long_for_the_budget_is_proven_by_its_length(
    tmp_path: Path,
) -> None:
    # 22.32 minutes are allowed; 32 failed probes would still lie within the interval.
    made = month(2026, 10, requests=0)
    made.outage(made.at(5, "04:00"), 24)
    found = made.report(tmp_path, period_of("2026-10"))
    assert found.probes.failed < (found.probes.proves_broken_from or 0)
    assert (found.availability_verdict, found.probes.verdict) == ("broken", "broken")
    assert "23 minutes at least; 22.3 are allowed" in found.probes.because


def test_many_short_outages_are_as_many_incidents(tmp_path: Path) -> None:
    made = month(2026, 10)
    for day in range(1, 32):
        made.outage(made.at(day, "06:30"), 1)
        made.outage(made.at(day, "18:00"), 2, reason="status")
    found = made.report(tmp_path, period_of("2026-10"))
    assert len(found.incidents) == 62
    assert (found.probes.down_minutes, found.probes.failed, found.requests.failed) == (93, 93, 930)
    assert (found.probes.down_lower_minutes, found.probes.down_upper_minutes) == (31, 93 + 62)
    assert {incident.minutes for incident in found.incidents} == {1, 2}
    assert all(incident.detected_by is None for incident in found.incidents)
    assert (found.verdict, len(found.burn)) == ("broken", 62)


def test_scattered_failures_between_the_bounds_prove_nothing(tmp_path: Path) -> None:
    made = month(2026, 10, requests=0)
    for day in range(1, 23):
        made.outage(made.at(day, "12:00"), 1)
    found = made.report(tmp_path, period_of("2026-10"))
    assert (found.probes.failed, found.probes.verdict, found.verdict) == (22, "not provable", "not provable")
    assert found.probes.measured_pct is not None
    assert found.probes.measured_pct > 99.95
    assert "22 of 44,640 probes failed; up to 13 prove that the promise was kept, 33 or more" in found.because


def test_gaps_in_probing_count_neither_way_and_give_both_bounds(tmp_path: Path) -> None:
    made = month(2026, 10)
    made.unprobed(made.at(9, "02:00"), 720)
    made.change(made.at(20, "00:00"), 60, attempts=0, successes=None, probes_in_time=None)  # no secret
    made.outage(made.at(25, "10:00"), 3)
    found = made.report(tmp_path, period_of("2026-10"))
    probes = found.probes
    assert (probes.total, probes.failed, probes.gap_minutes) == (OCTOBER - 780, 3, 780)
    assert probes.measured_pct == 100 * (OCTOBER - 783) / (OCTOBER - 780)
    assert probes.lower_pct == float(100 * Fraction(OCTOBER - 783, OCTOBER))
    assert probes.upper_pct == float(100 * Fraction(OCTOBER - 3, OCTOBER))
    assert probes.verdict == "not provable"
    assert "and 780 minutes had no probe" in probes.because
    assert (found.requests.verdict, found.verdict, found.span.dark_minutes) == ("kept", "kept", 0)
    assert [day.gap_minutes for day in found.days if day.gap_minutes] == [720, 60]


def test_minutes_that_neither_canary_nor_customers_saw_must_fit_into_the_budget(tmp_path: Path) -> None:
    made = month(2026, 10)
    made.unprobed(made.at(9, "02:00"), 23)
    made.change(
        made.at(9, "02:00"), 23, requests=None, timed=None, in_time=None, answered=0, answered_in_time=0
    )
    found = made.report(tmp_path, period_of("2026-10"))
    assert (found.span.dark_minutes, found.availability_verdict) == (23, "not provable")
    assert "In 23 minutes neither a probe nor a request was seen; 22.3" in found.availability_because


def test_an_outage_with_a_gap_in_it_is_one_incident_and_the_gap_is_no_downtime(tmp_path: Path) -> None:
    made = month(2026, 10, requests=0)
    began = made.at(9, "02:00")
    made.outage(began, 10)
    made.unprobed(began + MINUTE * 4, 3)
    found = made.report(tmp_path, period_of("2026-10"))
    (incident,) = found.incidents
    assert (incident.minutes, incident.down_minutes, incident.unseen_minutes) == (10, 7, 3)
    assert (found.probes.down_minutes, found.probes.gap_minutes) == (7, 3)
    assert (found.probes.down_lower_minutes, found.probes.down_upper_minutes) == (5, 11)


def test_a_day_without_evidence_leaves_both_sides_open(tmp_path: Path) -> None:
    made = month(2026, 10)
    for row in list(made.between(made.at(17, "00:00"), 1440)):
        del made.minutes[row["minute"]]
    found = made.report(tmp_path, period_of("2026-10"))
    assert found.span.missing_minutes == 1440
    assert [str(day) for day in found.proof.never_kept] == ["2026-10-17"]
    requests = found.requests
    assert (requests.total, requests.unseen_at_most, requests.verdict) == (432_000, 14_400, "not provable")
    assert requests.lower_pct == float(100 * Fraction(432_000, 446_400))
    assert (found.probes.gap_minutes, found.latency.verdict, found.verdict) == (1440, "kept", "not provable")


@pytest.mark.parametrize(
    ("text", "minutes", "changed", "length"),
    [("2026-10", 44_700, "2026-10-25", 1500), ("2026-03", 44_580, "2026-03-29", 1380)],
)
def test_a_month_with_a_change_of_clocks(
    text: str, minutes: int, changed: str, length: int, tmp_path: Path
) -> None:
    period = period_of(text, "Europe/Berlin")
    made = Month(period.begins.replace(hour=0), period.ends.replace(hour=0) + timedelta(days=1))
    outside = (period.begins - MINUTE, period.ends)
    for minute in (*outside, period.begins, period.ends - MINUTE):
        made.outage(minute, 1)
    found = made.report(tmp_path, period)
    assert (found.span.minutes, found.probes.total, found.requests.total) == (minutes, minutes, 10 * minutes)
    assert (found.probes.failed, len(found.incidents)) == (2, 2)
    by_day = {day.day: day for day in found.days}
    assert (by_day[changed].minutes, by_day[changed].attempts) == (length, length)
    assert (by_day[f"{text}-01"].failed_probes, by_day[f"{text}-31"].failed_probes) == (1, 1)
    assert sum(day.attempts for day in found.days) == minutes


def test_a_leap_day_is_a_day_like_any_other(tmp_path: Path) -> None:
    made = month(2028, 2)
    made.outage(made.at(29, "23:58"), 2)
    found = made.report(tmp_path, period_of("2028-02"))
    assert (found.span.minutes, found.probes.total, len(found.days)) == (41_760, 41_760, 29)
    assert found.days[-1].down_minutes == 2
    assert found.incidents[0].ends == datetime(2028, 3, 1)


def test_a_flood_of_429_makes_no_latency_kept(tmp_path: Path) -> None:
    made = month(2026, 10)
    made.change(made.begins, OCTOBER, answered_in_time=8, in_time=8)
    made.change(made.at(12, "00:00"), 2880, requests=1010, refused=1000, timed=1010, in_time=1008)
    for source, ms, requests in (("answered", 120, 8), ("answered", 900, 2), ("stage", 3, 1000)):
        made.add("latencies", hour=made.at(12, "05:00"), source=source, ms=ms, requests=requests)
    for ms, requests in ((120, 8), (900, 2)):
        made.add("latencies", hour=made.at(12, "05:00"), source="stage", ms=ms, requests=requests)
    found = made.report(tmp_path, period_of("2026-10"))
    quick = found.latency
    assert (quick.source, quick.answered, quick.in_time) == ("access log", 446_400, 357_120)
    assert (quick.share_pct, quick.verdict, found.verdict) == (80, "broken", "broken")
    stage = Fraction(357_120 + 2_880_000, 446_400 + 2_880_000)
    assert quick.stage_share_pct == float(100 * stage)
    assert quick.stage_share_pct > 90
    assert quick.answered_ms == Percentiles(requests=10, p50=120, p90=900, p99=900)
    assert quick.stage_ms == Percentiles(requests=1010, p50=3, p90=3, p99=3)
    assert (found.requests.refused, found.requests.verdict) == (2_880_000, "kept")
    assert any("of predictions 80 %" in note for note in found.notes)


def test_without_an_access_log_refused_requests_are_counted_both_ways(tmp_path: Path) -> None:
    made = month(2026, 10)
    made.change(made.begins, OCTOBER, answered=None, answered_in_time=None, in_time=9)
    found = made.report(tmp_path / "a", period_of("2026-10")).latency
    assert (found.source, found.share_pct, found.lower_pct, found.upper_pct) == (
        "stage metrics",
        None,
        90,
        90,
    )
    assert found.verdict == "kept"
    made.change(made.begins, OCTOBER, refused=2, in_time=9)
    found = made.report(tmp_path / "b", period_of("2026-10")).latency
    assert (found.lower_pct, found.upper_pct, found.verdict) == (87.5, 100, "not provable")
    made.change(made.begins, OCTOBER, refused=2, in_time=7)
    found = made.report(tmp_path / "c", period_of("2026-10")).latency
    assert (found.lower_pct, found.upper_pct, found.verdict) == (62.5, 87.5, "broken")


def test_nights_without_requests_cost_nothing(tmp_path: Path) -> None:
    made = month(2026, 10)
    nothing = dict.fromkeys(("requests", "refused", "failed", "timed", "in_time"))
    for day in range(1, 32):
        made.change(made.at(day, "00:00"), 360, **nothing, answered=0, answered_in_time=0)
    made.outage(made.at(3, "02:00"), 4)
    found = made.report(tmp_path, period_of("2026-10"))
    assert (found.requests.total, found.requests.failed, found.requests.verdict) == (
        10 * 31 * 1080,
        0,
        "kept",
    )
    assert (found.probes.failed, found.span.dark_minutes, found.verdict) == (4, 0, "kept")
    (incident,) = found.incidents
    assert (incident.seen_by, incident.requests) == (("canary",), 0)


def test_a_month_without_any_request_is_the_canarys_to_decide(tmp_path: Path) -> None:
    found = month(2026, 10, requests=0).report(tmp_path, period_of("2026-10"))
    assert (found.requests.verdict, found.probes.verdict) == ("not provable", "kept")
    assert (found.availability_verdict, found.latency.verdict) == ("kept", "not provable")
    assert (found.requests.measured_pct, found.requests.budget_used_pct) == (None, None)


def test_a_month_without_any_probe_is_not_provable(tmp_path: Path) -> None:
    made = month(2026, 10)
    made.unprobed(made.begins, OCTOBER)
    found = made.report(tmp_path, period_of("2026-10"))
    assert (found.requests.verdict, found.probes.verdict) == ("kept", "not provable")
    assert (found.availability_verdict, found.probes.gap_minutes) == ("not provable", OCTOBER)


def test_requests_may_fail_up_to_the_budget_and_not_by_one_more(tmp_path: Path) -> None:
    # 446,400 requests x 0.05 % = 223.2
    for failed, verdict in ((223, "kept"), (224, "broken")):
        made = month(2026, 10)
        for number in range(failed):
            made.change(made.begins + timedelta(hours=3 * number), 1, failed=1)
        found = made.report(tmp_path / str(failed), period_of("2026-10"))
        assert (found.requests.failed, found.requests.verdict) == (failed, verdict)
        assert found.incidents == ()


def test_requests_alone_make_an_incident_where_the_alarm_on_failures_has_its_limit(tmp_path: Path) -> None:
    made = month(2026, 10, requests=300)
    made.change(made.at(8, "08:00"), 5, failed=4)
    made.change(made.at(9, "08:00"), 5, failed=3)  # 1 % is the limit, not above it
    made.change(
        made.at(10, "08:00"), 5, failed=2, requests=3, timed=3, in_time=3, answered=1, answered_in_time=1
    )
    (incident,) = made.report(tmp_path, period_of("2026-10")).incidents
    assert (incident.begins, incident.minutes, incident.seen_by) == (made.at(8, "08:00"), 5, ("requests",))
    assert (incident.down_minutes, incident.failing_minutes, incident.failed) == (0, 5, 20)


def test_evidence_that_begins_and_ends_within_a_day_expects_no_more(tmp_path: Path) -> None:
    made = Month(datetime(2026, 10, 5, 10, 30), datetime(2026, 10, 6, 9, 15))
    made.unprobed(datetime(2026, 10, 5, 11), 7)
    source, root = tmp_path / "tables", tmp_path / "evidence"
    source.mkdir()
    write_csv(source / "minutes.csv", list(made.minutes.values()))
    keep(source, root, kept_at=KEPT_AT, covers=(made.begins, made.ends))
    found = report(root, Period(first=made.begins.date(), last=made.ends.date()))
    assert found.span.expected_minutes == (made.ends - made.begins) // MINUTE
    assert (found.span.unwatched_minutes, found.span.to_come_minutes) == (630, 885)
    assert (found.span.missing_minutes, found.probes.gap_minutes) == (0, 7)
