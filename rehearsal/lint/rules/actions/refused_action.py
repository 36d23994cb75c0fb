"""An action is none that an alarm can take.

Alarms act on standard SNS topics, Lambda functions, EC2 instances, scaling policies, Systems Manager
OpsItems and incidents, and investigations, each by its ARN; at most five for each state. OpsItems,
incidents and investigations are begun on entering ALARM only. A topic's name, an address, a queue or the
ARN of a subscription is refused.

Source:
[PutMetricAlarm](https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html),
[alarm actions](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html).
"""

from collections.abc import Iterator

from rehearsal.lint import arns
from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.rule import Finding

SEVERITY = "error"
MOST = 5
IN_ALARM_ONLY = ("ssm", "ssm-incidents", "aiops")
FIFO_KINDS = {
    "AWS::SNS::Topic": "FifoTopic",
    "aws_sns_topic": "fifo_topic",
    "aws:sns/topic:Topic": "fifoTopic",
}


def check(given: AlarmSet) -> Iterator[Finding]:
    """Actions of a wrong kind or form, and too many of them."""
    fifo = {
        f"${{{topic.name}}}"
        for topic in given.of_kind(*FIFO_KINDS)
        if str(topic.properties.get(FIFO_KINDS[topic.kind], "")).lower() == "true"
    }
    for alarm in given.alarms:
        for key, actions in alarm.actions.items():
            wrong = [(action, arns.refused(action)) for action in actions]
            wrong += [
                (action, "is a FIFO topic, to which alarms cannot publish")
                for action in actions
                if action in fifo
            ]
            for action, why in wrong:
                arn = arns.parse(action)
                late = key != "AlarmActions" and arn is not None and arn.service in IN_ALARM_ONLY
                if why is not None or late:
                    yield Finding(
                        alarm=alarm,
                        key=key,
                        problem=f"{action or 'an empty text'} {why or 'is taken on entering ALARM only'}",
                        consequence="CloudWatch refuses it, and nobody is told",
                        fix=f"write the whole ARN, such as {arns.EXAMPLE}",
                    )
            if len(actions) > MOST:
                yield Finding(
                    alarm=alarm,
                    key=key,
                    problem=f"{len(actions)} actions",
                    consequence=f"CloudWatch takes at most {MOST}",
                    fix="let one topic tell the others",
                )
