"""What a drill finds, on an account that answers as AWS documents."""

from datetime import UTC, datetime, timedelta

import pytest

from reports.drill.drill import Result
from tests.reports.drill.account import BEGIN, MAIL, Account, arn, subscription

WAIT = timedelta(minutes=15)
FUNCTION = "arn:aws:lambda:eu-central-1:111111111111:function:svc-prod-slack-0123abcd:live"


def test_a_sound_account_is_told_so_when_everything_is_counted() -> None:
    account = Account()
    results = account.drill().run(WAIT)
    assert [(r.faults, r.doubts, r.expected, r.counts and r.counts.delivered) for r in results] == [
        ([], [], 2, 2)
    ] * 2
    assert account.changes == [
        ("warn", "ALARM"),
        ("critical", "ALARM"),
        ("critical", "OK"),
        ("warn", "OK"),
    ]
    assert account.said == [
        "2 drill alarms are in ALARM",
        "and back to OK",
        "waiting for the counts of SNS, which come every five minutes",
    ]
    assert account.now - BEGIN == account.counted_after  # and no longer
    assert account.asked_from == {datetime(2026, 11, 27, 17, 5, tzinfo=UTC)}


def test_counts_that_do_not_come_in_time_are_a_doubt() -> None:
    account = Account(counted_after=timedelta(minutes=16))
    for result in account.drill().run(WAIT):
        assert result.faults == []
        (doubt,) = result.doubts
        assert doubt.startswith("counted so far are 0 of 2 deliveries, none failed; look whether")


def test_what_sns_gave_up_is_a_fault() -> None:
    warn, _ = Account(gives_up=1).drill().run(WAIT)
    assert warn.faults == ["SNS could not deliver 1 messages; look at each subscriber below."]
    assert warn.doubts == []


def test_a_topic_that_cloudwatch_does_not_act_on_is_named_after_a_while() -> None:
    account = Account(acts=False)
    (warn,) = account.drill(["warn"]).run(WAIT)
    (fault,) = warn.faults
    assert fault.startswith("CloudWatch acted on 0 of 2 changes of svc-prod-warn-drill within 60 s")
    assert account.state["warn"] == "OK"


def test_a_refusal_is_told_once_in_cloudwatchs_words() -> None:
    account = Account(refuses=True)
    (warn,) = account.drill(["warn"]).run(WAIT)
    (fault,) = warn.faults
    assert fault.startswith(f"CloudWatch could not publish to it: Failed to execute action {arn('warn')}.")
    assert fault.endswith("Check the topic's policy: run `pulumi up --refresh`.")


def test_nobody_who_hears_is_a_fault_for_critical_and_a_doubt_for_warn() -> None:
    account = Account(subscriptions={"warn": [], "critical": []})
    warn, critical = account.drill().run(WAIT)
    assert (warn.faults, critical.doubts) == ([], [])
    assert warn.doubts == ["nobody hears of warnings: add one in `notifications.warn`."]
    assert critical.faults[0].startswith("NOBODY IS PAGED: it has no subscriber")


@pytest.mark.parametrize("level", ["warn", "critical"])
def test_an_unconfirmed_subscription_is_a_fault_and_not_waited_for(level: str) -> None:
    account = Account()
    account.subscriptions[level] = [MAIL, subscription("email", "late@example.com", confirmed=False)]
    (result,) = account.drill([level]).run(WAIT)
    (fault,) = result.faults
    assert fault.startswith("email l...@example.com has not confirmed its subscription and hears nothing")
    assert result.expected == 2


def test_a_topic_without_its_drill_alarm_is_a_fault_and_the_others_are_tried() -> None:
    account = Account(alarms={"warn": None})
    warn, critical = account.drill().run(WAIT)
    assert warn.faults == ["there is no alarm svc-prod-warn-drill to try it with; run `pulumi up`."]
    assert critical.faults == []
    assert account.changes == [("critical", "ALARM"), ("critical", "OK")]


@pytest.mark.parametrize(
    "changed", [{"ActionsEnabled": False}, {"AlarmActions": []}, {"OKActions": ["arn:other"]}]
)
def test_a_drill_alarm_that_does_not_notify_the_topic_is_a_fault(changed: dict[str, object]) -> None:
    account = Account(alarms={"warn": changed})
    warn, _ = account.drill().run(WAIT)
    assert warn.faults == ["the alarm svc-prod-warn-drill does not notify it; run `pulumi up --refresh`."]
    assert ("warn", "ALARM") not in account.changes


def test_one_that_a_drill_left_in_alarm_is_ended_first() -> None:
    account = Account(state={"warn": "ALARM", "critical": "OK"})
    warn, _ = account.drill().run(WAIT)
    assert account.changes[:2] == [("warn", "OK"), ("warn", "ALARM")]
    assert (warn.actions.published, warn.faults) == (2, [])


def test_an_interrupted_drill_leaves_no_alarm_in_alarm() -> None:
    account = Account(acts=False, interrupts=True)
    with pytest.raises(KeyboardInterrupt):
        account.drill().run(WAIT)
    assert account.state == {"warn": "OK", "critical": "OK"}


@pytest.mark.parametrize("fails", [("critical", "ALARM"), ("critical", "OK")])
def test_what_cannot_be_set_does_not_keep_the_others_in_alarm(fails: tuple[str, str]) -> None:
    account = Account(fails_to_set=fails)
    with pytest.raises(RuntimeError):
        account.drill().run(WAIT)
    assert account.state["warn"] == "OK"


def test_a_forwarding_function_is_waited_for_and_its_errors_before_do_not_count() -> None:
    account = Account(ran_after=timedelta(minutes=6))
    account.subscriptions["warn"] = [subscription("lambda", FUNCTION)]
    (warn,) = account.drill(["warn"]).run(WAIT)
    assert account.now - BEGIN == account.ran_after
    assert warn.functions == ["svc-prod-slack-0123abcd"]
    assert warn.counts is not None
    assert (warn.counts.runs, warn.counts.errors) == (
        {"svc-prod-slack-0123abcd": 2},
        {"svc-prod-slack-0123abcd": 0},
    )
    assert (warn.faults, warn.doubts) == ([], [])


def shown(*subscriptions: dict[str, str]) -> list[str]:
    account = Account(subscriptions={"warn": list(subscriptions), "critical": []})
    result: Result = account.drill(["warn"]).listed()[0]
    return [subscriber.shown for subscriber in result.subscribers]


def test_subscribers_are_named_without_their_address() -> None:
    assert shown(
        subscription("email", "oncall@example.com"),
        subscription("sms", "+49123456789"),
        subscription("https", "https://events.pagerduty.com/integration/T0ken/enqueue"),
        subscription("sqs", "arn:aws:sqs:eu-central-1:111111111111:queue"),
        subscription("lambda", FUNCTION),
    ) == ["o...@example.com", "...89", "events.pagerduty.com", "queue", "svc-prod-slack-0123abcd"]


def test_a_drill_during_planned_work_says_that_pages_tell_nobody_meanwhile() -> None:
    others = ("svc-prod-monitor-maintenance-x", "theirs-maintenance-x", "svc-prod-warn-maintenance-x")
    account = Account(muting=(others[0], "svc-prod-maintenance-upgrade", *others[1:]))
    warn, critical = account.drill().run(WAIT)
    assert (warn.faults, warn.counts and warn.counts.delivered) == ([], 2)
    (doubt,) = warn.doubts
    assert doubt == (
        "planned work is under way: until svc-prod-maintenance-upgrade ends, the pages that it names tell"
        " nobody. A drill arrives all the same."
    )
    assert critical.doubts == [doubt]
    assert account.drill().listed()[0].doubts == warn.doubts


def test_listing_changes_nothing() -> None:
    account = Account()
    account.drill().listed()
    assert account.changes == []
