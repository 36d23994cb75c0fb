"""The topic is encrypted with a key that CloudWatch may not use.

The AWS managed key of SNS (`alias/aws/sns`) does not let CloudWatch publish, and its policy cannot be
changed: every action fails, and only the alarm's history says so. A key of one's own with a statement for
`cloudwatch.amazonaws.com` works.

Source: [Why didn't I receive an SNS notification for my
alarm](https://repost.aws/knowledge-center/cloudwatch-receive-sns-for-alarm-trigger); [a public
report](https://github.com/ASFHyP3/hyp3/issues/762).
"""

from collections.abc import Iterator

from rehearsal.lint import arns
from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.rule import Finding
from rehearsal.sources.found import Resource

SEVERITY = "error"
TOPICS = ("AWS::SNS::Topic", "aws_sns_topic", "aws:sns/topic:Topic")
KEYS = ("KmsMasterKeyId", "kms_master_key_id", "kmsMasterKeyId")
NAMES = ("TopicName", "name")


def check(given: AlarmSet) -> Iterator[Finding]:
    """Actions on topics of the same file with SNS's own key."""
    locked = {name: topic for topic in given.of_kind(*TOPICS) if _locked(topic) for name in _names(topic)}
    for alarm in given.alarms:
        for key, actions in alarm.actions.items():
            for action in actions:
                arn = arns.parse(action)
                name = arn.rest if arn is not None and arn.service == "sns" else action
                if name in locked:
                    yield Finding(
                        alarm=alarm,
                        key=key,
                        problem=f"the topic {locked[name].name} is encrypted with alias/aws/sns",
                        consequence="CloudWatch may not publish to it, and nobody is told",
                        fix="encrypt it with a key of your own that lets cloudwatch.amazonaws.com use it",
                    )


def _locked(topic: Resource) -> bool:
    return any(str(topic.properties.get(key) or "").endswith("alias/aws/sns") for key in KEYS)


def _names(topic: Resource) -> Iterator[str]:
    """What actions call it: a reference to it, or its name."""
    yield f"${{{topic.name}}}"
    for key in NAMES:
        if isinstance(topic.properties.get(key), str):
            yield topic.properties[key]
