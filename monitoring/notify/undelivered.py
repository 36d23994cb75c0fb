"""The alarm on messages that a channel did not take: a page that nobody hears makes no sound by itself.

It is `critical` also where the message was a warning: the channel that would tell of it is what broke.
"""

from monitoring.notify.of_topics import above_zero
from monitoring.spec import MetricAlarm

SUFFIX = "-undelivered"
DESCRIPTION = (
    "Somebody was not told: messages of alarms wait in the queue {queue}, for 14 days. The log group of the"
    " function that sent them says why; mend its channel's address, then purge the queue."
)


def alarm(prefix: str) -> MetricAlarm:
    """The alarm on the queue of the topics whose names begin with `prefix`; both have one name."""
    queue = f"{prefix}{SUFFIX}"
    # SQS tells nothing of a queue that nobody touched for six hours, whatever waits in it.
    return above_zero(
        key="undelivered",
        name=queue,
        description=DESCRIPTION.format(queue=queue),
        namespace="AWS/SQS",
        metric="ApproximateNumberOfMessagesVisible",
        dimensions={"QueueName": queue},
        level="critical",
    )
