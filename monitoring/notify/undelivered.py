"""The alarm on messages that a channel did not take: a page that nobody hears makes no sound by itself.

Like a drill's, it belongs to topics, not to a service: the catalogue, dashboards and rehearsals do not know
it. It is `critical` also where the message was a warning: the channel that would tell of it is what broke.
"""

from monitoring.spec import MetricAlarm, MetricStat

SUFFIX = "-undelivered"
DESCRIPTION = (
    "Somebody was not told: messages of alarms wait in the queue {queue}, for 14 days. The log group of the"
    " function that sent them says why; mend its channel's address, then purge the queue."
)


def alarm(prefix: str) -> MetricAlarm:
    """The alarm on the queue of the topics whose names begin with `prefix`; both have one name."""
    queue = f"{prefix}{SUFFIX}"
    waiting = MetricStat(
        id="m",
        namespace="AWS/SQS",
        metric="ApproximateNumberOfMessagesVisible",
        dimensions={"QueueName": queue},
        statistic="Maximum",
        period_s=300,
        return_data=True,
    )
    return MetricAlarm(
        key="undelivered",
        name=queue,
        description=DESCRIPTION.format(queue=queue),
        queries=(waiting,),
        comparison="GreaterThanThreshold",
        evaluation_periods=1,
        datapoints_to_alarm=1,
        # SQS tells nothing of a queue that nobody touched for six hours, whatever waits in it.
        missing_data="ignore",
        threshold=0,
        level="critical",
    )
