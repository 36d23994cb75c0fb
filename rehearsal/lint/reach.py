"""What an alarm's compared value can be, whatever the data: intervals from the metrics up through the
expressions.

The bounds of a metric are the catalogue's; of a custom metric nothing is known. Every interval holds all
values that are possible, so what lies outside it is impossible for certain.
"""

from collections.abc import Mapping
from math import ceil, floor, inf

from rehearsal.cloudwatch.math.syntax import Array, Binary, Call, Name, Negative, Node, Number
from rehearsal.lint.alarms import Alarm, Math, Metric
from rehearsal.lint.ranges import ANY, ZERO, Range, hull, of_metric, over, times

COUNTS = ("SampleCount", "TC")
BOOLEAN = ("==", "!=", "<", "<=", ">", ">=", "AND", "OR")
# Of everything that is counted, these are the whole of which the service's other counts are parts.
WHOLES: Mapping[str, tuple[str, ...]] = {
    "Invocations": ("Errors", "Invocation4XXErrors", "Invocation5XXErrors", "InvocationModelErrors"),
    "Count": ("4XXError", "5XXError", "4xx", "5xx", "CacheHitCount", "CacheMissCount"),
    "RequestCount": (
        *("HTTPCode_Target_2XX_Count", "HTTPCode_Target_3XX_Count"),
        *("HTTPCode_Target_4XX_Count", "HTTPCode_Target_5XX_Count"),
    ),
    "AllRequests": ("4xxErrors", "5xxErrors", "GetRequests", "PutRequests"),
    "ExecutionsStarted": ("ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted"),
}


def verdict(alarm: Alarm) -> bool | None:
    """Whether a datapoint breaches: False never, True always, None it depends."""
    return None if alarm.threshold is None else breaches(alarm, of_alarm(alarm))


def breaches(alarm: Alarm, found: Range) -> bool | None:
    """The same for a value in the range `found`."""
    limit = alarm.threshold
    if limit is None:
        return None
    match alarm.comparison:
        case "GreaterThanThreshold":
            return False if found.high <= limit else True if found.low > limit else None
        case "GreaterThanOrEqualToThreshold":
            return False if found.high < limit else True if found.low >= limit else None
        case "LessThanThreshold":
            return False if found.low >= limit else True if found.high < limit else None
        case "LessThanOrEqualToThreshold":
            return False if found.low > limit else True if found.high <= limit else None
    return None


def of_alarm(alarm: Alarm) -> Range:
    """What the compared value can be."""
    compared = alarm.compared
    if compared is None:
        return ANY
    if isinstance(compared, Metric):
        return of_metric(compared)
    return _Ranges(alarm).of_query(compared.id)


class _Ranges:
    """The ranges of one alarm's queries."""

    def __init__(self, alarm: Alarm) -> None:
        self._queries = {query.id: query for query in alarm.queries}
        self._under_way: set[str] = set()

    def of_query(self, name: str) -> Range:
        query = self._queries.get(name)
        if isinstance(query, Metric):
            return of_metric(query)
        if query is None or query.tree is None or name in self._under_way:
            return ANY
        self._under_way.add(name)
        found = self._of(query.tree)
        self._under_way.discard(name)
        return found

    def _of(self, node: Node) -> Range:
        match node:
            case Number(value):
                return Range(value, value, series=False)
            case Name(name):
                return self.of_query(name)
            case Negative(operand):
                inner = self._of(operand)
                return Range(-inner.high, -inner.low, inner.series)
            case Binary(op, left, right):
                return self._binary(op, left, right)
            case Call(function, arguments):
                return self._call(function, arguments)
        return ANY

    def _binary(self, op: str, left: Node, right: Node) -> Range:  # noqa: PLR0911  # one for each operator
        if op in BOOLEAN:
            return Range(0, 1)
        a, b = self._of(left), self._of(right)
        if a.series and b.series:  # "missing values in a time series are treated as 0"
            a, b = a.hull(ZERO), (b if op == "/" else b.hull(ZERO))
        series = a.series or b.series
        match op:
            case "+":
                return Range(a.low + b.low, a.high + b.high, series)
            case "-":
                if b.low >= 0 and a.low >= 0 and self._among(self._whole(right), self._whole(left)):
                    return Range(0, a.high, series)
                return Range(a.low - b.high, a.high - b.low, series)
            case "*":
                products = [times(x, y) for x in (a.low, a.high) for y in (b.low, b.high)]
                return Range(min(products), max(products), series)
            case "/":
                return self._quotient(a, b, left, right)
        return ANY

    def _quotient(self, a: Range, b: Range, left: Node, right: Node) -> Range:
        if a.low >= 0 and b.low >= 0:
            scale, counted = self._scaled(self._whole(left))
            whole = self._whole(right)
            if isinstance(counted, Binary) and counted.op == "-" and counted.left == whole:
                counted = counted.right  # what is left of the whole is a part of it, too
            if self._among(counted, whole):
                return Range(0, scale)
            if self._is_part(whole, counted):  # all by some: at least 1
                return Range(scale, inf)
        if b.low < 0:
            return ANY
        ends = [over(x, y) for x in (a.low, a.high) for y in (b.low, b.high)]
        return Range(min(ends), max(ends), a.series or b.series)

    def _scaled(self, node: Node) -> tuple[float, Node]:
        """`100 * errors` as (100, errors)."""
        match node:
            case Binary("*", Number(factor), inner) | Binary("*", inner, Number(factor)) if factor > 0:
                scale, counted = self._scaled(inner)
                return factor * scale, counted
        return 1.0, node

    def _whole(self, node: Node) -> Node:
        """The tree with the expressions that it names written out, and without FILL(x, 0)."""
        match node:
            case Name(name):
                query = self._queries.get(name)
                if isinstance(query, Math) and query.tree is not None and name not in self._under_way:
                    self._under_way.add(name)
                    found = self._whole(query.tree)
                    self._under_way.discard(name)
                    return found
            case Binary(op, left, right):
                return Binary(op, self._whole(left), self._whole(right))
            case Call("FILL", (inner, Number(0.0))):
                return self._whole(inner)
            case Call("SUM", (Array(items),)) if items:
                total = self._whole(items[0])
                for item in items[1:]:
                    total = Binary("+", total, self._whole(item))
                return total
        return node

    def _among(self, part: Node, whole: Node) -> bool:
        """Whether the one is a part of the other: a term of the sum, or counted among it."""
        return _part(part, whole) or self._is_part(part, whole)

    def _is_part(self, counted: Node, whole: Node) -> bool:
        """Whether the service counts the one among the other: errors among requests."""
        if not isinstance(whole, Name):
            return False
        every = self._queries.get(whole.id)
        for term in _terms(counted):
            part = self._queries.get(term.id) if isinstance(term, Name) else None
            if not isinstance(part, Metric) or not isinstance(every, Metric):
                return False
            same = (part.namespace, sorted(part.dimensions)) == (every.namespace, sorted(every.dimensions))
            if not same or part.name not in WHOLES.get(every.name, ()) or part.statistic != "Sum":
                return False
        names = [term.id for term in _terms(counted) if isinstance(term, Name)]
        return (
            isinstance(every, Metric)
            and every.statistic in ("Sum", *COUNTS)
            and len(names) == len(set(names))
        )

    def _call(self, function: str, arguments: tuple[Node, ...]) -> Range:  # noqa: PLR0911  # as above
        many = self._many(arguments)
        if function in ("AVG", "MIN", "MAX", "FIRST", "LAST", "TIME_SERIES"):
            return hull(many)
        if function == "SUM":
            low = (
                min(r.low for r in many)
                if all(r.low >= 0 for r in many)
                else sum(min(r.low, 0) for r in many)
            )
            return Range(low, sum(max(r.high, 0) for r in many))
        if function == "FILL" and len(arguments) > 1:
            inner, filler = many[0], arguments[1]
            return (
                inner
                if isinstance(filler, Name) and filler.id in ("REPEAT", "LINEAR")
                else inner.hull(many[1])
            )
        if function == "IF" and len(arguments) > 1:
            return hull([ZERO, *many[1:]] if many[1].series else many[1:])
        if function in ("CEIL", "FLOOR"):
            turn = ceil if function == "CEIL" else floor
            low, high = (end if abs(end) == inf else float(turn(end)) for end in (many[0].low, many[0].high))
            return Range(low, high)
        if function == "ABS":
            inner = many[0]
            return Range(max(0.0, inner.low, -inner.high), max(abs(inner.low), abs(inner.high)))
        if function == "RUNNING_SUM" and many[0].low >= 0:
            return Range(many[0].low, inf)
        return Range(0, inf) if function in ("METRIC_COUNT", "STDDEV", "PERIOD") else ANY

    def _many(self, arguments: tuple[Node, ...]) -> list[Range]:
        """The ranges of the arguments, those of arrays and METRICS one by one."""
        found: list[Range] = []
        for node in arguments:
            if isinstance(node, Array):
                found += self._many(node.items)
            elif isinstance(node, Call) and node.function == "METRICS":
                found += [of_metric(query) for query in self._queries.values() if isinstance(query, Metric)]
            else:
                found.append(self._of(node))
        return found or [ANY]


def _terms(node: Node) -> list[Node]:
    """What a sum adds up."""
    return (
        [*_terms(node.left), *_terms(node.right)] if isinstance(node, Binary) and node.op == "+" else [node]
    )


def _part(part: Node, whole: Node) -> bool:
    """Whether every term of the one is a term of the other."""
    terms = _terms(whole)
    return len(terms) > 1 and all(term in terms for term in _terms(part))
