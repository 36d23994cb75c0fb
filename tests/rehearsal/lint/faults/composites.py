"""Composite alarms and suppressors."""

from tests.rehearsal.lint.builders import BELOW, PAGE, TICKET, Entry, composite
from tests.rehearsal.lint.faults import of
from tests.rehearsal.lint.presets import band, cpu, quiet

WARN = "warning"
A, B, C = quiet("a-errors"), quiet("b-throttles", "Throttles"), quiet("c-dead", "DeadLetterErrors")
BOTH = 'ALARM("a-errors") AND ALARM("b-throttles")'
HIGH = cpu(AlarmName="high", AlarmActions=[], OKActions=[])
LOW = cpu(AlarmName="low", AlarmActions=[], OKActions=[], Threshold=5.0, ComparisonOperator=BELOW)


def with_(rule: str, *others: Entry, **fields: object) -> list[Entry]:
    return [A, B, *others, composite(rule, **fields)]


def muted(
    by: str = "c-dead", wait: int | None = 120, extension: int | None = 120, rule: str = BOTH
) -> list[Entry]:
    periods = {"ActionsSuppressorWaitPeriod": wait, "ActionsSuppressorExtensionPeriod": extension}
    return with_(rule, C, ActionsSuppressor=by, **periods)


def over(rule: str) -> Entry:
    """A composite above the other one, for other people."""
    return composite(rule, AlarmName="over", AlarmActions=[TICKET], OKActions=[TICKET])


CLEAN = with_(BOTH)
ARN = "arn:aws:cloudwatch:eu-central-1:111122223333:alarm:"
THEIRS = ARN.replace("1111", "9999")
OTHER = composite('ALARM("a-errors") OR ALARM("shop-bad")', AlarmName="other", AlarmActions=[])

FAULTS = [
    of("an alarm in two states", CLEAN, with_(f'{BOTH} AND OK("a-errors")'), "never-in-alarm"),
    of("an alarm and not the alarm", CLEAN, with_(f'{BOTH} AND NOT ALARM("b-throttles")'), "never-in-alarm"),
    of("false", CLEAN, with_(f"FALSE AND ({BOTH})"), "never-in-alarm"),
    of(
        "three states at once",
        CLEAN,
        with_(
            'ALARM("a-errors") AND (OK("a-errors") OR INSUFFICIENT_DATA("a-errors")) AND ALARM("b-throttles")'
        ),
        "never-in-alarm",
    ),
    of("three of two", CLEAN, with_('AT_LEAST(3, ALARM, ("a-errors", "b-throttles"))'), "never-in-alarm"),
    of(
        "grey of an alarm that never is",
        CLEAN,
        with_('ALARM("a-errors") AND INSUFFICIENT_DATA("b-throttles")'),
        "never-in-alarm",
    ),
    of(
        "an alarm that never fires",
        CLEAN,
        [A, {**B, "Threshold": 0.0, "ComparisonOperator": BELOW}, composite(BOTH)],
        "never-in-alarm",
    ),
    of(
        "high and low at once",
        [HIGH, LOW, composite('ALARM("high") OR ALARM("low")')],
        [HIGH, LOW, composite('ALARM("high") AND ALARM("low")')],
        "never-in-alarm",
    ),
    of("not the alarm", CLEAN, with_('NOT ALARM("a-errors") AND NOT ALARM("b-throttles")'), "loud-when-well"),
    of("all is OK", CLEAN, with_('OK("a-errors") AND OK("b-throttles")'), "loud-when-well"),
    of(
        "either this or not this",
        CLEAN,
        with_('ALARM("a-errors") OR NOT ALARM("a-errors") OR ALARM("b-throttles")'),
        "loud-when-well",
    ),
    of("at least none", CLEAN, with_('AT_LEAST(0, ALARM, ("a-errors", "b-throttles"))'), "loud-when-well"),
    of(
        "a cycle of two",
        [*CLEAN, composite('ALARM("a-errors") OR ALARM("shop-bad")', AlarmName="other", AlarmActions=[])][:3],
        [A, B, composite('ALARM("other") AND ALARM("b-throttles")'), OTHER],
        "cycle",
    ),
    of("a cycle of one", CLEAN, with_(f'{BOTH} OR ALARM("shop-bad")'), "cycle"),
    of(
        "an alarm in other letters",
        CLEAN,
        with_('ALARM("A-Errors") AND ALARM("b-throttles")'),
        "missing-child",
    ),
    of("an alarm with a slip", CLEAN, with_('ALARM("a-erors") AND ALARM("b-throttles")'), "missing-child"),
    of(
        "an alarm that is not there",
        CLEAN,
        with_(f'{BOTH} AND ALARM("deleted-long-ago")'),
        "missing-child",
        WARN,
    ),
    of("a suppressor that is not there", muted(), muted("gone-since-spring"), "missing-child", WARN),
    of("its own suppressor", muted(), muted("shop-bad"), "useless-suppressor"),
    of("a suppressor that the rule needs", muted(), muted("a-errors"), "useless-suppressor"),
    of(
        "a suppressor that never fires",
        muted(),
        [A, B, {**C, "Threshold": -1.0, "ComparisonOperator": BELOW}, muted()[-1]],
        "useless-suppressor",
        WARN,
    ),
    of(
        "a suppressor without a wait",
        muted(),
        muted(wait=None),
        "suppressor-wait",
        sources=("describe-alarms", "template"),
    ),
    of(
        "a suppressor without an extension",
        muted(),
        muted(extension=None),
        "suppressor-wait",
        sources=("describe-alarms", "template"),
    ),
    of("a suppressor that nobody waits for", muted(), muted(wait=0), "suppressor-wait", WARN),
    of(
        "a wait without a suppressor",
        CLEAN,
        with_(BOTH, ActionsSuppressorWaitPeriod=120),
        "suppressor-wait",
        WARN,
        sources=("describe-alarms", "template"),
    ),
    of(
        "a part that pages, too",
        CLEAN,
        [{**A, "AlarmActions": [PAGE]}, B, CLEAN[-1]],
        "child-pages-too",
        WARN,
    ),
    of("and in small letters", CLEAN, with_('ALARM("a-errors") and ALARM("b-throttles")'), "broken-rule"),
    of("a state that is none", CLEAN, with_('ALARMING("a-errors") AND ALARM("b-throttles")'), "broken-rule"),
    of("an open parenthesis", CLEAN, with_('(ALARM("a-errors") AND ALARM("b-throttles")'), "broken-rule"),
    of("names without a state", CLEAN, with_('"a-errors" AND "b-throttles"'), "broken-rule"),
    of("a sign for a word", CLEAN, with_('ALARM("a-errors") && ALARM("b-throttles")'), "broken-rule"),
    of(
        "a percentage over a hundred",
        CLEAN,
        with_('AT_LEAST(150%, ALARM, ("a-errors", "b-throttles"))'),
        "never-in-alarm",
    ),
    of(
        "a band that a composite scales by",
        [band()],
        [
            band(
                AlarmActions=[
                    "arn:aws:autoscaling:eu-central-1:111122223333:scalingPolicy:1:autoScalingGroupName/web:policyName/out"
                ]
            )
        ],
        "scaling-action",
    ),
    of(
        "an alarm of another region",
        CLEAN,
        with_('ALARM("a-errors") AND ALARM("arn:aws:cloudwatch:us-east-1:111122223333:alarm:b-throttles")'),
        "child-elsewhere",
    ),
    of(
        "alarms of two accounts",
        with_(f'ALARM("{ARN}a-errors") AND ALARM("b-throttles")'),
        with_(f'ALARM("{ARN}a-errors") AND ALARM("{THEIRS}b-throttles")'),
        "child-elsewhere",
    ),
    of(
        "a suppressor of another region",
        muted(),
        muted("arn:aws:cloudwatch:eu-west-1:111122223333:alarm:c-dead"),
        "child-elsewhere",
    ),
    of(
        "a suppressor with nothing to mute",
        muted(),
        [*muted()[:-1], {**muted()[-1], "AlarmActions": [], "OKActions": []}],
        "useless-suppressor",
        WARN,
    ),
    of(
        "an alarm against what it is a part of",
        [*CLEAN, over('ALARM("shop-bad") AND NOT OK("b-throttles")')],
        [*CLEAN, over('ALARM("shop-bad") AND NOT ALARM("b-throttles")')],
        "never-in-alarm",
    ),
]
