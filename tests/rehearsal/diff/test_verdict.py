"""What people were told, before and now, by what it means for them."""

import pytest

from monitoring.spec import State
from rehearsal.diff.probing.stage import Told
from rehearsal.diff.verdict import KINDS, Difference, Notice, differences

CRITICAL, WARN, REBOOT = "arn:aws:sns:x:1:critical", "arn:aws:sns:x:1:warn", "arn:aws:automate:x:ec2:reboot"


def told(minute: int, alarm: str = "a", target: str = CRITICAL, state: State = "ALARM") -> Told:
    return Told(alarm=alarm, targets=(target,), state=state, minute=minute)


def kinds(old: list[Told], new: list[Told]) -> list[str]:
    return [difference.kind for difference in differences(old, new)]


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ([told(3)], [], "missed"),
        ([], [told(3)], "newly"),
        ([told(3)], [told(4)], "later"),
        ([told(4)], [told(3)], "earlier"),
        ([told(3)], [told(3), told(9)], "more"),
        ([told(3), told(9)], [told(3)], "fewer"),
        ([told(3), told(9)], [told(3), told(10)], "later"),
        ([told(3), told(10)], [told(3), told(9)], "earlier"),
        ([told(3)], [told(3, target=WARN)], "moved"),
        ([told(3)], [told(3, "b")], "moved"),
        ([told(3), told(5, target=WARN)], [told(5, target=WARN)], "missed"),
        ([told(3), told(5, target=WARN)], [told(3), told(4, target=WARN)], "earlier"),
        ([told(3, target=REBOOT)], [], "action"),
        ([told(3, state="OK")], [told(4, state="OK")], "recovery"),
        ([told(3, state="INSUFFICIENT_DATA")], [], "no-data"),
    ],
)
def test_a_difference_is_named_for_what_it_means(old: list[Told], new: list[Told], kind: str) -> None:
    assert kinds(old, new) == [kind]


def test_nothing_differs_where_the_same_people_are_told_the_same_in_whatever_order() -> None:
    assert differences([told(3, "a"), told(3, "b")], [told(3, "b"), told(3, "a")]) == []


def test_the_gravest_difference_comes_first() -> None:
    old = [told(3), told(9, state="OK"), told(4, state="INSUFFICIENT_DATA")]
    assert kinds(old, []) == ["missed", "recovery", "no-data"]
    assert KINDS[0] == "missed"


def test_a_difference_says_who_told_whom_when_and_leaves_out_who_did_the_same() -> None:
    found = differences([told(3), told(5), told(4, "same")], [told(6), told(4, "same")])
    assert found == [
        Difference(
            kind="later",
            old=(Notice(alarm="a", targets=(CRITICAL,), minutes=(3, 5)),),
            new=(Notice(alarm="a", targets=(CRITICAL,), minutes=(6,)),),
        )
    ]
