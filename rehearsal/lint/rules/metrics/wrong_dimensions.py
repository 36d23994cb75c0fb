"""The service does not publish the metric with this set of dimensions.

A metric is its name with exactly its dimensions; CloudWatch does not add up over the others. One too few,
one too many or one of another kind of API, and the alarm watches a metric that does not exist.

Source:
[Dimensions](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#Dimension),
and the service's page that the catalogue names.
"""

import difflib
from collections.abc import Iterable, Iterator

from rehearsal.lint import behaviour, published
from rehearsal.lint.alarms import AlarmSet, Metric, known
from rehearsal.lint.published import Keys
from rehearsal.lint.rule import Finding

SEVERITY = "error"


def check(given: AlarmSet) -> Iterator[Finding]:
    """Sets of dimensions, or single ones, that the metric does not have."""
    for alarm in given.metric:
        for metric in alarm.metrics:
            facts = published.metric(metric.namespace, metric.name)
            names = frozenset(name for name, _ in metric.dimensions)
            if facts is None or not all(known(name) and name not in ("", "?") for name in names):
                continue
            strange = names - facts.dimension_keys if facts.dimension_keys else frozenset()
            if names in facts.dimension_sets or not (facts.sets_known or strange):
                continue
            sets = facts.dimension_sets if facts.sets_known else ()
            yield Finding(
                alarm=alarm,
                key=f"{metric.key}Dimensions",
                problem=f"{metric.text} is not published with {_text(names)}",
                consequence=behaviour.watches_nothing(alarm),
                fix=_fix(names, sets, facts.dimension_keys) + _cousin(metric, names),
            )


def _fix(names: Keys, sets: Iterable[Keys], keys: Keys) -> str:
    for name in sorted(names - keys):
        near = difflib.get_close_matches(name.lower(), [key.lower() for key in keys], n=1, cutoff=0.8)
        if near:
            return f"write {next(key for key in keys if key.lower() == near[0])} for {name}"
    nearest = sorted(sets, key=lambda other: (len(names ^ other), len(other), sorted(other)))[:3]
    if not nearest:
        return f"its dimensions are {_text(keys)}"
    return f"use {', or '.join(map(_text, nearest))}"


def _cousin(metric: Metric, names: Keys) -> str:
    """A metric of nearly the same name that has these dimensions: the other kind of API, of load balancer."""
    for name in published.nearest(metric.namespace, metric.name[:3]) + published.nearest(
        metric.namespace, metric.name
    ):
        facts = published.metric(metric.namespace, name)
        if facts is not None and names in facts.dimension_sets:
            return f"; with these dimensions it is called {name}"
    return ""


def _text(names: Iterable[str]) -> str:
    listed = sorted(names)
    if not listed:
        return "no dimension"
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} and {listed[-1]}"
