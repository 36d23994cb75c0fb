"""Which alarm is which, what differs, and whom a change reaches."""

from collections.abc import Sequence
from dataclasses import replace

from monitoring.spec import Actions, Alarm
from rehearsal.diff.sides import Pair, Side, pairs, same
from rehearsal.sources.alarms import Skipped
from rehearsal.sources.stack import Account, AlarmSet
from tests.rehearsal.builders import alarm, composite, math_alarm, stat


def side(alarms: Sequence[Alarm], home: str | None = None) -> Side:
    return Side(alarm_set=AlarmSet(name="set", accounts=(Account(id=home, alarms=alarms),)))


def only(old: Sequence[Alarm], new: Sequence[Alarm]) -> Pair:
    (pair,) = pairs(side(old), side(new))
    return pair


def fields(pair: Pair) -> list[tuple[str, str | None, str | None]]:
    return [(change.field, change.old, change.new) for change in pair.changed]


def test_alarms_that_are_the_same_are_no_pair() -> None:
    assert pairs(side([alarm()]), side([replace(alarm(), threshold=0)])) == []


def test_a_change_is_told_by_cloudwatchs_names_of_the_fields() -> None:
    pair = only(
        [alarm(of=3)], [alarm(of=3, threshold=2.5, missing_data="ignore", comparison="LessThanThreshold")]
    )
    assert pair.kind == "changed"
    assert fields(pair) == [
        ("Threshold", "0", "2.5"),
        ("ComparisonOperator", "GreaterThanThreshold", "LessThanThreshold"),
        ("TreatMissingData", "missing", "ignore"),
    ]


def test_fields_of_one_of_several_queries_are_told_with_its_id_and_a_common_period_once() -> None:
    def rate(period_s: int, statistic: str) -> Alarm:
        first = stat("errors", "m1", statistic=statistic, period_s=period_s)
        return math_alarm("m1 / m2", [first, stat("requests", "m2", period_s=period_s)])

    assert fields(only([rate(60, "Sum")], [rate(300, "Average")])) == [
        ("m1 Stat", "Sum", "Average"),
        ("Period", "60", "300"),
    ]


def test_words_alone_are_a_change_of_text() -> None:
    assert only([alarm()], [alarm(description="other")]).kind == "text"
    assert only([alarm()], [replace(alarm(), queries=(stat(return_data=True, label="x"),))]).kind == "text"


def test_a_rule_that_is_only_written_otherwise_is_a_change_of_text() -> None:
    children = [alarm("a"), alarm("b")]
    one = composite("c", 'ALARM("a") OR ALARM("b")')
    other = composite("c", 'ALARM(b) OR (ALARM("a") OR ALARM(b))')
    assert only([*children, one], [*children, other]).kind == "text"
    assert only([*children, one], [*children, composite("c", "ALARM(a) AND ALARM(b)")]).kind == "changed"


def test_what_is_on_one_side_only_is_added_or_removed() -> None:
    found = pairs(
        side([alarm("a"), alarm("b", threshold=1)]),
        side([alarm("a"), alarm("c", queries=(stat("n", return_data=True),))]),
    )
    assert [(pair.label, pair.kind) for pair in found] == [("c", "added"), ("b", "removed")]


def test_an_alarm_that_does_the_same_under_another_name_is_renamed_and_its_composites_follow() -> None:
    old: list[Alarm] = [alarm("a"), composite("c", "ALARM(a)", level="warn")]
    new: list[Alarm] = [alarm("z"), composite("c", "ALARM(z)", level="warn")]
    found = pairs(side(old), side(new))
    assert [(pair.label, pair.renamed_from, pair.kind) for pair in found] == [
        ("z", "a", "text"),
        ("c", None, "text"),
    ]
    assert same(side(old), side(new)) == {"a": "z", "c": "c"}


def test_an_alarm_that_was_renamed_and_changed_is_known_by_what_it_watches() -> None:
    pair = only([alarm("a", threshold=1)], [alarm("z", threshold=2)])
    assert (pair.label, pair.renamed_from, pair.kind) == ("z", "a", "changed")


def test_the_catalogues_key_tells_which_alarm_it_is_whatever_its_name() -> None:
    old, new = (
        replace(alarm(name, threshold=limit), key="k") for name, limit in (("old-k", 1), ("new-k", 9))
    )
    pair = only([old, alarm("other", of=2)], [new, alarm("other", of=2)])
    assert (pair.label, pair.kind) == ("k", "changed")


def test_other_actions_are_a_change_that_names_them() -> None:
    before, after = (replace(alarm(), actions=Actions(alarm=(arn,))) for arn in ("arn:a", "arn:b"))
    pair = only([before], [after])
    assert (pair.kind, fields(pair)) == ("changed", [("AlarmActions", "arn:a", "arn:b")])


def test_an_alarm_that_is_not_simulated_is_compared_by_its_fields() -> None:
    def given(threshold: int) -> Side:
        entry = {"AlarmName": "q", "Threshold": threshold, "Metrics": [{"Id": "m"}]}
        return Side(
            alarm_set=AlarmSet(
                name="set",
                accounts=(Account(id=None, alarms=()),),
                skipped=(Skipped(name="q", reason="a reason"),),
                entries={"q": entry},
            )
        )

    (pair,) = pairs(given(1), given(2))
    assert (pair.label, pair.kind, pair.skipped) == ("q", "changed", "a reason")
    assert fields(pair) == [("Threshold", "1", "2")]
    assert pairs(given(1), given(1)) == []


def test_a_change_reaches_the_composites_above_it_and_they_need_all_they_look_at() -> None:
    found = side(
        [
            alarm("a"),
            alarm("b"),
            alarm("mute"),
            composite("c", "ALARM(a) OR ALARM(b)", suppressor="mute"),
            composite("d", "ALARM(c)"),
            alarm("apart"),
        ]
    )
    assert found.reached(["a"]) == {"a", "c", "d"}
    assert found.reached(["mute"]) == {"mute", "c", "d"}
    assert found.needed(["c"]) == ["a", "b", "mute", "c"]
