"""Scenarios for KPIs that no part of the simulated service is behind: each breaks its limit and falls silent.

Made for the stack that has them, as the shipped ones are for the KPIs that every stack has. A page that is
switched off by tuning is not expected.
"""

from dataclasses import replace

from monitoring.alarms.thresholds import LEVELS
from monitoring.catalogue import own, quota
from monitoring.kpi import Kpi
from monitoring.spec import Level, MetricAlarm
from rehearsal.incident.expected import Expect, ExpectedPage
from rehearsal.incident.kpis import APART
from rehearsal.incident.scenario import FOLDER, Fault, Scenario, load
from rehearsal.sources.stack import AlarmSet

SILENCE = "page-silence"
BEYOND = 1.05  # of what the critical alarm asks for
CALM = 30  # minutes before the fault
LATE = 15  # minutes that metrics and pages may take beyond the alarm's own window


def scenarios(alarm_set: AlarmSet) -> list[Scenario]:
    """Two for each of them, one where nobody misses its metric."""
    alarms = {alarm.key: alarm for alarm in alarm_set.alarms}
    found: list[Scenario] = []
    for kpi in alarm_set.kpis:
        if kpi.component not in APART:
            continue
        critical, silent = alarms.get(f"{kpi.key}-critical"), alarms.get(kpi.silence_owner)
        if isinstance(critical, MetricAlarm) and _page(kpi, "critical") in alarms:
            found.append(_beyond(kpi, critical))
        by_itself = kpi.silence_owner in (own.silent(kpi.key), quota.SILENT)  # not that of a shipped KPI
        if isinstance(silent, MetricAlarm) and SILENCE in alarms and by_itself:
            found.append(_silent(kpi, silent))
    return found


def _page(kpi: Kpi, level: Level) -> str:
    return f"page-{kpi.component}-{level}"


def _beyond(kpi: Kpi, alarm: MetricAlarm) -> Scenario:
    window = replace(kpi.window, period_s=alarm.period_s)
    limit, threshold = kpi.over(window).limit, alarm.threshold or kpi.limit
    asked = threshold / limit if kpi.direction == "above" else limit / threshold
    # The service's own API alone cannot be at the account's throttle without being at its own.
    alone = ["page-capacity-*", "page-traffic"] if kpi.key == quota.REQUESTS and not kpi.plus else []
    return _scenario(
        key=f"kpi-{kpi.key}",
        name=f"{kpi.title}: beyond the limit",
        why=kpi.meaning,
        alarm=alarm,
        fault="kpi-at",
        given={"kpi": kpi.key, "times": BEYOND * max(asked, 1)},
        page=_page(kpi, "critical"),
        allow=[_page(kpi, "warn"), *alone],
    )


def _silent(kpi: Kpi, alarm: MetricAlarm) -> Scenario:
    return _scenario(
        key=f"kpi-{kpi.key}-silent",
        name=f"{kpi.title}: no longer reported",
        why="Nobody would see it break its limit.",
        alarm=alarm,
        fault="metric-missing",
        given={"metrics": f"{kpi.metric.namespace} {kpi.metric.name}"},
        page=SILENCE,
        # A number of events falls below its limit before the last one has left the period.
        allow=[_page(kpi, level) for level in LEVELS] if kpi.counts and kpi.direction == "below" else [],
    )


def _scenario(
    *,
    key: str,
    name: str,
    why: str,
    alarm: MetricAlarm,
    fault: str,
    given: dict[str, float | str],
    page: str,
    allow: list[str],
) -> Scenario:
    """A quiet day with one fault, long enough for the alarm; its page must go out."""
    quiet = load(FOLDER / "quiet-day.yaml")
    lasting = -(-alarm.period_s * (alarm.evaluation_periods + 1) // 60) + LATE
    where = f"made for {key}"
    return replace(
        quiet,
        key=key,
        file=where,
        name=name,
        why=why,
        history=max(quiet.history, 2 * lasting),
        duration=CALM + lasting + CALM,
        faults=[Fault(kind=fault, begin=CALM, end=CALM + lasting, given=given)],
        expect=Expect(
            pages=[ExpectedPage(alarm=page, by=CALM + lasting, after=CALM, where=where, if_late=0)],
            allow=allow,
            silent=(),
            states=(),
        ),
        notes=(),
    )
