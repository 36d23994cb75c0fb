"""Composite rules, their order and limits."""

from collections.abc import Mapping

import pytest

from monitoring.spec import Alarm, CompositeAlarm, State
from rehearsal.cloudwatch import composite, rules
from rehearsal.cloudwatch.evaluate import timeline
from rehearsal.errors import RehearsalError
from tests.rehearsal.builders import alarm, one_metric, series
from tests.rehearsal.builders import composite as rule

MINUTE_OF: Mapping[State, float | None] = {"OK": 0.0, "ALARM": 1.0, "INSUFFICIENT_DATA": None}


def holds(text: str, **states: State) -> bool:
    """Whether the rule is TRUE while the alarms a, b, ... are in the given states."""
    children = [alarm(name) for name in states]
    worlds = {name: one_metric([MINUTE_OF[state]]) for name, state in states.items()}
    codes = {a.name: timeline([a], worlds[a.name]).states[a.name] for a in children}
    return bool(rules.holds(composite.parse(rule("c", text)), codes, 1)[0])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ALARM(a)", True),
        ("ALARM(b)", False),
        ("OK(b) AND INSUFFICIENT_DATA(c)", True),
        ('ALARM("a") AND NOT ALARM("b")', True),
        ("ALARM(b) OR ALARM(a) AND ALARM(b)", False),
        ("(ALARM(b) OR ALARM(a)) AND OK(b)", True),
        ("NOT (ALARM(a) OR OK(b))", False),
        ("TRUE AND NOT FALSE", True),
        ("AT_LEAST(1, ALARM, (a, b, c))", True),
        ("AT_LEAST(2, ALARM, (a, b, c))", False),
        ("AT_LEAST(2, NOT ALARM, (a, b, c))", True),
        ("AT_LEAST(50%, OK, (a, b))", True),
        ('AT_LEAST("67%", NOT OK, (a, b, c))', False),
        ("AT_LEAST(66%, NOT OK, (a, b, c)) AND NOT ALARM(b)", True),
        ("ALARM(arn:aws:cloudwatch:eu-west-1:111111111111:alarm:a)", True),
        ('ALARM("arn:aws:cloudwatch:eu-west-1:111111111111:alarm:a")', True),
    ],
)
def test_a_rule_holds_or_not(text: str, expected: bool) -> None:
    """The syntax and examples of "Composite alarms" (alarm-combining.html)."""
    assert holds(text, a="ALARM", b="OK", c="INSUFFICIENT_DATA") is expected


def test_a_quoted_name_may_have_spaces_brackets_and_escaped_quotes() -> None:
    found = composite.parse(rule("c", r'ALARM("the \"big\" one (a, b)")'))
    assert list(rules.children(found)) == ['the "big" one (a, b)']


def test_nested_composites_are_evaluated_children_first_whatever_their_order() -> None:
    alarms: list[Alarm] = [
        rule("top", "ALARM(middle)"),
        rule("middle", "ALARM(a) OR ALARM(b)"),
        alarm("a"),
        alarm("b"),
    ]
    line = timeline(alarms, one_metric([0, 1, 0]))
    assert line.changes("top") == [(0, "OK"), (1, "ALARM"), (2, "OK")]
    assert list(line.states) == ["top", "middle", "a", "b"]


def refused(*composites: CompositeAlarm) -> pytest.ExceptionInfo[RehearsalError]:
    with pytest.raises(RehearsalError) as error:
        timeline([alarm("a"), *composites], series(1, {}))
    return error


def test_a_cycle_is_an_error_that_shows_it() -> None:
    error = refused(rule("x", "ALARM(y)"), rule("y", "ALARM(a) OR ALARM(z)"), rule("z", "OK(x)"))
    assert "composite alarms in a cycle: x -> y -> z -> x" in str(error.value)


def test_a_composite_that_watches_itself_is_a_cycle() -> None:
    assert "x -> x" in str(refused(rule("x", "ALARM(x)")).value)


def test_an_unknown_child_or_suppressor_is_named() -> None:
    assert "x: watches 'nobody'" in str(refused(rule("x", "ALARM(nobody)")).value)
    assert "x: watches 'nobody'" in str(refused(rule("x", "ALARM(a)", suppressor="nobody")).value)


def test_cloudwatch_s_limits_hold() -> None:
    many = ", ".join(f"a{i}" for i in range(101))
    assert "101 children; a composite may watch at most 100" in str(
        refused(rule("x", f"AT_LEAST(1, ALARM, ({many}))")).value
    )
    long = " OR ".join(["(ALARM(a))"] * 251)
    assert "502 rule elements; at most 500" in str(refused(rule("x", long)).value)
    parents = [rule(f"x{i}", "ALARM(a)") for i in range(151)]
    assert "a: watched by 151 composites; at most 150" in str(refused(*parents).value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected ALARM, OK, INSUFFICIENT_DATA, AT_LEAST, NOT, TRUE or FALSE, not 'the end'"),
        ("ALARM(a) ALARM(a)", "unexpected 'ALARM'"),
        ("ALARM a", r"expected '\('"),
        ("ALARM(a", r"expected '\)'"),
        ("ALARM()", "expected an alarm's name"),
        ("FIRING(a)", "not 'FIRING'"),
        ('ALARM("a)', "an unclosed quote"),
        ("AT_LEAST(some, ALARM, (a))", "AT_LEAST needs a number or a percentage, not 'some'"),
    ],
)
def test_a_wrong_rule_says_what_is_wrong(text: str, message: str) -> None:
    with pytest.raises(RehearsalError, match=message):
        composite.parse(rule("x", text))
