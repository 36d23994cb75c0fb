"""A quotient of things that do not go together.

A share is a number of events among the number of all, both counted in the same way (`Sum`) of the same
thing. An `Average` above a `Sum` is a tiny number that grows smaller with traffic; errors of one function
among the calls of another are nobody's share.
"""

from collections.abc import Iterator

from rehearsal.cloudwatch.math.syntax import Binary, Name, Node, Number, walk
from rehearsal.lint import published
from rehearsal.lint.alarms import Alarm, AlarmSet, Metric
from rehearsal.lint.rule import Finding

SEVERITY = "warning"
COUNTED = ("Sum", "SampleCount")


def check(given: AlarmSet) -> Iterator[Finding]:
    """Quotients of one metric and another of the same service, counted differently or of another resource."""
    for alarm in given.metric:
        for query in alarm.expressions:
            for node in walk(query.tree) if query.tree is not None else ():
                above, below = _sides(alarm, node)
                problem = _problem(above, below) if above is not None and below is not None else None
                if problem is not None:
                    yield Finding(
                        alarm=alarm,
                        key=f"{query.key}Expression",
                        problem=problem,
                        consequence="the quotient is no share of anything",
                        fix="take the Sum of both, of the same resource",
                    )


def _problem(above: Metric, below: Metric) -> str | None:
    counts = [published.metric(metric.namespace, metric.name) for metric in (above, below)]
    if above.namespace != below.namespace or any(c is None or "Count" not in c.units for c in counts):
        return None
    if (above.statistic in COUNTED) != (below.statistic in COUNTED):
        return f"{above.statistic} of {above.name} by {below.statistic} of {below.name}"
    keys = [frozenset(name for name, _ in metric.dimensions) for metric in (above, below)]
    if keys[0] == keys[1] and sorted(above.dimensions) != sorted(below.dimensions):
        return f"{above.name} of {_values(above)} by {below.name} of {_values(below)}"
    return None


def _sides(alarm: Alarm, node: Node) -> tuple[Metric | None, Metric | None]:
    """The metrics above and below the line, where each is one."""
    if not isinstance(node, Binary) or node.op != "/":
        return None, None
    by_id = {metric.id: metric for metric in alarm.metrics}
    return by_id.get(_name(node.left)), by_id.get(_name(node.right))


def _name(node: Node) -> str:
    match node:
        case Name(name):
            return name
        case Binary("*", Number(), inner) | Binary("*", inner, Number()):
            return _name(inner)
    return ""


def _values(metric: Metric) -> str:
    return ", ".join(value for _, value in metric.dimensions) or "all"
