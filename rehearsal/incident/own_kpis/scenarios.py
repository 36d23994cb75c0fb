"""Scenarios for a stack's own KPIs, made from what `kpis` says: each breaks its limit, and each falls silent.

What the shipped scenarios are for the shipped KPIs. A page that tuning switched off is not expected.
"""

from dataclasses import replace

from monitoring.catalogue import own
from monitoring.kpi import Kpi
from monitoring.spec import MetricAlarm
from rehearsal.incident.expected import Expect, ExpectedPage
from rehearsal.incident.scenario import FOLDER, Fault, Scenario, load
from rehearsal.sources.stack import AlarmSet

CRITICAL, WARN, SILENCE = "page-own-critical", "page-own-warn", "page-silence"
BEYOND = 1.05  # of what the critical alarm asks for
CALM = 30  # minutes before the fault
LATE = 15  # minutes that metrics and pages may take beyond the alarm's own window


def scenarios(alarm_set: AlarmSet) -> list[Scenario]:
    """Two for each own KPI, one for a sparse one."""
    alarms = {alarm.key: alarm for alarm in alarm_set.alarms}
    found: list[Scenario] = []
    for kpi in alarm_set.kpis:
        if kpi.component != own.COMPONENT:
            continue
        critical, silent = alarms.get(f"{kpi.key}-critical"), alarms.get(own.silent(kpi.key))
        if isinstance(critical, MetricAlarm) and CRITICAL in alarms:
            found.append(_beyond(kpi, critical))
        if isinstance(silent, MetricAlarm) and SILENCE in alarms:
            found.append(_silent(kpi, silent))
    return found


def _beyond(kpi: Kpi, alarm: MetricAlarm) -> Scenario:
    window = replace(kpi.window, period_s=alarm.period_s)
    limit, threshold = kpi.over(window).limit, alarm.threshold or kpi.limit
    asked = threshold / limit if kpi.direction == "above" else limit / threshold
    return _scenario(
        key=f"own-{kpi.key}",
        name=f"{kpi.title}: beyond the limit",
        why=kpi.meaning,
        alarm=alarm,
        fault="own-kpi",
        given={"kpi": kpi.key, "times": BEYOND * max(asked, 1)},
        page=CRITICAL,
        allow=[WARN],
    )


def _silent(kpi: Kpi, alarm: MetricAlarm) -> Scenario:
    return _scenario(
        key=f"own-{kpi.key}-silent",
        name=f"{kpi.title}: no longer reported",
        why="Nobody would see it break its limit.",
        alarm=alarm,
        fault="metric-missing",
        given={"metrics": f"{kpi.metric.namespace} {kpi.metric.name}"},
        page=SILENCE,
        # A number of events falls below its limit before the last one has left the period.
        allow=[WARN, CRITICAL] if kpi.counts and kpi.direction == "below" else [],
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
    where = f"kpis.{key}"
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
