"""Points against the plain evaluator, on metrics made request by request, as docs/frontier.md says."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.spec import Alarm, Comparison, MetricAlarm, MissingData
from rehearsal.cloudwatch import plain
from rehearsal.cloudwatch.actions import pages
from rehearsal.cloudwatch.evaluate import STATES, Timeline
from rehearsal.cloudwatch.series import MetricKey, MetricSeries, Series
from rehearsal.frontier.grid import MILLION, Heard, Size
from tests.rehearsal.builders import alarm, composite, math_alarm
from tests.rehearsal.frontier.builders import API, alarm_set, api, point

SEEDS = 40
MIDNIGHT = datetime(2026, 1, 13, tzinfo=UTC)
USUAL_MS = 50.0
BEFORE, AFTER = 60, 90  # ordinary minutes around an incident; the alarms below look back 30 at most
PHASES_S, LATE = (0, 30), (1, 2)
TREATMENTS: tuple[MissingData, ...] = ("missing", "ignore", "breaching", "notBreaching")
COMPARISONS: tuple[Comparison, ...] = ("GreaterThanThreshold", "GreaterThanOrEqualToThreshold")
EXPRESSIONS = ("100 * m / n", "IF(m >= 3, 100 * m / n, 0)", "IF(n >= 20, 100 * m / n)", "FILL(m, 0) * 10")


def befallen(size: Size, requests: int, duration: int, phase_s: int) -> list[int]:
    """How many requests an incident befalls in each minute, from the one on in which it begins."""
    found, number = [], 0
    for minute in range(duration + 1):
        lasted_s = min(max(60 * (minute + 1) - phase_s, 0), 60 * duration)
        count = 0
        while number < requests * lasted_s // 60:
            number += 1
            count += 618_033 * number % MILLION < size.share_ppm
        found.append(count)
    return found


def world(size: Size, requests: int, duration: int, phase_s: int, late: int) -> Series:
    """The API's metrics around an incident."""
    hit = [0] * BEFORE + befallen(size, requests, duration, phase_s) + [0] * AFTER
    bad = 1.0 if size.kind == "failing" else 0.0
    slow_ms = size.latency_ms if size.kind == "slow" else USUAL_MS

    def metric(values: Sequence[tuple[int, float, int]]) -> MetricSeries:
        minute, value, weight = zip(*(v for v in values if v[2]), strict=True)
        return MetricSeries(
            minute=np.array(minute), value=np.array(value, dtype=float), weight=np.array(weight), delay=late
        )

    def both(befalls: float, usual: float) -> MetricSeries:
        return metric(
            [(m, befalls, k) for m, k in enumerate(hit)]
            + [(m, usual, requests - k) for m, k in enumerate(hit)]
        )

    found = {
        "Count": metric([(m, 1.0, requests) for m in range(len(hit))]),
        "5XXError": both(bad, 0.0),
        "Latency": both(slow_ms, USUAL_MS),
    }
    keys = {name: MetricKey.of("AWS/ApiGateway", name, API) for name in found}
    start = MIDNIGHT - timedelta(minutes=BEFORE)
    return Series(start, len(hit), {keys[name]: made for name, made in found.items()})


def plainly(alarms: Sequence[Alarm], size: Size, requests: int, duration: int) -> Heard:
    """What comes of the incident at its worst, minute by minute."""
    found = [
        _once(alarms, world(size, requests, duration, phase_s, late), duration, phase_s)
        for phase_s in PHASES_S
        for late in LATE
    ]

    def worst(times: Sequence[float | None]) -> float | None:
        return None if None in times else max(time for time in times if time is not None)

    return Heard(
        warn=worst([h.warn for h in found]),
        critical=worst([h.critical for h in found]),
        told=worst([h.told for h in found]),
        ok=worst([h.ok for h in found]),
    )


def _once(alarms: Sequence[Alarm], series: Series, duration: int, phase_s: int) -> Heard:
    states = {a.name: plain.states(a, series) for a in alarms if isinstance(a, MetricAlarm)}
    states["page"] = [
        "ALARM" if "ALARM" in pair else "OK" for pair in zip(states["a"], states["b"], strict=True)
    ]
    codes = {
        name: np.array([STATES.index(s) for s in found], dtype=np.int8) for name, found in states.items()
    }
    line = Timeline(start=series.start, minutes=series.minutes, states=codes)
    sent = [p for p in pages(alarms, line) if p.muted_by is None and p.entered >= BEFORE]
    begin = BEFORE + phase_s / 60
    first = {
        level: min((p.minute + 1 - begin for p in sent if p.level == level), default=None)
        for level in ("warn", "critical")
    }
    telling = [states[a.name] for a in alarms if a.level and states[a.name][BEFORE - 1] != "ALARM"]
    last = max(
        (m for found in telling for m, s in enumerate(found) if s == "ALARM" and m >= BEFORE), default=-1
    )
    stuck = last == series.minutes - 1
    return Heard(
        warn=first["warn"],
        critical=first["critical"],
        told=min((time for time in first.values() if time is not None), default=None),
        ok=None if stuck else max(last + 2 - begin - duration, 0.0) if last >= 0 else 0.0,
    )


def random_alarm(rng: np.random.Generator, name: str) -> MetricAlarm:
    of = int(rng.integers(1, 5))
    period_s = 60 * int(rng.integers(1, 6))
    fields = {
        "name": name,
        "of": of,
        "to_alarm": int(rng.integers(1, of + 1)),
        "comparison": rng.choice(COMPARISONS),
        "missing_data": rng.choice(TREATMENTS),
        "evaluate_low_samples": bool(rng.random() < 0.5),
        "level": None if rng.random() < 0.5 else "warn",
    }
    if rng.random() < 0.5:
        metrics = [api("5XXError", "m", period_s=period_s), api("Count", "n", period_s=period_s)]
        threshold = float(rng.choice((0, 1, 5, 20, 60)))
        return math_alarm(rng.choice(EXPRESSIONS), metrics, threshold=threshold, **fields)
    if rng.random() < 0.5:
        query = api("5XXError", period_s=period_s, statistic=str(rng.choice(("Sum", "Average", "Maximum"))))
        return alarm(queries=(query,), threshold=float(rng.choice((0, 0.05, 1, 10))), **fields)
    query = api("Latency", period_s=period_s, statistic=str(rng.choice(("p50", "p90", "p99", "Average"))))
    return alarm(queries=(query,), threshold=float(rng.choice((60, 150, 400))), **fields)


@settings(max_examples=SEEDS, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_random_points_are_what_the_plain_evaluator_makes_of_them(seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = (random_alarm(rng, name) for name in ("a", "b"))
    suppressor = str(rng.choice(("a", "b"))) if rng.random() < 0.6 else None
    waits = {"wait_s": 60 * int(rng.integers(0, 4)), "extension_s": 60 * int(rng.integers(0, 4))}
    page = composite("page", 'ALARM("a") OR ALARM("b")', level="critical", suppressor=suppressor, **waits)
    share = int(rng.choice((5_000, 20_000, 100_000, 300_000, 700_000, MILLION)))
    size = (
        Size(kind="failing", share_ppm=share)
        if rng.random() < 0.6
        else Size(kind="slow", share_ppm=share, latency_ms=300.0)
    )
    requests, duration = int(rng.choice((1, 7, 30, 120))), int(rng.integers(1, 40))
    alarms = alarm_set(a, b, page)
    if any(_shows(x, size) for x in (a, b)):
        found = point(alarms, size, duration, requests=requests, phases_s=PHASES_S, late_minutes=LATE)
        expected = plainly(alarms.alarms, size, requests, duration)
        assert found.heard == expected, (a, b, page, size, requests, duration)


def _shows(spec: MetricAlarm, size: Size) -> bool:
    moved = {"failing": "5XXError", "slow": "Latency"}[size.kind]
    return any(getattr(query, "metric", "") == moved for query in spec.queries)
