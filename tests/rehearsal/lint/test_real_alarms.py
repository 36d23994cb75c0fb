"""Alarms of public repositories: the rules find nothing in right ones, and each fault put into one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from rehearsal.lint import published
from tests.rehearsal.lint.real import ARN, Real, judged, read

REAL = read("real_alarms.txt")
RIGHT = [alarm for alarm in REAL if not alarm.wrong]
RULES = {  # what is wrong with an alarm by hand -> the rules that say so
    "metric": {"unknown-metric"},
    "dimensions": {"wrong-dimensions"},
    "namespace": {"unknown-namespace"},
    "threshold": {"never-reached"},
    "unit": {"time-unit"},
}


def errors(found: dict[str, str]) -> set[str]:
    return {rule for rule, severity in found.items() if severity == "error"}


def test_there_are_enough_of_them() -> None:
    assert len(RIGHT) >= 250
    assert len({alarm.namespace for alarm in RIGHT}) > 40


def test_a_right_alarm_has_no_error() -> None:
    assert {alarm: errors(found) for alarm, found in judged(RIGHT) if errors(found)} == {}


def test_an_unusual_but_right_alarm_has_no_error() -> None:
    assert {alarm: errors(found) for alarm, found in judged(read("odd_alarms.txt")) if errors(found)} == {}


def test_a_wrong_alarm_has_the_error_that_a_reader_found() -> None:
    wrong = [alarm for alarm in REAL if alarm.wrong]
    assert [alarm for alarm, found in judged(wrong) if not errors(found) >= RULES[alarm.wrong]] == []
    assert len(wrong) > 80


@dataclass(frozen=True)
class Seed:
    """A kind of fault: the alarms that have it once it is put into a right one, and the rule for it."""

    rule: str
    put: Callable[[Real], Iterator[Real]]
    least: int
    severity: str = "error"


def misspelt(alarm: Real) -> Iterator[Real]:
    """Two letters in the middle of the metric's name the other way round."""
    name, middle = alarm.metric, len(alarm.metric) // 2
    slip = name[: middle - 1] + name[middle] + name[middle - 1] + name[middle + 1 :]
    certain = slip.isalpha() or published.known(alarm.namespace)
    if slip != name and certain and "DeliveryTo" not in name:
        yield replace(alarm, metric=slip)


def in_another_case(alarm: Real) -> Iterator[Real]:
    if alarm.metric.swapcase() != alarm.metric:
        yield replace(alarm, metric=alarm.metric.swapcase())
        yield replace(alarm, metric=alarm.metric[0] + alarm.metric[1:].lower().swapcase())


def of_another_service(alarm: Real) -> Iterator[Real]:
    if published.known(alarm.namespace):
        yield replace(alarm, metric="TimeToLiveDeletedItemCount2" + alarm.metric[:3])


def namespace_in_another_case(alarm: Real) -> Iterator[Real]:
    for other in {alarm.namespace.lower(), alarm.namespace.upper()} - {alarm.namespace}:
        yield replace(alarm, namespace=other)


def key_in_another_case(alarm: Real) -> Iterator[Real]:
    facts = published.metric(alarm.namespace, alarm.metric)
    for key in alarm.keys if facts is not None and facts.dimension_keys else ():
        yield replace(alarm, keys=tuple(key.swapcase() if one == key else one for one in alarm.keys))


def one_key_more(alarm: Real) -> Iterator[Real]:
    facts = published.metric(alarm.namespace, alarm.metric)
    if facts is not None and facts.dimension_keys:
        yield replace(alarm, keys=(*alarm.keys, "Environment"))


def one_key_less(alarm: Real) -> Iterator[Real]:
    if (alarm.namespace, *sorted(alarm.keys)) in WHOLE_SETS:
        for key in alarm.keys:
            yield replace(alarm, keys=tuple(one for one in alarm.keys if one != key))


def another_unit(alarm: Real) -> Iterator[Real]:
    facts = published.metric(alarm.namespace, alarm.metric)
    if facts is not None and facts.units:
        yield replace(alarm, unit="Gigabits/Second")


def too_short(alarm: Real) -> Iterator[Real]:
    if alarm.namespace in EVERY_MINUTE:
        yield replace(alarm, period_s=30)


def once_a_day(alarm: Real) -> Iterator[Real]:
    if alarm.namespace == "AWS/S3" and "StorageType" in alarm.keys:
        yield replace(alarm, period_s=3600)


def arn_for_name(alarm: Real) -> Iterator[Real]:
    for key in alarm.keys if published.known(alarm.namespace) else ():
        if "Arn" not in key:
            arn = ARN.format(service="x", region="eu-central-1", rest="thing/shop")
            yield replace(alarm, values=((key, arn),))


def below_nothing(alarm: Real) -> Iterator[Real]:
    if alarm.namespace in EVERY_MINUTE:
        yield replace(alarm, comparison="<", threshold=0.0)


def over_a_hundred_percent(alarm: Real) -> Iterator[Real]:
    share = "Percent" in alarm.metric or alarm.metric in ("CPUUtilization", "MemoryUtilization")
    if share and alarm.namespace in ("AWS/RDS", "AWS/EC2", "AWS/Redshift", "AWS/ES", "AWS/EFS", "AWS/DocDB"):
        yield replace(alarm, comparison=">", statistic="Average", threshold=120.0)


# Services whose metrics are counts or sizes of one minute, or of several.
EVERY_MINUTE = ("AWS/ApplicationELB", "AWS/NetworkELB", "AWS/Lambda", "AWS/DynamoDB", "AWS/SQS", "AWS/States")
# Sets from which no key may be left out.
WHOLE_SETS = [
    ("AWS/ES", "ClientId", "DomainName"),
    ("AWS/S3", "BucketName", "StorageType"),
    ("AWS/CloudFront", "DistributionId", "Region"),
    ("AWS/SageMaker", "EndpointName", "VariantName"),
    ("AWS/NetworkELB", "LoadBalancer", "TargetGroup"),
    ("AWS/Usage", "Class", "Resource", "Service", "Type"),
    ("AWS/Kafka", "Broker ID", "Cluster Name"),
]
SEEDS = [
    Seed("unknown-metric", misspelt, 150),
    Seed("unknown-metric", in_another_case, 300),
    Seed("unknown-metric", of_another_service, 150),
    Seed("unknown-namespace", namespace_in_another_case, 300),
    Seed("wrong-dimensions", key_in_another_case, 200),
    Seed("wrong-dimensions", one_key_more, 150),
    Seed("wrong-dimensions", one_key_less, 40),
    Seed("wrong-unit", another_unit, 150),
    Seed("short-period", too_short, 30),
    Seed("short-period", once_a_day, 2),
    Seed("dimension-value", arn_for_name, 150),
    Seed("never-reached", below_nothing, 30),
    Seed("never-reached", over_a_hundred_percent, 10),
]


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.put.__name__)
def test_a_fault_put_into_a_right_alarm_is_found(seed: Seed) -> None:
    faulty = [fault for alarm in RIGHT for fault in seed.put(alarm)]
    assert len(faulty) >= seed.least
    assert [alarm for alarm, found in judged(faulty) if found.get(seed.rule) != seed.severity] == []
