"""The answer, one sentence each: what nobody hears of, the slowest page, the smallest incident that pages."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rehearsal.frontier.grid import MILLION, KindName, Point, Size
from rehearsal.frontier.sweep import Frontier
from rehearsal.incident import durations

WHAT: Mapping[KindName, str] = {"failing": "failing requests", "slow": "slow answers"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """Of a kind of incident: the largest that nobody may hear of, the slowest page, the smallest that pages.

    Large and small are by the share of the error budget that is spent by the end. None where there is none.
    """

    kind: KindName
    unseen: Point | None
    slowest: Point | None
    smallest: Point | None

    @property
    def points(self) -> list[Point]:
        """Those there are."""
        return [point for point in (self.unseen, self.slowest, self.smallest) if point]


def answers(frontier: Frontier) -> list[Answer]:
    """The answer for each kind of incident that shows in some alarm's metrics."""
    return [
        _answer(kind, [p for p in frontier.points if p.incident.size.kind == kind and p.spent > 0])
        for kind, said in frontier.kinds.items()
        if said.shows_in
    ]


def _answer(kind: KindName, points: Sequence[Point]) -> Answer:
    heard = [(point.heard.told, point) for point in points if point.heard.told is not None]
    return Answer(
        kind=kind,
        unseen=max((p for p in points if p.heard.told is None), key=lambda p: p.spent, default=None),
        slowest=max(heard, key=lambda told: told[0], default=(0.0, None))[1],
        smallest=min((p for _, p in heard), key=lambda p: p.spent, default=None),
    )


def sentences(answer: Answer, window_days: int) -> list[str]:
    """The three sentences; English, for people."""
    budget = f"the {window_days} days' {'error' if answer.kind == 'failing' else 'latency'} budget"
    what = WHAT[answer.kind]
    unseen, slowest, smallest = answer.unseen, answer.slowest, answer.smallest
    return [
        f"The largest incident that nobody hears of: {incident(unseen)}, {percent(unseen.spent)} of {budget}."
        if unseen
        else f"Of {what}, there is no incident that nobody hears of.",
        f"The slowest page{_level(slowest)}: {size(slowest.incident.size)} at {_rate(slowest)}, "
        f"{after(slowest.heard.told)} with {percent(slowest.spent_until_told or 0)} of {budget} spent."
        if slowest
        else f"Of {what}, no incident pages.",
        f"The smallest incident that always pages: {incident(smallest)}, {percent(smallest.spent)} of "
        f"{budget}, {after(smallest.heard.told)}."
        if smallest
        else f"Of {what}, no incident is large enough to be heard.",
    ]


def incident(point: Point) -> str:
    """`2 % of requests failing for 1 h at 100 a minute`."""
    return (
        f"{size(point.incident.size)} for {spaced(durations.text(point.incident.minutes))} at {_rate(point)}"
    )


def size(found: Size) -> str:
    """`2 % of requests failing`, `50 % of requests answered in 400 ms`."""
    how = "failing" if found.kind == "failing" else f"answered in {found.latency_ms:g} ms"
    return f"{100 * found.share_ppm / MILLION:g} % of requests {how}"


def after(told: float | None) -> str:
    """`heard after 1 h 5 min 30 s`, `never heard`."""
    return "never heard" if told is None else f"heard after {spaced(minutes(told))}"


def spaced(length: str) -> str:
    """`1h5m` -> `1 h 5 min`."""
    parts = re.findall(r"(\d+)([dhms])", length)
    return " ".join(f"{number} {'min' if unit == 'm' else unit}" for number, unit in parts)


def minutes(count: float) -> str:
    """`1h5m30s`."""
    whole, seconds = divmod(round(count * 60), 60)
    if not seconds:
        return durations.text(whole)
    return f"{durations.text(whole) if whole else ''}{seconds}s"


def percent(share: float) -> str:
    """Three digits of a share, as a percentage."""
    return f"{100 * share:.3g} %" if share < 10 else f"{100 * share:,.0f} %"  # noqa: PLR2004  # 1,000 %


def _level(point: Point) -> str:
    return ", a warning" if point.heard.critical is None else ""


def _rate(point: Point) -> str:
    return f"{point.incident.requests:,} a minute"
