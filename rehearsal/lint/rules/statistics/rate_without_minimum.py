"""A rate with no minimum of requests: one failure of two requests pages.

At night a share of errors jumps from 0 to 50 % with a single failed request. Judged by behaviour: the
alarm is evaluated on one failure of two requests in each of as many periods as it needs. What helps is a
minimum in the expression, `IF(requests >= 50, 100 * errors / requests, 0)`, or several datapoints to
alarm.

Source: [a public report](https://github.com/govuk-one-login/authentication-api/pull/7058).
"""

from collections.abc import Iterator

from rehearsal.cloudwatch.math.syntax import Binary, Name, Node, walk
from rehearsal.lint import behaviour, published
from rehearsal.lint.alarms import Alarm, AlarmSet, Math, Metric
from rehearsal.lint.published import When, Worse
from rehearsal.lint.rule import Finding

SEVERITY = "warning"
FAILED, ASKED = 1.0, 2.0
FEW = 2  # datapoints to alarm up to which single failures are enough
COUNTED = ("Sum", "SampleCount")


def check(given: AlarmSet) -> Iterator[Finding]:
    """Shares of counts that a handful of requests can push over the threshold."""
    for alarm in given.metric:
        metric = alarm.watched
        if metric is not None and _is_share(alarm, metric) and (alarm.to_alarm or FEW + 1) <= FEW:
            yield Finding(
                alarm=alarm,
                key="Threshold",
                problem=f"Average of {metric.text} is the share that fails: 1 of 2 requests is 0.5",
                consequence="it pages in quiet hours, when one request fails",
                fix="divide the Sums, with a minimum: IF(requests >= 50, errors / requests, 0)",
            )
        roles = _roles(alarm) if alarm.expressions and alarm.upward else None
        if roles is None or (alarm.to_alarm or FEW + 1) > FEW:
            continue
        failed, asked = roles
        values = {**dict.fromkeys(asked, ASKED), **dict.fromkeys(failed, FAILED)}
        if (
            behaviour.steady(alarm, values) == "ALARM"
            and behaviour.steady(alarm, dict.fromkeys(values, 0.0)) != "ALARM"
        ):
            yield Finding(
                alarm=alarm,
                key="Metrics",
                problem="it goes to ALARM on 1 failure of 2 requests",
                consequence="it pages in quiet hours, when one request fails",
                fix="add a minimum, such as IF(requests >= 50, 100 * errors / requests, 0)",
            )


def _is_share(alarm: Alarm, metric: Metric) -> bool:
    """Whether it compares the average of zeros and ones, one for each request, with less than a half."""
    facts = published.metric(metric.namespace, metric.name)
    if facts is None or facts.worse is not Worse.HIGH or facts.when is not When.TRAFFIC or not alarm.upward:
        return False
    of_requests = (facts.minimum, facts.maximum) == (0, 1) and "Count" in facts.units
    return of_requests and metric.statistic == "Average" and (alarm.threshold or 0) < FAILED / ASKED


def _roles(alarm: Alarm) -> tuple[set[str], set[str]] | None:
    """The ids of the counts above and below the line of a quotient; None if there is none."""
    by_id = {query.id: query for query in alarm.queries}
    for query in alarm.expressions:
        for node in walk(query.tree) if query.tree is not None else ():
            if isinstance(node, Binary) and node.op == "/":
                failed, asked = (set(_metrics(side, by_id)) for side in (node.left, node.right))
                counts = all(m.statistic in COUNTED for m in alarm.metrics if m.id in failed | asked)
                if failed and asked and failed != asked and counts:
                    return failed, asked - failed
    return None


def _metrics(node: Node, by_id: dict[str, Metric | Math], depth: int = 0) -> Iterator[str]:
    """The metrics that a tree is made of."""
    for part in walk(node):
        query = by_id.get(part.id) if isinstance(part, Name) else None
        if isinstance(query, Metric):
            yield query.id
        elif query is not None and query.tree is not None and depth < len(by_id):
            yield from _metrics(query.tree, by_id, depth + 1)
