"""Rules 1, 2 and 7: levels, traffic, descriptions."""

import re
from pathlib import Path

import pytest

from monitoring.alarms.rule import Entry
from monitoring.alarms.runbook import first_steps
from monitoring.spec import Expression, MetricAlarm
from monitoring.stacks import evidence_alarms, stacks
from settings.slo import Levels
from tests.monitoring.builders import (
    GPU_INSTANCES,
    QUOTAS,
    RUNBOOK,
    SERVERLESS,
    WAITING,
    entries,
    metric_alarm,
    watched,
)

RUNBOOK_PAGE = Path(__file__).parents[2] / "docs" / "runbook.md"


def on_limits() -> dict[str, Entry]:
    found = entries(watched(endpoint=GPU_INSTANCES))
    return {k: e for k, e in found.items() if e.rule.kpi and e.rule.kpi.direction == "above"}


def test_every_limit_has_a_warn_and_a_critical_alarm_and_nothing_else() -> None:
    by_kpi: dict[str, list[str]] = {}
    for entry in on_limits().values():
        assert entry.rule.kpi
        by_kpi.setdefault(entry.rule.kpi.key, []).append(entry.rule.severity)
    assert len(by_kpi) == 29
    assert all(levels == ["warn", "critical"] for levels in by_kpi.values())


def test_warn_is_at_80_and_critical_at_95_percent_of_the_limit_and_usage_at_80_and_90() -> None:
    for entry in on_limits().values():
        assert entry.rule.kpi
        assert isinstance(entry.alarm, MetricAlarm)
        critical = 90 if entry.rule.component == "usage" else 95
        share = 80 if entry.rule.severity == "warn" else critical
        assert entry.alarm.threshold == pytest.approx(entry.rule.kpi.limit * share / 100), entry.key
        assert entry.alarm.comparison == "GreaterThanOrEqualToThreshold"


def test_levels_are_config() -> None:
    levels = Levels(warn_pct=50, critical_pct=60, usage_warn_pct=70, usage_critical_pct=75)
    service = watched(levels=levels)
    keys = ("api-latency-p90-warn", "api-latency-p90-critical", "usage-gold-warn", "usage-gold-critical")
    assert [metric_alarm(key, service).threshold for key in keys] == [100, 120, 70, 75]


def test_thresholds_are_in_the_unit_people_read() -> None:
    assert metric_alarm("endpoint-model-latency-critical").threshold == 95  # ms, not microseconds
    assert entries()["endpoint-model-latency-critical"].rule.unit == "Milliseconds"


def test_traffic_has_a_less_than_a_greater_than_and_an_anomaly_alarm() -> None:
    low, high, anomaly = (metric_alarm(f"api-requests-{kind}") for kind in ("low", "critical", "anomaly"))
    assert (low.comparison, low.threshold) == ("LessThanThreshold", 4)
    assert (high.comparison, high.threshold) == ("GreaterThanOrEqualToThreshold", 0.95 * 50 * 60)
    assert anomaly.comparison == "LessThanLowerOrGreaterThanUpperThreshold"
    assert (anomaly.threshold, anomaly.band_id) == (None, "band")
    for alarm in (low, anomaly):
        assert (alarm.period_s, alarm.datapoints_to_alarm, alarm.evaluation_periods) == (300, 3, 6)
    band = anomaly.queries[-1]
    assert isinstance(band, Expression)
    assert band.expression == "ANOMALY_DETECTION_BAND(m, 3)"


@pytest.mark.parametrize("endpoint", [GPU_INSTANCES, SERVERLESS])
def test_every_description_says_what_customers_notice_and_links_its_runbook_section(endpoint: object) -> None:
    sections = set(re.findall(r"^## (\S+)$", RUNBOOK_PAGE.read_text(), re.MULTILINE))
    for entry in entries(watched(endpoint=endpoint, own_kpis={"orders": WAITING}, quotas=QUOTAS)).values():
        text = entry.alarm.description
        assert text.endswith(f" Runbook: {RUNBOOK}#{entry.rule.anchor}"), entry.key
        assert entry.rule.anchor in sections, entry.key
        assert len(text) - len(RUNBOOK) > 60, entry.key
        if entry.rule.kpi:
            assert text.startswith(entry.rule.kpi.meaning), entry.key


def test_no_two_pages_say_the_same_about_different_things() -> None:
    pages = [e.alarm.description for key, e in entries().items() if key.startswith("page-")]
    assert len(set(pages)) == len(pages)


def test_every_runbook_section_answers_the_four_questions_and_belongs_to_an_alarm() -> None:
    text = RUNBOOK_PAGE.read_text()
    service = watched(endpoint=GPU_INSTANCES, own_kpis={"orders": WAITING}, quotas=QUOTAS)
    probed = service.probed(["eu-west-1"], [])
    anchors = {entry.rule.anchor for entry in entries(probed).values()}
    anchors |= {alarm.name.removeprefix("acme-monitor-") for alarm in evidence_alarms("acme", None)}
    anchors.add("heartbeat-missing")  # no alarm of ours: a watcher outside AWS pages for it
    sections = dict(re.findall(r"^## (\S+)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))
    assert sections.keys() == anchors
    for name, body in sections.items():
        found = re.findall(r"^\*\*(.+?):\*\*", body, re.MULTILINE)
        assert found == ["What customers see", "First look", "Likely causes", "What to do"], name


def test_every_link_within_the_runbook_leads_to_a_section() -> None:
    text = RUNBOOK_PAGE.read_text()
    assert set(re.findall(r"\]\(#([\w-]+)\)", text)) <= set(re.findall(r"^## (\S+)$", text, re.MULTILINE))


def test_without_an_address_a_description_says_the_first_steps_itself_within_cloudwatchs_limit() -> None:
    for entry in entries(watched(runbook_url=None, endpoint=GPU_INSTANCES)).values():
        text = entry.alarm.description
        assert " First look: " in text, entry.key
        assert "Runbook:" not in text, entry.key
        assert "](" not in text, entry.key
        assert len(text) <= 1024, entry.key


def test_first_steps_name_the_functions_and_logs_of_the_service_itself_in_both_accounts() -> None:
    found = stacks(watched(runbook_url=None))
    said = " ".join(entry.alarm.description for entry in (*found.service, *found.monitor))
    assert "inference-prod" not in said
    for name in (
        "lambda/shop-prod-canary --",
        "lambda/shop-prod-inference --",
        "name shop-prod-inference --",
    ):
        assert name in said
    (evidence, *_) = evidence_alarms("shop-prod", None)
    assert "inference-prod" not in evidence.description


def test_first_steps_that_are_too_long_end_at_a_word() -> None:
    whole = first_steps("page-errors", 1000)
    cut = first_steps("page-errors", 60)
    assert cut.endswith(" …")
    assert len(cut) <= 60
    assert whole.startswith(cut.removesuffix(" …") + " ")


def test_what_somebody_is_told_links_the_dashboard_of_its_account_and_nothing_else_does() -> None:
    found = stacks(watched())
    console = "https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1"
    for account, name in ((found.service, "shop-prod"), (found.monitor, "shop-prod-monitor")):
        link = f" Dashboard: {console}#dashboards/dashboard/{name} Runbook: "
        for entry in account:
            assert (link in entry.alarm.description) == bool(entry.alarm.level), entry.key
            assert ("Dashboard:" in entry.alarm.description) == bool(entry.alarm.level), entry.key


def test_a_page_without_a_runbooks_address_has_first_steps_and_the_dashboard_in_1024_characters() -> None:
    for entry in (*(found := stacks(watched(runbook_url=None))).service, *found.monitor):
        assert len(entry.alarm.description) <= 1024, entry.key
        if entry.alarm.level:
            before, _, after = entry.alarm.description.partition(" Dashboard: https://")
            assert before, entry.key
            assert "First look: " in after, entry.key
