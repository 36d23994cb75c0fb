"""The silence of a resource is nobody's, or two alarms' at once.

A metric that is always there (a machine's, a database's, a load balancer's hosts) stops when the resource
or its agent is gone. Somebody should hear of that, once: exactly one alarm on the resource goes to ALARM
then, or tells people of INSUFFICIENT_DATA. Judged by behaviour: the state of each alarm after a long
silence.

Source: [Missing
data](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html).
"""

from collections.abc import Iterator, Sequence

from rehearsal.cloudwatch.actions import tells_people
from rehearsal.lint import behaviour, formulas, published, silence
from rehearsal.lint.alarms import Alarm, AlarmSet
from rehearsal.lint.published import When
from rehearsal.lint.rule import Finding

SEVERITY = "warning"
BILLING = "AWS/Billing"  # an account does not go away


def check(given: AlarmSet) -> Iterator[Finding]:
    """Resources that nobody misses, and metrics that two alarms miss aloud."""
    resources: dict[silence.Place, list[Alarm]] = {}
    metrics: dict[silence.Place, list[Alarm]] = {}
    for alarm in given.metric:
        metric = formulas.plain(alarm)
        if metric is not None and behaviour.silent(alarm) is not None:
            resources.setdefault(silence.resource(metric), []).append(alarm)
            metrics.setdefault(silence.place(metric), []).append(alarm)
    heard = silence.owners(given)
    for at, alarms in resources.items():
        if at not in heard:
            yield from _nobody(alarms)
    for alarms in metrics.values():
        yield from _twice(alarms)


def _nobody(alarms: Sequence[Alarm]) -> Iterator[Finding]:
    lasting = [alarm for alarm in alarms if _always_there(alarm) and _for_people(alarm)]
    for alarm in lasting[:1]:
        metric, after = formulas.plain(alarm), behaviour.silent(alarm)
        does = "stays OK" if after == "OK" else f"is {after} and tells nobody"
        yield Finding(
            alarm=alarm,
            key="TreatMissingData",
            problem=f"{alarm.treatment}: when {metric.text if metric else 'its metric'} stops, it {does}",
            consequence="nobody hears that the resource is gone",
            fix="write breaching, or missing with an action on INSUFFICIENT_DATA",
        )


def _twice(alarms: Sequence[Alarm]) -> Iterator[Finding]:
    told: dict[str, Alarm] = {}
    for alarm in alarms:
        after = str(behaviour.silent(alarm))
        key = {"ALARM": "AlarmActions", "INSUFFICIENT_DATA": "InsufficientDataActions"}.get(after)
        if key is None or not alarm.acts:
            continue
        targets = [action for action in alarm.actions[key] if tells_people(action)]
        first = next((told[target] for target in targets if target in told), None)
        if first is not None and first.name != alarm.name:
            yield Finding(
                alarm=alarm,
                key="TreatMissingData",
                problem=f"it goes to {after} when its metric stops, and {first.name} tells the same people",
                consequence="one silence pages twice",
                fix="let one of them be breaching, and the other notBreaching or ignore",
                severity=None if after == "ALARM" else "info",
            )
        told.update(dict.fromkeys(targets, alarm))


def _for_people(alarm: Alarm) -> bool:
    """Whether it compares with a threshold, and does not only scale or stop something."""
    actions = alarm.actions["AlarmActions"]
    return (alarm.upward or alarm.downward) and (not actions or any(map(tells_people, actions)))


def _always_there(alarm: Alarm) -> bool:
    metric = formulas.plain(alarm)
    facts = published.metric(metric.namespace, metric.name) if metric is not None else None
    if metric is None or facts is None or facts.when is not When.ALWAYS or metric.namespace == BILLING:
        return False
    return not (alarm.upward and metric.statistic in ("Sum", "SampleCount"))  # a count of what is bad
