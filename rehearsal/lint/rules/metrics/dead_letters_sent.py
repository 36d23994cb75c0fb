"""A dead-letter queue is watched by what was sent to it, which does not count what SQS moved there.

`NumberOfMessagesSent` counts calls of SendMessage. A message that failed too often is moved by SQS itself
and is not counted: the alarm stays quiet while the queue fills. (What Lambda or SNS gives up on is sent,
and is counted.) `ApproximateNumberOfMessagesVisible` counts both.

Source: [Available CloudWatch metrics for
SQS](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html),
[dead-letter
queues](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html).
"""

import re
from collections.abc import Iterator

from rehearsal.lint.alarms import AlarmSet
from rehearsal.lint.rule import Finding

SEVERITY = "warning"
_DEAD = re.compile(r"dlq|dead|failed|undeliver|poison", re.IGNORECASE)


def check(given: AlarmSet) -> Iterator[Finding]:
    """NumberOfMessagesSent of a queue (or in an alarm) that is called after dead letters."""
    for alarm in given.metric:
        for metric in alarm.metrics:
            queue = dict(metric.dimensions).get("QueueName", "")
            sent = (metric.namespace, metric.name) == ("AWS/SQS", "NumberOfMessagesSent")
            if sent and alarm.upward and _DEAD.search(f"{queue} {alarm.name}"):
                yield Finding(
                    alarm=alarm,
                    key=f"{metric.key}MetricName",
                    problem=f"{metric.name} of {queue} does not count messages that SQS moves there",
                    consequence="it stays quiet while the queue fills",
                    fix="watch ApproximateNumberOfMessagesVisible",
                )
