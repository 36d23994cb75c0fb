"""Where two versions of a metric alarm part: levels of their metrics just on either side of each border.

Each metric is driven through a row of levels while the others keep still, at several amounts of traffic;
where a version begins or ceases to breach the border is narrowed down. Nothing is assumed of the expression.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from monitoring.spec import MetricAlarm
from rehearsal.diff.probing import rows
from rehearsal.diff.probing.levels import Assignment
from rehearsal.diff.probing.rows import Row
from rehearsal.diff.probing.usual import Usual

ROUNDS = 60
FEW = 2

Home = str | None
Version = tuple[MetricAlarm, Home]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Point:
    """An assignment at `x` of its row, and what each version makes of it: (real, breaching)."""

    assignment: Assignment
    x: float
    verdicts: tuple[tuple[bool, bool], ...]
    rank: int

    @property
    def breaching(self) -> tuple[bool, ...]:
        """Whether it breaches, for each version."""
        return tuple(breaching for _, breaching in self.verdicts)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Critical:
    """`apart`: the versions differ. `clear`: well beyond every border. `just`: hardly beyond one."""

    apart: Sequence[Point]
    clear: Sequence[Point]
    just: Sequence[Point]


def critical(
    versions: Sequence[Version], usual: Usual, alone: Callable[[Sequence[Point]], list[Point]] = list
) -> Critical:
    """The critical levels of one or two versions of an alarm that compares with a fixed threshold.

    `alone` puts those points first at which few other alarms breach.
    """
    alarms = [alarm for alarm, _ in versions]
    found = _scan(list(rows.rows(alarms, usual, rows.TRAFFIC)), versions, usual)
    scaled = [
        row
        for point in dict.fromkeys([*_clear(found)[:FEW], *alone(_clear(found))[:FEW], *_worst(found)[:FEW]])
        for row in rows.scaled(point.assignment, point.rank, alarms)
    ]
    found += _scan(scaled, versions, usual)
    if len(versions) > 1 and not _apart(found):
        odd = list(rows.rows(alarms, usual, rows.ODD_TRAFFIC))
        odd += [row for p in _clear(found)[:1] for row in rows.even(p.assignment, p.rank, alarms, usual)]
        found += _scan(odd, versions, usual)
    apart = _apart(found)
    just = [
        point
        for row in found
        for near, far in pairwise(row)
        for before, point in ((near, far), (far, near))
        if all(point.breaching) and not all(before.breaching)
    ]
    return Critical(apart=apart, clear=_clear(found), just=sorted(just, key=lambda p: p.rank))


def _apart(found: Sequence[Sequence[Point]]) -> list[Point]:
    """The middle of each stretch in which the versions differ in one way, most natural first."""
    return _middles(found, lambda point: point.verdicts if len(set(point.verdicts)) > 1 else None)


def _clear(found: Sequence[Sequence[Point]]) -> list[Point]:
    """The middle of each stretch in which every version breaches, most natural first."""
    return _middles(found, lambda point: all(point.breaching) or None)


def _worst(found: Sequence[Sequence[Point]]) -> list[Point]:
    """The last of each row at which every version breaches, most natural first."""
    last = [[point for point in row if all(point.breaching)][-1:] for row in found]
    return sorted((point for points in last for point in points), key=lambda point: point.rank)


def _middles(found: Sequence[Sequence[Point]], sort: Callable[[Point], object]) -> list[Point]:
    """The middle of each stretch of one sort; the sort None is left out."""
    middles = [
        _middle_of(list(stretch)) for row in found for kind, stretch in groupby(row, sort) if kind is not None
    ]
    return sorted(middles, key=lambda point: point.rank)


def _middle_of(stretch: Sequence[Point]) -> Point:
    """The point nearest to the middle, in proportion: near the borders there is a crowd of them."""
    low, high = stretch[0].x, stretch[-1].x
    middle = (low * high) ** 0.5 if low > 0 else (low + high) / 2
    return min(stretch, key=lambda point: abs(point.x - middle))


def _scan(driven: Sequence[Row], versions: Sequence[Version], usual: Usual) -> list[list[Point]]:
    """The points of every row, with those near the borders added."""
    if not driven:
        return []
    xs = [list(row.xs) for row in driven]
    judged = _judge([(row, x) for row, own in zip(driven, xs, strict=True) for x in own], versions, usual)
    found: list[dict[float, Point]] = []
    at = 0
    for own in xs:
        found.append(dict(zip(own, judged[at : at + len(own)], strict=True)))
        at += len(own)
    gaps = [
        (number, low, high, version)
        for number, points in enumerate(found)
        for low, high in pairwise(points)
        for version in range(len(versions))
        if points[low].breaching[version] != points[high].breaching[version]
    ]
    for _ in range(ROUNDS):
        gaps = [gap for gap in gaps if _wide(gap[1], gap[2], whole=driven[gap[0]].whole)]
        if not gaps:
            break
        middles = [_middle(low, high, whole=driven[number].whole) for number, low, high, _ in gaps]
        new = _judge([(driven[gap[0]], x) for gap, x in zip(gaps, middles, strict=True)], versions, usual)
        narrowed = []
        for (number, low, high, version), x, point in zip(gaps, middles, new, strict=True):
            found[number][x] = point
            same = point.breaching[version] == found[number][low].breaching[version]
            narrowed.append((number, x, high, version) if same else (number, low, x, version))
        gaps = narrowed
    return [[points[x] for x in sorted(points)] for points in found]


def _wide(low: float, high: float, *, whole: bool) -> bool:
    return high - low > 1 if whole else low < (low + high) / 2 < high


def _middle(low: float, high: float, *, whole: bool) -> float:
    return float((low + high) // 2) if whole else (low + high) / 2


def _judge(places: Sequence[tuple[Row, float]], versions: Sequence[Version], usual: Usual) -> list[Point]:
    assignments = [row.at(x) for row, x in places]
    found = [usual.verdicts(version, assignments) for version in versions]
    return [
        Point(
            assignment=assignments[i],
            x=x,
            verdicts=tuple((bool(v.real[i]), bool(v.breaching[i])) for v in found),
            rank=row.rank,
        )
        for i, (row, x) in enumerate(places)
    ]
