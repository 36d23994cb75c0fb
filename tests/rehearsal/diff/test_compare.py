"""Small sets of alarms, changed in one thing: what the comparison makes of it."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from monitoring.spec import Actions, Alarm, CompositeAlarm, Expression, MetricAlarm, MissingData
from rehearsal.diff import unseen
from rehearsal.diff.comparison import Change, Comparison, compare
from rehearsal.diff.verdict import Kind
from rehearsal.sources.stack import Account, AlarmSet
from tests.rehearsal.builders import alarm, composite, math_alarm, stat

QUEUE = stat("Depth", namespace="Shop", dimensions={"Queue": "orders"}, statistic="Maximum", return_data=True)
DEEP = alarm("deep", of=3, queries=(QUEUE,), threshold=100.0, level="critical", missing_data="notBreaching")
TOPIC, OTHER = "arn:aws:sns:x:1:team", "arn:aws:sns:x:1:other"


def given(alarms: Sequence[Alarm], name: str = "set") -> AlarmSet:
    return AlarmSet(name=name, accounts=(Account(id=None, alarms=alarms),))


def compared(old: Sequence[Alarm], new: Sequence[Alarm]) -> Comparison:
    return compare(given(old, "old"), given(new, "new"), [], grid=False)


def change(old: Sequence[Alarm], new: Sequence[Alarm]) -> Change:
    (found,) = compared(old, new).changes
    return found


def gravest(found: Change) -> tuple[Kind, str]:
    example = found.examples[0]
    return example.kind, example.incident


def kinds(found: Change) -> list[Kind]:
    return [example.kind for example in found.examples]


def test_a_higher_threshold_misses_what_lies_between_the_two() -> None:
    found = change([DEEP], [replace(DEEP, threshold=130.0)])
    kind, incident = gravest(found)
    assert kind == "missed"
    level = float(incident.removeprefix("Shop Depth at ").split()[0])
    assert 100 < level <= 130
    assert found.examples[0].differences[0].new == ()


def test_a_threshold_that_is_compared_otherwise_differs_at_the_threshold_alone() -> None:
    found = change([DEEP], [replace(DEEP, comparison="GreaterThanOrEqualToThreshold")])
    assert gravest(found) == ("newly", "Shop Depth at 100 for 5m")


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        (replace(DEEP, datapoints_to_alarm=2), "newly"),
        (replace(DEEP, evaluation_periods=4, datapoints_to_alarm=4), "missed"),
        (replace(DEEP, evaluation_periods=4), "newly"),
        (replace(DEEP, missing_data="breaching"), "newly"),
        (replace(DEEP, missing_data="ignore"), "recovery"),
        (replace(DEEP, queries=(replace(QUEUE, period_s=300),)), "missed"),
        (replace(DEEP, queries=(replace(QUEUE, statistic="Minimum"),)), "missed"),
        (replace(DEEP, queries=(replace(QUEUE, dimensions={"Queue": "mails"}),)), "missed"),
        (replace(DEEP, queries=(replace(QUEUE, metric="Age"),)), "missed"),
        (replace(DEEP, level="warn"), "moved"),
        (replace(DEEP, level=None), "missed"),
        (replace(DEEP, warm_up_min=30, warm_up_whole=True), "later"),
    ],
)
def test_a_change_of_any_field_is_told_as_an_incident(changed: MetricAlarm, kind: Kind) -> None:
    found = change([DEEP], [changed])
    assert kind in kinds(found)
    assert found.reason is None


def test_an_expression_parts_where_its_numbers_say() -> None:
    def rate(least: int) -> MetricAlarm:
        metrics = [stat(name, key, statistic="Sum") for name, key in (("errors", "x"), ("requests", "n"))]
        return math_alarm(f"IF(n >= {least}, 100 * x / n, 0)", metrics, threshold=5.0, level="critical")

    kind, incident = gravest(change([rate(20)], [rate(50)]))
    assert kind == "missed"
    assert "N requests" in incident


def test_an_anomaly_band_that_is_wider_misses_what_lies_between() -> None:
    def band(width: int) -> MetricAlarm:
        queries = (
            replace(QUEUE, id="m"),
            Expression(id="b", expression=f"ANOMALY_DETECTION_BAND(m, {width})", return_data=True),
        )
        return replace(
            DEEP, queries=queries, threshold=None, band_id="b", comparison="GreaterThanUpperThreshold"
        )

    assert gravest(change([band(2)], [band(4)]))[0] == "missed"


def test_what_is_told_of_the_end_is_a_difference_too() -> None:
    old = replace(DEEP, actions=Actions(alarm=(TOPIC,), ok=(TOPIC,)))
    found = change([old], [replace(DEEP, actions=Actions(alarm=(TOPIC,)))])
    assert kinds(found) == ["recovery"]
    assert kinds(change([old], [replace(DEEP, actions=Actions(alarm=(OTHER,), ok=(TOPIC,)))])) == ["moved"]


def test_an_alarm_that_is_new_pages_newly_and_one_that_is_gone_misses() -> None:
    assert gravest(change([], [DEEP]))[0] == "newly"
    assert gravest(change([DEEP], []))[0] == "missed"


def test_words_and_new_names_change_nothing_for_people() -> None:
    found = compared([DEEP], [replace(DEEP, description="other")])
    assert [(c.reason, c.tried) for c in found.changes] == [(unseen.TEXT, None)]
    assert found.kinds == {}
    (renamed,) = compared([DEEP], [replace(DEEP, name="z", key="z")]).changes
    assert (renamed.pair.renamed_from, renamed.reason) == ("deep", unseen.TEXT)


ONE, TWO, MUTE = (
    alarm(name, queries=(stat(name, return_data=True),), threshold=5.0) for name in ("one", "two", "mute")
)
PAGE = composite(
    "page", "ALARM(one) OR ALARM(two)", level="critical", suppressor="mute", wait_s=120, extension_s=120
)


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        (replace(PAGE, rule="ALARM(one)"), "missed"),
        (replace(PAGE, rule="ALARM(one) AND ALARM(two)"), "missed"),
        (replace(PAGE, rule="ALARM(one) OR NOT ALARM(two)"), "missed"),
        (replace(PAGE, suppressor=None), "newly"),
        (replace(PAGE, suppressor="two"), "missed"),
        (replace(PAGE, wait_s=300), "later"),
        (replace(PAGE, wait_s=0), "earlier"),
        (replace(PAGE, extension_s=300), "later"),
        (replace(PAGE, level="warn"), "moved"),
    ],
)
def test_a_change_of_a_composite_is_told_as_an_incident(changed: CompositeAlarm, kind: Kind) -> None:
    found = change([ONE, TWO, MUTE, PAGE], [ONE, TWO, MUTE, changed])
    assert kind in kinds(found)


def test_a_change_of_a_child_is_told_as_what_its_composite_pages() -> None:
    found = change([ONE, TWO, MUTE, PAGE], [replace(ONE, threshold=9.0), TWO, MUTE, PAGE])
    assert gravest(found)[0] == "missed"
    assert found.examples[0].differences[0].old[0].alarm == "page"


FILLED = math_alarm("FILL(m1, 0)", [stat()], threshold=1.0, comparison="LessThanThreshold", level="warn")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ([ONE], [replace(ONE, threshold=9.0)], "neither it nor any composite above it tells anybody"),
        (
            [FILLED],
            [replace(FILLED, missing_data="ignore")],
            "its value is never missing: its expression fills every gap",
        ),
        (
            [ONE, composite("c", "ALARM(one)", level="warn", wait_s=60)],
            [ONE, composite("c", "ALARM(one)", level="warn", wait_s=600)],
            "without a suppressor there is nothing to wait for",
        ),
        (
            [ONE, TWO, MUTE, PAGE],
            [ONE, TWO, MUTE, replace(PAGE, wait_s=90)],
            "within the same minute, and states change once a minute",
        ),
        (
            [replace(ONE, missing_data="notBreaching"), composite("c", "ALARM(one)", level="warn")],
            [replace(ONE, missing_data="missing"), composite("c", "ALARM(one)", level="warn")],
            "it is in OK instead of INSUFFICIENT_DATA or the reverse, of which nobody is told",
        ),
    ],
)
def test_a_change_that_nobody_notices_is_told_with_the_reason(
    old: Sequence[Alarm], new: Sequence[Alarm], reason: str
) -> None:
    found = change(old, new)
    assert (found.reason, found.examples) == (reason, [])


def test_a_change_hidden_by_another_alarm_of_the_same_page_is_told_as_such() -> None:
    def page(limit: float) -> list[Alarm]:
        both = [
            replace(alarm(name, threshold=limit_), level=None) for name, limit_ in (("a", 5.0), ("b", limit))
        ]
        return [*both, composite("p", "ALARM(a) OR ALARM(b)", level="critical")]

    found = change(page(7.0), page(9.0))
    assert found.reason is not None
    assert found.reason.endswith(
        "those who are told hear of it from another alarm at the same time, or are muted"
    )


def test_prices_of_both_sides_are_told() -> None:
    found = compared([DEEP], [DEEP, composite("c", "ALARM(deep)")])
    assert (found.old_dollars, found.new_dollars) == (0.1, 0.6)


@pytest.mark.parametrize("treatment", ["missing", "ignore", "breaching"])
def test_a_set_compared_with_itself_differs_in_nothing(treatment: MissingData) -> None:
    alarms: list[Alarm] = [replace(DEEP, missing_data=treatment), ONE, TWO, MUTE, PAGE]
    found = compared(alarms, alarms)
    assert (found.changes, found.kinds, found.scenarios, found.grid) == ([], {}, [], [])


def test_very_long_windows_are_tried_with_as_few_incidents_as_take_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    everything = change([DEEP], [replace(DEEP, threshold=130.0)])
    assert everything.tried is not None
    monkeypatch.setattr("rehearsal.diff.probing.trial.MOST_POINTS", 2000)
    few = change([DEEP], [replace(DEEP, threshold=130.0)])
    assert few.tried is not None
    assert 1 < few.tried.incidents < everything.tried.incidents
    assert gravest(few)[0] == "missed"
