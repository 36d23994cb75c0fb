"""What an alarm's expressions refer to."""

from collections.abc import Iterator, Mapping

from rehearsal.cloudwatch.math.syntax import Array, Binary, Call, Name, Node, Number, walk
from rehearsal.lint.alarms import Alarm, Math, Metric

KEYWORDS = {
    "FILL": ("REPEAT", "LINEAR"),
    "SORT": ("AVG", "MIN", "MAX", "SUM", "ASC", "DESC"),
    "IF": (),
}


def names(node: Node) -> Iterator[str]:
    """The ids of queries that the tree refers to, not the words that a function takes (REPEAT, DESC)."""
    words = {
        id(argument)
        for call in walk(node)
        if isinstance(call, Call)
        for argument in call.arguments[1:]
        if isinstance(argument, Name) and argument.id in KEYWORDS.get(call.function, ())
    }
    for part in walk(node):
        if isinstance(part, Name) and id(part) not in words:
            yield part.id


def calls(node: Node | None, *functions: str) -> Iterator[Call]:
    """The tree's calls of these functions."""
    if node is not None:
        yield from (part for part in walk(node) if isinstance(part, Call) and part.function in functions)


def used(alarm: Alarm) -> frozenset[str]:
    """The ids of the queries that the compared value and the band are made of, their own included."""
    by_id: Mapping[str, Metric | Math] = {query.id: query for query in alarm.queries}
    waiting = [query.id for query in alarm.queries if query.returns]
    waiting += [alarm.band_id] if alarm.band_id else []
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        query = by_id.get(name)
        if name in found or query is None:
            continue
        found.add(name)
        if isinstance(query, Math):
            if query.tree is None:
                return frozenset(by_id)
            waiting += names(query.tree)
            for call in calls(query.tree, "METRICS"):
                part = getattr(call.arguments[0], "value", "") if call.arguments else ""
                waiting += [metric.id for metric in alarm.metrics if str(part) in metric.id]
    return frozenset(found)


def plain(alarm: Alarm) -> Metric | None:
    """The metric that is compared, also through expressions that only scale it or fill its gaps."""
    by_id: Mapping[str, Metric | Math] = {query.id: query for query in alarm.queries}
    query = alarm.compared
    for _ in by_id:
        if query is None or isinstance(query, Metric):
            return query
        name = _scaled(query.tree)
        query = by_id.get(name) if name is not None else None
    return query if isinstance(query, Metric) else None


def _scaled(node: Node | None) -> str | None:
    """The one id in `2 * FILL(id, 0) / 60` and the like."""
    match node:
        case Name(name):
            return name
        case Call("FILL" | "SUM" | "AVG" | "MIN" | "MAX" | "CEIL" | "FLOOR", (inner, *_)):
            return _scaled(inner)
        case Array((inner,)) | Binary("*", inner, Number()) | Binary("*", Number(), inner):
            return _scaled(inner)
        case Binary("/", inner, Number()):
            return _scaled(inner)
    return None
